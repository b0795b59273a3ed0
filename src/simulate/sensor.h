/* From light to a file's pixels: white balance, exposure, noise, tone curve. Any thread. */
#ifndef AG_SIMULATE_SENSOR_H
#define AG_SIMULATE_SENSOR_H

#include "base/status.h"
#include "image/image.h"
#include "simulate/dice.h"
#include "simulate/level.h"
#include "simulate/rows.h"

typedef struct ag_sensor {
    double warm;        /* logarithm of red's gain, and less blue's */
    double tint;        /* logarithm of green's gain */
    double exposure_ev; /* stops */
    double noise;       /* deviation in white */
    double contrast;    /* about mid grey; 1 is none */
    double saturation;  /* 1 changes nothing */
    uint64_t noise_seed;
} ag_sensor;

void ag_sensor_draw(ag_sensor *sensor, ag_dice *dice, const ag_level *level);

/* Take the photo of all the rows. *out is owned: ag_image_fini. AG_ENOMEM. */
AG_MUST_USE ag_status ag_sensor_expose(ag_image *out, const ag_sensor *sensor, ag_rows rows,
                                       ag_err *err);

#endif
