#include "features/correlate.h"

#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const ag_homography IDENTITY = {{1, 0, 0, 0, 1, 0, 0, 0, 1}};
static const ag_homography ASLANT = {{0.6, -0.15, 0.25, 0.2, 0.55, 0.05, 0.1, -0.15, 1}};

/* A wavy scene, of which `kind` there are many; x and y in units of the longer side. */
static double scene_at(unsigned kind, double x, double y)
{
    uint64_t state = kind;
    double value = 0;
    for (unsigned i = 0; i < 12; i++) {
        const double across = support_between(&state, -45, 45);
        const double down = support_between(&state, -45, 45);
        value += sin(across * x + down * y + support_between(&state, 0, 2 * M_PI));
    }
    return 128 + 18 * value;
}

/* A set with nothing but a grey copy. Owned: support_features_fini. */
static ag_feature_set make_blank(uint16_t width, uint16_t height)
{
    static const ag_feature_set EMPTY = {0};
    ag_feature_set set = support_features_copy(&EMPTY);
    set.grey = calloc((size_t)width * height + 1, 1);
    set.grey_width_px = width;
    set.grey_height_px = height;
    return set;
}

static ag_feature_set make_reference(unsigned kind, uint16_t width, uint16_t height)
{
    ag_feature_set set = make_blank(width, height);
    const double unit = width > height ? width : height;
    uint8_t *grey = (uint8_t *)(uintptr_t)set.grey;
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            grey[y * width + x] =
                (uint8_t)fmin(fmax(scene_at(kind, (x + 0.5) / unit, (y + 0.5) / unit), 0), 255);
    return set;
}

/* What h shows of that scene. The inverse of h is taken by its adjugate. */
static ag_feature_set make_photo(unsigned kind, const ag_homography *h, uint16_t width,
                                 uint16_t height)
{
    const double *m = h->m;
    const ag_homography back = {
        {m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
         m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
         m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]}};
    ag_feature_set set = make_blank(width, height);
    const double unit = width > height ? width : height;
    uint8_t *grey = (uint8_t *)(uintptr_t)set.grey;
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            const double at[2] = {(x + 0.5) / unit, (y + 0.5) / unit};
            double from[2];
            if (ag_homography_apply(from, &back, at))
                grey[y * width + x] = (uint8_t)fmin(fmax(scene_at(kind, from[0], from[1]), 0), 255);
        }
    return set;
}

static void test_correlate_of_the_same_is_near_one(void **state)
{
    (void)state;
    static const uint16_t SIZES[][2] = {{128, 96}, {96, 128}, {128, 40}, {128, 128}};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        ag_feature_set set = make_reference(1, SIZES[i][0], SIZES[i][1]);
        assert_true(ag_correlate(&set, &set, &IDENTITY) > 0.97);
        assert_true(ag_correlate(&set, &set, &IDENTITY) <= 1);
        support_features_fini(&set);
    }
}

static void test_correlate_follows_the_view(void **state)
{
    (void)state;
    ag_feature_set reference = make_reference(2, 128, 96);
    ag_feature_set photo = make_photo(2, &ASLANT, 96, 128);
    assert_true(ag_correlate(&photo, &reference, &ASLANT) > 0.9);
    for (unsigned i = 0; i < 4; i++) { /* a little beside it */
        ag_homography beside = ASLANT;
        for (unsigned row = 0; row < 3; row++)
            beside.m[i / 2 * 3 + row] += (i % 2 ? 0.04 : -0.04) * ASLANT.m[6 + row];
        assert_true(ag_correlate(&photo, &reference, &beside) < 0.5);
    }
    assert_true(fabs(ag_correlate(&photo, &reference, &IDENTITY)) < 0.2);
    support_features_fini(&reference);
    support_features_fini(&photo);
}

/* Pixels have their middles half a pixel in, whatever the sizes of the pictures. */
static void test_correlate_of_small_views_is_as_high(void **state)
{
    (void)state;
    ag_feature_set reference = make_reference(5, 128, 96);
    for (double scale = 0.35; scale < 0.95; scale += 0.1) {
        const ag_homography h = {{scale, 0, 0.03, 0, scale, 0.02, 0, 0, 1}};
        ag_feature_set photo = make_photo(5, &h, 128, 96);
        assert_true(ag_correlate(&photo, &reference, &h) > 0.97);
        support_features_fini(&photo);
    }
    support_features_fini(&reference);
}

