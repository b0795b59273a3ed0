/* Images from outside: what they are, whether they may be decoded, and their pixels.
 *
 * The format is told by content, never by name. Limits are checked from the header, before any pixel
 * is allocated. Any thread. */
#ifndef AG_IMAGE_IMAGE_H
#define AG_IMAGE_IMAGE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum ag_image_format {
    AG_IMAGE_UNKNOWN, /* none of the below */
    AG_IMAGE_JPEG,
    AG_IMAGE_PNG,
    AG_IMAGE_WEBP,
    AG_IMAGE_GIF,  /* recognised only to be refused by name, as all below */
    AG_IMAGE_TIFF,
    AG_IMAGE_BMP,
    AG_IMAGE_HEIF,
    AG_IMAGE_SVG,
    AG_IMAGE_HTML,
    AG_IMAGE_PDF,
} ag_image_format;

/* What an upload may be. */
typedef struct ag_image_limits {
    uint32_t min_side_px; /* either side, before orientation */
    uint32_t max_side_px; /* either side */
    size_t max_bytes;     /* of the encoded file */
} ag_image_limits;

/* 50 to 5000 pixels a side, 15 MiB. */
extern const ag_image_limits AG_IMAGE_LIMITS_DEFAULT;

/* Decoded pixels: rgb is height_px × width_px × 3 bytes, row-major, 8 bits, no padding, upright (EXIF
 * orientation applied). */
typedef struct ag_image {
    uint32_t width_px;
    uint32_t height_px;
    uint8_t *rgb; /* owned */
} ag_image;

/* What the header of an image says. */
typedef struct ag_image_info {
    ag_image_format format;
    uint32_t width_px;    /* as stored, before orientation */
    uint32_t height_px;   /* as stored, before orientation */
    unsigned orientation; /* EXIF 2.32 tag 0x0112, 1…8; 1 where there is none */
} ag_image_info;

/* The format that the first bytes tell. */
ag_image_format ag_image_sniff(const void *bytes, size_t length);

/* "JPEG", "PNG", … for people; "image/jpeg", … for HTTP. */
const char *ag_image_format_name(ag_image_format format);
const char *ag_image_format_media_type(ag_image_format format);

/* Read and check the header only. Codes: "image_empty" and "image_too_many_bytes" and
 * "image_too_small" and "image_too_large" (AG_ELIMIT), "image_format" (AG_EUNSUPPORTED),
 * "image_animated" (AG_EUNSUPPORTED), "image_corrupt" (AG_EFORMAT). */
AG_MUST_USE ag_status ag_image_probe(ag_image_info *out, const void *bytes, size_t length,
                                     const ag_image_limits *limits, ag_err *err);

/* Probe, decode to upright RGB. Also "image_corrupt" (AG_EFORMAT) for damage behind the header, such
 * as a truncated file or a bad checksum, and AG_ENOMEM. *out is owned: ag_image_fini. */
AG_MUST_USE ag_status ag_image_decode(ag_image *out, const void *bytes, size_t length,
                                      const ag_image_limits *limits, ag_err *err);

/* The check at the door: probe, decode every byte (JPEGs at a reduced scale, which costs a fraction),
 * refuse what is damaged, then what cannot be recognised (image/quality.h). Keeps no pixels. */
AG_MUST_USE ag_status ag_image_check(ag_image_info *out, const void *bytes, size_t length,
                                     const ag_image_limits *limits, ag_err *err);

void ag_image_fini(ag_image *image);

#endif
