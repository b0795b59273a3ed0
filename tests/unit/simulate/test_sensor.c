#include "simulate/sensor.h"

#include "simulate/colour.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define WIDTH  64
#define HEIGHT 40

static const ag_sensor NEUTRAL = {.contrast = 1, .saturation = 1};

/* Evenly lit, each colour by its own. */
static void shine(void *maker, float *row)
{
    const float *light = maker;
    for (int i = 0; i < WIDTH * AG_COLOUR_CHANNELS; i++)
        row[i] = light[i / WIDTH];
}

static ag_image expose(const ag_sensor *sensor, float red, float green, float blue)
{
    float light[] = {red, green, blue};
    ag_image image;
    ag_rows rows = {WIDTH, HEIGHT, light, shine};
    assert_int_equal(ag_sensor_expose(&image, sensor, rows, NULL), AG_OK);
    assert_int_equal(image.width_px, WIDTH);
    assert_int_equal(image.height_px, HEIGHT);
    return image;
}

static void assert_pixel(const ag_sensor *sensor, const float light[3], const int wanted[3])
{
    ag_image image = expose(sensor, light[0], light[1], light[2]);
    const uint8_t *last = image.rgb + (WIDTH * HEIGHT - 1) * 3;
    for (int c = 0; c < 3; c++) {
        assert_in_range(image.rgb[c] + 1, wanted[c], wanted[c] + 2);
        assert_int_equal(last[c], image.rgb[c]);
    }
    ag_image_fini(&image);
}

static void test_sensor_knows_gamma(void **state)
{
    (void)state;
    const float light[] = {(float)pow(200 / 255.0, 2.2), (float)pow(100 / 255.0, 2.2),
                           (float)pow(10 / 255.0, 2.2)};
    assert_pixel(&NEUTRAL, light, (int[]){200, 100, 10});
    assert_pixel(&NEUTRAL, (float[]){0, 1, 7}, (int[]){0, 255, 255});
}

static void test_sensor_exposure_and_white_balance(void **state)
{
    (void)state;
    ag_sensor s = NEUTRAL;
    const float light[] = {0.25f, 0.25f, 0.25f};
    s.exposure_ev = 1;
    int twice = (int)lround(255 * pow(0.5, 1 / 2.2));
    assert_pixel(&s, light, (int[]){twice, twice, twice});
    s = NEUTRAL;
    s.warm = 0.3;
    int red = (int)lround(255 * pow(0.25 * exp(0.3), 1 / 2.2));
    int green = (int)lround(255 * pow(0.25, 1 / 2.2));
    int blue = (int)lround(255 * pow(0.25 * exp(-0.3), 1 / 2.2));
    assert_pixel(&s, light, (int[]){red, green, blue});
}

static void test_sensor_tone(void **state)
{
    (void)state;
    ag_sensor s = NEUTRAL;
    const float light[] = {(float)pow(200 / 255.0, 2.2), (float)pow(100 / 255.0, 2.2),
                           (float)pow(50 / 255.0, 2.2)};
    s.contrast = 0.8;
    assert_pixel(&s, light, (int[]){186, 106, 66});
    s.contrast = 1;
    s.saturation = 0;
    assert_pixel(&s, light, (int[]){124, 124, 124});
}

static double deviation(const ag_sensor *sensor, float light)
{
    ag_image image = expose(sensor, light, light, light);
    double sum = 0, squares = 0, n = WIDTH * HEIGHT * 3;
    for (size_t i = 0; i < WIDTH * HEIGHT * 3; i++) {
        sum += image.rgb[i];
        squares += image.rgb[i] * image.rgb[i];
    }
    ag_image_fini(&image);
    return sqrt(squares / n - sum / n * (sum / n));
}

/* As a share of light, noise is stronger in the dark. */
static void test_sensor_noise(void **state)
{
    (void)state;
    ag_sensor s = NEUTRAL;
    assert_float_equal(deviation(&s, 0.2f), 0, 1e-9);
    s.noise = 0.03;
    double dark = deviation(&s, 0.02f), grey = deviation(&s, 0.2f);
    assert_in_range((int)(grey * 100), 200, 800);
    assert_true(dark > grey);
    s.noise = 0.06;
    assert_true(deviation(&s, 0.2f) > 1.7 * grey);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sensor_knows_gamma),
        cmocka_unit_test(test_sensor_exposure_and_white_balance),
        cmocka_unit_test(test_sensor_tone),
        cmocka_unit_test(test_sensor_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
