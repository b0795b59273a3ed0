#include "simulate/frame.h"

#include <math.h>

static const char *const NAMES[AG_FRAME_KINDS] = {"gilt", "wood", "black", "white", "none"};
static const double WEIGHTS[AG_FRAME_KINDS] = {0.35, 0.25, 0.15, 0.10, 0.15};

/* Hue, saturation and value of each kind, from and to. */
static const double COLOURS[AG_FRAME_KINDS][3][2] = {
    [AG_FRAME_GILT] = {{35, 48}, {0.4, 0.7}, {0.5, 0.8}},
    [AG_FRAME_WOOD] = {{15, 30}, {0.4, 0.7}, {0.2, 0.55}},
    [AG_FRAME_BLACK] = {{0, 0}, {0, 0}, {0.08, 0.2}},
    [AG_FRAME_WHITE] = {{40, 40}, {0.06, 0.06}, {0.7, 0.95}},
};

const char *ag_frame_kind_name(ag_frame_kind kind)
{
    return NAMES[kind];
}

static ag_colour draw_colour(ag_dice *dice, const double range[3][2])
{
    double hue = ag_dice_uniform(dice, range[0][0], range[0][1]);
    double saturation = ag_dice_uniform(dice, range[1][0], range[1][1]);
    double value = ag_dice_uniform(dice, range[2][0], range[2][1]);
    return ag_colour_from_hsv(hue, saturation, value);
}

void ag_frame_draw(ag_frame *frame, ag_dice *dice)
{
    *frame = (ag_frame){.kind = (ag_frame_kind)ag_dice_pick(dice, WEIGHTS, AG_FRAME_KINDS)};
    frame->shadow = (float)ag_dice_uniform(dice, 0.005, 0.03);
    frame->shadow_depth = (float)ag_dice_uniform(dice, 0.2, 0.6);
    if (frame->kind == AG_FRAME_NONE)
        return;
    frame->width = (float)ag_dice_uniform(dice, 0.03, 0.13);
    if (ag_dice_chance(dice, 0.25))
        frame->mat = (float)ag_dice_uniform(dice, 0.02, 0.10);
    frame->waves = (float)ag_dice_uniform(dice, 1, 4);
    frame->ornament = (float)ag_dice_uniform(dice, 0.02, 0.08);
    frame->colour = draw_colour(dice, COLOURS[frame->kind]);
    frame->mat_colour = ag_colour_from_hsv(45, 0.06, ag_dice_uniform(dice, 0.75, 0.95));
}

/* Light comes from above, so the shadow is lower than the frame, and a little to the side. */
void ag_frame_shade(const ag_frame *frame, const ag_places *places, ag_span span, float *row)
{
    float edge_x = (float)places->camera->half_width + frame->width + frame->mat;
    float edge_y = (float)places->camera->half_height + frame->width + frame->mat;
    float *restrict light = places->scratch[0];
    float drop = frame->shadow;
    for (size_t i = span.first; i < span.end; i++) {
        float x = fabsf(places->x[i] - drop / 3) - edge_x, y = fabsf(places->y[i] - drop) - edge_y;
        light[i] = 1 - frame->shadow_depth *
                           ag_maths_fade(ag_maths_larger(ag_maths_larger(x, y), 0) / drop);
    }
    for (size_t c = 0; c < AG_COLOUR_CHANNELS; c++)
        for (size_t i = span.first; i < span.end; i++)
            row[c * places->count + i] *= light[i];
}

/* A place on the frame. */
typedef struct spot {
    float x, y;
    float across; /* 0 at the inner edge, 1 at the outer */
    float along;  /* the frame's side */
    float facing; /* towards the light, -1…1 */
} spot;

static spot find_spot(const ag_frame *frame, const ag_places *places, size_t i)
{
    spot s = {.x = places->x[i], .y = places->y[i]};
    float beside = fabsf(s.x) - (float)places->camera->half_width;
    float above = fabsf(s.y) - (float)places->camera->half_height;
    bool is_upright = beside > above;
    s.across = ag_maths_clamp((places->outside[i] - frame->mat) / frame->width, 0, 1);
    s.along = is_upright ? s.y : s.x;
    s.facing = is_upright ? (s.x < 0 ? 0.3f : -0.3f) : (s.y < 0 ? 1.0f : -1.0f);
    return s;
}

static float carving(const ag_frame *frame, const ag_grain *grain, const spot *s)
{
    float swell = ag_maths_wave(s->across / 2); /* none at the edges */
    return 0.25f * ag_maths_wave(s->along / frame->ornament) * swell * swell +
           0.08f * ag_grain_sample(grain, s->x * 3, s->y * 3);
}

/* How much brighter than its colour the frame is here. */
static float relief(const ag_frame *frame, const ag_grain *grain, const spot *s)
{
    float ridge = frame->waves * s->across + 0.25f; /* a cosine */
    float sum = 0.15f * s->facing * ag_maths_wave(ridge) +
                0.08f * ag_maths_wave(2 * frame->waves * s->across + 0.25f);
    if (frame->kind == AG_FRAME_GILT)
        sum += carving(frame, grain, s);
    if (frame->kind == AG_FRAME_WOOD) /* the grain runs along */
        sum += 0.10f * ag_grain_sample(grain, s->along * 0.7f, s->across * 2);
    return sum;
}

/* Blend a colour, brightened by tone, over a span as far as share says. */
static void blend(float *row, size_t stride, ag_span span, const float *tone, const float *share,
                  const ag_colour *colour)
{
    for (size_t c = 0; c < AG_COLOUR_CHANNELS; c++) {
        float *light = row + c * stride;
        for (size_t i = span.first; i < span.end; i++)
            light[i] += share[i] * (colour->light[c] * tone[i] - light[i]);
    }
}

void ag_frame_paint(const ag_frame *frame, const ag_grain *grain, const ag_places *places,
                    ag_span span, float *row)
{
    float pixel = (float)places->camera->pixel;
    float *tone = places->scratch[0], *share = places->scratch[1];
    for (size_t i = span.first; i < span.end; i++) {
        spot s = find_spot(frame, places, i);
        tone[i] = ag_maths_clamp(1 + relief(frame, grain, &s), 0.1f, 2);
        share[i] = ag_places_share(places->outside[i], frame->mat + frame->width, pixel);
    }
    blend(row, places->count, span, tone, share, &frame->colour);
    if (frame->mat <= 0)
        return;
    for (size_t i = span.first; i < span.end; i++) {
        tone[i] = 1;
        share[i] = ag_places_share(places->outside[i], frame->mat, pixel);
    }
    blend(row, places->count, span, tone, share, &frame->mat_colour);
}
