#include "features/consensus.h"

#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STEP 1.2 /* of the pyramid */

#define COUNT 300

static const ag_homography VIEW = {{0.6, -0.12, 0.2, 0.15, 0.55, 0.1, 0.08, -0.12, 1}};

/* A pair that the view explains, as well as chance lets it: places, turn and rungs. */
static ag_consensus_point inlier(const ag_homography *view, double noise, uint64_t *state)
{
    ag_consensus_point point;
    double j[4];
    for (size_t axis = 0; axis < 2; axis++)
        point.from[axis] = support_between(state, 0, 1);
    assert_true(ag_homography_apply(point.to, view, point.from));
    assert_true(ag_homography_derive(j, view, point.from));
    for (size_t axis = 0; axis < 2; axis++)
        point.to[axis] += support_between(state, -noise, noise);
    const double turn = atan2(j[2] - j[1], j[0] + j[3]) * 128 / M_PI;
    const double rungs = log(j[0] * j[3] - j[1] * j[2]) / 2 / log(STEP);
    point.turn = (uint8_t)lround(turn + support_between(state, -4, 4));
    point.rungs = (int8_t)lround(rungs + support_between(state, -0.7, 0.7));
    return point;
}

static ag_consensus_point outlier(uint64_t *state)
{
    ag_consensus_point point;
    for (size_t axis = 0; axis < 2; axis++) {
        point.from[axis] = support_between(state, 0, 1);
        point.to[axis] = support_between(state, 0, 1);
    }
    point.turn = (uint8_t)support_draw(state);
    point.rungs = (int8_t)(support_draw(state) % 13) - 6;
    return point;
}

/* count pairs, every fifth of the view. */
static void make(ag_consensus_point *points, size_t count, const ag_homography *view, uint64_t seed)
{
    for (size_t i = 0; i < count; i++)
        points[i] = i % 5 == 2 ? inlier(view, 0.002, &seed) : outlier(&seed);
}

/* The farthest that h is off the view, over the unit square. */
static double error_of(const ag_homography *h, const ag_homography *view)
{
    double worst = 0;
    for (size_t i = 0; i < 25; i++) {
        const double from[2] = {(double)(i % 5) / 4, (double)(i / 5) / 4};
        double a[2], b[2];
        assert_true(ag_homography_apply(a, h, from));
        assert_true(ag_homography_apply(b, view, from));
        worst = fmax(worst, hypot(a[0] - b[0], a[1] - b[1]));
    }
    return worst;
}

static void test_consensus_point_is_from_reference_to_photo(void **state)
{
    (void)state;
    const ag_keypoint photo = {.x = 65535, .y = 13107, .angle = 10, .level = 3};
    const ag_keypoint reference = {.x = 0, .y = 32768, .angle = 250, .level = 7};
    const ag_consensus_point point = ag_consensus_point_of(&photo, &reference);
    assert_true(fabs(point.from[0]) <= 1e-9);
    assert_true(fabs(point.from[1] - 0.5) <= 1e-4);
    assert_true(fabs(point.to[0] - 1) <= 1e-9);
    assert_true(fabs(point.to[1] - 0.2) <= 1e-9);
    assert_int_equal(point.turn, 16);
    assert_int_equal(point.rungs, -4);
}

static void test_consensus_finds_the_view_among_outliers(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        ag_consensus_point points[COUNT];
        ag_point_pair scratch[COUNT];
        ag_homography h;
        make(points, COUNT, &VIEW, seed);
        const size_t explained = ag_consensus_find(&h, points, COUNT, scratch);
        assert_in_range(explained, COUNT / 5 - 3, COUNT / 5 + 6);
        assert_true(error_of(&h, &VIEW) < 0.006);
    }
}

/* Turned by any angle, nearer and farther: nothing is special about upright views. */
static void test_consensus_finds_views_of_all_turns_and_sizes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        const double angle = i * M_PI / 8, scale = i % 3 == 0 ? 0.3 : i % 3 == 1 ? 0.6 : 1.4;
        const double c = scale * cos(angle), s = scale * sin(angle);
        const ag_homography view = {{c, -s, 0.5, s, c, 0.4, 0.05, -0.06, 1}};
        ag_consensus_point points[COUNT];
        ag_point_pair scratch[COUNT];
        ag_homography h;
        make(points, COUNT, &view, i);
        assert_true(ag_consensus_find(&h, points, COUNT, scratch) >= COUNT / 5 - 4);
        assert_true(error_of(&h, &view) < 0.015);
    }
}

static void test_consensus_needs_turn_and_scale_to_agree(void **state)
{
    (void)state;
    ag_consensus_point points[60];
    ag_point_pair scratch[60];
    ag_homography h;
    uint64_t draw = 5;
    for (size_t i = 0; i < 60; i++)
        points[i] = inlier(&VIEW, 0.001, &draw);
    assert_in_range(ag_consensus_find(&h, points, 60, scratch), 58, 60);
    for (size_t i = 0; i < 60; i++) /* the places agree still, the patches do not */
        points[i].turn = (uint8_t)(i * 64);
    assert_true(ag_consensus_support(points, 60) <= 15);
    for (size_t i = 0; i < 60; i++) {
        points[i] = inlier(&VIEW, 0.001, &draw);
        points[i].rungs = (int8_t)(points[i].rungs + (i % 4) * 8);
    }
    assert_true(ag_consensus_support(points, 60) <= 15);
}

