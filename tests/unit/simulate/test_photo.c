#include "simulate/photo.h"

#include "base/json.h"
#include "image/image.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Points along each side at which a photo is compared with its picture. */
#define GRID 24

static const ag_image_limits ANY_SIZE = {
    .min_side_px = 1, .max_side_px = 5000, .max_bytes = (size_t)64 << 20};

/* Blocks of red, green, blue and yellow around the middle, each with a finer pattern. */
static ag_image make_picture(uint32_t width_px, uint32_t height_px)
{
    static const uint8_t COLOURS[4][3] = {
        {220, 30, 30}, {30, 200, 30}, {40, 40, 220}, {220, 210, 30}};
    ag_image image;
    assert_int_equal(ag_image_init(&image, width_px, height_px, NULL), AG_OK);
    for (uint32_t y = 0; y < height_px; y++)
        for (uint32_t x = 0; x < width_px; x++) {
            unsigned quarter = (2 * y >= height_px) * 2u + (2 * x >= width_px);
            bool is_dark = (x * 16 / width_px + y * 16 / height_px) % 3 == 0;
            uint8_t *p = image.rgb + ((size_t)y * width_px + x) * 3;
            for (int c = 0; c < 3; c++)
                p[c] = (uint8_t)(COLOURS[quarter][c] * (is_dark ? 2 : 3) / 3);
        }
    return image;
}

static ag_photo take(const ag_image *picture, ag_photo_level level, uint32_t side_px, uint64_t seed)
{
    ag_photo photo;
    ag_err err;
    const ag_photo_options options = {level, side_px, seed};
    ag_status status = ag_photo_take(&photo, picture, &options, &err);
    if (status)
        fail_msg("%s", err.message);
    return photo;
}

static ag_image develop(const ag_photo *photo)
{
    ag_image image;
    assert_int_equal(ag_image_decode(&image, photo->jpeg.data, photo->jpeg.length, &ANY_SIZE, NULL),
                     AG_OK);
    assert_int_equal(image.width_px, photo->width_px);
    assert_int_equal(image.height_px, photo->height_px);
    return image;
}

/* Where a point of the picture, 0…1 either way, is on the photo (Heckbert, 1989, 2.2.3). */
static void find(double out[2], const double q[4][2], double u, double v)
{
    double d1[2], d2[2], s[2];
    for (int i = 0; i < 2; i++) {
        d1[i] = q[1][i] - q[2][i];
        d2[i] = q[3][i] - q[2][i];
        s[i] = q[0][i] - q[1][i] + q[2][i] - q[3][i];
    }
    double whole = d1[0] * d2[1] - d2[0] * d1[1];
    double g = (s[0] * d2[1] - d2[0] * s[1]) / whole, h = (d1[0] * s[1] - s[0] * d1[1]) / whole;
    for (int i = 0; i < 2; i++) {
        double a = q[1][i] - q[0][i] + g * q[1][i], b = q[3][i] - q[0][i] + h * q[3][i];
        out[i] = (a * u + b * v + q[0][i]) / (g * u + h * v + 1);
    }
}

/* The photo's pixel at a point of the picture; NULL outside the photo. */
static const uint8_t *look(const ag_image *image, const ag_photo *photo, double u, double v)
{
    double at[2];
    find(at, photo->corners, u, v);
    if (at[0] < 0 || at[1] < 0 || at[0] >= image->width_px || at[1] >= image->height_px)
        return NULL;
    return image->rgb + ((size_t)at[1] * image->width_px + (size_t)at[0]) * 3;
}

