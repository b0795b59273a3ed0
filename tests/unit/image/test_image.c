#include "image/image.h"

#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What JPEG at quality 95 may change of make_picture. */
#define JPEG_TOLERANCE 24

static const jpeg_style BASELINE = {.kind = JPEG_RGB};

static void expect_decode_error(const ag_buffer *file, ag_status status, const char *code)
{
    ag_image image = {0};
    ag_err err = {0};
    assert_int_equal(
        ag_image_decode(&image, file->data, file->length, &AG_IMAGE_LIMITS_DEFAULT, &err), status);
    assert_string_equal(err.code, code);
    assert_true(strlen(err.message) > 10);
    assert_null(image.rgb);
}

static ag_image decode(const ag_buffer *file)
{
    ag_image image;
    ag_err err = {0};
    if (ag_image_decode(&image, file->data, file->length, &AG_IMAGE_LIMITS_DEFAULT, &err))
        fail_msg("%s: %s", err.code, err.message);
    return image;
}

static void expect_pixel(const ag_image *image, size_t i, int r, int g, int b)
{
    assert_int_equal(image->rgb[3 * i], r);
    assert_int_equal(image->rgb[3 * i + 1], g);
    assert_int_equal(image->rgb[3 * i + 2], b);
}

static void test_image_probe_reads_size_and_orientation(void **state)
{
    (void)state;
    ag_image picture = make_picture(120, 70);
    ag_buffer jpeg = {0}, webp = {0};
    encode_jpeg(&jpeg, &picture, &(jpeg_style){.orientation = 6, .is_progressive = true});
    encode_webp(&webp, &picture, 8);
    ag_image_info info;
    assert_int_equal(ag_image_probe(&info, jpeg.data, jpeg.length, &AG_IMAGE_LIMITS_DEFAULT, NULL),
                     AG_OK);
    assert_int_equal(info.format, AG_IMAGE_JPEG);
    assert_int_equal(info.width_px, 120);
    assert_int_equal(info.height_px, 70);
    assert_int_equal(info.orientation, 6);
    assert_int_equal(ag_image_probe(&info, webp.data, webp.length, &AG_IMAGE_LIMITS_DEFAULT, NULL),
                     AG_OK);
    assert_int_equal(info.format, AG_IMAGE_WEBP);
    assert_int_equal(info.width_px, 120);
    assert_int_equal(info.orientation, 8);
    ag_buffer_fini(&webp);
    ag_buffer_fini(&jpeg);
    ag_image_fini(&picture);
}

