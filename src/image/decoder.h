/* What a file format's decoder offers; one const table each, listed in image.c. Any thread.
 *
 * Decoders see bytes that ag_image_sniff took for their format, and nothing else is promised. */
#ifndef AG_IMAGE_DECODER_H
#define AG_IMAGE_DECODER_H

#include "base/status.h"
#include "image/image.h"

#include <stddef.h>
#include <stdint.h>

/* An encoded picture. */
typedef struct ag_image_source {
    const uint8_t *bytes; /* borrowed */
    size_t length;        /* bytes */
} ag_image_source;

typedef struct ag_image_decoder {
    ag_image_format format; /* what it decodes */

    /* Fill in size and orientation (format and orientation 1 are set already), allocating nothing.
     * AG_EFORMAT, AG_EUNSUPPORTED. */
    ag_status (*read_header)(ag_image_info *info, const ag_image_source *source, ag_err *err);

    /* Decode as stored, not turned upright. *out is owned. reduction: 1, 2, 4 or 8, the scale to
     * divide by; formats that cannot shrink while decoding ignore it. *used: where the picture's
     * bytes end in the source. AG_EFORMAT, AG_EUNSUPPORTED, AG_ELIMIT, AG_ENOMEM. */
    ag_status (*decode)(ag_image *out, size_t *used, const ag_image_source *source,
                        unsigned reduction, ag_err *err);
} ag_image_decoder;

extern const ag_image_decoder AG_IMAGE_DECODER_JPEG;
extern const ag_image_decoder AG_IMAGE_DECODER_PNG;
extern const ag_image_decoder AG_IMAGE_DECODER_WEBP;

/* AG_EFORMAT with code "image_corrupt" and "The <format> is damaged: <detail>". */
ag_status ag_image_corrupt(ag_err *err, ag_image_format format, const char *detail);

#endif
