#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_arena_blocks_are_aligned_and_apart(void **state)
{
    (void)state;
    ag_arena *arena = ag_arena_create(64);
    unsigned char *blocks[200];
    for (size_t i = 0; i < 200; i++) {
        blocks[i] = ag_arena_alloc(arena, i);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        memset(blocks[i], (int)i, i);
    }
    for (size_t i = 0; i < 200; i++) {
        for (size_t j = 0; j < i; j++)
            assert_int_equal(blocks[i][j], i);
    }
    ag_arena_destroy(arena);
}

static void test_arena_serves_its_usual_load_from_one_block(void **state)
{
    (void)state;
    ag_arena *arena = ag_arena_create(1024);
    void *first = NULL;
    for (int request = 0; request < 5; request++) {
        ag_arena_clear(arena);
        char *start = ag_arena_alloc(arena, 16);
        for (int i = 1; i < 200; i++) {
            char *next = ag_arena_alloc(arena, 16);
            if (request > 0)
                assert_ptr_equal(next, start + (ptrdiff_t)16 * i);
        }
        if (request > 0 && first != NULL)
            assert_ptr_equal(start, first);
        first = request > 0 ? start : NULL;
    }
    ag_arena_destroy(arena);
}

static void test_arena_clear_after_one_huge_block(void **state)
{
    (void)state;
    ag_arena *arena = ag_arena_create(0);
    memset(ag_arena_alloc(arena, 1 << 20), 1, 1 << 20);
    ag_arena_clear(arena);
    ag_arena_clear(arena);
    assert_string_equal(ag_arena_strdup(arena, "again"), "again");
    ag_arena_destroy(arena);
}

static void test_arena_makes_texts(void **state)
{
    (void)state;
    ag_arena *arena = ag_arena_create(0);
    assert_string_equal(ag_arena_strdup(arena, "Monet"), "Monet");
    assert_string_equal(ag_arena_strndup(arena, "Monet", 3), "Mon");
    assert_string_equal(ag_arena_printf(arena, "%s, %d", "Monet", 1872), "Monet, 1872");
    assert_null(ag_arena_strdup(arena, NULL));
    assert_null(ag_arena_strndup(arena, NULL, 3));
    ag_arena_destroy(arena);
}

static void test_arena_refuses_impossible_sizes(void **state)
{
    (void)state;
    ag_arena *arena = ag_arena_create(0);
    assert_null(ag_arena_alloc(arena, SIZE_MAX));
    assert_null(ag_arena_alloc(arena, SIZE_MAX - 64));
    assert_null(ag_arena_alloc(arena, PTRDIFF_MAX));
    assert_null(ag_arena_strndup(arena, "x", SIZE_MAX));
    assert_non_null(ag_arena_alloc(arena, 1));
    ag_arena_destroy(arena);
    ag_arena_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena_blocks_are_aligned_and_apart),
        cmocka_unit_test(test_arena_serves_its_usual_load_from_one_block),
        cmocka_unit_test(test_arena_clear_after_one_huge_block),
        cmocka_unit_test(test_arena_makes_texts),
        cmocka_unit_test(test_arena_refuses_impossible_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
