/*
 * language.h - the program's own words in the reader's language. Their keys are the English sentences.
 *
 * Only what people read is translated: JSON keys and words, states, option names and machine formats never are.
 */
#ifndef LSPORTS_LANGUAGE_H
#define LSPORTS_LANGUAGE_H

#ifdef __GNUC__
#define LSP_FORMAT_OF(n) __attribute__((format_arg(n))) /* the translation takes the arguments of the original */
#else
#define LSP_FORMAT_OF(n)
#endif

/* Parameter n is a printf format for the arguments from parameter first on: C99's, with %zu. By "printf" gcc means what
 * the system's own library knows, which on Windows is less. */
#if defined __GNUC__ && !defined __clang__
#define LSP_FORMAT(n, first) __attribute__((format(gnu_printf, n, first)))
#elif defined __GNUC__
#define LSP_FORMAT(n, first) __attribute__((format(printf, n, first)))
#else
#define LSP_FORMAT(n, first)
#endif

/* The translation of a text, or the text itself when there is none. Static; never NULL, never "" for a text. */
const char *lsp_text(const char *english) LSP_FORMAT_OF(1);

/* The same of a text that depends on a count: "%zu port" and "%zu ports". */
const char *lsp_text_of(const char *one, const char *many, unsigned long count) LSP_FORMAT_OF(1) LSP_FORMAT_OF(2);

/* The language of the environment (LC_ALL, LC_MESSAGES, LANG; LANGUAGE); before the first text. Without it, where the
 * system does not know it, and where it has no catalogues: English. Numbers are written as in C in every language.
 * LSPORTS_LOCALE_DIR in the environment is where catalogues are looked for instead, unless the program was given rights
 * that its caller has not. */
void lsp_language_start(void);

/* English from here on: for a format that programs read, and what is said beside it. */
void lsp_language_english(void);

#define _(english) lsp_text(english)
#define N_(english) english /* marks a text of a const table: translated where it is said */

#endif
