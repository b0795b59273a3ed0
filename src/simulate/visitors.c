#include "simulate/visitors.h"

#include "simulate/maths.h"

#include <math.h>
#include <stdbool.h>

/* Nobody would press the shutter while more of the picture than this is hidden. */
#define MAX_OCCLUDED 0.25

/* What is hidden is counted on a grid of this many points a side. */
#define GRID 64

/* Heads and shoulders are upright ellipses; in radii of the head. */
#define HEAD_HEIGHT      1.25f
#define SHOULDERS_BELOW  3.95f
#define SHOULDERS_WIDTH  2.4f
#define SHOULDERS_HEIGHT 2.8f

/* Repeats of the tile of grain over the photo's longer side. */
#define HAIR_SCALE 1.0f

typedef struct ellipse {
    float x, y, half_width, half_height;
} ellipse;

static ellipse head_of(const ag_visitor *v)
{
    return (ellipse){v->x, v->y, v->radius, HEAD_HEIGHT * v->radius};
}

static ellipse shoulders_of(const ag_visitor *v)
{
    float r = v->radius;
    return (ellipse){v->x, v->y + SHOULDERS_BELOW * r, SHOULDERS_WIDTH * r, SHOULDERS_HEIGHT * r};
}

static bool is_within(const ellipse *e, ag_point p)
{
    double x = (p.x - e->x) / e->half_width, y = (p.y - e->y) / e->half_height;
    return x * x + y * y < 1;
}

static bool is_hidden(const ag_visitors *visitors, ag_point p)
{
    for (size_t i = 0; i < visitors->count; i++) {
        ellipse head = head_of(&visitors->visitor[i]);
        ellipse shoulders = shoulders_of(&visitors->visitor[i]);
        if (is_within(&head, p) || is_within(&shoulders, p))
            return true;
    }
    return false;
}

static double share_hidden(const ag_visitors *visitors, const ag_camera *camera)
{
    size_t shown = 0, hidden = 0;
    for (int i = 0; i < GRID * GRID; i++) {
        ag_point p = {(i % GRID + 0.5) / GRID * camera->width_px,
                      (i / GRID + 0.5) / GRID * camera->height_px};
        ag_point wall = ag_projection_apply(&camera->to_wall, p);
        if (fabs(wall.x) > camera->half_width || fabs(wall.y) > camera->half_height)
            continue;
        shown++;
        hidden += is_hidden(visitors, p);
    }
    return shown > 0 ? (double)hidden / (double)shown : 0;
}

static void draw_visitor(ag_visitor *out, ag_dice *dice, const ag_camera *camera, double side_px)
{
    out->radius = (float)(ag_dice_uniform(dice, 0.035, 0.085) * side_px);
    out->x = (float)ag_dice_uniform(dice, 0, camera->width_px);
    double top = ag_dice_uniform(dice, 0.62, 0.95) * camera->height_px;
    out->y = (float)top + HEAD_HEIGHT * out->radius;
    out->hair = ag_colour_from_hsv(ag_dice_uniform(dice, 0, 40), ag_dice_uniform(dice, 0.1, 0.6),
                                   ag_dice_uniform(dice, 0.05, 0.3));
    out->clothes = ag_colour_from_hsv(ag_dice_uniform(dice, 0, 360), ag_dice_uniform(dice, 0, 0.5),
                                      ag_dice_uniform(dice, 0.05, 0.35));
}

void ag_visitors_draw(ag_visitors *out, ag_dice *dice, const ag_level *level,
                      const ag_camera *camera)
{
    double side_px = fmax(camera->width_px, camera->height_px);
    *out = (ag_visitors){.softness = (float)(ag_dice_uniform(dice, 0.004, 0.012) * side_px)};
    size_t wanted = level->heads > 0 ? ag_dice_below(dice, level->heads + 1) : 0;
    for (size_t i = 0; i < wanted; i++) {
        draw_visitor(&out->visitor[out->count], dice, camera, side_px);
        out->count++;
        double occluded = share_hidden(out, camera);
        if (occluded > MAX_OCCLUDED)
            out->count--;
        else
            out->occluded = occluded;
    }
}

/* The pixels of a row that an ellipse with a soft edge may reach. */
static bool find_span(int *first, int *end, const ellipse *e, float down, float softness, int width)
{
    float half_height = e->half_height + softness, half_width = e->half_width + softness;
    if (down > half_height || down < -half_height)
        return false;
    *first = (int)ag_maths_clamp(e->x - half_width, 0, (float)width);
    *end = (int)ag_maths_clamp(e->x + half_width + 1, 0, (float)width);
    return true;
}

/* What a row of the photo is painted with. */
typedef struct brush {
    const ag_grain *grain;
    float softness;    /* pixels */
    float grain_scale; /* repeats of the grain per pixel */
    int width;         /* of the row */
} brush;

static void paint(const brush *b, const ellipse *e, const ag_colour *colour, float y, float *row)
{
    int first, end;
    float down = y - e->y;
    if (!find_span(&first, &end, e, down, b->softness, b->width))
        return;
    float v = down / e->half_height;
    for (int i = first; i < end; i++) {
        float u = ((float)i + 0.5f - e->x) / e->half_width;
        float inside = (1 - sqrtf(u * u + v * v)) * e->half_width; /* pixels from the outline */
        float t = ag_maths_clamp(0.5f + inside / (2 * b->softness), 0, 1);
        float share = t * t * (3 - 2 * t);
        float strand = ag_grain_sample(b->grain, (float)i * b->grain_scale, y * b->grain_scale);
        float tone = ag_maths_clamp(1 + 0.25f * strand, 0.3f, 2);
        for (int c = 0; c < AG_COLOUR_CHANNELS; c++) {
            float *light = row + c * b->width + i;
            *light += share * (colour->light[c] * tone - *light);
        }
    }
}

void ag_visitors_stand(const ag_visitors *visitors, const ag_grain *grain, const ag_camera *camera,
                       size_t y, float *row)
{
    uint32_t longer = camera->width_px > camera->height_px ? camera->width_px : camera->height_px;
    brush b = {grain, visitors->softness, HAIR_SCALE / (float)longer, (int)camera->width_px};
    for (size_t i = 0; i < visitors->count; i++) {
        const ag_visitor *v = &visitors->visitor[i];
        ellipse head = head_of(v), shoulders = shoulders_of(v);
        paint(&b, &shoulders, &v->clothes, (float)y + 0.5f, row);
        paint(&b, &head, &v->hair, (float)y + 0.5f, row);
    }
}
