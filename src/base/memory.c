#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ag_memory_abort(void)
{
    fputs("artguide: out of memory\n", stderr);
    abort();
}

static void *or_abort(void *memory)
{
    if (memory == NULL)
        ag_memory_abort();
    return memory;
}

void *ag_xcalloc(size_t count, size_t size)
{
    return or_abort(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

char *ag_xstrdup(const char *text)
{
    return text == NULL ? NULL : or_abort(strdup(text));
}

char *ag_xasprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    return or_abort(text);
}

bool ag_size_mul(size_t *out, size_t a, size_t b)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

void *ag_try_malloc(size_t count, size_t size)
{
    size_t bytes;
    if (!ag_size_mul(&bytes, count, size))
        return NULL;
    return malloc(bytes > 0 ? bytes : 1);
}

void *ag_try_realloc(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (!ag_size_mul(&bytes, count, size))
        return NULL;
    return realloc(old, bytes > 0 ? bytes : 1);
}

void *ag_try_aligned(size_t count, size_t size)
{
    size_t bytes;
    if (!ag_size_mul(&bytes, count, size) || bytes > SIZE_MAX - AG_MEMORY_ALIGNMENT)
        return NULL;
    /* aligned_alloc wants a multiple of the alignment. */
    bytes = (bytes + AG_MEMORY_ALIGNMENT - 1) / AG_MEMORY_ALIGNMENT * AG_MEMORY_ALIGNMENT;
    return aligned_alloc(AG_MEMORY_ALIGNMENT, bytes > 0 ? bytes : AG_MEMORY_ALIGNMENT);
}
