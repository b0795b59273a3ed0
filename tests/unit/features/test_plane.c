/* Every variant of the kernels must give, byte for byte, what the definitions in the header say. */
#include "features/plane.h"

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

/* What memory that nobody should write is filled with. */
#define UNTOUCHED 0xa5

/* Whole vectors, and every kind of rest. */
#define LONGEST 200

typedef void check_fn(const ag_plane_kernels *kernels);

static void for_all_kernels(check_fn *check)
{
    const ag_plane_kernels *kernels[AG_PLANE_VARIANTS];
    const size_t count = ag_plane_usable(kernels);
    for (size_t i = 0; i < count; i++)
        check(kernels[i]);
}

static void fill(uint8_t *out, size_t count, uint64_t seed)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (uint8_t)support_draw(&seed);
}

static void assert_untouched(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(bytes[i], UNTOUCHED);
}

static void test_plane_usable_ends_with_portable(void **state)
{
    (void)state;
    const ag_plane_kernels *kernels[AG_PLANE_VARIANTS];
    const size_t count = ag_plane_usable(kernels);
    assert_in_range(count, 1, AG_PLANE_VARIANTS);
    assert_string_equal(kernels[count - 1]->name, "portable");
    for (size_t i = 0; i + 1 < count; i++)
        assert_string_not_equal(kernels[i]->name, kernels[i + 1]->name);
}

static void check_luma(const ag_plane_kernels *kernels)
{
    uint8_t rgb[3 * LONGEST], out[LONGEST + 1];
    fill(rgb, sizeof rgb, 1);
    memset(rgb, 255, 3);
    memset(rgb + 3, 0, 3);
    for (size_t count = 0; count <= LONGEST; count++) {
        memset(out, UNTOUCHED, sizeof out);
        kernels->luma(out, rgb, count);
        for (size_t i = 0; i < count; i++) {
            const double exact =
                0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2];
            const int rounded =
                (77 * rgb[3 * i] + 150 * rgb[3 * i + 1] + 29 * rgb[3 * i + 2] + 128) / 256;
            assert_int_equal(out[i], rounded);
            assert_true(fabs(out[i] - exact) < 1);
        }
        assert_untouched(out + count, sizeof out - count);
    }
}

static void test_plane_luma(void **state)
{
    (void)state;
    for_all_kernels(check_luma);
}

static uint8_t evened_out(uint8_t in, float mean, float gain)
{
    const float scaled = ((float)in - mean) * gain;
    const float value = 128.5F + scaled;
    return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)value;
}

static void check_even_out(const ag_plane_kernels *kernels)
{
    uint8_t in[LONGEST], out[LONGEST + 1];
    float mean[LONGEST], gain[LONGEST];
    uint64_t state = 3;
    fill(in, sizeof in, 2);
    for (size_t i = 0; i < LONGEST; i++) {
        mean[i] = (float)support_between(&state, 0, 255);
        gain[i] = (float)support_between(&state, 0, 16);
    }
    for (size_t count = 0; count <= LONGEST; count++) {
        memset(out, UNTOUCHED, sizeof out);
        kernels->even_out(out, in, mean, gain, count);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(out[i], evened_out(in[i], mean[i], gain[i]));
        assert_untouched(out + count, sizeof out - count);
    }
    kernels->even_out(in, in, mean, gain, LONGEST); /* in place */
    assert_memory_equal(in, out, LONGEST);
}

static void test_plane_even_out(void **state)
{
    (void)state;
    for_all_kernels(check_even_out);
}

static void check_shrink(const ag_plane_kernels *kernels)
{
    static const uint8_t WEIGHTS[] = {0, 1, 128, 255};
    uint8_t a[LONGEST], b[LONGEST], scratch[LONGEST], out[LONGEST + 1], weight[LONGEST];
    uint32_t first[LONGEST];
    const uint8_t *const rows[2] = {a, b};
    const ag_plane_axis axis = {first, weight};
    fill(a, sizeof a, 4);
    fill(b, sizeof b, 5);
    fill(weight, sizeof weight, 6);
    for (size_t i = 0; i < LONGEST * 5 / 6; i++)
        first[i] = (uint32_t)(i * 6 / 5);
    for (size_t in_width = 2; in_width <= LONGEST; in_width += 11) {
        const size_t width = in_width * 5 / 6;
        const unsigned down = WEIGHTS[in_width % 4];
        memset(out, UNTOUCHED, sizeof out);
        kernels->shrink(out, width, rows, (uint8_t)down, &axis, in_width, scratch);
        for (size_t i = 0; i < width; i++) {
            const size_t at = first[i];
            const unsigned left = (a[at] * (256 - down) + b[at] * down + 128) / 256;
            const unsigned right = (a[at + 1] * (256 - down) + b[at + 1] * down + 128) / 256;
            assert_int_equal(out[i], (left * (256U - weight[i]) + right * weight[i] + 128) / 256);
        }
        assert_untouched(out + width, sizeof out - width);
    }
}

