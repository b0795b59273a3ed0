#include "simulate/wall.h"

#include <stdbool.h>

static const char *const NAMES[AG_WALL_KINDS] = {"plain", "plaster", "weave", "stripes", "brick"};
static const double WEIGHTS[AG_WALL_KINDS] = {0.30, 0.30, 0.15, 0.15, 0.10};
static const double RATES[AG_WALL_KINDS][2] = {
    [AG_WALL_PLAIN] = {1, 1},    [AG_WALL_PLASTER] = {1, 1}, [AG_WALL_WEAVE] = {60, 140},
    [AG_WALL_STRIPES] = {4, 14}, [AG_WALL_BRICK] = {8, 16},
};

/* Repeats of the tile of grain per longer side of the picture. */
#define GRAIN_SCALE 1.6f

/* A brick's length by its height. */
#define BRICK_SHAPE 2.6f

const char *ag_wall_kind_name(ag_wall_kind kind)
{
    return NAMES[kind];
}

void ag_wall_draw(ag_wall *wall, ag_dice *dice)
{
    wall->kind = (ag_wall_kind)ag_dice_pick(dice, WEIGHTS, AG_WALL_KINDS);
    bool is_deep = ag_dice_chance(dice, 0.35); /* deep red or blue rooms, or pale ones */
    double hue = ag_dice_uniform(dice, 0, 360);
    double saturation = is_deep ? ag_dice_uniform(dice, 0.3, 0.7) : ag_dice_uniform(dice, 0, 0.15);
    double value = is_deep ? ag_dice_uniform(dice, 0.2, 0.5) : ag_dice_uniform(dice, 0.55, 0.95);
    wall->colour = ag_colour_from_hsv(hue, saturation, value);
    wall->depth = (float)ag_dice_uniform(dice, 0.02, 0.08);
    wall->rate = (float)ag_dice_uniform(dice, RATES[wall->kind][0], RATES[wall->kind][1]);
}

static float weave(const ag_wall *wall, float x, float y, float grain)
{
    float threads = ag_maths_wave(wall->rate * x) * ag_maths_wave(wall->rate * y);
    return 1 + wall->depth * (threads + 0.4f * grain);
}

static float stripe(const ag_wall *wall, float x, float grain)
{
    float side = ag_maths_wave(wall->rate * x) < 0 ? -1.0f : 1.0f;
    return 1 + 2 * wall->depth * side + 0.02f * grain;
}

static float brick(const ag_wall *wall, float x, float y, float grain)
{
    float rows = y * wall->rate, row = ag_maths_floor(rows);
    float along = x * wall->rate / BRICK_SHAPE + 0.5f * ((int)row & 1);
    float u = along - ag_maths_floor(along), v = rows - row;
    bool is_joint = ag_maths_smaller(u, 1 - u) < 0.02f || ag_maths_smaller(v, 1 - v) < 0.05f;
    return is_joint ? 1 - 3 * wall->depth : 1 + wall->depth * grain;
}

static float tone_at(const ag_wall *wall, float x, float y, float grain)
{
    switch (wall->kind) {
    case AG_WALL_WEAVE:
        return weave(wall, x, y, grain);
    case AG_WALL_STRIPES:
        return stripe(wall, x, grain);
    case AG_WALL_BRICK:
        return brick(wall, x, y, grain);
    case AG_WALL_PLASTER:
        return 1 + wall->depth * grain;
    default:
        return 1 + 0.01f * grain;
    }
}

void ag_wall_paint(const ag_wall *wall, const ag_grain *grain, const ag_places *places,
                   ag_span span, float *row)
{
    float *tone = places->scratch[0];
    for (size_t i = span.first; i < span.end; i++) {
        float x = places->x[i], y = places->y[i];
        float cloud = ag_grain_sample(grain, x * GRAIN_SCALE, y * GRAIN_SCALE);
        tone[i] = ag_maths_clamp(tone_at(wall, x, y, cloud), 0.2f, 1.8f);
    }
    for (size_t c = 0; c < AG_COLOUR_CHANNELS; c++)
        for (size_t i = span.first; i < span.end; i++)
            row[c * places->count + i] = wall->colour.light[c] * tone[i];
}
