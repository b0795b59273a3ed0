#include "features/descriptor.h"

#include "features/hamming.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIDE   80
#define MIDDLE (SIDE / 2)

static unsigned distance(const ag_descriptor *a, const ag_descriptor *b)
{
    uint16_t bits;
    ag_hamming_best()->distances(&bits, a, b, 1);
    return bits;
}

static void test_pattern_is_within_its_radius_and_has_no_test_twice(void **state)
{
    (void)state;
    unsigned wide = 0;
    for (size_t i = 0; i < AG_PATTERN_TESTS; i++) {
        const ag_pattern_test *a = &AG_PATTERN[i];
        assert_true(hypot(a->x1, a->y1) <= AG_PATTERN_RADIUS_PX);
        assert_true(hypot(a->x2, a->y2) <= AG_PATTERN_RADIUS_PX);
        assert_true(a->x1 != a->x2 || a->y1 != a->y2);
        assert_in_range(a->is_wide, 0, 1);
        wide += a->is_wide;
        for (size_t j = 0; j < i; j++) {
            const ag_pattern_test *b = &AG_PATTERN[j];
            assert_false(a->is_wide == b->is_wide && a->x1 == b->x1 && a->y1 == b->y1 &&
                         a->x2 == b->x2 && a->y2 == b->y2);
            assert_false(a->is_wide == b->is_wide && a->x1 == b->x2 && a->y1 == b->y2 &&
                         a->x2 == b->x1 && a->y2 == b->y1);
        }
    }
    assert_in_range(wide, 1, AG_PATTERN_TESTS - 1);
}

/* Gentle blobs around the middle of a plane, of chance. */
#define BLOBS 40

typedef struct scene {
    double at[BLOBS][2], width[BLOBS], height[BLOBS];
} scene;

static scene make_scene(uint64_t seed)
{
    scene s;
    for (size_t i = 0; i < BLOBS; i++) {
        s.at[i][0] = support_between(&seed, -24, 24);
        s.at[i][1] = support_between(&seed, -24, 24);
        s.width[i] = support_between(&seed, 2, 5);
        s.height[i] = support_between(&seed, -70, 70);
    }
    return s;
}

/* The scene, turned, in both planes of a level: the wide one is blurred more. */
static ag_pyramid_level render(const scene *s, double angle)
{
    ag_pyramid_level level = {.soft = support_plane(SIDE, SIDE, SIDE),
                              .wide = support_plane(SIDE, SIDE, SIDE)};
    uint16_t scratch[SIDE];
    const ag_plane_kernels *kernels[AG_PLANE_VARIANTS];
    ag_plane_usable(kernels);
    for (size_t y = 0; y < SIDE; y++)
        for (size_t x = 0; x < SIDE; x++) {
            const double u = (double)x - MIDDLE, v = (double)y - MIDDLE;
            const double across = u * cos(angle) + v * sin(angle);
            const double down = v * cos(angle) - u * sin(angle);
            double value = 128;
            for (size_t i = 0; i < BLOBS; i++) {
                const double d = hypot(across - s->at[i][0], down - s->at[i][1]) / s->width[i];
                value += s->height[i] * exp(-d * d / 2);
            }
            level.soft.pixels[y * SIDE + x] = (uint8_t)fmin(fmax(value, 0), 255);
        }
    kernels[0]->blur(&level.wide, &level.soft, scratch);
    return level;
}

static void level_fini(ag_pyramid_level *level)
{
    support_plane_fini(&level->soft);
    support_plane_fini(&level->wide);
}

static void test_descriptor_angle_points_to_the_bright_side(void **state)
{
    (void)state;
    ag_plane plane = support_plane(SIDE, SIDE, SIDE + 5);
    for (unsigned angle = 0; angle < 256; angle++) {
        const double c = cos(angle * 2 * M_PI / 256), s = sin(angle * 2 * M_PI / 256);
        for (size_t y = 0; y < SIDE; y++)
            for (size_t x = 0; x < SIDE; x++)
                plane.pixels[y * plane.stride + x] = (uint8_t)lround(
                    128 + 2 * (((double)x - MIDDLE) * c + ((double)y - MIDDLE) * s));
        const uint8_t found = ag_descriptor_angle(&plane, MIDDLE, MIDDLE);
        assert_in_range((uint8_t)(found - angle + 1), 0, 2);
        assert_true(angle % 64 != 0 || found == angle);
    }
    support_plane_fini(&plane);
}

/* What a scene is like when it is turned: its angle turns with it, its bits stay. */
static void check_turn(uint64_t seed, double degrees, unsigned most_bits)
{
    const scene s = make_scene(seed);
    ag_pyramid_level before = render(&s, 0), after = render(&s, degrees * M_PI / 180);
    ag_descriptor_table *table = ag_descriptor_table_create(SIDE);
    const uint32_t at[2] = {MIDDLE, MIDDLE};
    const uint8_t angles[2] = {ag_descriptor_angle(&before.soft, MIDDLE, MIDDLE),
                               ag_descriptor_angle(&after.soft, MIDDLE, MIDDLE)};
    const int turned = (uint8_t)(angles[1] - angles[0] + 2) - 2;
    ag_descriptor bits[2];
    assert_true(fabs(turned - degrees / 360 * 256) < 2);
    ag_descriptor_compute(&bits[0], table, &before, at, angles[0]);
    ag_descriptor_compute(&bits[1], table, &after, at, angles[1]);
    assert_in_range(distance(&bits[0], &bits[1]), 0, most_bits);
    ag_descriptor_table_destroy(table);
    level_fini(&before);
    level_fini(&after);
}

