#include "base/status.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_status_sets_every_field(void **state)
{
    (void)state;
    ag_err err;
    assert_int_equal(ag_err_set(&err, AG_ELIMIT, "%d is too many", 7), AG_ELIMIT);
    assert_int_equal(err.status, AG_ELIMIT);
    assert_string_equal(err.code, "too_large");
    assert_string_equal(err.message, "7 is too many");
    ag_err_set_code(&err, AG_EQUALITY, "image_too_dark", "too dark");
    assert_string_equal(err.code, "image_too_dark");
    assert_int_equal(ag_err_set(NULL, AG_EIO, "nobody asks"), AG_EIO);
}

static void test_status_tells_what_errno_means(void **state)
{
    (void)state;
    ag_err err;
    assert_int_equal(ag_err_set_errno(&err, ENOENT, "cannot open %s", "x"), AG_ENOTFOUND);
    assert_string_equal(err.message, "cannot open x: No such file or directory");
    assert_int_equal(ag_err_set_errno(&err, ENOMEM, "x"), AG_ENOMEM);
    assert_int_equal(ag_err_set_errno(&err, EACCES, "x"), AG_EIO);
    assert_int_equal(ag_err_set_errno(NULL, EACCES, "x"), AG_EIO);
}

static void test_status_prefix_keeps_status_and_code(void **state)
{
    (void)state;
    ag_err err;
    ag_err_set_code(&err, AG_EFORMAT, "odd", "line 3");
    ag_err_prefix(&err, "reading %s", "a.csv");
    assert_string_equal(err.message, "reading a.csv: line 3");
    assert_string_equal(err.code, "odd");
    assert_int_equal(err.status, AG_EFORMAT);
    ag_err_prefix(NULL, "nothing");
}

static void test_status_may_quote_its_own_message(void **state)
{
    (void)state;
    ag_err err;
    ag_err_set(&err, AG_EIO, "inner");
    ag_err_set(&err, AG_EIO, "outer (%s)", err.message);
    assert_string_equal(err.message, "outer (inner)");
}

static void test_status_cuts_long_messages_between_characters(void **state)
{
    (void)state;
    char text[AG_ERR_MESSAGE_BYTES + 10];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "é", 3);
    ag_err err;
    ag_err_set(&err, AG_EIO, "%s", text);
    assert_int_equal(strlen(err.message), 254); /* 255 would be half a character */
    memset(text, 'x', 300 < sizeof text ? 300 : sizeof text - 1);
    ag_err_set_errno(&err, EIO, "%.255s", text);
    assert_int_equal(strlen(err.message), 255);
    ag_err_prefix(&err, "%s", "more");
    assert_memory_equal(err.message, "more: x", 7);
}

static void test_status_has_a_code_for_each(void **state)
{
    (void)state;
    static const char *const CODES[] = {
        "ok",        "invalid",  "corrupt",       "unsupported", "too_large", "poor_quality",
        "not_found", "io_error", "out_of_memory", "unavailable", "timed_out", "canceled"};
    for (int i = 0; i < 12; i++)
        assert_string_equal(ag_status_code((ag_status)-i), CODES[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_sets_every_field),
        cmocka_unit_test(test_status_tells_what_errno_means),
        cmocka_unit_test(test_status_prefix_keeps_status_and_code),
        cmocka_unit_test(test_status_may_quote_its_own_message),
        cmocka_unit_test(test_status_cuts_long_messages_between_characters),
        cmocka_unit_test(test_status_has_a_code_for_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
