/* Allocation: small fixed sizes abort when memory is out, sizes from input are tried. Any thread.
 *
 * ag_xcalloc and friends are for our own fixed-size objects; whatever is sized by a file, request
 * or setting goes through ag_try_*, which also checks the multiplication, and becomes AG_ENOMEM. */
#ifndef AG_BASE_MEMORY_H
#define AG_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Alignment of ag_try_aligned blocks: a cache line, and enough for AVX-512 loads. */
#define AG_MEMORY_ALIGNMENT 64

/* End the process, saying on standard error that memory is out. */
_Noreturn void ag_memory_abort(void);

/* count * size bytes; abort with a message when memory is out. Zeroed. Free with free(). */
void *ag_xcalloc(size_t count, size_t size);

/* A copy of text (strdup); abort when memory is out. Free with free(). NULL gives NULL. */
char *ag_xstrdup(const char *text);

/* A new string from a printf format; abort when memory is out. Free with free(). */
char *ag_xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* count * size bytes, not zeroed, or NULL when that overflows or is not there. Free with free(). */
void *ag_try_malloc(size_t count, size_t size);

/* realloc(old, count * size), or NULL (old stays valid) when that overflows or is not there. */
void *ag_try_realloc(void *old, size_t count, size_t size);

/* As ag_try_malloc, aligned to AG_MEMORY_ALIGNMENT. Free with free(). */
void *ag_try_aligned(size_t count, size_t size);

/* *out = a * b; false (and *out untouched) when it overflows. */
bool ag_size_mul(size_t *out, size_t a, size_t b);

#endif
