#include "features/corners.h"

#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH  320
#define HEIGHT 240
#define ROOM   2000
#define WANTED 200

static const ag_corner_options OPTIONS = {.threshold = 20, .border_px = 16, .max_corners = ROOM};

static size_t find_with(const ag_plane_kernels *kernels, ag_corner corners[ROOM + 1],
                        const ag_plane *plane, const ag_corner_options *options)
{
    ag_corner_finder *finder;
    const ag_corner mark = {.x = 0xabcd};
    assert_int_equal(ag_corner_finder_create(&finder, plane->width, kernels, NULL), AG_OK);
    corners[options->max_corners] = mark;
    const size_t count = ag_corner_finder_run(finder, corners, plane, options);
    assert_true(count <= options->max_corners);
    assert_int_equal(corners[options->max_corners].x, mark.x);
    ag_corner_finder_destroy(finder);
    return count;
}

static size_t find(ag_corner corners[ROOM + 1], const ag_plane *plane,
                   const ag_corner_options *options)
{
    const ag_plane_kernels *kernels[AG_PLANE_VARIANTS];
    ag_plane_usable(kernels);
    return find_with(kernels[0], corners, plane, options);
}

static bool is_found(const ag_corner *corners, size_t count, double x, double y)
{
    for (size_t i = 0; i < count; i++)
        if (hypot(corners[i].x + 0.5 - x, corners[i].y + 0.5 - y) < 3)
            return true;
    return false;
}

/* The fields of one colour of a checkerboard, a little apart, so that each has corners of its own.
 */
#define FIELD 20
#define PITCH 50

static void draw_board(const ag_plane *plane, const uint32_t from[2], const uint32_t to[2],
                       unsigned contrast)
{
    static const uint32_t SIZE[2] = {FIELD, FIELD};
    for (uint32_t y = from[1]; y + FIELD <= to[1]; y += PITCH / 2)
        for (uint32_t x = from[0] + (y - from[1]) % PITCH; x + FIELD <= to[0]; x += PITCH) {
            const uint32_t at[2] = {x, y};
            support_draw_box(plane, at, SIZE, (uint8_t)(60 + contrast));
        }
}

static ag_plane make_board(unsigned contrast)
{
    static const uint32_t FROM[2] = {30, 30}, TO[2] = {WIDTH - 30, HEIGHT - 30};
    ag_plane plane = support_plane(WIDTH, HEIGHT, WIDTH + 7);
    memset(plane.pixels, 60, plane.stride * HEIGHT);
    draw_board(&plane, FROM, TO, contrast);
    return plane;
}

static void test_corners_are_those_of_a_board(void **state)
{
    (void)state;
    ag_plane plane = make_board(120);
    ag_corner corners[ROOM + 1];
    const size_t count = find(corners, &plane, &OPTIONS);
    size_t expected = 0;
    for (uint32_t y = 30; y + FIELD <= HEIGHT - 30; y += PITCH / 2)
        for (uint32_t x = 30 + (y - 30) % PITCH; x + FIELD <= WIDTH - 30; x += PITCH)
            for (uint32_t i = 0; i < 4; i++, expected++)
                assert_true(is_found(corners, count, x + i % 2 * FIELD, y + i / 2 * FIELD));
    assert_int_equal(count, expected); /* each once, and nothing else */
    support_plane_fini(&plane);
}

static void test_corners_need_contrast(void **state)
{
    (void)state;
    ag_corner corners[ROOM + 1];
    ag_plane faint = make_board(OPTIONS.threshold - 1), clear = make_board(OPTIONS.threshold);
    assert_int_equal(find(corners, &faint, &OPTIONS), 0);
    assert_true(find(corners, &clear, &OPTIONS) > 50);
    support_plane_fini(&faint);
    support_plane_fini(&clear);
}

static ag_plane make_noise(uint32_t width, uint32_t height)
{
    ag_plane plane = support_plane(width, height, width);
    uint64_t state = 5;
    for (uint32_t i = 0; i < width * height / 60; i++) {
        const uint32_t from[2] = {support_draw(&state) % width, support_draw(&state) % height};
        const uint32_t size[2] = {1 + support_draw(&state) % 9, 1 + support_draw(&state) % 9};
        support_draw_box(&plane, from, size, (uint8_t)support_draw(&state));
    }
    return plane;
}

static void test_corners_keep_off_the_border(void **state)
{
    (void)state;
    ag_plane plane = make_noise(200, 120);
    ag_corner corners[ROOM + 1];
    for (uint32_t border_px = 5; border_px <= 57; border_px += 13) {
        const ag_corner_options options = {
            .threshold = 20, .border_px = border_px, .max_corners = ROOM};
        uint32_t left = UINT32_MAX, right = 0, top = UINT32_MAX, bottom = 0;
        const size_t count = find(corners, &plane, &options);
        for (size_t i = 0; i < count; i++) {
            left = corners[i].x < left ? corners[i].x : left;
            right = corners[i].x > right ? corners[i].x : right;
            top = corners[i].y < top ? corners[i].y : top;
            bottom = corners[i].y > bottom ? corners[i].y : bottom;
        }
        assert_true(left >= border_px && right < plane.width - border_px);
        assert_true(top >= border_px && bottom < plane.height - border_px);
        /* and come close to it */
        assert_true(border_px > 40 || left < border_px + 6);
        assert_true(border_px > 40 || right + 6 >= plane.width - border_px);
        assert_true(border_px > 40 || top < border_px + 6);
        assert_true(border_px > 40 || bottom + 6 >= plane.height - border_px);
    }
    support_plane_fini(&plane);
}

