/* Arena: many small allocations with one lifetime, such as a request's, freed together.
 * One thread at a time. */
#ifndef AG_BASE_ARENA_H
#define AG_BASE_ARENA_H

#include <stddef.h>

typedef struct ag_arena ag_arena;

/* A new, empty arena that grows in blocks of at least block_bytes (0: 16 KiB). */
ag_arena *ag_arena_create(size_t block_bytes);
void ag_arena_destroy(ag_arena *arena);

/* size bytes aligned for any type, valid until the arena is cleared or destroyed; not zeroed.
 * NULL when memory is out (sizes may come from input). */
void *ag_arena_alloc(ag_arena *arena, size_t size);

/* Copies of text; NULL for NULL or when memory is out. */
char *ag_arena_strdup(ag_arena *arena, const char *text);
char *ag_arena_strndup(ag_arena *arena, const char *text, size_t length);
char *ag_arena_printf(ag_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Forget everything allocated; keeps one block for the next use. */
void ag_arena_clear(ag_arena *arena);

#endif