static void test_photo_corners_lie_in_their_colours(void **state)
{
    (void)state;
    ag_image picture = make_picture(300, 220);
    for (uint64_t seed = 0; seed < 10; seed++) {
        ag_photo photo = take(&picture, AG_PHOTO_EASY, 320, seed);
        ag_image image = develop(&photo);
        const uint8_t *red = look(&image, &photo, 0.04, 0.04);
        const uint8_t *green = look(&image, &photo, 0.96, 0.04);
        const uint8_t *yellow = look(&image, &photo, 0.96, 0.96);
        const uint8_t *blue = look(&image, &photo, 0.04, 0.96);
        assert_true(red && red[0] > red[1] + 40 && red[0] > red[2] + 40);
        assert_true(green && green[1] > green[0] + 40 && green[1] > green[2] + 40);
        assert_true(yellow && yellow[0] > yellow[2] + 40 && yellow[1] > yellow[2] + 40);
        assert_true(blue && blue[2] > blue[0] + 40 && blue[2] > blue[1] + 40);
        ag_image_fini(&image);
        ag_photo_fini(&photo);
    }
    ag_image_fini(&picture);
}

static void test_photo_is_upright_however_it_is_stored(void **state)
{
    (void)state;
    ag_image picture = make_picture(80, 60);
    unsigned seen[9] = {0};
    for (uint64_t seed = 0; seed < 60; seed++) {
        ag_photo photo = take(&picture, AG_PHOTO_MEDIUM, 96, seed);
        ag_image_info info;
        assert_int_equal(ag_image_probe(&info, photo.jpeg.data, photo.jpeg.length, &ANY_SIZE, NULL),
                         AG_OK);
        seen[info.orientation]++;
        assert_int_equal(info.width_px, info.orientation >= 5 ? photo.height_px : photo.width_px);
        ag_image image = develop(&photo);
        ag_image_fini(&image);
        ag_photo_fini(&photo);
    }
    assert_true(seen[1] && seen[3] && seen[6] && seen[8]);
    ag_image_fini(&picture);
}

static void test_photo_is_the_same_every_time(void **state)
{
    (void)state;
    ag_image picture = make_picture(200, 150);
    for (uint64_t seed = 0; seed < 6; seed++) {
        ag_photo a = take(&picture, AG_PHOTO_HARD, 200, seed);
        ag_photo b = take(&picture, AG_PHOTO_HARD, 200, seed);
        ag_photo c = take(&picture, AG_PHOTO_HARD, 200, seed + 100);
        assert_int_equal(a.jpeg.length, b.jpeg.length);
        assert_memory_equal(a.jpeg.data, b.jpeg.data, a.jpeg.length);
        assert_string_equal(a.parameters_json, b.parameters_json);
        assert_string_not_equal(a.parameters_json, c.parameters_json);
        ag_photo_fini(&a);
        ag_photo_fini(&b);
        ag_photo_fini(&c);
    }
    ag_image_fini(&picture);
}

/* How well the photo's green goes with the picture's, where the picture is; what is outside the
 * photo counts as grey. */
static double likeness(const ag_image *picture, const ag_photo *photo)
{
    ag_image image = develop(photo);
    double n = GRID * GRID, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (int i = 0; i < GRID * GRID; i++) {
        double u = (i % GRID + 0.5) / GRID, v = (i / GRID + 0.5) / GRID;
        size_t x = (size_t)(u * picture->width_px), y = (size_t)(v * picture->height_px);
        const uint8_t *p = look(&image, photo, u, v);
        double a = picture->rgb[(y * picture->width_px + x) * 3 + 1], b = p ? p[1] : 100;
        sa += a;
        sb += b;
        saa += a * a;
        sbb += b * b;
        sab += a * b;
    }
    ag_image_fini(&image);
    return (sab - sa * sb / n) / sqrt((saa - sa * sa / n) * (sbb - sb * sb / n));
}

static void test_photo_levels_get_harder(void **state)
{
    (void)state;
    ag_image picture = make_picture(300, 240);
    double mean[AG_PHOTO_LEVELS] = {0};
    for (int level = 0; level < AG_PHOTO_LEVELS; level++)
        for (uint64_t seed = 0; seed < 25; seed++) {
            ag_photo photo = take(&picture, (ag_photo_level)level, 192, seed);
            mean[level] += likeness(&picture, &photo) / 25;
            ag_photo_fini(&photo);
        }
    assert_true(mean[AG_PHOTO_EASY] > 0.9);
    assert_true(mean[AG_PHOTO_EASY] > mean[AG_PHOTO_MEDIUM] + 0.02);
    assert_true(mean[AG_PHOTO_MEDIUM] > mean[AG_PHOTO_HARD] + 0.02);
    ag_image_fini(&picture);
}

