#include "simulate/geometry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NEAR 1e-9

static const ag_quad SQUARE = {{{10, 10}, {20, 10}, {20, 20}, {10, 20}}};

static void test_geometry_inverse_undoes(void **state)
{
    (void)state;
    const ag_projection p = {{{3, 0.2, 5}, {-0.1, 2, 7}, {0.01, 0.02, 1}}};
    ag_projection back = ag_projection_invert(&p);
    for (int i = 0; i < 9; i++) {
        ag_point in = {i % 3 * 4.0, i / 3 * 5.0};
        ag_point out = ag_projection_apply(&p, in);
        ag_point again = ag_projection_apply(&back, out);
        assert_float_equal(again.x, in.x, NEAR);
        assert_float_equal(again.y, in.y, NEAR);
    }
}

static void test_geometry_shift_comes_after(void **state)
{
    (void)state;
    const ag_projection p = {{{3, 0.2, 5}, {-0.1, 2, 7}, {0.01, 0.02, 1}}};
    ag_projection shifted = ag_projection_shift(&p, (ag_point){100, -50});
    ag_point before = ag_projection_apply(&p, (ag_point){2, 3});
    ag_point after = ag_projection_apply(&shifted, (ag_point){2, 3});
    assert_float_equal(after.x, before.x + 100, NEAR);
    assert_float_equal(after.y, before.y - 50, NEAR);
}

static void test_geometry_area_of_what_is_visible(void **state)
{
    (void)state;
    assert_float_equal(ag_quad_area(&SQUARE), 100, NEAR);
    assert_float_equal(ag_quad_visible_area(&SQUARE, 100, 100), 100, NEAR);
    assert_float_equal(ag_quad_visible_area(&SQUARE, 15, 100), 50, NEAR);
    assert_float_equal(ag_quad_visible_area(&SQUARE, 15, 12), 10, NEAR);
    assert_float_equal(ag_quad_visible_area(&SQUARE, 5, 5), 0, NEAR);
    ag_quad moved = ag_quad_shift(&SQUARE, (ag_point){-15, -17});
    assert_float_equal(ag_quad_visible_area(&moved, 100, 100), 15, NEAR);
}

/* A diamond around a square that cuts off its four corners: an octagon. */
static void test_geometry_area_cut_by_every_edge(void **state)
{
    (void)state;
    const ag_quad diamond = {{{5, -2}, {12, 5}, {5, 12}, {-2, 5}}};
    assert_float_equal(ag_quad_visible_area(&diamond, 10, 10), 98 - 4 * 4, NEAR);
}

static void test_geometry_bounds(void **state)
{
    (void)state;
    const ag_quad quad = {{{5, -2}, {12, 5}, {6, 13}, {-1, 4}}};
    ag_box box = ag_quad_bounds(&quad);
    assert_float_equal(box.low.x, -1, 0);
    assert_float_equal(box.low.y, -2, 0);
    assert_float_equal(box.high.x, 12, 0);
    assert_float_equal(box.high.y, 13, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_geometry_inverse_undoes),
        cmocka_unit_test(test_geometry_shift_comes_after),
        cmocka_unit_test(test_geometry_area_of_what_is_visible),
        cmocka_unit_test(test_geometry_area_cut_by_every_edge),
        cmocka_unit_test(test_geometry_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
