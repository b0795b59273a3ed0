/* Colours in linear light: 1 is white, and more is possible. Any thread. */
#ifndef AG_SIMULATE_COLOUR_H
#define AG_SIMULATE_COLOUR_H

/* Red, green and blue. */
#define AG_COLOUR_CHANNELS 3

typedef struct ag_colour {
    float light[AG_COLOUR_CHANNELS];
} ag_colour;

/* From hue (degrees), saturation and value, as screens show them. */
ag_colour ag_colour_from_hsv(double hue, double saturation, double value);

/* Light is brightness in files, 0…1, to the power of this. */
#define AG_COLOUR_GAMMA 2.2

#endif
