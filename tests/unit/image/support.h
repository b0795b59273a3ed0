/* Pictures for the tests of the image area: made up, encoded, or read from the shared material. */
#ifndef AG_TESTS_IMAGE_SUPPORT_H
#define AG_TESTS_IMAGE_SUPPORT_H

#include "base/buffer.h"
#include "image/image.h"

#include <stdbool.h>

/* A picture full of detail, the same on every run; free with ag_image_fini. */
ag_image make_picture(uint32_t width_px, uint32_t height_px);

/* A picture of one colour. */
ag_image make_flat(uint32_t width_px, uint32_t height_px, uint8_t level);

/* Largest difference of any value; fails the test when the sizes differ. */
int max_difference(const ag_image *a, const ag_image *b);

typedef enum jpeg_kind { JPEG_RGB, JPEG_GREY, JPEG_CMYK, JPEG_YCCK } jpeg_kind;

/* How encode_jpeg writes. Zeroed: baseline RGB without EXIF, full chroma, quality 95. */
typedef struct jpeg_style {
    jpeg_kind kind;       /* for CMYK kinds the picture's colours become inks, with no black */
    bool is_progressive;  /* many scans */
    unsigned orientation; /* EXIF, big-endian; 0: no EXIF */
    unsigned extra_scans; /* refinements that change nothing, to make too many scans */
} jpeg_style;

void encode_jpeg(ag_buffer *out, const ag_image *image, const jpeg_style *style);

/* PNG of rows in libspng's own layout (16-bit samples host-endian); color_type as in the standard.
 */
void encode_png(ag_buffer *out, const void *samples, uint32_t width_px, uint32_t height_px,
                unsigned color_type_and_depth);
#define PNG_KIND(color_type, bits) ((color_type) << 8 | (bits))

/* Lossless WebP; with orientation (not 0) as an extended file with an EXIF chunk. */
void encode_webp(ag_buffer *out, const ag_image *image, unsigned orientation);

/* Append a file of the shared material; false when it is not there. */
bool read_shared(ag_buffer *out, const char *path);

#endif
