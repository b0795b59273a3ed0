/* Can anything be recognised on this photo? Any thread. */
#ifndef AG_IMAGE_QUALITY_H
#define AG_IMAGE_QUALITY_H

#include "base/status.h"
#include "image/image.h"

/* What the check looks at, on the image shrunk so that its longer side is AG_QUALITY_SIDE_PX
 * (smaller ones are taken as they are), so that large and small photos of one thing measure alike.
 */
typedef struct ag_quality {
    double mean;      /* luma, 0…255 */
    double deviation; /* standard deviation of luma */
    double sharpness; /* variance of the Laplacian of luma (Pech-Pacheco et al., 2000) */
} ag_quality;

#define AG_QUALITY_SIDE_PX 256

/* Measure. AG_ENOMEM. */
AG_MUST_USE ag_status ag_quality_measure(ag_quality *out, const ag_image *image, ag_err *err);

/* AG_EQUALITY with code "image_too_dark", "image_too_bright", "image_no_detail" or
 * "image_too_blurred", each with advice in its message. */
AG_MUST_USE ag_status ag_quality_check(const ag_quality *quality, ag_err *err);

#endif
