#include "image/resample.h"

#include "image/resample_kernels.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIDE_PX 224

/* Pillow 9.4's Image.resize(…, BICUBIC) of the picture below. */
static const uint8_t TO_3X2[] = {107, 133, 144, 134, 136, 142, 135, 127, 131,
                                 120, 146, 117, 125, 124, 107, 103, 133, 121};
static const uint8_t TO_7X2[] = {79,  132, 123, 125, 117, 178, 118, 171, 110, 165, 104,
                                 157, 97,  150, 150, 151, 143, 107, 137, 101, 146, 91,
                                 144, 135, 162, 154, 118, 84,  137, 76,  155, 94,  147,
                                 113, 166, 69,  96,  88,  149, 106, 167, 114};
static const uint8_t TO_9X8_FIRST_ROW[] = {0,   44,  97,  15,  68,  120, 45,  97,  159,
                                           73,  130, 199, 102, 173, 226, 146, 202, 255,
                                           178, 248, 127, 208, 172, 19,  231, 0,   63};

static ag_image make_small(void)
{
    ag_image image = make_flat(7, 5, 0);
    for (unsigned y = 0; y < 5; y++)
        for (unsigned x = 0; x < 7; x++)
            for (unsigned c = 0; c < 3; c++)
                image.rgb[(y * 7 + x) * 3 + c] = (uint8_t)(x * 37 + y * 91 + c * 53 + x * y * 11);
    return image;
}

static void test_resample_equals_pillow_on_a_small_picture(void **state)
{
    (void)state;
    static const struct {
        uint32_t width_px, height_px;
        const uint8_t *expected;
        size_t length;
    } CASES[] = {{3, 2, TO_3X2, sizeof TO_3X2},
                 {7, 2, TO_7X2, sizeof TO_7X2},
                 {9, 8, TO_9X8_FIRST_ROW, sizeof TO_9X8_FIRST_ROW}};
    ag_image small = make_small();
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        ag_image out;
        assert_int_equal(
            ag_resample_resize(&out, &small, CASES[i].width_px, CASES[i].height_px, NULL), AG_OK);
        assert_memory_equal(out.rgb, CASES[i].expected, CASES[i].length);
        ag_image_fini(&out);
    }
    ag_image_fini(&small);
}

static void test_resample_to_the_same_size_changes_nothing(void **state)
{
    (void)state;
    ag_image picture = make_picture(131, 77), out;
    assert_int_equal(ag_resample_resize(&out, &picture, 131, 77, NULL), AG_OK);
    assert_int_equal(max_difference(&picture, &out), 0);
    ag_image_fini(&out);
    ag_image_fini(&picture);
}

static ag_image make_noise(uint32_t width_px, uint32_t height_px)
{
    ag_image image = make_flat(width_px, height_px, 0);
    uint32_t random = 1;
    for (size_t i = 0; i < (size_t)width_px * height_px * 3; i++) {
        random = random * 1664525 + 1013904223;
        /* Mostly extremes, so that sums overshoot and are clamped. */
        image.rgb[i] = (uint8_t)(random >> 30 == 0 ? random >> 16 : random >> 30 == 1 ? 255 : 0);
    }
    return image;
}

/* Sizes around what kernels do at once, photos' sizes, enlarging, strips. Sources are exactly as
 * large as they say, so that the address sanitizer sees a byte too far. */
static void test_resample_kernels_give_equal_bytes(void **state)
{
    (void)state;
    static const struct {
        uint32_t width_px, height_px;
        ag_resample_window window;
    } CASES[] = {
        {1, 1, {3, 3, 0, 0, 3, 3}},
        {2, 9, {5, 4, 0, 0, 5, 4}},
        {5, 5, {2, 2, 0, 0, 2, 2}},
        {7, 64, {3, 33, 1, 2, 2, 30}},
        {64, 7, {129, 50, 3, 40, 126, 10}},
        {333, 251, {297, 224, 36, 0, 224, 224}},
        {50, 50, {224, 224, 0, 0, 224, 224}},
        {1203, 907, {297, 224, 36, 0, 224, 224}},
        {51, 1500, {224, 6588, 0, 3182, 224, 224}},
        {1500, 51, {6588, 224, 3182, 0, 224, 224}},
    };
    const ag_resample_kernel *const *portable = AG_RESAMPLE_KERNELS;
    while (portable[1])
        portable++;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const ag_resample_window *window = &CASES[i].window;
        size_t length = (size_t)window->width * window->height * 3;
        ag_image noise = make_noise(CASES[i].width_px, CASES[i].height_px);
        uint8_t *expected = malloc(length), *actual = malloc(length);
        assert_true(expected && actual);
        assert_int_equal(ag_resample_run(expected, &noise, window, *portable, NULL), AG_OK);
        for (const ag_resample_kernel *const *k = AG_RESAMPLE_KERNELS; k < portable; k++) {
            if (!(*k)->is_supported()) {
                print_message("no %s here\n", (*k)->name);
                continue;
            }
            memset(actual, 0, length);
            assert_int_equal(ag_resample_run(actual, &noise, window, *k, NULL), AG_OK);
            assert_memory_equal(actual, expected, length);
        }
        free(expected);
        free(actual);
        ag_image_fini(&noise);
    }
}