static void test_corners_of_planes_without_room(void **state)
{
    (void)state;
    static const uint32_t SIZES[][2] = {{32, 200}, {200, 32}, {1, 1}, {31, 31}};
    ag_corner corners[ROOM + 1];
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        ag_plane plane = make_noise(SIZES[i][0], SIZES[i][1]);
        assert_int_equal(find(corners, &plane, &OPTIONS), 0);
        support_plane_fini(&plane);
    }
    ag_plane plane = make_noise(33, 33); /* room for one */
    assert_true(find(corners, &plane, &OPTIONS) <= 1);
    support_plane_fini(&plane);
}

static void test_corners_come_best_first(void **state)
{
    (void)state;
    ag_plane plane = make_noise(WIDTH, HEIGHT);
    ag_corner all[ROOM + 1], some[ROOM + 1];
    const size_t count = find(all, &plane, &OPTIONS);
    assert_in_range(count, 200, ROOM - 1);
    for (size_t i = 1; i < count; i++)
        assert_true(all[i - 1].response >= all[i].response);
    for (size_t wanted = 0; wanted <= 3; wanted++) {
        ag_corner_options options = OPTIONS;
        options.max_corners = wanted;
        assert_int_equal(find(some, &plane, &options), wanted);
        assert_true(wanted == 0 || some[0].response == all[0].response);
    }
    support_plane_fini(&plane);
}

static void assert_apart(const ag_plane *plane)
{
    ag_corner corners[ROOM + 1];
    const size_t count = find(corners, plane, &OPTIONS);
    assert_in_range(count, 200, ROOM - 1);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(abs(corners[i].x - corners[j].x) > 1 ||
                        abs(corners[i].y - corners[j].y) > 1);
}

/* Of neighbours only the best is a corner; of equals, which black and white have many of, one. */
static void test_corners_are_never_neighbours(void **state)
{
    (void)state;
    ag_plane plane = make_noise(WIDTH, HEIGHT);
    assert_apart(&plane);
    for (size_t i = 0; i < plane.stride * HEIGHT; i++)
        plane.pixels[i] = plane.pixels[i] > 100 ? 180 : 60;
    assert_apart(&plane);
    support_plane_fini(&plane);
}

/* Where a quarter has all the strong corners, the others still get some. */
static void test_corners_are_spread(void **state)
{
    (void)state;
    static const uint32_t FROM[2] = {20, 20}, TO[2] = {WIDTH / 2, HEIGHT / 2};
    ag_plane plane = make_board(60);
    uint64_t draw = 3;
    for (unsigned i = 0; i < 2500; i++) { /* strong ones, in a quarter */
        const uint32_t at[2] = {FROM[0] + support_draw(&draw) % (TO[0] - FROM[0]),
                                FROM[1] + support_draw(&draw) % (TO[1] - FROM[1])};
        static const uint32_t SIZE[2] = {5, 5};
        support_draw_box(&plane, at, SIZE, support_draw(&draw) % 2 ? 255 : 0);
    }
    ag_corner_options options = OPTIONS;
    ag_corner corners[ROOM + 1];
    options.max_corners = WANTED;
    assert_true(find(corners, &plane, &OPTIONS) > 2 * WANTED);
    assert_int_equal(find(corners, &plane, &options), WANTED);
    unsigned quarters[4] = {0};
    for (size_t i = 0; i < WANTED; i++)
        quarters[(corners[i].x >= WIDTH / 2) + 2 * (corners[i].y >= HEIGHT / 2)]++;
    for (size_t i = 1; i < 4; i++)
        assert_in_range(quarters[i], 20, 60);
    assert_in_range(quarters[0], 60, 140);
    support_plane_fini(&plane);
}

static void test_corners_are_the_same_every_time(void **state)
{
    (void)state;
    const ag_plane_kernels *kernels[AG_PLANE_VARIANTS];
    const size_t variants = ag_plane_usable(kernels);
    ag_plane plane = make_noise(WIDTH, HEIGHT), other = make_noise(150, HEIGHT);
    ag_corner expected[ROOM + 1], corners[ROOM + 1];
    const size_t count = find(expected, &plane, &OPTIONS);
    for (size_t i = 0; i < variants; i++) {
        ag_corner_finder *finder;
        assert_int_equal(ag_corner_finder_create(&finder, WIDTH, kernels[i], NULL), AG_OK);
        for (size_t again = 0; again < 2; again++) {
            assert_int_equal(ag_corner_finder_run(finder, corners, &plane, &OPTIONS), count);
            assert_memory_equal(corners, expected, count * sizeof *corners);
            assert_true(ag_corner_finder_run(finder, corners, &other, &OPTIONS) > 0);
        }
        ag_corner_finder_destroy(finder);
    }
    support_plane_fini(&plane);
    support_plane_fini(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corners_are_those_of_a_board),
        cmocka_unit_test(test_corners_need_contrast),
        cmocka_unit_test(test_corners_keep_off_the_border),
        cmocka_unit_test(test_corners_of_planes_without_room),
        cmocka_unit_test(test_corners_come_best_first),
        cmocka_unit_test(test_corners_are_never_neighbours),
        cmocka_unit_test(test_corners_are_spread),
        cmocka_unit_test(test_corners_are_the_same_every_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