static void test_consensus_of_chance_is_small(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        ag_consensus_point points[COUNT];
        ag_point_pair scratch[COUNT];
        ag_homography h;
        uint64_t draw = seed;
        for (size_t i = 0; i < COUNT; i++)
            points[i] = outlier(&draw);
        assert_true(ag_consensus_find(&h, points, COUNT, scratch) < 12);
    }
}

static void test_consensus_of_few_points(void **state)
{
    (void)state;
    ag_consensus_point points[COUNT];
    ag_point_pair scratch[COUNT];
    uint64_t draw = 1;
    ag_homography h = {{7}};
    for (size_t i = 0; i < COUNT; i++)
        points[i] = inlier(&VIEW, 0, &draw);
    for (size_t count = 0; count < AG_CONSENSUS_MIN; count++)
        assert_int_equal(ag_consensus_find(&h, points, count, scratch), 0);
    assert_true(h.m[0] == 7); /* left alone */
    assert_int_equal(ag_consensus_find(&h, points, 12, scratch), 12);
    for (size_t i = 0; i < COUNT; i++) /* many, at one place */
        points[i] = points[0];
    assert_int_equal(ag_consensus_find(&h, points, COUNT, scratch), 0);
    for (size_t i = 0; i < COUNT; i++) /* on a line */
        points[i].from[0] = points[i].to[0] = (double)i / COUNT;
    assert_int_equal(ag_consensus_find(&h, points, COUNT, scratch), 0);
}

/* Keypoints of damaged files may say anything. */
static void test_consensus_survives_any_numbers(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        ag_consensus_point points[COUNT];
        ag_point_pair scratch[COUNT];
        ag_homography h;
        uint64_t draw = seed;
        for (size_t i = 0; i < COUNT; i++) {
            const uint32_t kind = support_draw(&draw);
            const ag_keypoint photo = {(uint16_t)support_draw(&draw), (uint16_t)support_draw(&draw),
                                       (uint8_t)support_draw(&draw), (uint8_t)(kind % 14)};
            const ag_keypoint reference = {kind % 3 ? UINT16_MAX : 0, (uint16_t)support_draw(&draw),
                                           (uint8_t)(kind % 5),
                                           (uint8_t)(kind % 2 ? 255 : support_draw(&draw))};
            points[i] = ag_consensus_point_of(&photo, &reference);
        }
        assert_in_range(ag_consensus_find(&h, points, COUNT, scratch), 0, COUNT);
        assert_in_range(ag_consensus_support(points, COUNT), 1, COUNT);
    }
}

static void test_consensus_is_the_same_every_time(void **state)
{
    (void)state;
    ag_consensus_point points[COUNT];
    ag_point_pair scratch[COUNT];
    ag_homography a, b;
    make(points, COUNT, &VIEW, 3);
    memset(scratch, 0, sizeof scratch);
    const size_t explained = ag_consensus_find(&a, points, COUNT, scratch);
    memset(scratch, 0xff, sizeof scratch);
    assert_int_equal(ag_consensus_find(&b, points, COUNT, scratch), explained);
    assert_memory_equal(&a, &b, sizeof a);
}

static void test_consensus_support_counts_who_agrees(void **state)
{
    (void)state;
    ag_consensus_point points[COUNT] = {0};
    assert_int_equal(ag_consensus_support(points, 0), 0);
    const ag_homography similar = {{-0.4, -0.5, 0.9, 0.5, -0.4, 0.5, 0, 0, 1}};
    uint64_t draw = 2;
    for (size_t i = 0; i < COUNT; i++)
        points[i] = outlier(&draw);
    assert_int_equal(ag_consensus_support(points, 1), 1);
    const size_t by_chance = ag_consensus_support(points, COUNT);
    assert_true(by_chance < 12);
    for (size_t i = 0; i < 40; i++)
        points[5 * i + 1] = inlier(&similar, 0.002, &draw);
    assert_in_range(ag_consensus_support(points, COUNT), 38, 40 + by_chance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_consensus_point_is_from_reference_to_photo),
        cmocka_unit_test(test_consensus_finds_the_view_among_outliers),
        cmocka_unit_test(test_consensus_finds_views_of_all_turns_and_sizes),
        cmocka_unit_test(test_consensus_needs_turn_and_scale_to_agree),
        cmocka_unit_test(test_consensus_of_chance_is_small),
        cmocka_unit_test(test_consensus_of_few_points),
        cmocka_unit_test(test_consensus_survives_any_numbers),
        cmocka_unit_test(test_consensus_is_the_same_every_time),
        cmocka_unit_test(test_consensus_support_counts_who_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
