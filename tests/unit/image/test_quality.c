#include "image/quality.h"

#include "image/resample.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *verdict(const ag_quality *quality)
{
    static ag_err err;
    return ag_quality_check(quality, &err) == AG_OK ? "" : err.code;
}

static void test_quality_check_names_the_fault(void **state)
{
    (void)state;
    assert_string_equal(verdict(&(ag_quality){.mean = 5, .deviation = 3, .sharpness = 4}),
                        "image_too_dark");
    assert_string_equal(verdict(&(ag_quality){.mean = 250, .deviation = 3, .sharpness = 4}),
                        "image_too_bright");
    assert_string_equal(verdict(&(ag_quality){.mean = 120, .deviation = 3, .sharpness = 40}),
                        "image_no_detail");
    assert_string_equal(verdict(&(ag_quality){.mean = 120, .deviation = 40, .sharpness = 5}),
                        "image_too_blurred");
}

static void test_quality_check_lets_dark_but_sharp_photos_pass(void **state)
{
    (void)state;
    /* A lit painting in a dark room; a sharp photo of little contrast; Rembrandt in 1640. */
    assert_string_equal(verdict(&(ag_quality){.mean = 12, .deviation = 25, .sharpness = 100}), "");
    assert_string_equal(verdict(&(ag_quality){.mean = 55, .deviation = 8, .sharpness = 9}), "");
    assert_string_equal(verdict(&(ag_quality){.mean = 32, .deviation = 22, .sharpness = 83}), "");
}

static void test_quality_measure_of_a_flat_picture(void **state)
{
    (void)state;
    ag_image flat = make_flat(400, 300, 90);
    ag_quality quality;
    assert_int_equal(ag_quality_measure(&quality, &flat, NULL), AG_OK);
    assert_float_equal(quality.mean, 90, 1e-9);
    assert_float_equal(quality.deviation, 0, 1e-9);
    assert_float_equal(quality.sharpness, 0, 1e-9);
    ag_image_fini(&flat);
}

/* Columns of 0 and 200: mean 100, deviation 100, and a Laplacian of ±400 everywhere. */
static void test_quality_measure_of_stripes(void **state)
{
    (void)state;
    ag_image stripes = make_flat(60, 50, 0);
    for (size_t i = 0; i < 60 * 50; i += 2)
        memset(stripes.rgb + 3 * i, 200, 3);
    ag_quality quality;
    assert_int_equal(ag_quality_measure(&quality, &stripes, NULL), AG_OK);
    assert_float_equal(quality.mean, 100, 1e-9);
    assert_float_equal(quality.deviation, 100, 1e-9);
    assert_float_equal(quality.sharpness, 160000, 1e-6);
    ag_image_fini(&stripes);
}

static void test_quality_measure_copes_with_strips(void **state)
{
    (void)state;
    ag_image strip = make_picture(5000, 50);
    ag_quality quality;
    assert_int_equal(ag_quality_measure(&quality, &strip, NULL), AG_OK);
    assert_true(quality.sharpness > 0);
    ag_image_fini(&strip);
    ag_image dot = make_flat(1, 1, 7);
    assert_int_equal(ag_quality_measure(&quality, &dot, NULL), AG_OK);
    assert_float_equal(quality.mean, 7, 1e-9);
    assert_float_equal(quality.sharpness, 0, 1e-9);
    ag_image_fini(&dot);
}

/* Shrinking to a few pixels and enlarging again leaves colours and no stroke. */
static void blur(ag_image *image, uint32_t shrink)
{
    ag_image small, large;
    assert_int_equal(ag_resample_resize(&small, image, image->width_px / shrink,
                                        image->height_px / shrink, NULL),
                     AG_OK);
    assert_int_equal(ag_resample_resize(&large, &small, image->width_px, image->height_px, NULL),
                     AG_OK);
    ag_image_fini(&small);
    ag_image_fini(image);
    *image = large;
}

static void check_painting(const char *path)
{
    ag_buffer file = {0};
    if (!read_shared(&file, path)) {
        print_message("no shared/%s\n", path);
        ag_buffer_fini(&file);
        skip();
    }
    ag_image_info info;
    ag_err err = {0};
    if (ag_image_check(&info, file.data, file.length, &AG_IMAGE_LIMITS_DEFAULT, &err))
        fail_msg("%s: %s", path, err.message);
    ag_image image;
    ag_quality quality;
    assert_int_equal(
        ag_image_decode(&image, file.data, file.length, &AG_IMAGE_LIMITS_DEFAULT, NULL), AG_OK);
    blur(&image, 40);
    assert_int_equal(ag_quality_measure(&quality, &image, NULL), AG_OK);
    assert_string_equal(verdict(&quality), "image_too_blurred");
    ag_image_fini(&image);
    ag_buffer_fini(&file);
}

static void test_quality_accepts_paintings_and_refuses_them_blurred(void **state)
{
    (void)state;
    check_painting("artworks/Da_Vinci/Saint John the Baptist.jpg");
    check_painting("artworks/Rembrandt/Self-Portrait (1640).jpg");
    check_painting("artworks/Monet/Impression, Sunrise.jpg");
    check_painting("artworks/Van_Gogh/The Starry Night.jpg");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quality_check_names_the_fault),
        cmocka_unit_test(test_quality_check_lets_dark_but_sharp_photos_pass),
        cmocka_unit_test(test_quality_measure_of_a_flat_picture),
        cmocka_unit_test(test_quality_measure_of_stripes),
        cmocka_unit_test(test_quality_measure_copes_with_strips),
        cmocka_unit_test(test_quality_accepts_paintings_and_refuses_them_blurred),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