static void test_plane_shrink(void **state)
{
    (void)state;
    for_all_kernels(check_shrink);
}

static unsigned blurred(const ag_plane *in, size_t x, size_t y)
{
    static const unsigned TAPS[7] = {1, 6, 15, 20, 15, 6, 1};
    if (x < AG_PLANE_BLUR_PX || x + AG_PLANE_BLUR_PX >= in->width || y < AG_PLANE_BLUR_PX ||
        y + AG_PLANE_BLUR_PX >= in->height)
        return in->pixels[y * in->stride + x];
    unsigned sum = 0;
    for (size_t row = 0; row < 7; row++)
        for (size_t column = 0; column < 7; column++)
            sum += TAPS[row] * TAPS[column] *
                   in->pixels[(y + row - AG_PLANE_BLUR_PX) * in->stride + x + column -
                              AG_PLANE_BLUR_PX];
    return (sum + 2048) / 4096;
}

static void check_blur(const ag_plane_kernels *kernels)
{
    static const uint32_t SIZES[][2] = {{7, 7}, {5, 20}, {20, 5}, {64, 9}, {67, 12}, {131, 40}};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        const uint32_t width = SIZES[i][0], height = SIZES[i][1];
        ag_plane in = support_plane(width, height, width + i);
        ag_plane out = support_plane(width, height, width + 3);
        uint16_t *scratch = calloc(width, sizeof *scratch);
        fill(in.pixels, in.stride * height, i);
        memset(in.pixels + in.stride * 3, 255, in.stride * (height - 3) / 2);
        memset(out.pixels, UNTOUCHED, out.stride * height + AG_PLANE_SLACK);
        kernels->blur(&out, &in, scratch);
        for (size_t y = 0; y < height; y++) {
            for (size_t x = 0; x < width; x++)
                assert_int_equal(out.pixels[y * out.stride + x], blurred(&in, x, y));
            assert_untouched(out.pixels + y * out.stride + width, 3);
        }
        assert_untouched(out.pixels + out.stride * height, AG_PLANE_SLACK);
        free(scratch);
        support_plane_fini(&in);
        support_plane_fini(&out);
    }
}

static void test_plane_blur(void **state)
{
    (void)state;
    for_all_kernels(check_blur);
}

/* Clockwise from the top, each beside the one before, all of them three pixels away. */
static void test_plane_circle_is_one(void **state)
{
    (void)state;
    assert_true(AG_PLANE_CIRCLE[0][0] == 0 && AG_PLANE_CIRCLE[0][1] == -AG_PLANE_CORNER_PX);
    for (size_t i = 0; i < 16; i++) {
        const int8_t *a = AG_PLANE_CIRCLE[i], *b = AG_PLANE_CIRCLE[(i + 1) % 16];
        assert_int_equal(lround(hypot(a[0], a[1])), AG_PLANE_CORNER_PX);
        assert_true(abs(a[0] - b[0]) <= 1 && abs(a[1] - b[1]) <= 1);
        assert_true(a[0] * b[1] - a[1] * b[0] > 0);
    }
}

/* Are 9 neighbours of the circle brighter (sign 1) or darker (-1) than the middle by at least d? */
static bool is_corner(const ag_plane *plane, size_t x, size_t y, int d, int sign)
{
    const uint8_t *middle = plane->pixels + y * plane->stride + x;
    unsigned run = 0;
    for (size_t i = 0; i < 16 + 8; i++) {
        const int8_t *at = AG_PLANE_CIRCLE[i % 16];
        const int pixel = middle[at[1] * (ptrdiff_t)plane->stride + at[0]];
        run = sign * (pixel - *middle) >= d ? run + 1 : 0;
        if (run == 9)
            return true;
    }
    return false;
}

static int corner_score(const ag_plane *plane, size_t x, size_t y)
{
    int d = 0;
    while (is_corner(plane, x, y, d + 1, 1) || is_corner(plane, x, y, d + 1, -1))
        d++;
    return d;
}

