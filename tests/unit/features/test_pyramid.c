#include "features/pyramid.h"

#include "features/contrast.h"
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

static const ag_plane_kernels *best_kernels(void)
{
    const ag_plane_kernels *kernels[AG_PLANE_VARIANTS];
    ag_plane_usable(kernels);
    return kernels[0];
}

static ag_pyramid *make(size_t first)
{
    ag_pyramid *pyramid;
    assert_int_equal(ag_pyramid_create(&pyramid, first, best_kernels(), NULL), AG_OK);
    return pyramid;
}

static void fill(ag_pyramid *pyramid, const ag_image *image)
{
    assert_int_equal(ag_pyramid_fill(pyramid, image, NULL), AG_OK);
}

/* Rungs from `first` to before `end` must be there, of the picture's shape, and no others. */
static void assert_levels(const ag_pyramid *pyramid, const ag_image *image, size_t first,
                          size_t end)
{
    const double longer = image->width_px > image->height_px ? image->width_px : image->height_px;
    for (size_t rung = 0; rung < AG_PYRAMID_RUNGS; rung++) {
        const ag_pyramid_level *level = ag_pyramid_level_of(pyramid, rung);
        assert_int_equal(level != NULL, rung >= first && rung < end);
        if (!level)
            continue;
        const double scale = ag_pyramid_side_px(rung) / longer;
        const ag_plane *planes[] = {&level->sharp, &level->soft, &level->wide};
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(planes[i]->width, lround(image->width_px * scale));
            assert_int_equal(planes[i]->height, lround(image->height_px * scale));
            assert_int_equal(planes[i]->stride, ag_pyramid_stride(pyramid));
            assert_true(planes[i]->stride >= planes[i]->width);
        }
    }
}

static void test_pyramid_sides_fall_by_a_fifth(void **state)
{
    (void)state;
    for (size_t rung = 0; rung < AG_PYRAMID_RUNGS; rung++)
        assert_int_equal(ag_pyramid_side_px(rung),
                         lround(1024 / pow(AG_PYRAMID_STEP, (double)rung)));
}

static void test_pyramid_has_the_levels_that_fit(void **state)
{
    (void)state;
    static const struct {
        size_t made_for;
        uint32_t width, height;
        size_t first, end;
    } CASES[] = {
        {3, 800, 600, 3, AG_PYRAMID_RUNGS},
        {0, 800, 1100, 0, AG_PYRAMID_RUNGS},
        {3, 200, 300, 7, AG_PYRAMID_RUNGS},
        {3, 593, 300, 3, AG_PYRAMID_RUNGS},
        {3, 592, 300, 4, AG_PYRAMID_RUNGS},
        {0, 1000, 60, 1, 3},
        {0, 51, 3000, 0, 0},
        {3, 95, 95, 0, 0},
        {3, 96, 96, 13, AG_PYRAMID_RUNGS},
        {3, 50, 50, 0, 0},
        {13, 700, 700, 13, AG_PYRAMID_RUNGS},
        {3, 1, 1, 0, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_pyramid *pyramid = make(CASES[i].made_for);
        ag_image image = support_flat_picture(CASES[i].width, CASES[i].height, 90);
        fill(pyramid, &image);
        assert_levels(pyramid, &image, CASES[i].first, CASES[i].end);
        ag_image_fini(&image);
        ag_pyramid_destroy(pyramid);
    }
}

static void assert_same_plane(const ag_plane *a, const ag_plane *b)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    for (size_t y = 0; y < a->height; y++)
        assert_memory_equal(a->pixels + y * a->stride, b->pixels + y * b->stride, a->width);
}

static void test_pyramid_begins_with_the_picture_itself(void **state)
{
    (void)state;
    ag_image image = support_picture(494, 400, 1);
    ag_pyramid *pyramid = make(4);
    ag_plane expected = support_plane(494, 400, 494);
    fill(pyramid, &image);
    best_kernels()->luma(expected.pixels, image.rgb, 494 * 400);
    assert_int_equal(ag_contrast_even_out(&expected, best_kernels(), NULL), AG_OK);
    assert_same_plane(&ag_pyramid_level_of(pyramid, 4)->sharp, &expected);
    support_plane_fini(&expected);
    ag_pyramid_destroy(pyramid);
    ag_image_fini(&image);
}

