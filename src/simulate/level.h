/* How far each disturbance of a photo may go at each level. Any thread. */
#ifndef AG_SIMULATE_LEVEL_H
#define AG_SIMULATE_LEVEL_H

#include "simulate/photo.h"

/* The most that is drawn; lengths are fractions of the photo's longer side. */
typedef struct ag_level {
    const char *name;
    double tilt_deg;      /* away from straight on */
    double roll_deg;      /* either way */
    double crop;          /* share of the picture outside the photo */
    double light;         /* logarithm of the brightest by the darkest */
    double glare;         /* light added, 1 being white */
    double glare_chance;  /* of any glare */
    double veil;          /* light added all over the picture */
    double white_balance; /* logarithm of a colour's gain, either way */
    double exposure_ev;   /* stops, either way */
    double tone;          /* contrast and saturation: 1 ± this */
    double motion;        /* length of the blur */
    double motion_chance; /* of motion blur */
    double defocus;       /* radius of the blur */
    double noise;         /* deviation in white */
    unsigned heads;       /* other visitors */
} ag_level;

/* The ranges of a level. */
const ag_level *ag_level_get(ag_photo_level level);

#endif
