#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_buffer_grows_and_ends_with_nul(void **state)
{
    (void)state;
    ag_buffer buffer = {0};
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(ag_buffer_append(&buffer, "abc", 3, NULL), AG_OK);
        assert_int_equal(strlen((char *)buffer.data), 3 * (i + 1));
        assert_true(buffer.capacity > buffer.length);
    }
    ag_buffer_clear(&buffer);
    assert_int_equal(buffer.length, 0);
    assert_string_equal((char *)buffer.data, "");
    ag_buffer_printf(&buffer, "%s-%d", "x", 5);
    ag_buffer_printf(&buffer, "%s", "!");
    assert_string_equal((char *)buffer.data, "x-5!");
    assert_int_equal(buffer.length, 4);
    ag_buffer_fini(&buffer);
    assert_null(buffer.data);
    ag_buffer_fini(&buffer);
}

static void test_buffer_append_of_nothing_makes_an_empty_text(void **state)
{
    (void)state;
    ag_buffer buffer = {0};
    ag_buffer_clear(&buffer);
    assert_int_equal(ag_buffer_append(&buffer, NULL, 0, NULL), AG_OK);
    assert_string_equal((char *)buffer.data, "");
    ag_buffer_fini(&buffer);
}

static void test_buffer_refuses_impossible_sizes(void **state)
{
    (void)state;
    ag_buffer buffer = {0};
    assert_int_equal(ag_buffer_append(&buffer, "abc", 3, NULL), AG_OK);
    ag_err err;
    assert_int_equal(ag_buffer_reserve(&buffer, SIZE_MAX, &err), AG_ENOMEM);
    assert_int_equal(ag_buffer_reserve(&buffer, SIZE_MAX - 3, &err), AG_ENOMEM);
    assert_int_equal(err.status, AG_ENOMEM);
    assert_string_equal((char *)buffer.data, "abc");
    ag_buffer_fini(&buffer);
}

static void test_buffer_reserve_keeps_pointers(void **state)
{
    (void)state;
    ag_buffer buffer = {0};
    assert_int_equal(ag_buffer_reserve(&buffer, 1000, NULL), AG_OK);
    const uint8_t *before = buffer.data;
    for (int i = 0; i < 1000; i++)
        ag_buffer_printf(&buffer, "x");
    assert_ptr_equal(buffer.data, before);
    ag_buffer_fini(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffer_grows_and_ends_with_nul),
        cmocka_unit_test(test_buffer_append_of_nothing_makes_an_empty_text),
        cmocka_unit_test(test_buffer_refuses_impossible_sizes),
        cmocka_unit_test(test_buffer_reserve_keeps_pointers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
