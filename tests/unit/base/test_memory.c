#include "base/memory.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void test_memory_refuses_what_overflows(void **state)
{
    (void)state;
    size_t product = 7;
    assert_false(ag_size_mul(&product, SIZE_MAX, 2));
    assert_int_equal(product, 7);
    assert_true(ag_size_mul(&product, 6, 7));
    assert_int_equal(product, 42);
    assert_null(ag_try_malloc(SIZE_MAX / 2, 4));
    assert_null(ag_try_aligned(SIZE_MAX / 2, 4));
    assert_null(ag_try_aligned(SIZE_MAX, 1));
    char *old = ag_try_malloc(1, 3);
    assert_null(ag_try_realloc(old, SIZE_MAX / 2, 4));
    memcpy(old, "ab", 3); /* still ours */
    old = ag_try_realloc(old, 100, 2);
    assert_string_equal(old, "ab");
    free(old);
}

static void test_memory_gives_something_for_nothing(void **state)
{
    (void)state;
    void *blocks[] = {ag_try_malloc(0, 8), ag_try_aligned(0, 0), ag_xcalloc(0, 0)};
    for (int i = 0; i < 3; i++) {
        assert_non_null(blocks[i]);
        free(blocks[i]);
    }
}

static void test_memory_aligns(void **state)
{
    (void)state;
    for (size_t size = 1; size < 300; size += 7) {
        char *block = ag_try_aligned(size, 1);
        assert_int_equal((uintptr_t)block % AG_MEMORY_ALIGNMENT, 0);
        memset(block, 1, size);
        free(block);
    }
}

static void test_memory_makes_texts(void **state)
{
    (void)state;
    char *copy = ag_xstrdup("text"), *made = ag_xasprintf("%s %d", "page", 3);
    assert_string_equal(copy, "text");
    assert_string_equal(made, "page 3");
    assert_null(ag_xstrdup(NULL));
    free(copy);
    free(made);
}

static void test_memory_abort_ends_the_process(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        ag_memory_abort();
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_refuses_what_overflows),
        cmocka_unit_test(test_memory_gives_something_for_nothing),
        cmocka_unit_test(test_memory_aligns),
        cmocka_unit_test(test_memory_makes_texts),
        cmocka_unit_test(test_memory_abort_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
