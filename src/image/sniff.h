/* What a file is, told by its first bytes and never by its name. Any thread. */
#ifndef AG_IMAGE_SNIFF_H
#define AG_IMAGE_SNIFF_H

#include <stddef.h>

typedef enum ag_image_format {
    AG_IMAGE_UNKNOWN, /* none of the below */
    AG_IMAGE_JPEG,    /* decoded, as the next two are */
    AG_IMAGE_PNG,     /* and APNG, of which the still picture is taken */
    AG_IMAGE_WEBP,    /* lossy and lossless */
    AG_IMAGE_GIF,     /* recognised only to be refused by name, as all below */
    AG_IMAGE_TIFF,    /* and camera raw files built on it */
    AG_IMAGE_BMP,     /* Windows bitmap */
    AG_IMAGE_HEIF,    /* HEIC and AVIF: ISO 14496-12 files with a picture brand */
    AG_IMAGE_SVG,     /* text; could carry scripts */
    AG_IMAGE_HTML,    /* text; could carry scripts */
    AG_IMAGE_PDF,     /* a document */
    AG_IMAGE_ZIP,     /* an archive, or an office document */
} ag_image_format;

/* The format that the first bytes tell. */
ag_image_format ag_image_sniff(const void *bytes, size_t length);

/* "JPEG", "PNG", … for people; "image/jpeg", … for HTTP. */
const char *ag_image_format_name(ag_image_format format);
const char *ag_image_format_media_type(ag_image_format format);

#endif
