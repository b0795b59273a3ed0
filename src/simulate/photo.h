/* Photos that visitors might have taken: a picture hung in a frame on a wall, seen aslant, badly
 * lit, reflected in glass, half hidden, blurred and noisy. For evaluation, calibration and the
 * demo. */
#ifndef AG_SIMULATE_PHOTO_H
#define AG_SIMULATE_PHOTO_H

#include "base/buffer.h"
#include "base/status.h"
#include "image/image.h"

#include <stdint.h>

/* How much goes wrong. */
typedef enum ag_photo_level {
    AG_PHOTO_EASY,   /* nearly straight on, even light */
    AG_PHOTO_MEDIUM, /* up to 25° aslant, cut a little, some glare and blur */
    AG_PHOTO_HARD,   /* up to 45° aslant, cut, glare, other visitors' heads, blur, noise */
    AG_PHOTO_LEVELS,
} ag_photo_level;

/* "easy", "medium", "hard". */
const char *ag_photo_level_name(ag_photo_level level);

typedef struct ag_photo_options {
    ag_photo_level level;
    uint32_t side_px; /* longer side of the photo: 64…5000 */
    /* The same picture and options give the same bytes, on every machine. Pictures of one shape get
     * the same wall, light and so on from one seed: mix into it which picture it is. */
    uint64_t seed;
} ag_photo_options;

/* A simulated photo. In the caller's storage: ag_photo_fini. */
typedef struct ag_photo {
    ag_buffer jpeg;        /* as a phone would send it, perhaps with an EXIF orientation; owned */
    uint32_t width_px;     /* of the upright photo */
    uint32_t height_px;    /* of the upright photo */
    double corners[4][2];  /* the picture's top left, top right, bottom right, bottom left in pixels
                              of the upright photo, from its own top left; may lie outside */
    char *parameters_json; /* everything that was drawn, as a JSON object; owned */
} ag_photo;

/* Photograph a picture. AG_EINVAL (side), AG_ENOMEM. */
AG_MUST_USE ag_status ag_photo_take(ag_photo *out, const ag_image *picture,
                                    const ag_photo_options *options, ag_err *err);
void ag_photo_fini(ag_photo *photo);

#endif