static void test_pyramid_planes_are_blurred_more_and_more(void **state)
{
    (void)state;
    ag_image image = support_picture(360, 240, 2);
    ag_pyramid *pyramid = make(6);
    uint16_t scratch[512];
    fill(pyramid, &image);
    for (size_t rung = 6; rung < AG_PYRAMID_RUNGS; rung++) {
        const ag_pyramid_level *level = ag_pyramid_level_of(pyramid, rung);
        ag_plane soft = support_plane(level->sharp.width, level->sharp.height, 512);
        ag_plane wide = support_plane(level->sharp.width, level->sharp.height, 512);
        best_kernels()->blur(&soft, &level->sharp, scratch);
        best_kernels()->blur(&wide, &soft, scratch);
        assert_same_plane(&level->soft, &soft);
        assert_same_plane(&level->wide, &wide);
        support_plane_fini(&soft);
        support_plane_fini(&wide);
    }
    ag_pyramid_destroy(pyramid);
    ag_image_fini(&image);
}

/* Hills and dales, so gentle that only where they are matters, not how they are resampled. */
static ag_image make_hilly(uint32_t width_px, uint32_t height_px)
{
    ag_image image = support_flat_picture(width_px, height_px, 0);
    for (uint32_t y = 0; y < height_px; y++)
        for (uint32_t x = 0; x < width_px; x++) {
            const double value = sin((x + 0.5) * 25 / width_px) + sin((y + 0.5) * 16 / width_px);
            memset(image.rgb + ((size_t)y * width_px + x) * 3, (int)lround(128 + 50 * value), 3);
        }
    return image;
}

/* The value between the pixels of a plane; beyond the middles of the outermost, theirs. */
static double sample(const ag_plane *plane, double x, double y)
{
    const double across = fmin(fmax(x - 0.5, 0), plane->width - 1.001);
    const double down = fmin(fmax(y - 0.5, 0), plane->height - 1.001);
    const uint8_t *p = plane->pixels + (size_t)down * plane->stride + (size_t)across;
    const double u = across - floor(across), v = down - floor(down);
    return (1 - v) * ((1 - u) * p[0] + u * p[1]) +
           v * ((1 - u) * p[plane->stride] + u * p[plane->stride + 1]);
}

static void test_pyramid_levels_lie_over_each_other(void **state)
{
    (void)state;
    ag_image image = make_hilly(593, 420);
    ag_pyramid *pyramid = make(3);
    fill(pyramid, &image);
    const ag_plane *finest = &ag_pyramid_level_of(pyramid, 3)->sharp;
    for (size_t rung = 4; rung < AG_PYRAMID_RUNGS; rung++) {
        const ag_plane *plane = &ag_pyramid_level_of(pyramid, rung)->sharp;
        const double across = (double)finest->width / plane->width;
        const double down = (double)finest->height / plane->height;
        for (size_t y = 0; y < plane->height; y++)
            for (size_t x = 0; x < plane->width; x++)
                assert_true(fabs(plane->pixels[y * plane->stride + x] -
                                 (sample(finest, ((double)x + 0.5) * across,
                                         ((double)y + 0.5) * down))) <= 7);
    }
    ag_pyramid_destroy(pyramid);
    ag_image_fini(&image);
}

static void test_pyramid_forgets_the_picture_before(void **state)
{
    (void)state;
    static const uint32_t SIZES[][2] = {{700, 640}, {150, 300}, {51, 3000}, {640, 700}};
    ag_pyramid *kept = make(3);
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        ag_image image = support_picture(SIZES[i][0], SIZES[i][1], i);
        ag_pyramid *fresh = make(3);
        fill(kept, &image);
        fill(fresh, &image);
        for (size_t rung = 0; rung < AG_PYRAMID_RUNGS; rung++) {
            const ag_pyramid_level *a = ag_pyramid_level_of(kept, rung);
            const ag_pyramid_level *b = ag_pyramid_level_of(fresh, rung);
            assert_int_equal(a != NULL, b != NULL);
            if (!a)
                continue;
            assert_same_plane(&a->sharp, &b->sharp);
            assert_same_plane(&a->soft, &b->soft);
            assert_same_plane(&a->wide, &b->wide);
        }
        ag_pyramid_destroy(fresh);
        ag_image_fini(&image);
    }
    ag_pyramid_destroy(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pyramid_sides_fall_by_a_fifth),
        cmocka_unit_test(test_pyramid_has_the_levels_that_fit),
        cmocka_unit_test(test_pyramid_begins_with_the_picture_itself),
        cmocka_unit_test(test_pyramid_planes_are_blurred_more_and_more),
        cmocka_unit_test(test_pyramid_levels_lie_over_each_other),
        cmocka_unit_test(test_pyramid_forgets_the_picture_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
