/* JPEG through libjpeg-turbo's libjpeg interface.
 *
 * Not through TurboJPEG: it turns every warning into an error or none, and phones do write files
 * that earn harmless ones (padding before the end marker). Here the warnings that mean lost picture
 * data are errors and the others are not. The decoding itself is libjpeg's default, as in Pillow:
 * accurate integer DCT, smooth chroma upsampling. */
#include "image/bytes.h"
#include "image/decoder.h"
#include "image/exif.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

enum {
    MARKER_TEM = 0x01,
    MARKER_SOF0 = 0xC0,
    MARKER_DHT = 0xC4,
    MARKER_JPG = 0xC8,
    MARKER_DAC = 0xCC,
    MARKER_SOF15 = 0xCF,
    MARKER_RST0 = 0xD0,
    MARKER_SOI = 0xD8,
    MARKER_EOI = 0xD9,
    MARKER_SOS = 0xDA,
    MARKER_APP1 = 0xE1,
};

/* Progressive files have about 10 scans. Each costs a pass over all blocks however few bytes it has
 * (6 ms at 25 megapixels), so a file made of empty scans could keep a core busy for an hour. */
#define MAX_SCANS 100

/* Rows handed to libjpeg at a time; it fills at most one row of blocks' worth. */
#define ROWS_AT_ONCE 8

/* One segment of the header. */
typedef struct segment {
    unsigned marker;
    const uint8_t *payload;
    size_t length; /* of the payload, bytes */
} segment;

/* Take the segment at *at and move behind it; false at the end of the file or of sense. */
static bool next_segment(segment *out, size_t *at, const ag_image_source *source)
{
    size_t i = *at;
    if (i >= source->length || source->bytes[i] != 0xFF)
        return false;
    while (i < source->length && source->bytes[i] == 0xFF)
        i++;
    if (i >= source->length)
        return false;
    unsigned marker = source->bytes[i++];
    bool is_bare = marker == MARKER_TEM || (marker >= MARKER_RST0 && marker <= MARKER_EOI);
    if (is_bare) {
        *out = (segment){marker, NULL, 0};
        *at = i;
        return true;
    }
    size_t size = source->length - i >= 2 ? ag_read_be16(source->bytes + i) : 0;
    if (size < 2 || source->length - i < size)
        return false;
    *out = (segment){marker, source->bytes + i + 2, size - 2};
    *at = i + size;
    return true;
}

static bool is_frame_header(unsigned marker)
{
    return marker >= MARKER_SOF0 && marker <= MARKER_SOF15 && marker != MARKER_DHT &&
           marker != MARKER_JPG && marker != MARKER_DAC;
}

static ag_status read_frame_header(ag_image_info *info, const segment *frame, ag_err *err)
{
    if (frame->length < 6)
        return ag_image_corrupt(err, AG_IMAGE_JPEG, "its frame header is too short");
    info->height_px = ag_read_be16(frame->payload + 1);
    info->width_px = ag_read_be16(frame->payload + 3);
    if (info->width_px == 0 || info->height_px == 0)
        return ag_image_corrupt(err, AG_IMAGE_JPEG, "it says that it has no pixels");
    if (frame->payload[0] != 8)
        return ag_err_set_code(err, AG_EUNSUPPORTED, "image_format",
                               "JPEGs of %u bits a colour are not supported; 8 are",
                               (unsigned)frame->payload[0]);
    return AG_OK;
}

static ag_status read_header(ag_image_info *info, const ag_image_source *source, ag_err *err)
{
    size_t at = 2; /* behind the start-of-image marker that made it a JPEG */
    segment s;
    bool has_exif = false;
    while (next_segment(&s, &at, source) && s.marker != MARKER_EOI) {
        if (is_frame_header(s.marker)) {
            ag_status status = read_frame_header(info, &s, err);
            if (status)
                return status;
        } else if (s.marker == MARKER_APP1 && !has_exif && s.length >= 6 &&
                   memcmp(s.payload, "Exif\0\0", 6) == 0) {
            has_exif = true;
            info->orientation = ag_exif_orientation(s.payload, s.length);
        } else if (s.marker == MARKER_SOS && info->width_px > 0) {
            return AG_OK;
        }
    }
    return ag_image_corrupt(err, AG_IMAGE_JPEG, "it ends before the picture begins");
}

/* One run of libjpeg. Everything that must survive its longjmp is in here. */
typedef struct job {
    struct jpeg_decompress_struct libjpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    const ag_image_source *source; /* borrowed */
    ag_err *err;                   /* borrowed */
    ag_status status;              /* why we escaped */
    ag_image image;                /* owned until handed over */
    uint8_t *cmyk;                 /* ROWS_AT_ONCE rows of four bytes a pixel, or NULL; owned */
    size_t used;                   /* bytes of the source behind which nothing was read */
} job;

static _Noreturn void escape(job *j, ag_status status)
{
    j->status = status;
    longjmp(j->escape, 1);
}

static _Noreturn void fail_with_library_message(j_common_ptr libjpeg)
{
    job *j = libjpeg->client_data;
    char message[JMSG_LENGTH_MAX];
    if (libjpeg->err->msg_code == JERR_OUT_OF_MEMORY)
        escape(j, ag_err_set(j->err, AG_ENOMEM, "No memory to decode the JPEG"));
    libjpeg->err->format_message(libjpeg, message);
    escape(j, ag_image_corrupt(j->err, AG_IMAGE_JPEG, message));
}

/* Bytes that libjpeg skipped before the end marker: cameras pad with one byte repeated, while
 * left-over picture data means that the decoder lost its way somewhere before. */
