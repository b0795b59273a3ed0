#include "simulate/maths.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_close(double got, double wanted, double tolerance)
{
    double scale = fmax(fabs(wanted), 1);
    assert_float_equal(got / scale, wanted / scale, tolerance);
}

static void test_maths_agrees_with_the_library(void **state)
{
    (void)state;
    for (double x = -20; x <= 20; x += 0.037) {
        assert_close(ag_maths_sin(x), sin(x), 1e-13);
        assert_close(ag_maths_cos(x), cos(x), 1e-13);
        assert_close(ag_maths_exp(x), exp(x), 1e-13);
    }
    for (double x = 1e-6; x < 1e6; x *= 1.37) {
        assert_close(ag_maths_log(x), log(x), 1e-13);
        assert_close(ag_maths_pow(x, 0.45), pow(x, 0.45), 1e-12);
    }
    assert_float_equal(ag_maths_pow(0, 2.2), 0, 0);
}

static void test_maths_floor_is_exact(void **state)
{
    (void)state;
    for (float x = -5; x <= 5; x += 0.125f)
        assert_float_equal(ag_maths_floor(x), floor(x), 0);
}

static void test_maths_coarse_ones_are_near(void **state)
{
    (void)state;
    for (float x = -3; x <= 3; x += 0.013f)
        assert_float_equal(ag_maths_wave(x), sin(2 * AG_MATHS_PI * (double)x), 0.002);
    for (float x = 0; x <= 10; x += 0.01f)
        assert_float_equal(ag_maths_fade(x), exp(-(double)x), 0.04);
    assert_float_equal(ag_maths_fade(8), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_maths_agrees_with_the_library),
        cmocka_unit_test(test_maths_floor_is_exact),
        cmocka_unit_test(test_maths_coarse_ones_are_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
