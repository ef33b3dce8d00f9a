/*
 * fuzz.h - what the targets share. A target feeds hostile bytes to one parser and demands a property of the answer:
 * REQUIRE() aborts when it does not hold, so that a fuzzer keeps the input and a replay fails.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name is libFuzzer's. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define REQUIRE(condition)                                                                  \
	do {                                                                                \
		if (!(condition)) {                                                         \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                            \
		}                                                                           \
	} while (0)

/* A copy of its own, so that a sanitizer sees each byte read beyond the end. free() it. */
static inline char *fuzz_copy(const uint8_t *bytes, size_t len)
{
	char *copy = calloc(1, len > 0 ? len : 1);

	REQUIRE(copy != NULL);
	if (len > 0)
		memcpy(copy, bytes, len);
	return copy;
}

/* The same, up to the first NUL, ended by one. */
static inline char *fuzz_string(const uint8_t *bytes, size_t len)
{
	const uint8_t *end = len > 0 ? memchr(bytes, '\0', len) : NULL;
	size_t used = end != NULL ? (size_t)(end - bytes) : len;
	char *copy = calloc(1, used + 1);

	REQUIRE(copy != NULL);
	if (used > 0)
		memcpy(copy, bytes, used);
	copy[used] = '\0';
	return copy;
}

#endif
