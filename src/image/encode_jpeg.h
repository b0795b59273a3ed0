/* Writing JPEGs. Any thread. */
#ifndef AG_IMAGE_ENCODE_JPEG_H
#define AG_IMAGE_ENCODE_JPEG_H

#include "base/buffer.h"
#include "base/status.h"
#include "image/image.h"

/* Append the picture as a baseline JPEG (accurate integer DCT, colour at half the resolution, as
 * phones write it) of quality 1…100. The pixels are stored as they are; an EXIF orientation of
 * 2…8 is written beside them, for ag_image_decode and other readers to undo, and 1 needs no
 * segment. AG_EINVAL (quality, orientation, a side of 0 or more than 65,535 pixels), AG_ENOMEM;
 * what the buffer held before stays as it was. */
AG_MUST_USE ag_status ag_image_encode_jpeg(ag_buffer *out, const ag_image *image, unsigned quality,
                                           unsigned orientation, ag_err *err);

#endif
