/*
 * language.c - the reader's language by the message catalogues of libc (gettext). See include/lsports/language.h.
 *
 * A locale that is named and not generated on this machine means English, as with every other program there: libc
 * translates nothing without one. (In C.UTF-8, which needs no generating, LANGUAGE would do; glibc ignores it since 2.39,
 * its bug 16621.) So does a locale that is not UTF-8: all that lsports prints is. LC_NUMERIC stays "C".
 */
#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

#define DOMAIN "lsports"

/* The empty text is the key of a catalogue's header. */
const char *lsp_text(const char *english)
{
	return *english != '\0' ? dgettext(DOMAIN, english) : english;
}

const char *lsp_text_of(const char *one, const char *many, unsigned long count)
{
	return dngettext(DOMAIN, one, many, count);
}

static bool is_one_of(const char *name, size_t len, const char *language)
{
	size_t size = strlen(language);

	return len >= size && memcmp(name, language, size) == 0 && (len == size || strchr("_.@", name[size]) != NULL);
}

/* "", "C.UTF-8", "en_US.UTF-8", "en_GB:en": no catalogue will be of use. */
static bool is_english(const char *names)
{
	while (names != NULL && *names != '\0') {
		size_t len = strcspn(names, ":");

		if (!is_one_of(names, len, "en") && !is_one_of(names, len, "C") && !is_one_of(names, len, "POSIX"))
			return false;
		names += len + (names[len] == ':');
	}
	return true;
}

/* locale(7): the first of these that is not empty. */
static const char *wanted(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	const char *value = NULL;
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names && (value == NULL || *value == '\0'); i++)
		value = getenv(names[i]);
	return value;
}

/* Most readers want English: opening their locale would be a tenth of what a short list takes. */
void lsp_language_start(void)
{
	/* who runs a program with more rights than his own (setcap) must not choose its format strings */
	const char *folder = secure_getenv("LSPORTS_LOCALE_DIR");

	if (is_english(wanted()) && is_english(getenv("LANGUAGE")))
		return;
	if (setlocale(LC_CTYPE, "") == NULL || setlocale(LC_MESSAGES, "") == NULL ||
	    strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
		lsp_language_english();
		return;
	}
	bindtextdomain(DOMAIN, folder != NULL ? folder : LSPORTS_LOCALE_DIR);
	bind_textdomain_codeset(DOMAIN, "UTF-8");
}

void lsp_language_english(void)
{
	setlocale(LC_MESSAGES, "C");
}
