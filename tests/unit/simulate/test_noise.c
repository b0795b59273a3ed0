#include "simulate/noise.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT 1003
#define ROWS  60

typedef struct moments {
    double mean, variance, right, below; /* the last two: covariance with the neighbour */
} moments;

static moments measure(uint64_t seed)
{
    ag_noise noise;
    static float rows[ROWS][COUNT];
    assert_int_equal(ag_noise_init(&noise, seed, COUNT, NULL), AG_OK);
    for (int y = 0; y < ROWS; y++)
        ag_noise_next(&noise, rows[y]);
    ag_noise_fini(&noise);
    moments m = {0};
    double n = (ROWS - 1) * (COUNT - 1);
    for (int y = 0; y + 1 < ROWS; y++)
        for (int x = 0; x + 1 < COUNT; x++) {
            double here = (double)rows[y][x];
            m.mean += here / n;
            m.variance += here * here / n;
            m.right += here * (double)rows[y][x + 1] / n;
            m.below += here * (double)rows[y + 1][x] / n;
        }
    return m;
}

/* 0.6 of independent noise and 0.9 of it blurred by weights 0.239, 0.522, 0.239 either way. */
static void test_noise_is_spread_to_its_neighbours(void **state)
{
    (void)state;
    moments m = measure(5);
    assert_float_equal(m.mean, 0, 0.02);
    assert_float_equal(m.variance, 0.775, 0.03);
    assert_float_equal(m.right, 0.213, 0.02);
    assert_float_equal(m.below, m.right, 0.02);
}

static void test_noise_follows_its_seed(void **state)
{
    (void)state;
    moments a = measure(1), b = measure(1), c = measure(2);
    assert_true(a.mean == b.mean && a.variance == b.variance);
    assert_true(a.mean != c.mean);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise_is_spread_to_its_neighbours),
        cmocka_unit_test(test_noise_follows_its_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
