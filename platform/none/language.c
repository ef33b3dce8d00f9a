/*
 * language.c - a system without message catalogues: everybody reads English. See include/lsports/language.h.
 */
#include <lsports/language.h>

const char *lsp_text(const char *english)
{
	return english;
}

const char *lsp_text_of(const char *one, const char *many, unsigned long count)
{
	return count == 1 ? one : many;
}

void lsp_language_start(void)
{
}

void lsp_language_english(void)
{
}