static void test_photo_refuses_sizes(void **state)
{
    (void)state;
    ag_image picture = make_picture(60, 60);
    const uint32_t sides[] = {0, 63, 5001, UINT32_MAX};
    for (size_t i = 0; i < 4; i++) {
        ag_photo photo = {.width_px = 7};
        ag_err err;
        const ag_photo_options options = {AG_PHOTO_EASY, sides[i], 0};
        assert_int_equal(ag_photo_take(&photo, &picture, &options, &err), AG_EINVAL);
        assert_int_equal(err.status, AG_EINVAL);
        assert_int_equal(photo.width_px, 7);
    }
    ag_image_fini(&picture);
}

static void test_photo_takes_every_shape(void **state)
{
    (void)state;
    const uint32_t shapes[][2] = {{50, 50}, {51, 3000}, {3000, 51}, {1, 1}, {700, 650}};
    for (size_t i = 0; i < 5; i++) {
        ag_image picture = make_picture(shapes[i][0], shapes[i][1]);
        for (int level = 0; level < AG_PHOTO_LEVELS; level++)
            for (uint32_t side_px = 64; side_px <= 256; side_px *= 2) {
                ag_photo photo = take(&picture, (ag_photo_level)level, side_px, i);
                ag_image image = develop(&photo);
                uint32_t wide = image.width_px > image.height_px ? image.width_px : image.height_px;
                assert_int_equal(wide, side_px);
                ag_image_fini(&image);
                ag_photo_fini(&photo);
            }
        ag_image_fini(&picture);
    }
}

static void test_photo_tells_what_was_drawn(void **state)
{
    (void)state;
    static const char *const KEYS[] = {
        "width", "height",    "tilt",       "tilt_toward", "roll",         "focal",
        "wall",  "coverage",  "cropped",    "quad",        "frame",        "frame_width",
        "mat",   "heads",     "occluded",   "veil",        "glare",        "light_gradient",
        "warm",  "motion_px", "defocus_px", "tint",        "motion_angle", "ev",
        "noise", "contrast",  "saturation", "quality",     "orientation",
    };
    ag_image picture = make_picture(90, 70);
    ag_photo photo = take(&picture, AG_PHOTO_HARD, 200, 3);
    json_t *parameters;
    assert_int_equal(ag_json_parse_object(&parameters, photo.parameters_json,
                                          strlen(photo.parameters_json), NULL),
                     AG_OK);
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        if (!json_object_get(parameters, KEYS[i]))
            fail_msg("no \"%s\"", KEYS[i]);
    assert_int_equal(json_object_size(parameters), sizeof KEYS / sizeof KEYS[0]);
    const json_t *quad = json_object_get(parameters, "quad");
    for (size_t i = 0; i < 8; i++) {
        double x = json_number_value(json_array_get(json_array_get(quad, i / 2), i % 2));
        assert_float_equal(x, photo.corners[i / 2][i % 2], 0.01);
    }
    json_decref(parameters);
    ag_photo_fini(&photo);
    ag_image_fini(&picture);
}

static void test_photo_level_names(void **state)
{
    (void)state;
    assert_string_equal(ag_photo_level_name(AG_PHOTO_EASY), "easy");
    assert_string_equal(ag_photo_level_name(AG_PHOTO_MEDIUM), "medium");
    assert_string_equal(ag_photo_level_name(AG_PHOTO_HARD), "hard");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_photo_corners_lie_in_their_colours),
        cmocka_unit_test(test_photo_is_upright_however_it_is_stored),
        cmocka_unit_test(test_photo_is_the_same_every_time),
        cmocka_unit_test(test_photo_levels_get_harder),
        cmocka_unit_test(test_photo_refuses_sizes),
        cmocka_unit_test(test_photo_takes_every_shape),
        cmocka_unit_test(test_photo_tells_what_was_drawn),
        cmocka_unit_test(test_photo_level_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
