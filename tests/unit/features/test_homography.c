#include "features/homography.h"

#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT 40

/* As of photos: aslant, turned, smaller. */
static const ag_homography ASLANT = {{0.7, -0.2, 0.15, 0.25, 0.6, 0.1, 0.12, -0.2, 1}};
static const ag_homography AFFINE = {{0.7, -0.3, 0.15, 0.25, 0.6, 0.1, 0, 0, 1}};

/* Points of chance, transformed, off by noise. */
static void make_pairs(ag_point_pair pairs[COUNT], const ag_homography *h, double noise,
                       uint64_t seed)
{
    for (size_t i = 0; i < COUNT; i++) {
        ag_point_pair *pair = &pairs[i];
        pair->weight = support_between(&seed, 0.2, 1);
        for (size_t axis = 0; axis < 2; axis++)
            pair->from[axis] = support_between(&seed, 0, 1);
        assert_true(ag_homography_apply(pair->to, h, pair->from));
        for (size_t axis = 0; axis < 2; axis++)
            pair->to[axis] += support_between(&seed, -noise, noise);
    }
}

static void assert_same(const ag_homography *a, const ag_homography *b, double tolerance)
{
    for (size_t i = 0; i < 9; i++)
        assert_true(fabs(a->m[i] / a->m[8] - b->m[i] / b->m[8]) <= tolerance);
}

static void test_homography_applies(void **state)
{
    (void)state;
    const double point[2] = {0.5, 2};
    double out[2];
    assert_true(ag_homography_apply(out, &ASLANT, point));
    assert_true(fabs(out[0] - (0.35 - 0.4 + 0.15) / 0.66) <= 1e-12);
    assert_true(fabs(out[1] - (0.125 + 1.2 + 0.1) / 0.66) <= 1e-12);
    const double horizon[2] = {0, 5}, behind[2] = {0, 6}, not_a_number[2] = {NAN, 0};
    assert_false(ag_homography_apply(out, &ASLANT, horizon));
    assert_false(ag_homography_apply(out, &ASLANT, behind));
    assert_false(ag_homography_apply(out, &ASLANT, not_a_number));
    assert_false(ag_homography_derive((double[4]){0}, &ASLANT, behind));
}

static void test_homography_derivative_is_that_of_small_steps(void **state)
{
    (void)state;
    static const double STEP = 1e-6;
    for (uint64_t seed = 0; seed < 20; seed++) {
        uint64_t draw = seed;
        const double at[2] = {support_between(&draw, 0, 1), support_between(&draw, 0, 1)};
        double exact[4];
        assert_true(ag_homography_derive(exact, &ASLANT, at));
        for (size_t column = 0; column < 2; column++) {
            double before[2] = {at[0], at[1]}, after[2] = {at[0], at[1]}, a[2], b[2];
            before[column] -= STEP;
            after[column] += STEP;
            assert_true(ag_homography_apply(a, &ASLANT, before));
            assert_true(ag_homography_apply(b, &ASLANT, after));
            for (size_t row = 0; row < 2; row++)
                assert_true(fabs(exact[2 * row + column] - (b[row] - a[row]) / (2 * STEP)) <= 1e-7);
        }
    }
}

static void test_homography_is_recovered_exactly(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 20; seed++) {
        ag_point_pair pairs[COUNT];
        ag_homography h;
        make_pairs(pairs, &ASLANT, 0, seed);
        assert_true(ag_homography_fit(&h, pairs, COUNT));
        assert_same(&h, &ASLANT, 1e-8);
        make_pairs(pairs, &AFFINE, 0, seed);
        assert_true(ag_homography_fit(&h, pairs, COUNT));
        assert_same(&h, &AFFINE, 1e-8);
        assert_true(ag_homography_fit_affine(&h, pairs, COUNT));
        assert_same(&h, &AFFINE, 1e-9);
        assert_true(h.m[6] == 0 && h.m[7] == 0);
    }
}

static void test_homography_is_fixed_by_the_fewest_points(void **state)
{
    (void)state;
    ag_point_pair pairs[4] = {
        {{0.1, 0.1}, {0}, 1}, {{0.9, 0.2}, {0}, 1}, {{0.8, 0.9}, {0}, 1}, {{0.2, 0.7}, {0}, 1}};
    ag_homography h;
    for (size_t i = 0; i < 4; i++)
        assert_true(ag_homography_apply(pairs[i].to, &ASLANT, pairs[i].from));
    assert_true(ag_homography_fit(&h, pairs, 4));
    assert_same(&h, &ASLANT, 1e-8);
    assert_false(ag_homography_fit(&h, pairs, 3));
    for (size_t i = 0; i < 4; i++)
        assert_true(ag_homography_apply(pairs[i].to, &AFFINE, pairs[i].from));
    assert_true(ag_homography_fit_affine(&h, pairs, 3));
    assert_same(&h, &AFFINE, 1e-9);
    assert_false(ag_homography_fit_affine(&h, pairs, 2));
}