static void test_descriptor_turns_with_the_picture(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        check_turn(seed, 0, 0);
        check_turn(seed, 90, 12);
        check_turn(seed, 180, 12);
        check_turn(seed, 37, 36);
        check_turn(seed, 205, 36);
    }
}

static void test_descriptor_tells_patches_apart(void **state)
{
    (void)state;
    ag_descriptor_table *table = ag_descriptor_table_create(SIDE);
    const uint32_t at[2] = {MIDDLE, MIDDLE};
    ag_descriptor bits[12];
    double sum = 0, pairs = 0;
    for (uint64_t seed = 0; seed < 12; seed++) {
        const scene s = make_scene(seed + 1);
        ag_pyramid_level level = render(&s, 0);
        ag_descriptor_compute(&bits[seed], table, &level, at,
                              ag_descriptor_angle(&level.soft, MIDDLE, MIDDLE));
        for (uint64_t other = 0; other < seed; other++, pairs++) {
            assert_in_range(distance(&bits[seed], &bits[other]), 60, 200);
            sum += distance(&bits[seed], &bits[other]);
        }
        level_fini(&level);
    }
    assert_true(sum / pairs > 90 && sum / pairs < 140);
    ag_descriptor_table_destroy(table);
}

/* Quarter turns are exact: the pattern's points fall on pixels. */
static void test_descriptor_bits_are_the_patterns_comparisons(void **state)
{
    (void)state;
    static const int C[4] = {1, 0, -1, 0}, S[4] = {0, 1, 0, -1};
    ag_pyramid_level level = {.soft = support_plane(SIDE, SIDE, SIDE),
                              .wide = support_plane(SIDE, SIDE, SIDE)};
    uint64_t draw = 9;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        level.soft.pixels[i] = (uint8_t)(support_draw(&draw) % 8); /* equal ones, too */
        level.wide.pixels[i] = (uint8_t)support_draw(&draw);
    }
    ag_descriptor_table *table = ag_descriptor_table_create(SIDE);
    const uint32_t at[2] = {MIDDLE - 7, MIDDLE + 5};
    for (size_t quarter = 0; quarter < 4; quarter++) {
        ag_descriptor bits;
        ag_descriptor_compute(&bits, table, &level, at, (uint8_t)(quarter * 64));
        for (size_t i = 0; i < AG_PATTERN_TESTS; i++) {
            const ag_pattern_test *test = &AG_PATTERN[i];
            const uint8_t *plane = test->is_wide ? level.wide.pixels : level.soft.pixels;
            const int c = C[quarter], s = S[quarter];
            const int x1 = (int)at[0] + c * test->x1 - s * test->y1;
            const int y1 = (int)at[1] + s * test->x1 + c * test->y1;
            const int x2 = (int)at[0] + c * test->x2 - s * test->y2;
            const int y2 = (int)at[1] + s * test->x2 + c * test->y2;
            assert_int_equal(bits.bits[i / 8] >> i % 8 & 1,
                             plane[y1 * SIDE + x1] < plane[y2 * SIDE + x2]);
        }
    }
    ag_descriptor_table_destroy(table);
    level_fini(&level);
}

/* At the corner of a plane without slack, which sanitizers watch. */
static void test_descriptor_stays_within_its_reach(void **state)
{
    (void)state;
    enum { ROOM = 2 * AG_DESCRIPTOR_REACH_PX + 1 };
    uint8_t *pixels = calloc(ROOM, ROOM);
    const ag_plane plane = {pixels, ROOM, ROOM, ROOM};
    const ag_pyramid_level level = {.soft = plane, .wide = plane};
    ag_descriptor_table *table = ag_descriptor_table_create(ROOM);
    const uint32_t at[2] = {AG_DESCRIPTOR_REACH_PX, AG_DESCRIPTOR_REACH_PX};
    const ag_descriptor none = {{0}};
    for (unsigned angle = 0; angle < 256; angle++) {
        ag_descriptor bits;
        ag_descriptor_compute(&bits, table, &level, at, (uint8_t)angle);
        assert_memory_equal(&bits, &none, sizeof bits); /* of equals, none is darker */
    }
    assert_int_equal(ag_descriptor_angle(&plane, at[0], at[1]), 0);
    ag_descriptor_table_destroy(table);
    free(pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pattern_is_within_its_radius_and_has_no_test_twice),
        cmocka_unit_test(test_descriptor_angle_points_to_the_bright_side),
        cmocka_unit_test(test_descriptor_turns_with_the_picture),
        cmocka_unit_test(test_descriptor_tells_patches_apart),
        cmocka_unit_test(test_descriptor_bits_are_the_patterns_comparisons),
        cmocka_unit_test(test_descriptor_stays_within_its_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
