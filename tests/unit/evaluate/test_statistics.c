#include "evaluate/statistics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_series_mean_and_percentiles(void **state)
{
    ag_series series = {0};
    (void)state;

    assert_true(isnan(ag_series_mean(&series)));
    assert_true(isnan(ag_series_percentile(&series, 0.5)));
    for (int i = 100; i >= 0; i--)
        ag_series_add(&series, i);
    assert_float_equal(ag_series_mean(&series), 50, 1e-12);
    assert_float_equal(ag_series_percentile(&series, 0), 0, 1e-12);
    assert_float_equal(ag_series_percentile(&series, 0.5), 50, 1e-12);
    assert_float_equal(ag_series_percentile(&series, 0.955), 95.5, 1e-9);
    assert_float_equal(ag_series_percentile(&series, 1), 100, 1e-12);
    ag_series_fini(&series);
    assert_int_equal(series.count, 0);
}

/* Computed independently, in Python. */
static void test_wilson_interval_matches_the_reference(void **state)
{
    static const struct {
        size_t hits, count;
        double low, high;
    } CASES[] = {
        {0, 0, 0, 1},
        {0, 10, 0, 0.277533},
        {10, 10, 0.722467, 1},
        {1, 10, 0.017876, 0.404150},
        {50, 100, 0.403832, 0.596168},
        {198, 200, 0.964278, 0.997253},
    };
    (void)state;

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const ag_interval interval = ag_wilson_interval(CASES[i].hits, CASES[i].count);
        assert_float_equal(interval.low, CASES[i].low, 1e-5);
        assert_float_equal(interval.high, CASES[i].high, 1e-5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series_mean_and_percentiles),
        cmocka_unit_test(test_wilson_interval_matches_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
