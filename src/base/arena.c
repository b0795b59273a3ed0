#include "base/arena.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t DEFAULT_BLOCK_BYTES = 16 * 1024;

/* Blocks double up to this many times the first one's size, and larger ones are not kept by a
 * clear: an arena soon serves its usual load from one block, and one huge request holds nothing for
 * ever. */
static const size_t MAX_GROWTH = 16;

typedef struct block {
    struct block *next; /* older block */
    size_t capacity;    /* bytes of data */
    size_t used;        /* bytes of data */
    max_align_t data[];
} block;

struct ag_arena {
    block *newest;
    size_t block_bytes;
};

ag_arena *ag_arena_create(size_t block_bytes)
{
    ag_arena *arena = ag_xcalloc(1, sizeof *arena);
    arena->block_bytes = block_bytes > 0 ? block_bytes : DEFAULT_BLOCK_BYTES;
    return arena;
}

static void free_blocks(block *newest)
{
    while (newest != NULL) {
        block *older = newest->next;
        free(newest);
        newest = older;
    }
}

void ag_arena_destroy(ag_arena *arena)
{
    if (arena == NULL)
        return;
    free_blocks(arena->newest);
    free(arena);
}

static block *add_block(ag_arena *arena, size_t size)
{
    size_t capacity = arena->block_bytes;
    if (arena->newest != NULL && arena->newest->capacity < MAX_GROWTH * arena->block_bytes / 2)
        capacity = 2 * arena->newest->capacity;
    else if (arena->newest != NULL)
        capacity = MAX_GROWTH * arena->block_bytes;
    if (capacity < size)
        capacity = size;
    if (capacity > PTRDIFF_MAX - sizeof(block))
        return NULL;
    block *added = malloc(sizeof(block) + capacity);
    if (added == NULL)
        return NULL;
    *added = (block){.next = arena->newest, .capacity = capacity};
    arena->newest = added;
    return added;
}

void *ag_arena_alloc(ag_arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    if (size > SIZE_MAX - align)
        return NULL;
    size = (size + align - 1) / align * align;
    block *newest = arena->newest;
    if (newest == NULL || newest->capacity - newest->used < size)
        newest = add_block(arena, size);
    if (newest == NULL)
        return NULL;
    void *memory = (char *)newest->data + newest->used;
    newest->used += size;
    return memory;
}

char *ag_arena_strndup(ag_arena *arena, const char *text, size_t length)
{
    if (text == NULL || length == SIZE_MAX)
        return NULL;
    char *copy = ag_arena_alloc(arena, length + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *ag_arena_strdup(ag_arena *arena, const char *text)
{
    return text == NULL ? NULL : ag_arena_strndup(arena, text, strlen(text));
}

char *ag_arena_printf(ag_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = length < 0 ? NULL : ag_arena_alloc(arena, (size_t)length + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void ag_arena_clear(ag_arena *arena)
{
    block *kept = NULL, *rest = arena->newest;
    while (rest != NULL) {
        block *older = rest->next;
        bool is_better = rest->capacity <= MAX_GROWTH * arena->block_bytes &&
                         (kept == NULL || kept->capacity < rest->capacity);
        block *dropped = is_better ? kept : rest;
        if (is_better)
            kept = rest;
        free(dropped);
        rest = older;
    }
    if (kept != NULL) {
        kept->next = NULL;
        kept->used = 0;
    }
    arena->newest = kept;
}
