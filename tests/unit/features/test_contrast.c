#include "features/contrast.h"

#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH  240
#define HEIGHT 160

static void even_out(const ag_plane *plane)
{
    const ag_plane_kernels *kernels[AG_PLANE_VARIANTS];
    ag_plane_usable(kernels);
    assert_int_equal(ag_contrast_even_out(plane, kernels[0], NULL), AG_OK);
}

/* Blotches of 3 × 3 pixels, of that deviation around a mean. */
static uint8_t texture(uint32_t x, uint32_t y, double mean, double deviation)
{
    uint64_t state = (uint64_t)(y / 3) * 1000 + x / 3;
    support_draw(&state);
    const double drawn = support_between(&state, -1.732, 1.732);
    return (uint8_t)lround(mean + deviation * drawn);
}

typedef struct statistics {
    double mean, deviation;
} statistics;

static statistics measure(const ag_plane *plane, uint32_t left, uint32_t right)
{
    double n = 0, sum = 0, squares = 0;
    for (uint32_t y = 0; y < plane->height; y++)
        for (uint32_t x = left; x < right; x++) {
            const double value = plane->pixels[y * plane->stride + x];
            n++;
            sum += value;
            squares += value * value;
        }
    return (statistics){sum / n, sqrt(squares / n - sum / n * (sum / n))};
}

static void test_contrast_is_alike_in_dark_and_bright_halves(void **state)
{
    (void)state;
    ag_plane plane = support_plane(WIDTH, HEIGHT, WIDTH + 16);
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = 0; x < WIDTH; x++)
            plane.pixels[y * plane.stride + x] =
                x < WIDTH / 2 ? texture(x, y, 30, 5) : texture(x, y, 210, 8);
    even_out(&plane);
    const statistics dark = measure(&plane, 0, WIDTH / 2 - 30);
    const statistics bright = measure(&plane, WIDTH / 2 + 30, WIDTH);
    assert_true(fabs(dark.mean - 128) <= 3);
    assert_true(fabs(bright.mean - 128) <= 3);
    assert_true(fabs(dark.deviation - 48 * 5 / (5 + 3.0)) <= 4); /* 3: taken for noise */
    assert_true(fabs(bright.deviation - 48 * 8 / (8 + 3.0)) <= 4);
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = WIDTH; x < plane.stride; x++)
            assert_int_equal(plane.pixels[y * plane.stride + x], 0);
    support_plane_fini(&plane);
}

/* The seam between the halves is the only place that may look different. */
static void test_contrast_changes_smoothly(void **state)
{
    (void)state;
    ag_plane plane = support_plane(WIDTH, HEIGHT, WIDTH);
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = 0; x < WIDTH; x++)
            plane.pixels[y * plane.stride + x] = (uint8_t)(40 + x / 2 + (x + y) % 2 * 20);
    even_out(&plane);
    for (uint32_t x = 20; x + 30 < WIDTH; x += 10) {
        const statistics strip = measure(&plane, x, x + 10);
        assert_true(fabs(strip.mean - 128) <= 3);
        assert_true(fabs(strip.deviation - 34) <= 4); /* of 10, and 5.8 by the slope */
    }
    support_plane_fini(&plane);
}

static void test_contrast_leaves_flat_planes_flat(void **state)
{
    (void)state;
    static const uint8_t VALUES[] = {0, 77, 128, 255};
    for (size_t i = 0; i < sizeof VALUES; i++) {
        ag_plane plane = support_plane(WIDTH, HEIGHT, WIDTH);
        memset(plane.pixels, VALUES[i], WIDTH * HEIGHT);
        even_out(&plane);
        for (size_t at = 0; at < WIDTH * HEIGHT; at++)
            assert_in_range(plane.pixels[at], 126, 130);
        support_plane_fini(&plane);
    }
}

static void test_contrast_does_not_blow_up_noise(void **state)
{
    (void)state;
    ag_plane plane = support_plane(WIDTH, HEIGHT, WIDTH);
    uint64_t draw = 1;
    for (size_t at = 0; at < WIDTH * HEIGHT; at++)
        plane.pixels[at] = (uint8_t)(99 + support_draw(&draw) % 3);
    even_out(&plane);
    assert_true(measure(&plane, 0, WIDTH).deviation < 12);
    support_plane_fini(&plane);
}

static void test_contrast_takes_planes_of_any_size(void **state)
{
    (void)state;
    static const uint32_t SIZES[][2] = {{1, 1}, {5, 3}, {8, 8}, {9, 1}, {1, 50}, {17, 200}};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        ag_plane plane = support_plane(SIZES[i][0], SIZES[i][1], SIZES[i][0]);
        memset(plane.pixels, 200, (size_t)plane.width * plane.height);
        even_out(&plane);
        for (size_t at = 0; at < (size_t)plane.width * plane.height; at++)
            assert_in_range(plane.pixels[at], 126, 130);
        assert_int_equal(plane.pixels[(size_t)plane.width * plane.height], 0);
        support_plane_fini(&plane);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contrast_is_alike_in_dark_and_bright_halves),
        cmocka_unit_test(test_contrast_changes_smoothly),
        cmocka_unit_test(test_contrast_leaves_flat_planes_flat),
        cmocka_unit_test(test_contrast_does_not_blow_up_noise),
        cmocka_unit_test(test_contrast_takes_planes_of_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
