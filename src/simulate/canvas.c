#include "simulate/canvas.h"

#include "base/memory.h"
#include "simulate/maths.h"

#include <math.h>
#include <stdlib.h>

ag_status ag_canvas_init(ag_canvas *out, uint32_t width_px, uint32_t height_px, ag_err *err)
{
    size_t row_bytes = (size_t)width_px * AG_CANVAS_CHANNELS * sizeof(float);
    float *light = ag_try_aligned(height_px, row_bytes);
    if (light == NULL)
        return ag_err_set(err, AG_ENOMEM, "No memory for a photo of %u×%u pixels", width_px,
                          height_px);
    *out = (ag_canvas){width_px, height_px, light};
    return AG_OK;
}

void ag_canvas_fini(ag_canvas *canvas)
{
    free(canvas->light);
    *canvas = (ag_canvas){0};
}

/* How much of a primary colour a hue has, 0…1: all within 60 degrees, none beyond 120. */
static double share(double hue, double primary)
{
    double turns = (hue - primary) / 360;
    double away = fabs(turns - floor(turns + 0.5)) * 6;
    return fmin(fmax(2 - away, 0), 1);
}

ag_colour ag_colour_from_hsv(double hue, double saturation, double value)
{
    ag_colour out;
    for (int c = 0; c < AG_CANVAS_CHANNELS; c++) {
        double level = value * (1 - saturation * (1 - share(hue, c * 120.0)));
        out.light[c] = (float)ag_maths_pow(level, AG_CANVAS_GAMMA);
    }
    return out;
}