/* The same anywhere and at any size: that is what normalising is for. */
static void test_homography_does_not_mind_units(void **state)
{
    (void)state;
    ag_point_pair pairs[COUNT];
    ag_homography h;
    make_pairs(pairs, &ASLANT, 0, 5);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t axis = 0; axis < 2; axis++) {
            pairs[i].from[axis] = pairs[i].from[axis] * 3000 + 10000;
            pairs[i].to[axis] = pairs[i].to[axis] * 1e-3 - 7;
        }
    assert_true(ag_homography_fit(&h, pairs, COUNT));
    for (size_t i = 0; i < COUNT; i++) {
        double to[2];
        assert_true(ag_homography_apply(to, &h, pairs[i].from));
        assert_true(fabs(to[0] - pairs[i].to[0]) <= 1e-9);
        assert_true(fabs(to[1] - pairs[i].to[1]) <= 1e-9);
    }
}

static double mean_error(const ag_homography *h, const ag_point_pair *pairs)
{
    double sum = 0;
    for (size_t i = 0; i < COUNT; i++) {
        double to[2], exact[2];
        assert_true(ag_homography_apply(to, h, pairs[i].from));
        assert_true(ag_homography_apply(exact, &ASLANT, pairs[i].from));
        sum += hypot(to[0] - exact[0], to[1] - exact[1]);
    }
    return sum / COUNT;
}

static void test_homography_averages_noise(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 10; seed++) {
        ag_point_pair pairs[COUNT];
        ag_homography h;
        make_pairs(pairs, &ASLANT, 0.01, seed); /* 0.008 off on average */
        assert_true(ag_homography_fit(&h, pairs, COUNT));
        assert_true(mean_error(&h, pairs) < 0.004);
    }
}

static void test_homography_goes_by_weights(void **state)
{
    (void)state;
    ag_point_pair pairs[COUNT];
    ag_homography h;
    make_pairs(pairs, &ASLANT, 0, 3);
    for (size_t i = 0; i < COUNT; i += 2) {
        pairs[i].to[0] += 0.3;
        pairs[i].weight = 0;
    }
    assert_true(ag_homography_fit(&h, pairs, COUNT));
    assert_same(&h, &ASLANT, 1e-8);
    for (size_t i = 0; i < COUNT; i += 2)
        pairs[i].weight = 1e-4;
    assert_true(ag_homography_fit(&h, pairs, COUNT));
    const double little = mean_error(&h, pairs);
    for (size_t i = 0; i < COUNT; i += 2)
        pairs[i].weight = 1;
    assert_true(ag_homography_fit(&h, pairs, COUNT));
    assert_true(little < 0.001 && mean_error(&h, pairs) > 0.05);
}

static void assert_no_fit(const ag_point_pair *pairs, size_t count)
{
    ag_homography h;
    assert_false(ag_homography_fit(&h, pairs, count));
    assert_false(ag_homography_fit_affine(&h, pairs, count));
}

static void test_homography_refuses_what_fixes_none(void **state)
{
    (void)state;
    ag_point_pair pairs[COUNT], kept[COUNT];
    make_pairs(kept, &ASLANT, 0, 8);
    memcpy(pairs, kept, sizeof pairs);
    for (size_t i = 0; i < COUNT; i++) /* on a line */
        pairs[i].from[1] = 0.3 * pairs[i].from[0] + 0.2;
    assert_no_fit(pairs, COUNT);
    memcpy(pairs, kept, sizeof pairs);
    for (size_t i = 0; i < COUNT; i++) /* from one point */
        pairs[i].from[0] = pairs[i].from[1] = 0.3;
    assert_no_fit(pairs, COUNT);
    memcpy(pairs, kept, sizeof pairs);
    for (size_t i = 0; i < COUNT; i++) /* to one point */
        pairs[i].to[0] = pairs[i].to[1] = 0.3;
    assert_no_fit(pairs, COUNT);
    memcpy(pairs, kept, sizeof pairs);
    for (size_t i = 0; i < COUNT; i++)
        pairs[i].weight = 0;
    assert_no_fit(pairs, COUNT);
    assert_no_fit(pairs, 0);
    for (size_t i = 0; i < 2; i++)
        pairs[i].weight = 1;
    assert_no_fit(pairs, COUNT);
    memcpy(pairs, kept, sizeof pairs);
    for (size_t i = 0; i < COUNT; i++) /* two places only */
        memcpy(pairs[i].from, kept[i % 2].from, sizeof pairs[i].from);
    assert_no_fit(pairs, COUNT);
    for (size_t i = 0; i < COUNT; i++) /* three: enough for an affine one */
        pairs[i] = kept[i % 3];
    ag_homography h;
    assert_false(ag_homography_fit(&h, pairs, COUNT));
    assert_true(ag_homography_fit_affine(&h, pairs, COUNT));
}

