/* WebP through libwebp. Of an animation no picture is the one that was meant, so it is refused. */
#include "image/bytes.h"
#include "image/decoder.h"
#include "image/exif.h"

#include <stdbool.h>
#include <string.h>

#include <webp/decode.h>

/* "RIFF", length of what follows, "WEBP", then chunks of type, length, data, padded to even length.
 */
#define RIFF_HEADER_BYTES  12
#define CHUNK_HEADER_BYTES 8

static void find_orientation(ag_image_info *info, const ag_image_source *source)
{
    size_t at = RIFF_HEADER_BYTES;
    while (source->length > at && source->length - at >= CHUNK_HEADER_BYTES) {
        const uint8_t *p = source->bytes + at;
        size_t length = ag_read_le32(p + 4);
        if (length > source->length - at - CHUNK_HEADER_BYTES)
            return;
        if (memcmp(p, "EXIF", 4) == 0) {
            info->orientation = ag_exif_orientation(p + CHUNK_HEADER_BYTES, length);
            return;
        }
        at += CHUNK_HEADER_BYTES + length + (length & 1);
    }
}

static ag_status read_header(ag_image_info *info, const ag_image_source *source, ag_err *err)
{
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(source->bytes, source->length, &features) != VP8_STATUS_OK)
        return ag_image_corrupt(err, AG_IMAGE_WEBP, "its header is broken");
    if (features.has_animation)
        return ag_err_set_code(err, AG_EUNSUPPORTED, "image_animated",
                               "The picture is an animation; please send a still one");
    info->width_px = (uint32_t)features.width;
    info->height_px = (uint32_t)features.height;
    find_orientation(info, source);
    return AG_OK;
}

static ag_status decode(ag_image *out, size_t *used, const ag_image_source *source,
                        unsigned reduction, ag_err *err)
{
    (void)reduction;
    int width, height;
    if (!WebPGetInfo(source->bytes, source->length, &width, &height))
        return ag_image_corrupt(err, AG_IMAGE_WEBP, "its header is broken");
    size_t end = CHUNK_HEADER_BYTES + (size_t)ag_read_le32(source->bytes + 4);
    if (end > source->length)
        return ag_image_corrupt(err, AG_IMAGE_WEBP, "it ends early");
    ag_image image;
    ag_status status = ag_image_init(&image, (uint32_t)width, (uint32_t)height, err);
    if (status)
        return status;
    size_t row_bytes = (size_t)width * 3;
    if (!WebPDecodeRGBInto(source->bytes, end, image.rgb, row_bytes * (size_t)height,
                           (int)row_bytes)) {
        ag_image_fini(&image);
        return ag_image_corrupt(err, AG_IMAGE_WEBP, "its picture data does not decode");
    }
    *out = image;
    *used = end + (end & 1) < source->length ? end + (end & 1) : source->length;
    return AG_OK;
}

const ag_image_decoder AG_IMAGE_DECODER_WEBP = {
    .format = AG_IMAGE_WEBP,
    .read_header = read_header,
    .decode = decode,
};