static void test_image_probe_enforces_limits(void **state)
{
    (void)state;
    ag_image picture = make_picture(120, 70);
    ag_buffer jpeg = {0};
    encode_jpeg(&jpeg, &picture, &BASELINE);
    const struct {
        ag_image_limits limits;
        const char *code;
    } CASES[] = {
        {{.min_side_px = 71, .max_side_px = 120, .max_bytes = jpeg.length}, "image_too_small"},
        {{.min_side_px = 70, .max_side_px = 119, .max_bytes = jpeg.length}, "image_too_large"},
        {{.min_side_px = 70, .max_side_px = 120, .max_bytes = jpeg.length - 1},
         "image_too_many_bytes"},
        {{.min_side_px = 70, .max_side_px = 120, .max_bytes = jpeg.length}, NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        ag_image_info info;
        ag_err err = {0};
        ag_status status = ag_image_probe(&info, jpeg.data, jpeg.length, &CASES[i].limits, &err);
        assert_int_equal(status, CASES[i].code ? AG_ELIMIT : AG_OK);
        if (CASES[i].code)
            assert_string_equal(err.code, CASES[i].code);
    }
    ag_image_info info;
    ag_err err;
    assert_int_equal(ag_image_probe(&info, "", 0, &AG_IMAGE_LIMITS_DEFAULT, &err), AG_ELIMIT);
    assert_string_equal(err.code, "image_empty");
    ag_buffer_fini(&jpeg);
    ag_image_fini(&picture);
}

/* A header that promises 2.5 thousand million pixels is refused without asking for their memory. */
static void test_image_decode_refuses_a_bomb_by_its_header(void **state)
{
    (void)state;
    static const uint8_t BOMB[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0,  0, 0,
                                   13,   'I', 'H', 'D', 'R',  0,    0,    195,  80, 0, 0,
                                   195,  80,  8,   2,   0,    0,    0,    0,    0,  0, 0};
    ag_buffer file = {0};
    assert_int_equal(ag_buffer_append(&file, BOMB, sizeof BOMB, NULL), AG_OK);
    expect_decode_error(&file, AG_ELIMIT, "image_too_large");
    ag_buffer_fini(&file);
}

static void test_image_decode_jpeg_baseline_and_progressive(void **state)
{
    (void)state;
    ag_image picture = make_picture(121, 73);
    for (int progressive = 0; progressive < 2; progressive++) {
        ag_buffer file = {0};
        encode_jpeg(&file, &picture, &(jpeg_style){.is_progressive = progressive});
        ag_image image = decode(&file);
        assert_true(max_difference(&picture, &image) <= JPEG_TOLERANCE);
        ag_image_fini(&image);
        ag_buffer_fini(&file);
    }
    ag_image_fini(&picture);
}

static void test_image_decode_jpeg_grey(void **state)
{
    (void)state;
    ag_image picture = make_flat(60, 60, 77);
    ag_buffer file = {0};
    encode_jpeg(&file, &picture, &(jpeg_style){.kind = JPEG_GREY});
    ag_image image = decode(&file);
    assert_true(max_difference(&picture, &image) <= 1);
    ag_image_fini(&image);
    ag_buffer_fini(&file);
    ag_image_fini(&picture);
}

/* Adobe's inverted inks without black are the colours themselves. */
static void test_image_decode_jpeg_cmyk_and_ycck(void **state)
{
    (void)state;
    ag_image picture = make_picture(80, 64);
    for (jpeg_kind kind = JPEG_CMYK; kind <= JPEG_YCCK; kind++) {
        ag_buffer file = {0};
        encode_jpeg(&file, &picture, &(jpeg_style){.kind = kind});
        ag_image image = decode(&file);
        assert_true(max_difference(&picture, &image) <= JPEG_TOLERANCE);
        ag_image_fini(&image);
        ag_buffer_fini(&file);
    }
    ag_image_fini(&picture);
}

static void test_image_decode_applies_orientation(void **state)
{
    (void)state;
    ag_image picture = make_picture(100, 60);
    ag_buffer file = {0};
    encode_webp(&file, &picture, 6);
    ag_image image = decode(&file);
    assert_int_equal(image.width_px, 60);
    assert_int_equal(image.height_px, 100);
    /* The stored top left corner is the upright top right one. */
    assert_memory_equal(image.rgb + 59 * 3, picture.rgb, 3);
    ag_image_fini(&image);
    ag_buffer_fini(&file);
    ag_image_fini(&picture);
}

static void test_image_decode_shrinks_while_enough_is_left(void **state)
{
    (void)state;
    ag_image picture = make_picture(403, 301);
    ag_buffer file = {0};
    encode_jpeg(&file, &picture, &BASELINE);
    static const struct {
        uint32_t enough_px, width_px, height_px;
    } CASES[] = {{0, 403, 301}, {151, 403, 301}, {150, 202, 151}, {75, 101, 76}, {1, 51, 38}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        ag_image_limits limits = AG_IMAGE_LIMITS_DEFAULT;
        limits.enough_px = CASES[i].enough_px;
        ag_image image;
        assert_int_equal(ag_image_decode(&image, file.data, file.length, &limits, NULL), AG_OK);
        assert_int_equal(image.width_px, CASES[i].width_px);
        assert_int_equal(image.height_px, CASES[i].height_px);
        ag_image_fini(&image);
    }
    ag_buffer_fini(&file);
    ag_image_fini(&picture);
}

static void test_image_decode_jpeg_refuses_every_truncation(void **state)
{
    (void)state;
    ag_image picture = make_picture(64, 56);
    for (int progressive = 0; progressive < 2; progressive++) {
        ag_buffer file = {0};
        encode_jpeg(&file, &picture, &(jpeg_style){.is_progressive = progressive});
        for (size_t length = file.length - 1; length > 3; length -= length / 16 + 1) {
            file.length = length;
            expect_decode_error(&file, AG_EFORMAT, "image_corrupt");
        }
        ag_buffer_fini(&file);
    }
    ag_image_fini(&picture);
}

static void insert_before_end(ag_buffer *file, const char *bytes, size_t length)
{
    file->length -= 2;
    assert_int_equal(ag_buffer_append(file, bytes, length, NULL), AG_OK);
    assert_int_equal(ag_buffer_append(file, "\xFF\xD9", 2, NULL), AG_OK);
}

static void test_image_decode_jpeg_tells_padding_from_lost_data(void **state)
{
    (void)state;
    ag_image picture = make_picture(64, 56);
    ag_buffer file = {0};
    encode_jpeg(&file, &picture, &BASELINE);
    insert_before_end(&file, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24);
    ag_image image = decode(&file);
    ag_image_fini(&image);
    insert_before_end(&file, "left-over picture data", 22);
    expect_decode_error(&file, AG_EFORMAT, "image_corrupt");
    ag_buffer_fini(&file);
    ag_image_fini(&picture);
}

static void test_image_decode_jpeg_limits_scans(void **state)
{
    (void)state;
    ag_image picture = make_picture(64, 56);
    ag_buffer file = {0};
    encode_jpeg(&file, &picture,
                &(jpeg_style){.kind = JPEG_GREY, .is_progressive = true, .extra_scans = 90});
    ag_image image = decode(&file);
    ag_image_fini(&image);
    ag_buffer_clear(&file);
    encode_jpeg(&file, &picture,
                &(jpeg_style){.kind = JPEG_GREY, .is_progressive = true, .extra_scans = 300});
    expect_decode_error(&file, AG_ELIMIT, "image_too_many_scans");
    ag_buffer_fini(&file);
    ag_image_fini(&picture);
}

static void test_image_decode_jpeg_refuses_other_precisions(void **state)
{
    (void)state;
    ag_image picture = make_picture(64, 56);
    ag_buffer file = {0};
    encode_jpeg(&file, &picture, &BASELINE);
    for (size_t i = 0; i + 4 < file.length; i++)
        if (file.data[i] == 0xFF && file.data[i + 1] == 0xC0) {
            file.data[i + 4] = 12;
            break;
        }
    expect_decode_error(&file, AG_EUNSUPPORTED, "image_format");
    ag_buffer_fini(&file);
    ag_image_fini(&picture);
}

static void test_image_decode_refuses_files_hung_on_behind(void **state)
{
    (void)state;
    ag_image picture = make_picture(64, 56);
    ag_buffer files[3] = {0};
    encode_jpeg(&files[0], &picture, &BASELINE);
    encode_png(&files[1], picture.rgb, 64, 56, PNG_KIND(2, 8));
    encode_webp(&files[2], &picture, 0);
    for (size_t i = 0; i < 3; i++) {
        size_t length = files[i].length;
        /* What phones append is let through. */
        assert_int_equal(ag_buffer_append(&files[i],
                                          "\0\0\0\x18"
                                          "ftypmp42 motion",
                                          19, NULL),
                         AG_OK);
        ag_image image = decode(&files[i]);
        ag_image_fini(&image);
        files[i].length = length;
        assert_int_equal(ag_buffer_append(&files[i], "PK\x03\x04 archive", 12, NULL), AG_OK);
        expect_decode_error(&files[i], AG_EFORMAT, "image_trailing_data");
        files[i].length = length;
        assert_int_equal(ag_buffer_append(&files[i], "<html><script>", 14, NULL), AG_OK);
        expect_decode_error(&files[i], AG_EFORMAT, "image_trailing_data");
        ag_buffer_fini(&files[i]);
    }
    ag_image_fini(&picture);
}

/* One row of 50×50 whose first samples matter, decoded. */
static ag_image decode_png_of(const void *samples, unsigned kind)
{
    ag_buffer file = {0};
    encode_png(&file, samples, 50, 50, kind);
    ag_image image = decode(&file);
    ag_buffer_fini(&file);
    return image;
}

static void test_image_decode_png_of_every_depth(void **state)
{
    (void)state;
    uint8_t bytes[50 * 50 * 8] = {0};

    bytes[0] = 0x80; /* one bit a pixel: white, black, black, … */
    ag_image image = decode_png_of(bytes, PNG_KIND(0, 1));
    expect_pixel(&image, 0, 255, 255, 255);
    expect_pixel(&image, 1, 0, 0, 0);
    ag_image_fini(&image);

    bytes[0] = 0x1B; /* two bits: 0, 1, 2, 3 */
    image = decode_png_of(bytes, PNG_KIND(0, 2));
    for (size_t i = 0; i < 4; i++)
        expect_pixel(&image, i, (int)i * 85, (int)i * 85, (int)i * 85);
    ag_image_fini(&image);

    bytes[0] = 0x2F; /* four bits: 2, 15 */
    image = decode_png_of(bytes, PNG_KIND(0, 4));
    expect_pixel(&image, 0, 34, 34, 34);
    expect_pixel(&image, 1, 255, 255, 255);
    ag_image_fini(&image);

    bytes[0] = 0x40; /* palette of two, the first entry transparent: 0, 1 */
    image = decode_png_of(bytes, PNG_KIND(3, 1));
    expect_pixel(&image, 0, 9, 8, 7);
    expect_pixel(&image, 1, 200, 100, 50);
    ag_image_fini(&image);
}

static void test_image_decode_png_rounds_grey16_and_cuts_rgb16(void **state)
{
    (void)state;
    uint16_t samples[50 * 50 * 3] = {128, 129, 0xFFFF, 0x1280, 0x12FF, 0};
    ag_image image = decode_png_of(samples, PNG_KIND(0, 16));
    expect_pixel(&image, 0, 0, 0, 0);
    expect_pixel(&image, 1, 1, 1, 1);
    expect_pixel(&image, 2, 255, 255, 255);
    expect_pixel(&image, 3, 18, 18, 18);
    expect_pixel(&image, 4, 19, 19, 19);
    ag_image_fini(&image);
    image = decode_png_of(samples, PNG_KIND(2, 16));
    expect_pixel(&image, 0, 0, 0, 255);
    expect_pixel(&image, 1, 0x12, 0x12, 0);
    ag_image_fini(&image);
}

static void test_image_decode_png_drops_alpha_without_blending(void **state)
{
    (void)state;
    uint8_t samples[50 * 50 * 4] = {10, 20, 30, 0, 40, 50, 60, 128};
    ag_image image = decode_png_of(samples, PNG_KIND(6, 8));
    expect_pixel(&image, 0, 10, 20, 30);
    expect_pixel(&image, 1, 40, 50, 60);
    ag_image_fini(&image);
    image = decode_png_of(samples, PNG_KIND(4, 8));
    expect_pixel(&image, 0, 10, 10, 10);
    expect_pixel(&image, 1, 30, 30, 30);
    ag_image_fini(&image);
}

static void test_image_decode_png_refuses_damage(void **state)
{
    (void)state;
    ag_image picture = make_picture(64, 56);
    ag_buffer file = {0};
    encode_png(&file, picture.rgb, 64, 56, PNG_KIND(2, 8));
    file.data[file.length / 2] ^= 1;
    expect_decode_error(&file, AG_EFORMAT, "image_corrupt");
    file.data[file.length / 2] ^= 1;
    for (size_t length = file.length - 1; length > 8; length -= length / 16 + 1) {
        file.length = length;
        expect_decode_error(&file, AG_EFORMAT, "image_corrupt");
    }
    ag_buffer_fini(&file);
    ag_image_fini(&picture);
}

static void test_image_decode_webp(void **state)
{
    (void)state;
    ag_image picture = make_picture(90, 70);
    ag_buffer file = {0};
    encode_webp(&file, &picture, 0);
    ag_image image = decode(&file);
    assert_int_equal(max_difference(&picture, &image), 0);
    ag_image_fini(&image);
    file.length -= 2;
    expect_decode_error(&file, AG_EFORMAT, "image_corrupt");
    ag_buffer_fini(&file);
    ag_image_fini(&picture);
}

static void test_image_decode_refuses_animated_webp(void **state)
{
    (void)state;
    ag_image picture = make_picture(90, 70);
    ag_buffer file = {0};
    encode_webp(&file, &picture, 1);
    file.data[20] |= 0x02; /* flags of VP8X: is an animation */
    expect_decode_error(&file, AG_EUNSUPPORTED, "image_animated");
    ag_buffer_fini(&file);
    ag_image_fini(&picture);
}

static void test_image_check_accepts_pictures_and_refuses_flat_ones(void **state)
{
    (void)state;
    static const struct {
        uint8_t level;
        const char *code;
    } CASES[] = {{2, "image_too_dark"}, {128, "image_no_detail"}, {253, "image_too_bright"}};
    ag_image_info info;
    ag_err err;
    ag_buffer file = {0};
    ag_image picture = make_picture(1200, 900);
    encode_jpeg(&file, &picture, &(jpeg_style){.orientation = 3});
    assert_int_equal(ag_image_check(&info, file.data, file.length, &AG_IMAGE_LIMITS_DEFAULT, NULL),
                     AG_OK);
    assert_int_equal(info.width_px, 1200);
    assert_int_equal(info.orientation, 3);
    ag_image_fini(&picture);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        picture = make_flat(1200, 900, CASES[i].level);
        ag_buffer_clear(&file);
        encode_jpeg(&file, &picture, &BASELINE);
        assert_int_equal(
            ag_image_check(&info, file.data, file.length, &AG_IMAGE_LIMITS_DEFAULT, &err),
            AG_EQUALITY);
        assert_string_equal(err.code, CASES[i].code);
        ag_image_fini(&picture);
    }
    ag_buffer_fini(&file);
}