/* Chance alone has next to no corners: boxes have. */
static ag_plane make_cornered(uint32_t width, uint32_t height)
{
    ag_plane plane = support_plane(width, height, width + width % 5);
    uint64_t state = width;
    for (size_t i = 0; i < plane.stride * height; i++)
        plane.pixels[i] = (uint8_t)(100 + support_draw(&state) % 12);
    for (size_t i = 0; i < width * height / 30; i++) {
        const uint32_t from[2] = {support_draw(&state) % width, support_draw(&state) % height};
        const uint32_t size[2] = {1 + support_draw(&state) % 9, 1 + support_draw(&state) % 9};
        support_draw_box(&plane, from, size, (uint8_t)support_draw(&state));
    }
    return plane;
}

static void check_corners(const ag_plane_kernels *kernels)
{
    static const uint32_t WIDTHS[] = {7, 8, 41, 64, 67, 70, 71, 134, 135, 190};
    for (size_t i = 0; i < sizeof WIDTHS / sizeof *WIDTHS; i++) {
        const uint32_t width = WIDTHS[i], height = 24;
        ag_plane plane = make_cornered(width, height);
        uint8_t scores[190 + AG_PLANE_SLACK + 8];
        unsigned found = 0;
        for (uint32_t y = AG_PLANE_CORNER_PX; y + AG_PLANE_CORNER_PX < height; y++) {
            memset(scores, UNTOUCHED, sizeof scores);
            kernels->corners(scores, &plane, y);
            for (size_t x = AG_PLANE_CORNER_PX; x + AG_PLANE_CORNER_PX < width; x++) {
                assert_int_equal(scores[x], corner_score(&plane, x, y));
                found += scores[x] > 50;
            }
            assert_untouched(scores, AG_PLANE_CORNER_PX);
            assert_untouched(scores + width + AG_PLANE_SLACK,
                             sizeof scores - width - AG_PLANE_SLACK);
        }
        assert_true(width < 41 || found > 5);
        support_plane_fini(&plane);
    }
}

static void test_plane_corners_follow_the_definition(void **state)
{
    (void)state;
    for_all_kernels(check_corners);
}

static int at(const uint8_t *p, ptrdiff_t stride, ptrdiff_t dx, ptrdiff_t dy)
{
    return p[dy * stride + dx];
}

/* In doubles, which hold every step exactly. *size: of the terms that are subtracted. */
static double exact_harris(double *size, const uint8_t *middle, ptrdiff_t stride)
{
    static const int SMOOTH[3] = {1, 2, 1};
    double xx = 0, yy = 0, xy = 0;
    for (ptrdiff_t y = -3; y <= 3; y++)
        for (ptrdiff_t x = -3; x <= 3; x++) {
            double gx = 0, gy = 0;
            for (int i = 0; i < 3; i++) {
                gx += SMOOTH[i] *
                      (at(middle, stride, x + 1, y + i - 1) - at(middle, stride, x - 1, y + i - 1));
                gy += SMOOTH[i] *
                      (at(middle, stride, x + i - 1, y + 1) - at(middle, stride, x + i - 1, y - 1));
            }
            xx += gx * gx;
            yy += gy * gy;
            xy += gx * gy;
        }
    *size = (xx + yy) * (xx + yy);
    return xx * yy - xy * xy - 0.04 * *size;
}

static void check_harris(const ag_plane_kernels *kernels)
{
    const ag_plane_kernels *all[AG_PLANE_VARIANTS];
    const size_t variants = ag_plane_usable(all);
    const ag_plane_kernels *portable = all[variants - 1];
    uint8_t *patch = malloc(11 * 11); /* no more than it may read */
    const uint8_t *middle = patch + 5 * 11 + 5;
    for (uint64_t seed = 0; seed < 100; seed++) {
        uint64_t state = seed;
        const unsigned contrast = 1 + support_draw(&state) % 255;
        for (size_t i = 0; i < 121; i++)
            patch[i] = (uint8_t)(support_draw(&state) % contrast);
        if (seed == 0)
            for (size_t i = 0; i < 121; i++)
                patch[i] = i / 11 < 5 && i % 11 < 5 ? 255 : 0;
        double size;
        const double exact = exact_harris(&size, middle, 11);
        const float found = kernels->harris(middle, 11);
        assert_true(fabs(found - exact) <= 1e-6 * size);
        assert_true(found == portable->harris(middle, 11));
    }
    free(patch);
}

static void test_plane_harris(void **state)
{
    (void)state;
    for_all_kernels(check_harris);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plane_usable_ends_with_portable),
        cmocka_unit_test(test_plane_luma),
        cmocka_unit_test(test_plane_even_out),
        cmocka_unit_test(test_plane_shrink),
        cmocka_unit_test(test_plane_blur),
        cmocka_unit_test(test_plane_circle_is_one),
        cmocka_unit_test(test_plane_corners_follow_the_definition),
        cmocka_unit_test(test_plane_harris),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