/* The rectangle of 1 × 0.75 seen with those corners: is that plausible? */
static bool is_plausible(const double corners[4][2])
{
    const double from[4][2] = {{0, 0}, {1, 0}, {1, 0.75}, {0, 0.75}};
    ag_point_pair pairs[4];
    ag_homography h;
    double found[4][2];
    for (size_t i = 0; i < 4; i++)
        pairs[i] = (ag_point_pair){{from[i][0], from[i][1]}, {corners[i][0], corners[i][1]}, 1};
    assert_true(ag_homography_fit(&h, pairs, 4));
    if (!ag_homography_is_plausible(found, &h, 1, 0.75))
        return false;
    for (size_t i = 0; i < 4; i++)
        for (size_t axis = 0; axis < 2; axis++)
            assert_true(fabs(found[i][axis] - corners[i][axis]) <= 1e-6);
    return true;
}

static void test_homography_plausible_views(void **state)
{
    (void)state;
    static const double PLAUSIBLE[][4][2] = {
        {{0, 0}, {1, 0}, {1, 0.75}, {0, 0.75}},               /* straight on */
        {{0.2, 0.3}, {0.9, 0.1}, {0.8, 0.8}, {0.3, 0.7}},     /* aslant */
        {{0.9, 0.8}, {0.2, 0.8}, {0.2, 0.3}, {0.9, 0.3}},     /* upside down */
        {{0.8, 0.1}, {0.8, 0.9}, {0.2, 0.9}, {0.2, 0.1}},     /* on its side */
        {{-4, -3}, {6, -3}, {6, 4.5}, {-4, 4.5}},             /* from near by */
        {{0.5, 0.5}, {0.53, 0.5}, {0.53, 0.53}, {0.5, 0.53}}, /* from afar */
        {{0.3, 0.1}, {0.7, 0.3}, {0.7, 0.5}, {0.3, 0.8}},     /* seen along the wall */
    };
    for (size_t i = 0; i < sizeof PLAUSIBLE / sizeof *PLAUSIBLE; i++)
        assert_true(is_plausible(PLAUSIBLE[i]));
}

static void test_homography_implausible_views(void **state)
{
    (void)state;
    static const double IMPLAUSIBLE[][4][2] = {
        {{1, 0}, {0, 0}, {0, 0.75}, {1, 0.75}},         /* mirrored */
        {{0, 0.75}, {1, 0.75}, {1, 0}, {0, 0}},         /* the other way */
        {{0, 0}, {0.01, 0}, {0.01, 0.01}, {0, 0.01}},   /* a dot */
        {{-30, -30}, {30, -30}, {30, 30}, {-30, 30}},   /* a world */
        {{0, 0}, {1, 0}, {0.3, 0.2}, {0, 0.75}},        /* dented */
        {{0, 0}, {1, 0}, {0.1, 0.75}, {0.8, 0.7}},      /* folded */
        {{0, 0}, {1, 0}, {0.55, 0.75}, {0.45, 0.75}},   /* one side next to nothing */
        {{0, 0.1}, {0.9, 0.35}, {0.9, 0.4}, {0, 0.65}}, /* likewise */
    };
    for (size_t i = 0; i < sizeof IMPLAUSIBLE / sizeof *IMPLAUSIBLE; i++)
        assert_false(is_plausible(IMPLAUSIBLE[i]));
}

static void test_homography_implausible_transforms(void **state)
{
    (void)state;
    static const ag_homography IDENTITY = {{1, 0, 0, 0, 1, 0, 0, 0, 1}};
    static const ag_homography IMPLAUSIBLE[] = {
        {{1, 0, 0, 0, 1, 0, -1.2, 0, 1}},  /* the right side is behind the camera */
        {{1, 0, 0, 0, 1, 0, -1, 0, 1}},    /* or on the horizon */
        {{1, 0, 0, 2, 0, 0, 0, 0, 1}},     /* a line */
        {{0, 0, 0.5, 0, 0, 0.5, 0, 0, 1}}, /* a point */
        {{0}},                             /* nothing */
        {{NAN, 0, 0, 0, 1, 0, 0, 0, 1}},
        {{1, 0, 0, 0, 1, 0, 0, 0, NAN}},
        {{INFINITY, 0, 0, 0, 1, 0, 0, 0, 1}},
    };
    double corners[4][2];
    for (size_t i = 0; i < sizeof IMPLAUSIBLE / sizeof *IMPLAUSIBLE; i++)
        assert_false(ag_homography_is_plausible(corners, &IMPLAUSIBLE[i], 1, 0.75));
    assert_true(ag_homography_is_plausible(corners, &IDENTITY, 1, 0.75));
    assert_false(ag_homography_is_plausible(corners, &IDENTITY, 1, 0));
    assert_false(ag_homography_is_plausible(corners, &IDENTITY, NAN, NAN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_homography_applies),
        cmocka_unit_test(test_homography_derivative_is_that_of_small_steps),
        cmocka_unit_test(test_homography_is_recovered_exactly),
        cmocka_unit_test(test_homography_is_fixed_by_the_fewest_points),
        cmocka_unit_test(test_homography_does_not_mind_units),
        cmocka_unit_test(test_homography_averages_noise),
        cmocka_unit_test(test_homography_goes_by_weights),
        cmocka_unit_test(test_homography_refuses_what_fixes_none),
        cmocka_unit_test(test_homography_plausible_views),
        cmocka_unit_test(test_homography_implausible_views),
        cmocka_unit_test(test_homography_implausible_transforms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
