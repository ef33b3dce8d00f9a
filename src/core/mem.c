/*
 * mem.c - see mem.h.
 */
#include "mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void *or_die(void *memory)
{
	if (memory == NULL) {
		fputs("lsports: out of memory\n", stderr);
		exit(5);
	}
	return memory;
}

void *lsp_alloc(size_t size)
{
	return or_die(calloc(1, size > 0 ? size : 1));
}

void *lsp_realloc_array(void *array, size_t count, size_t size)
{
	if (size > 0 && count > SIZE_MAX / size)
		return or_die(NULL);
	return or_die(realloc(array, count * size > 0 ? count * size : 1));
}

void *lsp_grow(void *array, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return array;
	*capacity = *capacity > 0 ? *capacity * 2 : 32;
	return lsp_realloc_array(array, *capacity, size);
}
