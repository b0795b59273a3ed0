/* PNG through libspng. Checksums, chunk order and the deflate stream are libspng's to check; the
 * chunks are walked here too, since the orientation may stand behind the pixels and since a file
 * that ends early must be told from one that is whole. */
#include "image/bytes.h"
#include "image/decoder.h"
#include "image/exif.h"

#include <spng.h>
#include <stdbool.h>
#include <string.h>

#define SIGNATURE_BYTES 8
/* A chunk is length, type, data, checksum. */
#define CHUNK_FRAME_BYTES 12
#define HEADER_DATA_BYTES 13

/* What one text or profile chunk may unpack to, and all of them together: bombs hide there too. */
#define MAX_CHUNK_BYTES  ((size_t)16 << 20)
#define MAX_CHUNKS_BYTES ((size_t)32 << 20)

typedef struct chunk {
    const uint8_t *type; /* four letters */
    const uint8_t *data;
    size_t length; /* of data, bytes */
} chunk;

/* Take the chunk at *at and move behind it; false where no whole chunk is left. */
static bool next_chunk(chunk *out, size_t *at, const ag_image_source *source)
{
    size_t left = source->length - *at;
    if (left < CHUNK_FRAME_BYTES)
        return false;
    const uint8_t *p = source->bytes + *at;
    size_t length = ag_read_be32(p);
    if (length > left - CHUNK_FRAME_BYTES)
        return false;
    *out = (chunk){p + 4, p + 8, length};
    *at += CHUNK_FRAME_BYTES + length;
    return true;
}

static bool is_type(const chunk *c, const char *type)
{
    return memcmp(c->type, type, 4) == 0;
}

static ag_status read_header(ag_image_info *info, const ag_image_source *source, ag_err *err)
{
    size_t at = SIGNATURE_BYTES;
    chunk c;
    if (!next_chunk(&c, &at, source) || !is_type(&c, "IHDR") || c.length != HEADER_DATA_BYTES)
        return ag_image_corrupt(err, AG_IMAGE_PNG, "its header is missing");
    info->width_px = ag_read_be32(c.data);
    info->height_px = ag_read_be32(c.data + 4);
    if (info->width_px == 0 || info->height_px == 0)
        return ag_image_corrupt(err, AG_IMAGE_PNG, "it says that it has no pixels");
    while (next_chunk(&c, &at, source))
        if (is_type(&c, "eXIf"))
            info->orientation = ag_exif_orientation(c.data, c.length);
    return AG_OK;
}

static ag_status find_end(size_t *used, const ag_image_source *source, ag_err *err)
{
    size_t at = SIGNATURE_BYTES;
    chunk c;
    while (next_chunk(&c, &at, source))
        if (is_type(&c, "IEND")) {
            *used = at;
            return AG_OK;
        }
    return ag_image_corrupt(err, AG_IMAGE_PNG, "it ends early");
}

static ag_status from_spng(int code, ag_err *err)
{
    if (code == SPNG_OK)
        return AG_OK;
    if (code == SPNG_EMEM)
        return ag_err_set(err, AG_ENOMEM, "No memory to decode the PNG");
    return ag_image_corrupt(err, AG_IMAGE_PNG, spng_strerror(code));
}

/* 16-bit grey is scaled (0…65535 to 0…255, rounded), where 16-bit colours lose their lower byte.
 * The samples lie in the last third of the pixels' own memory: writing never overtakes reading. */
static void widen_grey16(ag_image *image)
{
    size_t pixels = (size_t)image->width_px * image->height_px;
    const uint8_t *samples = image->rgb + pixels;
    for (size_t i = 0; i < pixels; i++) {
        uint16_t sample;
        memcpy(&sample, samples + 2 * i, sizeof sample);
        memset(image->rgb + 3 * i, (sample + 128) / 257, 3);
    }
}

static int decode_pixels(ag_image *image, spng_ctx *spng, const struct spng_ihdr *header)
{
    size_t pixels = (size_t)image->width_px * image->height_px;
    bool is_grey16 = header->color_type == SPNG_COLOR_TYPE_GRAYSCALE && header->bit_depth == 16;
    if (!is_grey16)
        return spng_decode_image(spng, image->rgb, pixels * 3, SPNG_FMT_RGB8, 0);
    int code = spng_decode_image(spng, image->rgb + pixels, pixels * 2, SPNG_FMT_PNG, 0);
    if (code == SPNG_OK)
        widen_grey16(image);
    return code;
}

static ag_status run(ag_image *image, spng_ctx *spng, const ag_image_source *source, ag_err *err)
{
    struct spng_ihdr header;
    int code = spng_set_chunk_limits(spng, MAX_CHUNK_BYTES, MAX_CHUNKS_BYTES);
    if (code == SPNG_OK)
        code = spng_set_crc_action(spng, SPNG_CRC_ERROR, SPNG_CRC_ERROR);
    if (code == SPNG_OK)
        code = spng_set_png_buffer(spng, source->bytes, source->length);
    if (code == SPNG_OK)
        code = spng_get_ihdr(spng, &header);
    if (code != SPNG_OK)
        return from_spng(code, err);
    ag_status status = ag_image_init(image, header.width, header.height, err);
    if (status)
        return status;
    code = decode_pixels(image, spng, &header);
    if (code == SPNG_OK)
        code = spng_decode_chunks(spng);
    return from_spng(code, err);
}

static ag_status decode(ag_image *out, size_t *used, const ag_image_source *source,
                        unsigned reduction, ag_err *err)
{
    (void)reduction;
    ag_image image = {0};
    spng_ctx *spng = NULL;
    ag_status status = find_end(used, source, err);
    if (status)
        return status;
    spng = spng_ctx_new(0);
    if (!spng)
        return ag_err_set(err, AG_ENOMEM, "No memory to decode the PNG");
    status = run(&image, spng, source, err);
    spng_ctx_free(spng);
    if (status)
        ag_image_fini(&image);
    else
        *out = image;
    return status;
}

const ag_image_decoder AG_IMAGE_DECODER_PNG = {
    .format = AG_IMAGE_PNG,
    .read_header = read_header,
    .decode = decode,
};
