#include "support.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jpeglib.h>
#include <spng.h>
#include <webp/encode.h>

#define MAX_FILE_BYTES ((size_t)64 << 20)

ag_image make_flat(uint32_t width_px, uint32_t height_px, uint8_t level)
{
    ag_image image;
    assert_int_equal(ag_image_init(&image, width_px, height_px, NULL), AG_OK);
    memset(image.rgb, level, (size_t)width_px * height_px * 3);
    return image;
}

/* Smooth waves, so that lossy formats keep them closely, with an edge every few pixels. */
ag_image make_picture(uint32_t width_px, uint32_t height_px)
{
    ag_image image = make_flat(width_px, height_px, 0);
    for (uint32_t y = 0; y < height_px; y++)
        for (uint32_t x = 0; x < width_px; x++) {
            uint8_t *p = image.rgb + ((size_t)y * width_px + x) * 3;
            unsigned block = (x / 8 + y / 8) % 3 * 40;
            p[0] = (uint8_t)(block + x * 120 / width_px);
            p[1] = (uint8_t)(block + y * 120 / height_px);
            p[2] = (uint8_t)(block + (x + y) * 60 / (width_px + height_px) + 30);
        }
    return image;
}

int max_difference(const ag_image *a, const ag_image *b)
{
    assert_int_equal(a->width_px, b->width_px);
    assert_int_equal(a->height_px, b->height_px);
    int worst = 0;
    for (size_t i = 0; i < (size_t)a->width_px * a->height_px * 3; i++) {
        int difference = abs(a->rgb[i] - b->rgb[i]);
        worst = difference > worst ? difference : worst;
    }
    return worst;
}

static void append(ag_buffer *out, const void *bytes, size_t length)
{
    assert_int_equal(ag_buffer_append(out, bytes, length, NULL), AG_OK);
}

/* A TIFF structure with the one entry. */
static size_t make_tiff(uint8_t *out, unsigned orientation)
{
    static const uint8_t TIFF[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0,
                                   3,   0,   0, 0,  1, 0, 0, 0, 0, 0, 0,    0,    0};
    memcpy(out, TIFF, sizeof TIFF);
    out[19] = (uint8_t)orientation;
    return sizeof TIFF;
}

static void write_rows(struct jpeg_compress_struct *jpeg, const ag_image *image)
{
    uint8_t *row = malloc((size_t)image->width_px * 4);
    assert_non_null(row);
    for (uint32_t y = 0; y < image->height_px; y++) {
        const uint8_t *p = image->rgb + (size_t)y * image->width_px * 3;
        for (uint32_t x = 0; x < image->width_px; x++, p += 3) {
            if (jpeg->input_components == 1)
                row[x] = p[1];
            else
                memcpy(row + (size_t)x * (size_t)jpeg->input_components, p, 3);
            if (jpeg->input_components == 4)
                row[(size_t)x * 4 + 3] = 255; /* inverted: no black */
        }
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    free(row);
}

/* A progression of DC and then the same AC band refined from bit 13 down, and again for other
 * bands. */
static void add_scans(struct jpeg_compress_struct *jpeg, jpeg_scan_info *scans, unsigned count)
{
    unsigned n = 0;
    scans[n++] = (jpeg_scan_info){.comps_in_scan = 1};
    for (int band = 1; band < 64 && n < count; band++)
        for (int bit = 4; bit >= 0 && n < count; bit--)
            scans[n++] = (jpeg_scan_info){.comps_in_scan = 1,
                                          .Ss = band,
                                          .Se = band,
                                          .Ah = bit == 4 ? 0 : bit + 1,
                                          .Al = bit};
    jpeg->scan_info = scans;
    jpeg->num_scans = (int)n;
}

static void configure(struct jpeg_compress_struct *jpeg, const jpeg_style *style)
{
    static const struct {
        int components;
        J_COLOR_SPACE from, to;
    } KINDS[] = {
        [JPEG_RGB] = {3, JCS_RGB, JCS_YCbCr},
        [JPEG_GREY] = {1, JCS_GRAYSCALE, JCS_GRAYSCALE},
        [JPEG_CMYK] = {4, JCS_CMYK, JCS_CMYK},
        [JPEG_YCCK] = {4, JCS_CMYK, JCS_YCCK},
    };
    jpeg->input_components = KINDS[style->kind].components;
    jpeg->in_color_space = KINDS[style->kind].from;
    jpeg_set_defaults(jpeg);
    jpeg_set_colorspace(jpeg, KINDS[style->kind].to);
    jpeg_set_quality(jpeg, 95, TRUE);
    for (int i = 0; i < jpeg->num_components; i++)
        jpeg->comp_info[i].h_samp_factor = jpeg->comp_info[i].v_samp_factor = 1;
    if (style->is_progressive)
        jpeg_simple_progression(jpeg);
}

void encode_jpeg(ag_buffer *out, const ag_image *image, const jpeg_style *style)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long length = 0;
    jpeg_scan_info scans[320];
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &length);
    jpeg.image_width = image->width_px;
    jpeg.image_height = image->height_px;
    configure(&jpeg, style);
    if (style->extra_scans)
        add_scans(&jpeg, scans, style->extra_scans);
    jpeg_start_compress(&jpeg, TRUE);
    if (style->orientation) {
        uint8_t exif[64] = "Exif\0";
        size_t exif_length = 6 + make_tiff(exif + 6, style->orientation);
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, exif, (unsigned)exif_length);
    }
    write_rows(&jpeg, image);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    append(out, bytes, length);
    free(bytes);
}

