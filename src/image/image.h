/* Images from outside: what they are, whether they may be decoded, and their pixels.
 *
 * The format is told by content, never by name. Limits are checked from the header, before any
 * pixel is allocated. Any thread. */
#ifndef AG_IMAGE_IMAGE_H
#define AG_IMAGE_IMAGE_H

#include "base/status.h"
#include "image/sniff.h"

#include <stddef.h>
#include <stdint.h>

/* What an upload may be. */
typedef struct ag_image_limits {
    uint32_t min_side_px; /* either side, before orientation */
    uint32_t max_side_px; /* either side */
    size_t max_bytes;     /* of the encoded file */
    /* How much of it is wanted: a JPEG may come out at 1/2, 1/4 or 1/8 of its size, which is
     * faster, as long as its shorter side keeps at least this many pixels. 0: always in full. With
     * six times CLIP's side, crops of 24 photos of 11 megapixels differed by 2 levels at most, 0.08
     * on average. */
    uint32_t enough_px;
} ag_image_limits;

/* 50 to 5000 pixels a side, 15 MiB, decoded in full. */
extern const ag_image_limits AG_IMAGE_LIMITS_DEFAULT;

/* Decoded pixels: rgb is height_px × width_px × 3 bytes, row-major, 8 bits, no padding, upright
 * (EXIF orientation applied). */
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

/* Read and check the header only. Codes: "image_empty", "image_too_many_bytes", "image_too_small"
 * and "image_too_large" (AG_ELIMIT), "image_format" (AG_EUNSUPPORTED: GIF, SVG, text, 12-bit JPEG,
 * …), "image_animated" (AG_EUNSUPPORTED), "image_corrupt" (AG_EFORMAT). */
AG_MUST_USE ag_status ag_image_probe(ag_image_info *out, const void *bytes, size_t length,
                                     const ag_image_limits *limits, ag_err *err);

/* Probe, decode to upright RGB. Also "image_corrupt" (AG_EFORMAT) for damage behind the header,
 * such as a truncated file or a bad checksum; "image_too_many_scans" (AG_ELIMIT) for JPEGs made to
 * cost minutes; "image_trailing_data" (AG_EFORMAT) for a picture with an archive, document or web
 * page hung on behind it (what phones append, such as depth maps and motion, is let through);
 * AG_ENOMEM. Transparency is dropped, not blended, and 16-bit colours keep their upper byte, as
 * Pillow's convert("RGB") does. *out is owned: ag_image_fini. */
AG_MUST_USE ag_status ag_image_decode(ag_image *out, const void *bytes, size_t length,
                                      const ag_image_limits *limits, ag_err *err);

/* The check at the door: probe, decode every byte (JPEGs at a reduced scale, which costs a
 * fraction), refuse what is damaged, then what cannot be recognised (image/quality.h). Keeps no
 * pixels. */
AG_MUST_USE ag_status ag_image_check(ag_image_info *out, const void *bytes, size_t length,
                                     const ag_image_limits *limits, ag_err *err);

/* Room for width_px × height_px pixels, not zeroed. AG_ENOMEM. */
AG_MUST_USE ag_status ag_image_init(ag_image *out, uint32_t width_px, uint32_t height_px,
                                    ag_err *err);

/* Free the pixels. Zero-initialised is fine. */
void ag_image_fini(ag_image *image);

#endif
