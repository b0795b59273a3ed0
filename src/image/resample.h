/* Shrinking and enlarging as Pillow does it, so that embeddings equal the published model's.
 * Any thread. */
#ifndef AG_IMAGE_RESAMPLE_H
#define AG_IMAGE_RESAMPLE_H

#include "base/status.h"
#include "image/image.h"

#include <stdint.h>

/* CLIP's input crop: shorter side resized to side_px (bicubic, antialiased, 8-bit fixed point
 * exactly as Pillow's Image.resize), the longer truncated, then the centre side_px × side_px at
 * floor((size - side_px) / 2). Computes only the pixels of the crop.
 * crop: side_px × side_px × 3 bytes RGB, the caller's. AG_ENOMEM. */
AG_MUST_USE ag_status ag_resample_clip_crop(uint8_t *crop, const ag_image *image, uint32_t side_px,
                                            ag_err *err);

/* The whole image at width_px × height_px, same filter. *out is owned: ag_image_fini. AG_ENOMEM. */
AG_MUST_USE ag_status ag_resample_resize(ag_image *out, const ag_image *image, uint32_t width_px,
                                         uint32_t height_px, ag_err *err);

/* A part of a resized image: the outputs [left, left + width) × [top, top + height) of resizing the
 * whole to full_width × full_height. All pixels. */
typedef struct ag_resample_window {
    uint32_t full_width, full_height; /* at least 1 */
    uint32_t left, top;               /* within the full size */
    uint32_t width, height;           /* at least 1, within the full size */
} ag_resample_window;

struct ag_resample_kernel;

/* What the two above are made of, with the kernel to use (image/resample_kernels.h; NULL: the
 * fastest here). out: height × width × 3 bytes, the caller's. AG_ENOMEM. */
AG_MUST_USE ag_status ag_resample_run(uint8_t *out, const ag_image *image,
                                      const ag_resample_window *window,
                                      const struct ag_resample_kernel *kernel, ag_err *err);

#endif