void encode_png(ag_buffer *out, const void *samples, uint32_t width_px, uint32_t height_px,
                unsigned color_type_and_depth)
{
    struct spng_ihdr header = {.width = width_px,
                               .height = height_px,
                               .color_type = (uint8_t)(color_type_and_depth >> 8),
                               .bit_depth = (uint8_t)color_type_and_depth};
    spng_ctx *spng = spng_ctx_new(SPNG_CTX_ENCODER);
    spng_set_option(spng, SPNG_ENCODE_TO_BUFFER, 1);
    spng_set_ihdr(spng, &header);
    if (header.color_type == SPNG_COLOR_TYPE_INDEXED) {
        struct spng_plte palette = {.n_entries = 2, .entries = {{9, 8, 7, 0}, {200, 100, 50, 0}}};
        struct spng_trns transparency = {.n_type3_entries = 1};
        spng_set_plte(spng, &palette);
        spng_set_trns(spng, &transparency);
    }
    static const size_t CHANNELS[] = {1, 0, 3, 1, 2, 0, 4};
    size_t row_bits = width_px * CHANNELS[header.color_type] * header.bit_depth;
    size_t length = (row_bits + 7) / 8 * height_px;
    int error = spng_encode_image(spng, samples, length, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
    assert_int_equal(error, SPNG_OK);
    void *bytes = spng_get_png_buffer(spng, &length, &error);
    assert_non_null(bytes);
    append(out, bytes, length);
    free(bytes);
    spng_ctx_free(spng);
}

static void append_le32(ag_buffer *out, uint32_t value)
{
    uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                        (uint8_t)(value >> 24)};
    append(out, bytes, sizeof bytes);
}

void encode_webp(ag_buffer *out, const ag_image *image, unsigned orientation)
{
    uint8_t *bytes = NULL;
    size_t length = WebPEncodeLosslessRGB(image->rgb, (int)image->width_px, (int)image->height_px,
                                          (int)image->width_px * 3, &bytes);
    assert_true(length > 12);
    if (!orientation) {
        append(out, bytes, length);
    } else {
        uint8_t tiff[64];
        size_t tiff_length = make_tiff(tiff, orientation);
        append(out, "RIFF", 4);
        append_le32(out, (uint32_t)(length - 8 + 18 + 8 + tiff_length));
        append(out, "WEBPVP8X", 8);
        append_le32(out, 10);
        append_le32(out, 0x08); /* flags: has EXIF */
        uint32_t across = image->width_px - 1, down = image->height_px - 1;
        append_le32(out, (across & 0xFFFFFF) | down << 24);
        append(out, (uint8_t[2]){(uint8_t)(down >> 8), (uint8_t)(down >> 16)}, 2);
        append(out, bytes + 12, length - 12);
        append(out, "EXIF", 4);
        append_le32(out, (uint32_t)tiff_length);
        append(out, tiff, tiff_length);
    }
    WebPFree(bytes);
}

bool read_shared(ag_buffer *out, const char *path)
{
    const char *folder = getenv("ARTGUIDE_TEST_SHARED");
    char full[4096];
    if (!folder)
        return false;
    snprintf(full, sizeof full, "%s/%s", folder, path);
    return ag_file_read(out, full, MAX_FILE_BYTES, NULL) == AG_OK;
}
