#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_clock_formats_iso8601(void **state)
{
    (void)state;
    static const struct {
        int64_t wall_us;
        const char *text;
    } CASES[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {1795532645123999, "2026-11-24T15:04:05.123Z"},
        {951782400000000, "2000-02-29T00:00:00.000Z"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[AG_CLOCK_ISO8601_BYTES];
        ag_clock_format_iso8601(text, CASES[i].wall_us);
        assert_string_equal(text, CASES[i].text);
    }
    char text[AG_CLOCK_ISO8601_BYTES];
    ag_clock_format_iso8601(text, INT64_MIN);
    ag_clock_format_iso8601(text, INT64_MAX);
    assert_string_equal(text, "294247-01-10T04:00:54.775Z");
}

static void test_clock_parses_what_others_write(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t wall_us;
    } CASES[] = {
        {"2026-11-24T15:04:05", 1795532645000000},
        {"2026-11-24T15:04:05Z", 1795532645000000},
        {"2026-11-24 15:04:05.5", 1795532645500000},
        {"2026-11-24T15:04:05.123456", 1795532645123456},
        {"2026-11-24T15:04:05.123456789Z", 1795532645123456},
        {"2026-11-24T16:04:05.123456+01:00", 1795532645123456},
        {"2026-11-24T09:34:05-0530", 1795532645000000},
        {"2024-02-29T00:00:00Z", 1709164800000000},
        {"1969-12-31T23:59:59.999999Z", -1},
        {"2016-12-31T23:59:60Z", 1483228800000000},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        int64_t wall_us;
        ag_err err;
        assert_int_equal(ag_clock_parse_iso8601(&wall_us, CASES[i].text, &err), AG_OK);
        assert_int_equal(wall_us, CASES[i].wall_us);
    }
}

static void test_clock_refuses_what_is_no_time(void **state)
{
    (void)state;
    static const char *const CASES[] = {"",
                                        "now",
                                        "2026",
                                        "2026-11-24",
                                        "2026-11-24T",
                                        "2026-11-24T15:04",
                                        "2026-11-24T15:04:5",
                                        "2026-13-24T15:04:05",
                                        "2026-00-24T15:04:05",
                                        "2026-11-31T15:04:05",
                                        "2025-02-29T15:04:05",
                                        "1900-02-29T00:00:00",
                                        "2026-11-00T15:04:05",
                                        "2026-11-24T24:04:05",
                                        "2026-11-24T15:60:05",
                                        "2026-11-24T15:04:61",
                                        "2026-11-24T15:04:05.",
                                        "2026-11-24T15:04:05x",
                                        "2026-11-24T15:04:05+1",
                                        "2026-11-24T15:04:05+24:00",
                                        "2026-11-24T15:04:05+01:60",
                                        "2026-11-24T15:04:05+01:00x",
                                        "2026-11-24T15:04:05ZZ",
                                        "-026-11-24T15:04:05",
                                        "2026-11-24X15:04:05",
                                        "2026-11-24T15:04:05.1.2"};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        int64_t wall_us = 42;
        assert_int_equal(ag_clock_parse_iso8601(&wall_us, CASES[i], NULL), AG_EFORMAT);
        assert_int_equal(wall_us, 42);
    }
}

static void test_clock_monotonic_never_goes_back(void **state)
{
    (void)state;
    int64_t before = ag_clock_monotonic_us();
    for (int i = 0; i < 1000; i++) {
        int64_t now = ag_clock_monotonic_us();
        assert_true(now >= before);
        before = now;
    }
    assert_true(ag_clock_wall_us() > 1700000000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_formats_iso8601),
        cmocka_unit_test(test_clock_parses_what_others_write),
        cmocka_unit_test(test_clock_refuses_what_is_no_time),
        cmocka_unit_test(test_clock_monotonic_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
