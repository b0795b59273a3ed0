/* A photo in the making, in linear light: 1 is white, and more is possible. Any thread. */
#ifndef AG_SIMULATE_CANVAS_H
#define AG_SIMULATE_CANVAS_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Red, green and blue. */
#define AG_CANVAS_CHANNELS 3

/* light is height_px rows of AG_CANVAS_CHANNELS × width_px values: each row all its red, all its
 * green, all its blue, so that loops along a row vectorise. */
typedef struct ag_canvas {
    uint32_t width_px, height_px;
    float *light; /* owned */
} ag_canvas;

/* A colour in linear light. */
typedef struct ag_colour {
    float light[AG_CANVAS_CHANNELS];
} ag_colour;

/* Not zeroed. AG_ENOMEM. */
AG_MUST_USE ag_status ag_canvas_init(ag_canvas *out, uint32_t width_px, uint32_t height_px,
                                     ag_err *err);

/* Zero-initialised is fine. */
void ag_canvas_fini(ag_canvas *canvas);

/* The values of one row. */
static inline float *ag_canvas_row(const ag_canvas *canvas, size_t y)
{
    return canvas->light + y * canvas->width_px * AG_CANVAS_CHANNELS;
}

/* From hue (degrees), saturation and value, as screens show them. */
ag_colour ag_colour_from_hsv(double hue, double saturation, double value);

/* How brightness in files, 0…1, relates to light: to the power of this. */
#define AG_CANVAS_GAMMA 2.2

#endif
