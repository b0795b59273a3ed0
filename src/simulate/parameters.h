/* What was drawn for a photo, in writing. Any thread. */
#ifndef AG_SIMULATE_PARAMETERS_H
#define AG_SIMULATE_PARAMETERS_H

#include "base/status.h"
#include "simulate/lens.h"
#include "simulate/scene.h"
#include "simulate/sensor.h"

/* Everything that was drawn. */
typedef struct ag_parameters {
    ag_scene scene;
    ag_lens lens;
    ag_sensor sensor;
    unsigned quality;     /* of the JPEG */
    unsigned orientation; /* EXIF */
} ag_parameters;

/* A JSON object of it. *out is owned: free(). AG_ENOMEM. */
AG_MUST_USE ag_status ag_parameters_write(char **out, const ag_parameters *parameters, ag_err *err);

#endif
