/* Turning a decoded picture upright. Any thread. */
#ifndef AG_IMAGE_ORIENT_H
#define AG_IMAGE_ORIENT_H

#include "base/status.h"
#include "image/image.h"

/* Undo EXIF orientation 1…8 of the picture: mirrored and half-turned ones in place, quarter turns
 * into new memory that replaces the old. AG_ENOMEM. */
AG_MUST_USE ag_status ag_image_orient(ag_image *image, unsigned orientation, ag_err *err);

#endif
