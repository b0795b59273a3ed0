/* The way of a photo from outside: sniff, probe, check, decode, crop. */
#include "image/exif.h"
#include "image/image.h"
#include "image/resample.h"

#include <stdint.h>
#include <stdlib.h>

#define CROP_PX 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Small sides, so that an input costs microseconds and not the pixels its header promises. */
    static const ag_image_limits LIMITS = {
        .min_side_px = 1, .max_side_px = 700, .max_bytes = 1 << 20, .enough_px = 16};
    ag_image_info info;
    ag_image image;
    if (ag_exif_orientation(data, size) > 8)
        abort();
    if (ag_image_check(&info, data, size, &LIMITS, NULL) == AG_OK &&
        (info.width_px > LIMITS.max_side_px || info.orientation < 1 || info.orientation > 8))
        abort();
    if (ag_image_decode(&image, data, size, &LIMITS, NULL) != AG_OK)
        return 0;
    uint8_t crop[CROP_PX * CROP_PX * 3];
    /* Out of memory is the only failure there is; the sanitizers watch the rest. */
    ag_status status = ag_resample_clip_crop(crop, &image, CROP_PX, NULL);
    if (status != AG_OK && status != AG_ENOMEM)
        abort();
    ag_image_fini(&image);
    return 0;
}