static void test_correlate_minds_neither_brightness_nor_contrast_but_the_sign(void **state)
{
    (void)state;
    ag_feature_set reference = make_reference(3, 128, 96);
    ag_feature_set dull = support_features_copy(&reference);
    ag_feature_set negative = support_features_copy(&reference);
    for (size_t i = 0; i < 128 * 96; i++) {
        ((uint8_t *)(uintptr_t)dull.grey)[i] = (uint8_t)(reference.grey[i] / 2 + 20);
        ((uint8_t *)(uintptr_t)negative.grey)[i] = (uint8_t)(255 - reference.grey[i]);
    }
    assert_true(ag_correlate(&dull, &reference, &IDENTITY) > 0.95);
    assert_true(ag_correlate(&negative, &reference, &IDENTITY) < -0.97);
    support_features_fini(&reference);
    support_features_fini(&dull);
    support_features_fini(&negative);
}

static void test_correlate_of_different_pictures_is_near_zero(void **state)
{
    (void)state;
    for (unsigned kind = 1; kind < 12; kind++) {
        ag_feature_set reference = make_reference(kind, 128, 96);
        ag_feature_set other = make_reference(kind + 100, 128, 110);
        assert_true(fabs(ag_correlate(&other, &reference, &IDENTITY)) < 0.25);
        support_features_fini(&reference);
        support_features_fini(&other);
    }
}

static void test_correlate_of_flat_pictures_is_zero(void **state)
{
    (void)state;
    ag_feature_set reference = make_reference(1, 128, 96), flat = make_blank(128, 96);
    assert_true(fabs(ag_correlate(&flat, &reference, &IDENTITY)) <= 1e-9);
    assert_true(fabs(ag_correlate(&reference, &flat, &IDENTITY)) <= 1e-9);
    assert_true(fabs(ag_correlate(&flat, &flat, &IDENTITY)) <= 1e-9);
    support_features_fini(&reference);
    support_features_fini(&flat);
}

static void test_correlate_needs_enough_of_the_reference_in_the_photo(void **state)
{
    (void)state;
    ag_feature_set reference = make_reference(4, 128, 96);
    for (unsigned eighths = 0; eighths <= 8; eighths++) {
        const ag_homography h = {{1, 0, eighths / 8.0 - 0.01, 0, 1, 0, 0, 0, 1}};
        ag_feature_set photo = make_photo(4, &h, 128, 96);
        const double found = ag_correlate(&photo, &reference, &h);
        if (eighths <= 5) /* columns outside: 24 cells are left, and the outermost rows count */
            assert_true(found > 0.9);
        else if (eighths >= 7)
            assert_true(found == 0);
        support_features_fini(&photo);
    }
    support_features_fini(&reference);
}

static void test_correlate_without_grey_or_sense_is_zero(void **state)
{
    (void)state;
    static const ag_homography STRANGE[] = {
        {{1, 0, 0, 0, 1, 0, 0, 0, -1}},
        {{NAN, 0, 0, 0, 1, 0, 0, 0, 1}},
        {{1e300, 0, 0, 0, 1e300, 0, 0, 0, 1e-8}},
        {{0, 0, 5, 0, 0, 5, 0, 0, 1}},
    };
    static const uint16_t TINY[][2] = {{1, 1}, {128, 1}, {1, 128}};
    const ag_feature_set none = {0};
    ag_feature_set set = make_reference(1, 128, 96);
    assert_true(ag_correlate(&none, &set, &IDENTITY) == 0);
    assert_true(ag_correlate(&set, &none, &IDENTITY) == 0);
    for (size_t i = 0; i < sizeof STRANGE / sizeof *STRANGE; i++)
        assert_true(ag_correlate(&set, &set, &STRANGE[i]) == 0);
    for (size_t i = 0; i < sizeof TINY / sizeof *TINY; i++) {
        ag_feature_set tiny = make_reference(1, TINY[i][0], TINY[i][1]);
        assert_true(ag_correlate(&tiny, &set, &IDENTITY) == 0);
        assert_true(ag_correlate(&set, &tiny, &IDENTITY) == 0);
        support_features_fini(&tiny);
    }
    support_features_fini(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_correlate_of_the_same_is_near_one),
        cmocka_unit_test(test_correlate_follows_the_view),
        cmocka_unit_test(test_correlate_of_small_views_is_as_high),
        cmocka_unit_test(test_correlate_minds_neither_brightness_nor_contrast_but_the_sign),
        cmocka_unit_test(test_correlate_of_different_pictures_is_near_zero),
        cmocka_unit_test(test_correlate_of_flat_pictures_is_zero),
        cmocka_unit_test(test_correlate_needs_enough_of_the_reference_in_the_photo),
        cmocka_unit_test(test_correlate_without_grey_or_sense_is_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
