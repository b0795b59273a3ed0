#include "features/extract.h"

#include "features/hamming.h"
#include "features/pyramid.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const ag_extractor_options OPTIONS = {.side_px = 360, .max_points = 400};

static void assert_same(const ag_feature_set *a, const ag_feature_set *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->keypoints, b->keypoints, a->count * sizeof *a->keypoints);
    assert_memory_equal(a->descriptors, b->descriptors, a->count * sizeof *a->descriptors);
    assert_int_equal(a->grey_width_px, b->grey_width_px);
    assert_int_equal(a->grey_height_px, b->grey_height_px);
    assert_int_equal(a->grey != NULL, b->grey != NULL);
    if (a->grey)
        assert_memory_equal(a->grey, b->grey, (size_t)a->grey_width_px * a->grey_height_px);
}

/* What every set must be, of whatever picture. */
static void assert_sound(const ag_feature_set *set, const ag_image *image,
                         const ag_extractor_options *options)
{
    const double longer = image->width_px > image->height_px ? image->width_px : image->height_px;
    assert_true(set->count <= options->max_points);
    for (size_t i = 0; i < set->count; i++) {
        const ag_keypoint *keypoint = &set->keypoints[i];
        const double x = keypoint->x * longer / AG_FEATURE_SPAN;
        const double y = keypoint->y * longer / AG_FEATURE_SPAN;
        assert_true(x > 0 && x < image->width_px && y > 0 && y < image->height_px);
        assert_in_range(keypoint->level, 0, AG_PYRAMID_RUNGS - 1);
        assert_true(ag_pyramid_side_px(keypoint->level) <= options->side_px);
    }
    assert_true(set->grey != NULL || set->count == 0);
    if (set->grey) {
        const double scale = AG_FEATURE_GREY_PX / longer;
        assert_true(fabs(set->grey_width_px - image->width_px * scale) <= 1);
        assert_true(fabs(set->grey_height_px - image->height_px * scale) <= 1);
        assert_int_equal(set->grey_width_px > set->grey_height_px ? set->grey_width_px
                                                                  : set->grey_height_px,
                         AG_FEATURE_GREY_PX);
    }
}

static void test_extract_is_the_same_however_often_it_is_used(void **state)
{
    (void)state;
    static const uint32_t SIZES[][2] = {{500, 380}, {120, 160}, {51, 3000}, {380, 500}, {50, 50}};
    ag_extractor *kept;
    assert_int_equal(ag_extractor_create(&kept, &OPTIONS, NULL), AG_OK);
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        ag_image image = support_picture(SIZES[i][0], SIZES[i][1], i + 1);
        ag_feature_set fresh = support_features(&image, &OPTIONS), set;
        for (size_t again = 0; again < 2; again++) {
            assert_int_equal(ag_extractor_run(kept, &set, &image, NULL), AG_OK);
            assert_same(&set, &fresh);
        }
        support_features_fini(&fresh);
        ag_image_fini(&image);
    }
    ag_extractor_destroy(kept);
    ag_extractor_destroy(NULL);
}

static void test_extract_takes_every_shape(void **state)
{
    (void)state;
    static const struct {
        uint32_t width, height;
        int has_features;
    } CASES[] = {
        {50, 50, 0},   {1, 1, 0},      {95, 95, 0},   {96, 96, 1},   {110, 100, 1},
        {51, 3000, 0}, {1200, 150, 1}, {150, 900, 1}, {640, 640, 1}, {360, 240, 1},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_image image = support_picture(CASES[i].width, CASES[i].height, i);
        ag_feature_set set = support_features(&image, &OPTIONS);
        assert_sound(&set, &image, &OPTIONS);
        assert_int_equal(set.count > 0, CASES[i].has_features);
        support_features_fini(&set);
        ag_image_fini(&image);
    }
}

static void test_extract_finds_nothing_in_flat_pictures(void **state)
{
    (void)state;
    static const uint8_t VALUES[] = {0, 128, 255};
    for (size_t i = 0; i < sizeof VALUES; i++) {
        ag_image image = support_flat_picture(400, 300, VALUES[i]);
        ag_feature_set set = support_features(&image, &OPTIONS);
        assert_int_equal(set.count, 0);
        assert_sound(&set, &image, &OPTIONS);
        assert_non_null(set.grey);
        support_features_fini(&set);
        ag_image_fini(&image);
    }
}

static void test_extract_keeps_to_its_options(void **state)
{
    (void)state;
    static const ag_extractor_options CASES[] = {{360, 0}, {360, 1},   {360, 50},  {600, 400},
                                                 {96, 60}, {10, 1000}, {5000, 700}};
    ag_image image = support_picture(500, 380, 9);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_feature_set set = support_features(&image, &CASES[i]);
        const ag_extractor_options smallest = {96, CASES[i].max_points};
        assert_sound(&set, &image, CASES[i].side_px < 96 ? &smallest : &CASES[i]);
        assert_true(set.count == CASES[i].max_points || CASES[i].side_px < 360);
        support_features_fini(&set);
    }
    ag_image_fini(&image);
}

