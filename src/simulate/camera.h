/* Where the phone is held: the photo's shape, and the map between the wall and the photo.
 *
 * Wall coordinates have the picture's middle at 0, its longer side 1 long, y downwards.
 * Any thread. */
#ifndef AG_SIMULATE_CAMERA_H
#define AG_SIMULATE_CAMERA_H

#include "image/image.h"
#include "simulate/dice.h"
#include "simulate/geometry.h"
#include "simulate/level.h"

#include <stdint.h>

typedef struct ag_camera {
    uint32_t width_px, height_px; /* of the photo, upright */
    double tilt_deg;              /* away from straight on */
    double toward_deg;            /* direction of the tilt's axis: 0 upright, 90 level */
    double roll_deg;              /* about the line of sight */
    double focal;                 /* focal length by the photo's longer side */
    double coverage;              /* share of the photo that the picture fills */
    double cropped;               /* share of the picture that is outside the photo */
    double half_width;            /* half the picture's width on the wall */
    double half_height;           /* half its height */
    double pixel;                 /* a photo's pixel on the wall, on average over the picture */
    ag_projection to_photo;       /* wall to photo; 0, 0 is the top left pixel's outer corner */
    ag_projection to_wall;        /* photo to wall */
    ag_quad corners;              /* the picture's, in the photo, from the top left clockwise */
} ag_camera;

/* Draw one for a picture (only its shape counts) and a photo of side_px. */
void ag_camera_draw(ag_camera *out, ag_dice *dice, const ag_level *level, const ag_image *picture,
                    uint32_t side_px);

#endif
