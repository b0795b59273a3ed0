#include "simulate/sensor.h"

#include "base/memory.h"
#include "simulate/colour.h"
#include "simulate/maths.h"
#include "simulate/noise.h"

#include <math.h>
#include <stdlib.h>

/* Brightness is looked up by the root of light, which is nearly the same curve, so that few steps
 * do for dark and light. */
#define CURVE_STEPS 4096

/* Noise grows with the root of light, above some that is there in the dark; in mid grey it is about
 * half of what it is in white. */
#define DARK_LIGHT 0.02f
#define NOISE_GAIN 1.2

/* Shares of the colours in grey (ITU-R BT.601). */
static const float GREY[AG_COLOUR_CHANNELS] = {0.299f, 0.587f, 0.114f};

/* A sensor at work. */
typedef struct exposure {
    size_t width;                   /* pixels of a row */
    float gain[AG_COLOUR_CHANNELS]; /* of light */
    float noise;                    /* of ag_noise */
    float contrast, saturation;
    float curve[CURVE_STEPS + 1]; /* brightness 0…255 by the root of light */
    float *values;                /* a row; owned */
    float *grain;                 /* its noise; within values */
} exposure;

void ag_sensor_draw(ag_sensor *sensor, ag_dice *dice, const ag_level *level)
{
    double white = level->white_balance;
    sensor->warm = ag_dice_uniform(dice, -white, white);
    sensor->tint = ag_dice_uniform(dice, -0.4 * white, 0.4 * white);
    sensor->exposure_ev = ag_dice_uniform(dice, -level->exposure_ev, level->exposure_ev);
    sensor->noise = ag_dice_uniform(dice, 0.2, 1) * level->noise;
    sensor->contrast = 1 + ag_dice_uniform(dice, -level->tone, level->tone);
    sensor->saturation = 1 + ag_dice_uniform(dice, -level->tone, level->tone);
    sensor->noise_seed = ag_dice_bits(dice);
}

static ag_status exposure_init(exposure *e, const ag_sensor *sensor, size_t width, ag_err *err)
{
    e->values = ag_try_aligned(width, 2 * AG_COLOUR_CHANNELS * sizeof *e->values);
    if (!e->values)
        return ag_err_set(err, AG_ENOMEM, "No memory for rows of %zu pixels", width);
    e->grain = e->values + width * AG_COLOUR_CHANNELS;
    e->width = width;
    double gain = ag_maths_pow(2, sensor->exposure_ev);
    const double balance[] = {sensor->warm, sensor->tint, -sensor->warm};
    for (int c = 0; c < AG_COLOUR_CHANNELS; c++)
        e->gain[c] = (float)(gain * ag_maths_exp(balance[c]));
    e->noise = (float)(NOISE_GAIN * sensor->noise);
    e->contrast = (float)sensor->contrast;
    e->saturation = (float)sensor->saturation;
    for (int i = 0; i <= CURVE_STEPS; i++) {
        double root = (double)i / CURVE_STEPS;
        e->curve[i] = (float)(255 * ag_maths_pow(root * root, 1 / AG_COLOUR_GAMMA));
    }
    return AG_OK;
}

/* Add noise to light and turn it into brightness: light in, brightness out. */
static void develop(const exposure *e, float gain, const float *restrict noise,
                    float *restrict values)
{
    for (size_t i = 0; i < e->width; i++) {
        float seen = values[i] * gain;
        float noisy = seen + e->noise * sqrtf(seen + DARK_LIGHT) * noise[i];
        values[i] = sqrtf(ag_maths_clamp(noisy, 0, 1)) * CURVE_STEPS + 0.5f;
    }
    for (size_t i = 0; i < e->width; i++)
        values[i] = e->curve[(int)values[i]];
}

/* Saturation and contrast, in place. */
static void tone(const exposure *e)
{
    float *restrict red = e->values;
    float *restrict green = red + e->width;
    float *restrict blue = green + e->width;
    float shift = 127.5f * (1 - e->contrast) + 0.5f; /* for rounding */
    for (size_t i = 0; i < e->width; i++) {
        float grey = GREY[0] * red[i] + GREY[1] * green[i] + GREY[2] * blue[i];
        float base = (1 - e->saturation) * grey;
        red[i] = ag_maths_clamp((e->saturation * red[i] + base) * e->contrast + shift, 0, 255);
        green[i] = ag_maths_clamp((e->saturation * green[i] + base) * e->contrast + shift, 0, 255);
        blue[i] = ag_maths_clamp((e->saturation * blue[i] + base) * e->contrast + shift, 0, 255);
    }
}

static void store(const exposure *e, uint8_t *restrict rgb)
{
    const float *red = e->values, *green = red + e->width, *blue = green + e->width;
    for (size_t i = 0; i < e->width; i++) {
        rgb[3 * i] = (uint8_t)red[i];
        rgb[3 * i + 1] = (uint8_t)green[i];
        rgb[3 * i + 2] = (uint8_t)blue[i];
    }
}

static void expose_rows(ag_image *out, const exposure *e, ag_rows rows, ag_noise *noise)
{
    for (size_t y = 0; y < rows.height_px; y++) {
        rows.next(rows.maker, e->values);
        ag_noise_next(noise, e->grain);
        for (size_t c = 0; c < AG_COLOUR_CHANNELS; c++)
            develop(e, e->gain[c], e->grain + c * e->width, e->values + c * e->width);
        tone(e);
        store(e, out->rgb + y * e->width * 3);
    }
}

ag_status ag_sensor_expose(ag_image *out, const ag_sensor *sensor, ag_rows rows, ag_err *err)
{
    exposure e = {0};
    ag_noise noise = {0};
    size_t row_length = (size_t)rows.width_px * AG_COLOUR_CHANNELS;
    ag_status status = exposure_init(&e, sensor, rows.width_px, err);
    if (status == AG_OK)
        status = ag_noise_init(&noise, sensor->noise_seed, row_length, err);
    if (status == AG_OK)
        status = ag_image_init(out, rows.width_px, rows.height_px, err);
    if (status == AG_OK)
        expose_rows(out, &e, rows, &noise);
    ag_noise_fini(&noise);
    free(e.values);
    return status;
}
