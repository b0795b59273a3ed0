#include "simulate/lens.h"

#include "simulate/colour.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH  41
#define HEIGHT 31

/* A photo of one bright point, or (x < 0) evenly lit. */
typedef struct lamp {
    int x, y;
    int next_row;
} lamp;

static void shine(void *maker, float *row)
{
    lamp *l = maker;
    for (int i = 0; i < WIDTH * AG_COLOUR_CHANNELS; i++)
        row[i] = l->x < 0 ? 0.5f : l->next_row == l->y && i % WIDTH == l->x ? 1.0f : 0.0f;
    l->next_row++;
}

/* The green of the blurred photo; the other colours must be alike. */
static void blur(float out[HEIGHT][WIDTH], const ag_lens *lens, lamp l)
{
    ag_lens_blur *blur;
    ag_rows rows = {WIDTH, HEIGHT, &l, shine};
    assert_int_equal(ag_lens_blur_create(&blur, lens, rows, NULL), AG_OK);
    rows = ag_lens_blur_rows(blur);
    assert_int_equal(rows.width_px, WIDTH);
    assert_int_equal(rows.height_px, HEIGHT);
    float row[AG_COLOUR_CHANNELS][WIDTH];
    for (int y = 0; y < HEIGHT; y++) {
        rows.next(rows.maker, row[0]);
        assert_memory_equal(row[0], row[1], sizeof row[0]);
        assert_memory_equal(row[2], row[1], sizeof row[0]);
        memcpy(out[y], row[1], sizeof row[1]);
    }
    ag_lens_blur_destroy(blur);
}

/* All the light, and its spread about a point along an angle, as a standard deviation. */
static double measure(double *spread, const float image[HEIGHT][WIDTH], lamp l, double degrees)
{
    double sum = 0, squares = 0, c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            double along = (x - l.x) * c + (y - l.y) * s;
            sum += (double)image[y][x];
            squares += (double)image[y][x] * along * along;
        }
    *spread = sqrt(squares / sum);
    return sum;
}

static void test_lens_sharp_changes_nothing(void **state)
{
    (void)state;
    float image[HEIGHT][WIDTH];
    blur(image, &(ag_lens){.motion_px = 1, .defocus_px = 0.5}, (lamp){20, 15, 0});
    assert_float_equal(image[15][20], 1, 0);
    assert_float_equal(image[15][21], 0, 0);
}

static void test_lens_motion_draws_a_stroke(void **state)
{
    (void)state;
    for (int degrees = 0; degrees < 180; degrees += 15) {
        const ag_lens lens = {.motion_px = 9, .motion_deg = degrees};
        const lamp l = {20, 15, 0};
        float image[HEIGHT][WIDTH];
        double along, across;
        blur(image, &lens, l);
        assert_float_equal(measure(&along, image, l, degrees), 1, 1e-4);
        measure(&across, image, l, degrees + 90);
        assert_float_equal(along, 9 / sqrt(12), 0.3); /* of a uniform distribution */
        assert_true(across < 0.5);
    }
}

static void test_lens_defocus_draws_a_disc(void **state)
{
    (void)state;
    for (double radius = 0.6; radius < 7; radius += 0.7) {
        const lamp l = {20, 15, 0};
        float image[HEIGHT][WIDTH];
        blur(image, &(ag_lens){.defocus_px = radius}, l);
        for (int degrees = 0; degrees < 180; degrees += 45) {
            double spread;
            assert_float_equal(measure(&spread, image, l, degrees), 1, 1e-3);
            assert_float_equal(spread, radius / 2, 0.25);
        }
        double within = M_PI * radius * radius;
        assert_float_equal(image[15][20], fmin(1 / within, 1), 0.4 / within);
        assert_float_equal(image[15][20 + (int)(radius + 2)], 0, 1e-5);
    }
}

static void test_lens_even_light_stays_even_to_the_edge(void **state)
{
    (void)state;
    const ag_lens lens = {.motion_px = 7, .motion_deg = 30, .defocus_px = 3.3};
    float image[HEIGHT][WIDTH];
    blur(image, &lens, (lamp){-1, 0, 0});
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        assert_float_equal(image[i / WIDTH][i % WIDTH], 0.5, 1e-4);
}

static void test_lens_reaches_beyond_small_photos(void **state)
{
    (void)state;
    const ag_lens lens = {.motion_px = 45, .motion_deg = 80, .defocus_px = 20};
    float image[HEIGHT][WIDTH];
    blur(image, &lens, (lamp){-1, 0, 0});
    assert_float_equal(image[0][0], 0.5, 1e-4);
    assert_float_equal(image[HEIGHT - 1][WIDTH - 1], 0.5, 1e-4);
}

static void test_lens_draws_within_its_level(void **state)
{
    (void)state;
    ag_dice dice;
    ag_dice_seed(&dice, 3, 0);
    int moved = 0;
    for (int i = 0; i < 200; i++) {
        ag_lens lens;
        ag_lens_draw(&lens, &dice, ag_level_get(AG_PHOTO_HARD), 5000);
        assert_true(lens.motion_px <= 45 && lens.defocus_px <= 20);
        moved += lens.motion_px > 0;
    }
    assert_in_range(moved, 110, 170); /* of 200, at 0.7 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lens_sharp_changes_nothing),
        cmocka_unit_test(test_lens_motion_draws_a_stroke),
        cmocka_unit_test(test_lens_defocus_draws_a_disc),
        cmocka_unit_test(test_lens_even_light_stays_even_to_the_edge),
        cmocka_unit_test(test_lens_reaches_beyond_small_photos),
        cmocka_unit_test(test_lens_draws_within_its_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
