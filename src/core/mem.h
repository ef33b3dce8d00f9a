/*
 * mem.h - memory that is always there: running out ends the program with exit code 5.
 *
 * The one place below main that may die; it spares every caller a path that nobody can test.
 */
#ifndef LSP_CORE_MEM_H
#define LSP_CORE_MEM_H

#include <stddef.h>

/* Zeroed. Release with free(). */
void *lsp_alloc(size_t size);

/* For count elements of size bytes; checks the product. Release with free(). */
void *lsp_realloc_array(void *array, size_t count, size_t size);

/* Makes room for one more element: doubles *capacity when count has reached it. Returns the array. */
void *lsp_grow(void *array, size_t count, size_t *capacity, size_t size);

#endif