/* Coarse levels and all parts of the picture must have their share. */
static void test_extract_looks_at_all_levels_and_everywhere(void **state)
{
    (void)state;
    ag_image image = support_picture(500, 400, 3);
    ag_feature_set set = support_features(&image, &OPTIONS);
    unsigned levels[AG_PYRAMID_RUNGS] = {0}, quarters[4] = {0};
    for (size_t i = 0; i < set.count; i++) {
        levels[set.keypoints[i].level]++;
        quarters[(set.keypoints[i].x > AG_FEATURE_SPAN / 2) +
                 2 * (set.keypoints[i].y > AG_FEATURE_SPAN * 2 / 5)]++;
    }
    for (size_t level = 0; level < AG_PYRAMID_RUNGS; level++)
        if (ag_pyramid_side_px(level) > OPTIONS.side_px)
            assert_int_equal(levels[level], 0);
        else
            assert_in_range(levels[level], level < AG_PYRAMID_RUNGS - 3 ? 20 : 5, 100);
    for (size_t i = 0; i < 4; i++)
        assert_in_range(quarters[i], 40, 180);
    support_features_fini(&set);
    ag_image_fini(&image);
}

/* The grey copy must lie over the picture: compare it with one that is known. */
static void test_extract_grey_is_a_small_copy(void **state)
{
    (void)state;
    ag_image image = support_flat_picture(400, 200, 60);
    for (uint32_t y = 50; y < 100; y++)
        memset(image.rgb + (y * 400 + 100) * 3, 220, 100 * 3);
    ag_feature_set set = support_features(&image, &OPTIONS);
    assert_int_equal(set.grey_width_px, 128);
    assert_int_equal(set.grey_height_px, 64);
    for (size_t y = 14; y < 34; y++)
        for (size_t x = 28; x < 68; x++) {
            const uint8_t value = set.grey[y * 128 + x];
            const int inside = x >= 34 && x < 62 && y >= 18 && y < 30;
            const int outside = x < 30 || x >= 66 || y < 14 || y >= 34;
            assert_false(inside && value < 140);
            assert_false(outside && value > 125);
        }
    support_features_fini(&set);
    ag_image_fini(&image);
}

/* Of the features that the photo should show, the share that it has: near, of the same kind. */
static double repeated(const ag_feature_set *picture, const ag_feature_set *photo,
                       const ag_homography *view)
{
    size_t again = 0;
    for (size_t i = 0; i < picture->count; i++) {
        const double from[2] = {picture->keypoints[i].x / (double)AG_FEATURE_SPAN,
                                picture->keypoints[i].y / (double)AG_FEATURE_SPAN};
        double to[2];
        uint16_t bits = AG_HAMMING_MAX;
        assert_true(ag_homography_apply(to, view, from));
        for (size_t j = 0; j < photo->count && bits > 70; j++)
            if (hypot(photo->keypoints[j].x / (double)AG_FEATURE_SPAN - to[0],
                      photo->keypoints[j].y / (double)AG_FEATURE_SPAN - to[1]) < 0.01)
                ag_hamming_best()->distances(&bits, &picture->descriptors[i],
                                             &photo->descriptors[j], 1);
        again += bits <= 70;
    }
    return (double)again / picture->count;
}

static void test_extract_finds_the_same_in_a_photo(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        double corners[4][2];
        ag_image picture = support_picture(480, 360, seed);
        ag_image image = support_photograph(corners, &picture, AG_PHOTO_EASY, 480, seed);
        ag_feature_set reference = support_features(&picture, &OPTIONS);
        ag_feature_set photo = support_features(&image, &AG_EXTRACTOR_PHOTO);
        const ag_homography view = support_view(&picture, &image, corners);
        ag_homography shifted = view;
        shifted.m[2] += 0.1 * view.m[8];
        assert_true(repeated(&reference, &photo, &view) > 0.5);
        assert_true(repeated(&reference, &photo, &shifted) < 0.05);
        support_features_fini(&reference);
        support_features_fini(&photo);
        ag_image_fini(&picture);
        ag_image_fini(&image);
    }
}

static void test_extract_has_a_name(void **state)
{
    (void)state;
    assert_in_range(strlen(ag_extractor_name()), 1, 63); /* what a feature file has room for */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extract_is_the_same_however_often_it_is_used),
        cmocka_unit_test(test_extract_takes_every_shape),
        cmocka_unit_test(test_extract_finds_nothing_in_flat_pictures),
        cmocka_unit_test(test_extract_keeps_to_its_options),
        cmocka_unit_test(test_extract_looks_at_all_levels_and_everywhere),
        cmocka_unit_test(test_extract_grey_is_a_small_copy),
        cmocka_unit_test(test_extract_finds_the_same_in_a_photo),
        cmocka_unit_test(test_extract_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