static void test_image_check_sees_damage_although_it_shrinks(void **state)
{
    (void)state;
    ag_image picture = make_picture(3200, 2400);
    ag_buffer file = {0};
    ag_image_info info;
    ag_err err;
    encode_jpeg(&file, &picture, &BASELINE);
    file.length -= 16;
    assert_int_equal(ag_image_check(&info, file.data, file.length, &AG_IMAGE_LIMITS_DEFAULT, &err),
                     AG_EFORMAT);
    assert_string_equal(err.code, "image_corrupt");
    ag_buffer_fini(&file);
    ag_image_fini(&picture);
}

static void test_image_check_refuses_each_invalid_input(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        ag_status status;
        const char *code;
        const char *in_message;
    } CASES[] = {
        {"bad-crc.png", AG_EFORMAT, "image_corrupt", "checksum"},
        {"black.jpg", AG_EQUALITY, "image_too_dark", "dark"},
        {"bomb-50000x50000.png", AG_ELIMIT, "image_too_large", "50000×50000"},
        {"corrupt-middle.jpg", AG_EFORMAT, "image_corrupt", "damaged"},
        {"empty.jpg", AG_ELIMIT, "image_empty", "empty"},
        {"gif-named.jpg", AG_EUNSUPPORTED, "image_format", "GIF"},
        {"gif.gif", AG_EUNSUPPORTED, "image_format", "GIF"},
        {"html-as-jpg.jpg", AG_EUNSUPPORTED, "image_format", "HTML"},
        {"jpeg-with-trailing-zip.txt", AG_EUNSUPPORTED, "image_format", "ZIP"},
        {"svg.svg", AG_EUNSUPPORTED, "image_format", "SVG"},
        {"text.jpg", AG_EUNSUPPORTED, "image_format", "not a picture"},
        {"tiff.tif", AG_EUNSUPPORTED, "image_format", "TIFF"},
        {"too-large-5001x100.jpg", AG_ELIMIT, "image_too_large", "5001×100"},
        {"too-small-49x200.png", AG_ELIMIT, "image_too_small", "49×200"},
        {"truncated-half.jpg", AG_EFORMAT, "image_corrupt", "Premature end"},
        {"truncated-header.jpg", AG_EFORMAT, "image_corrupt", "before the picture"},
        {"truncated.png", AG_EFORMAT, "image_corrupt", "ends early"},
        {"white.png", AG_EQUALITY, "image_too_bright", "white"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char path[128];
        ag_buffer file = {0};
        snprintf(path, sizeof path, "inputs/invalid/%s", CASES[i].path);
        if (!read_shared(&file, path)) {
            print_message("no shared/%s\n", path);
            ag_buffer_fini(&file);
            skip();
        }
        ag_image_info info;
        ag_err err = {0};
        ag_status status =
            ag_image_check(&info, file.data, file.length, &AG_IMAGE_LIMITS_DEFAULT, &err);
        if (status != CASES[i].status || strcmp(err.code, CASES[i].code) != 0 ||
            !strstr(err.message, CASES[i].in_message))
            fail_msg("%s: %d %s: %s", path, status, err.code, err.message);
        ag_buffer_fini(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_image_probe_reads_size_and_orientation),
        cmocka_unit_test(test_image_probe_enforces_limits),
        cmocka_unit_test(test_image_decode_refuses_a_bomb_by_its_header),
        cmocka_unit_test(test_image_decode_jpeg_baseline_and_progressive),
        cmocka_unit_test(test_image_decode_jpeg_grey),
        cmocka_unit_test(test_image_decode_jpeg_cmyk_and_ycck),
        cmocka_unit_test(test_image_decode_applies_orientation),
        cmocka_unit_test(test_image_decode_shrinks_while_enough_is_left),
        cmocka_unit_test(test_image_decode_jpeg_refuses_every_truncation),
        cmocka_unit_test(test_image_decode_jpeg_tells_padding_from_lost_data),
        cmocka_unit_test(test_image_decode_jpeg_limits_scans),
        cmocka_unit_test(test_image_decode_jpeg_refuses_other_precisions),
        cmocka_unit_test(test_image_decode_refuses_files_hung_on_behind),
        cmocka_unit_test(test_image_decode_png_of_every_depth),
        cmocka_unit_test(test_image_decode_png_rounds_grey16_and_cuts_rgb16),
        cmocka_unit_test(test_image_decode_png_drops_alpha_without_blending),
        cmocka_unit_test(test_image_decode_png_refuses_damage),
        cmocka_unit_test(test_image_decode_webp),
        cmocka_unit_test(test_image_decode_refuses_animated_webp),
        cmocka_unit_test(test_image_check_accepts_pictures_and_refuses_flat_ones),
        cmocka_unit_test(test_image_check_sees_damage_although_it_shrinks),
        cmocka_unit_test(test_image_check_refuses_each_invalid_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
