#include "simulate/colour.h"

#include "simulate/maths.h"

#include <math.h>

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
    for (int c = 0; c < AG_COLOUR_CHANNELS; c++) {
        double level = value * (1 - saturation * (1 - share(hue, c * 120.0)));
        out.light[c] = (float)ag_maths_pow(level, AG_COLOUR_GAMMA);
    }
    return out;
}
