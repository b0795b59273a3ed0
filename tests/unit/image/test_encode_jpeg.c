#include "image/encode_jpeg.h"

#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ag_image decode(const ag_buffer *jpeg)
{
    ag_image image;
    assert_int_equal(
        ag_image_decode(&image, jpeg->data, jpeg->length, &AG_IMAGE_LIMITS_DEFAULT, NULL), AG_OK);
    return image;
}

/* Smooth, so that halved colour loses little. */
static ag_image make_smooth(uint32_t width_px, uint32_t height_px)
{
    ag_image image = make_flat(width_px, height_px, 0);
    for (uint32_t i = 0; i < width_px * height_px; i++) {
        uint32_t x = i % width_px, y = i / width_px;
        image.rgb[3 * i] = (uint8_t)(x * 255 / width_px);
        image.rgb[3 * i + 1] = (uint8_t)(y * 255 / height_px);
        image.rgb[3 * i + 2] = 128;
    }
    return image;
}

static void test_encode_jpeg_keeps_the_picture(void **state)
{
    (void)state;
    ag_image image = make_smooth(123, 87);
    ag_buffer jpeg = {0};
    assert_int_equal(ag_image_encode_jpeg(&jpeg, &image, 95, 1, NULL), AG_OK);
    ag_image back = decode(&jpeg);
    assert_in_range(max_difference(&image, &back), 0, 6);
    ag_image_fini(&back);
    ag_image_fini(&image);
    ag_buffer_fini(&jpeg);
}

static void test_encode_jpeg_quality_costs_bytes(void **state)
{
    (void)state;
    ag_image image = make_picture(200, 150);
    size_t before = 0;
    for (unsigned quality = 1; quality <= 100; quality += 33) {
        ag_buffer jpeg = {0};
        assert_int_equal(ag_image_encode_jpeg(&jpeg, &image, quality, 1, NULL), AG_OK);
        assert_true(jpeg.length > before);
        before = jpeg.length;
        ag_buffer_fini(&jpeg);
    }
    ag_image_fini(&image);
}

static void test_encode_jpeg_writes_every_orientation(void **state)
{
    (void)state;
    ag_image image = make_smooth(80, 60);
    for (unsigned orientation = 1; orientation <= 8; orientation++) {
        ag_buffer jpeg = {0};
        assert_int_equal(ag_image_encode_jpeg(&jpeg, &image, 90, orientation, NULL), AG_OK);
        ag_image_info info;
        assert_int_equal(
            ag_image_probe(&info, jpeg.data, jpeg.length, &AG_IMAGE_LIMITS_DEFAULT, NULL), AG_OK);
        assert_int_equal(info.orientation, orientation);
        assert_int_equal(info.width_px, 80);
        ag_image back = decode(&jpeg);
        assert_int_equal(back.width_px, orientation >= 5 ? 60 : 80);
        ag_image_fini(&back);
        ag_buffer_fini(&jpeg);
    }
    ag_image_fini(&image);
}

static void test_encode_jpeg_without_orientation_needs_no_exif(void **state)
{
    (void)state;
    ag_image image = make_smooth(80, 60);
    ag_buffer jpeg = {0};
    assert_int_equal(ag_image_encode_jpeg(&jpeg, &image, 90, 1, NULL), AG_OK);
    assert_null(memmem(jpeg.data, jpeg.length, "Exif", 4));
    ag_buffer_fini(&jpeg);
    ag_image_fini(&image);
}

static void test_encode_jpeg_appends(void **state)
{
    (void)state;
    ag_image image = make_picture(300, 200); /* more than one chunk */
    ag_buffer alone = {0}, both = {0};
    assert_int_equal(ag_image_encode_jpeg(&alone, &image, 90, 1, NULL), AG_OK);
    assert_int_equal(ag_buffer_append(&both, "before", 6, NULL), AG_OK);
    assert_int_equal(ag_image_encode_jpeg(&both, &image, 90, 1, NULL), AG_OK);
    assert_int_equal(both.length, alone.length + 6);
    assert_memory_equal(both.data, "before", 6);
    assert_memory_equal(both.data + 6, alone.data, alone.length);
    ag_buffer_fini(&alone);
    ag_buffer_fini(&both);
    ag_image_fini(&image);
}

static void test_encode_jpeg_refuses_nonsense(void **state)
{
    (void)state;
    uint8_t rgb[3] = {0};
    const struct {
        ag_image image;
        unsigned quality, orientation;
    } CASES[] = {
        {{1, 1, rgb}, 0, 1},  {{1, 1, rgb}, 101, 1}, {{1, 1, rgb}, 90, 0},     {{1, 1, rgb}, 90, 9},
        {{0, 1, rgb}, 90, 1}, {{1, 0, rgb}, 90, 1},  {{65536, 1, rgb}, 90, 1},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        ag_buffer jpeg = {0};
        ag_err err;
        assert_int_equal(ag_image_encode_jpeg(&jpeg, &CASES[i].image, CASES[i].quality,
                                              CASES[i].orientation, &err),
                         AG_EINVAL);
        assert_int_equal(err.status, AG_EINVAL);
        assert_int_equal(jpeg.length, 0);
        ag_buffer_fini(&jpeg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode_jpeg_keeps_the_picture),
        cmocka_unit_test(test_encode_jpeg_quality_costs_bytes),
        cmocka_unit_test(test_encode_jpeg_writes_every_orientation),
        cmocka_unit_test(test_encode_jpeg_without_orientation_needs_no_exif),
        cmocka_unit_test(test_encode_jpeg_appends),
        cmocka_unit_test(test_encode_jpeg_refuses_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