static bool is_padding(const job *j, size_t skipped)
{
    const uint8_t *end = j->libjpeg.src->next_input_byte;
    if (skipped > (size_t)(end - j->source->bytes))
        return false;
    for (const uint8_t *p = end - skipped; p < end; p++)
        if (*p != end[-1])
            return false;
    return true;
}

/* Warnings of files that cameras write and that lost nothing of their picture. */
static bool is_harmless(const job *j)
{
    switch (j->errors.msg_code) {
    case JWRN_EXTRANEOUS_DATA: /* parameters: bytes skipped, marker found behind them */
        return j->errors.msg_parm.i[1] == MARKER_EOI &&
               is_padding(j, (size_t)j->errors.msg_parm.i[0]);
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
        return true;
    default:
        return false;
    }
}

static void on_message(j_common_ptr libjpeg, int level)
{
    bool is_warning = level < 0;
    if (is_warning && !is_harmless(libjpeg->client_data))
        fail_with_library_message(libjpeg);
}

static void on_progress(j_common_ptr libjpeg)
{
    job *j = libjpeg->client_data;
    if (j->libjpeg.input_scan_number > MAX_SCANS)
        escape(j, ag_err_set_code(j->err, AG_ELIMIT, "image_too_many_scans",
                                  "The JPEG has more than %d scans", MAX_SCANS));
}

/* Adobe's CMYK and YCCK files store inverted inks, so that 255 is no ink; every writer copies that.
 * The rest is Pillow's naive conversion and its rounding of a product of two bytes. */
static void convert_cmyk(uint8_t *rgb, const uint8_t *cmyk, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++) {
        int white = cmyk[4 * i + 3];
        for (size_t c = 0; c < 3; c++) {
            int product = (255 - cmyk[4 * i + c]) * white + 128;
            rgb[3 * i + c] = (uint8_t)(white - (((product >> 8) + product) >> 8));
        }
    }
}

static void choose_colours(job *j)
{
    switch (j->libjpeg.jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_RGB:
    case JCS_YCbCr:
        j->libjpeg.out_color_space = JCS_RGB;
        return;
    case JCS_CMYK:
    case JCS_YCCK:
        j->libjpeg.out_color_space = JCS_CMYK;
        return;
    default:
        escape(j, ag_err_set_code(j->err, AG_EUNSUPPORTED, "image_format",
                                  "JPEGs of %d colour components are not supported",
                                  j->libjpeg.num_components));
    }
}

static void allocate(job *j)
{
    uint32_t width_px = j->libjpeg.output_width;
    ag_status status = ag_image_init(&j->image, width_px, j->libjpeg.output_height, j->err);
    if (status)
        escape(j, status);
    if (j->libjpeg.out_color_space != JCS_CMYK)
        return;
    j->cmyk = malloc((size_t)width_px * 4 * ROWS_AT_ONCE);
    if (!j->cmyk)
        escape(j, ag_err_set(j->err, AG_ENOMEM, "No memory to decode the JPEG"));
}

static void read_rows(job *j)
{
    size_t width_px = j->image.width_px;
    JSAMPROW rows[ROWS_AT_ONCE];
    while (j->libjpeg.output_scanline < j->libjpeg.output_height) {
        size_t first = j->libjpeg.output_scanline;
        for (size_t i = 0; i < ROWS_AT_ONCE; i++) {
            size_t y = first + i < j->image.height_px ? first + i : first;
            rows[i] = j->cmyk ? j->cmyk + i * width_px * 4 : j->image.rgb + y * width_px * 3;
        }
        size_t count = jpeg_read_scanlines(&j->libjpeg, rows, ROWS_AT_ONCE);
        for (size_t i = 0; j->cmyk && i < count; i++)
            convert_cmyk(j->image.rgb + (first + i) * width_px * 3, rows[i], width_px);
    }
}

/* Everything in which libjpeg may escape. */
static void run(job *j, unsigned reduction)
{
    jpeg_mem_src(&j->libjpeg, j->source->bytes, j->source->length);
    jpeg_read_header(&j->libjpeg, TRUE);
    choose_colours(j);
    j->libjpeg.scale_num = 1;
    j->libjpeg.scale_denom = reduction;
    jpeg_calc_output_dimensions(&j->libjpeg);
    allocate(j);
    jpeg_start_decompress(&j->libjpeg);
    read_rows(j);
    jpeg_finish_decompress(&j->libjpeg);
    j->used = j->source->length - j->libjpeg.src->bytes_in_buffer;
}

static void prepare(job *j, const ag_image_source *source, ag_err *err)
{
    memset(j, 0, sizeof *j);
    j->source = source;
    j->err = err;
    j->libjpeg.err = jpeg_std_error(&j->errors);
    j->errors.error_exit = fail_with_library_message;
    j->errors.emit_message = on_message;
    j->libjpeg.client_data = j;
}

static ag_status decode(ag_image *out, size_t *used, const ag_image_source *source,
                        unsigned reduction, ag_err *err)
{
    job j;
    prepare(&j, source, err);
    if (setjmp(j.escape) == 0) {
        jpeg_create_decompress(&j.libjpeg);
        j.progress.progress_monitor = on_progress;
        j.libjpeg.progress = &j.progress;
        run(&j, reduction);
        *out = j.image;
        *used = j.used;
    } else {
        ag_image_fini(&j.image);
    }
    jpeg_destroy_decompress(&j.libjpeg);
    free(j.cmyk);
    return j.status;
}

const ag_image_decoder AG_IMAGE_DECODER_JPEG = {
    .format = AG_IMAGE_JPEG,
    .read_header = read_header,
    .decode = decode,
};