/* The crop is that window of the whole picture resized. */
static void test_resample_clip_crop_is_the_centre(void **state)
{
    (void)state;
    ag_image picture = make_picture(401, 299), whole;
    uint8_t crop[SIDE_PX * SIDE_PX * 3];
    assert_int_equal(ag_resample_clip_crop(crop, &picture, SIDE_PX, NULL), AG_OK);
    assert_int_equal(ag_resample_resize(&whole, &picture, 300, SIDE_PX, NULL), AG_OK);
    for (size_t y = 0; y < SIDE_PX; y++)
        assert_memory_equal(crop + y * SIDE_PX * 3, whole.rgb + (y * 300 + 38) * 3, SIDE_PX * 3);
    ag_image_fini(&whole);
    ag_image_fini(&picture);
}

static const struct {
    const char *name;
    const char *extension;
} GOLDEN[] = {
    {"almost-224", "png"},
    {"cmyk", "jpg"},
    {"exact-224", "png"},
    {"exif-orientation-2", "jpg"},
    {"exif-orientation-3", "jpg"},
    {"exif-orientation-6", "jpg"},
    {"exif-orientation-8", "jpg"},
    {"extreme-51x3000", "jpg"},
    {"full-chroma-444", "jpg"},
    {"grey", "jpg"},
    {"grey", "png"},
    {"grey16", "png"},
    {"landscape", "jpg"},
    {"palette", "png"},
    {"photo", "webp"},
    {"portrait-odd", "jpg"},
    {"rgb", "png"},
    {"rgba", "png"},
    {"smallest-50x50", "png"},
    {"subsampled-420", "jpg"},
    {"widest-5000x200", "jpg"},
};

static ag_image decode_shared(const char *path)
{
    ag_buffer file = {0};
    ag_image image;
    ag_err err = {0};
    if (!read_shared(&file, path)) {
        print_message("no shared/%s\n", path);
        ag_buffer_fini(&file);
        skip();
    }
    if (ag_image_decode(&image, file.data, file.length, &AG_IMAGE_LIMITS_DEFAULT, &err))
        fail_msg("%s: %s", path, err.message);
    ag_buffer_fini(&file);
    return image;
}

/* PNG sources: equal. Others: at most 2 levels off, 99.5 % of values equal. */
static void test_resample_clip_crop_equals_pillow(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof GOLDEN / sizeof GOLDEN[0]; i++) {
        char path[128];
        uint8_t crop[SIDE_PX * SIDE_PX * 3];
        snprintf(path, sizeof path, "inputs/valid/%s.%s", GOLDEN[i].name, GOLDEN[i].extension);
        ag_image image = decode_shared(path);
        snprintf(path, sizeof path, "clip/golden/crops/%s-%s.png", GOLDEN[i].name,
                 GOLDEN[i].extension);
        ag_image golden = decode_shared(path);
        assert_int_equal(ag_resample_clip_crop(crop, &image, SIDE_PX, NULL), AG_OK);
        size_t unequal = 0;
        for (size_t k = 0; k < sizeof crop; k++)
            unequal += crop[k] != golden.rgb[k];
        ag_image actual = {SIDE_PX, SIDE_PX, crop};
        int worst = max_difference(&actual, &golden);
        print_message("%s: max difference %d, %zu of %zu values unequal\n", path, worst, unequal,
                      sizeof crop);
        bool is_png = strcmp(GOLDEN[i].extension, "png") == 0;
        assert_true(worst <= (is_png ? 0 : 2));
        assert_true(unequal * 200 <= sizeof crop);
        ag_image_fini(&golden);
        ag_image_fini(&image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resample_equals_pillow_on_a_small_picture),
        cmocka_unit_test(test_resample_to_the_same_size_changes_nothing),
        cmocka_unit_test(test_resample_kernels_give_equal_bytes),
        cmocka_unit_test(test_resample_clip_crop_is_the_centre),
        cmocka_unit_test(test_resample_clip_crop_equals_pillow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
