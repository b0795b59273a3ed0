#include "image/encode_jpeg.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#define CHUNK_BYTES 16384

/* Where the orientation's value is in EXIF_SEGMENT. */
#define EXIF_VALUE 24

/* A directory of one entry: tag 0x0112, one 16-bit number (EXIF 2.32, 4.6.2). */
static const uint8_t EXIF_SEGMENT[] = {
    'E', 'x', 'i',  'f',  0, 0,             /* what the segment is */
    'I', 'I', 42,   0,    8, 0, 0, 0,       /* little-endian TIFF; the directory follows */
    1,   0,   0x12, 0x01, 3, 0, 1, 0, 0, 0, /* one entry: tag, type, count */
    1,   0,   0,    0,    0, 0, 0, 0,       /* its value; no further directory */
};

/* One run of libjpeg. Everything that must survive its longjmp is in here. */
typedef struct job {
    struct jpeg_compress_struct libjpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf escape;
    ag_buffer *out; /* borrowed */
    ag_err *err;    /* borrowed */
    ag_status status;
    uint8_t chunk[CHUNK_BYTES]; /* on its way from libjpeg to out */
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
        escape(j, ag_err_set(j->err, AG_ENOMEM, "No memory to encode the JPEG"));
    libjpeg->err->format_message(libjpeg, message);
    escape(j, ag_err_set(j->err, AG_EINVAL, "The JPEG cannot be encoded: %s", message));
}

static void be_silent(j_common_ptr libjpeg, int level)
{
    (void)libjpeg;
    (void)level;
}

static void start_chunk(j_compress_ptr libjpeg)
{
    job *j = libjpeg->client_data;
    j->destination.next_output_byte = j->chunk;
    j->destination.free_in_buffer = CHUNK_BYTES;
}

static void hand_over(job *j, size_t length)
{
    ag_status status = ag_buffer_append(j->out, j->chunk, length, j->err);
    if (status)
        escape(j, status);
}

static boolean empty_chunk(j_compress_ptr libjpeg)
{
    hand_over(libjpeg->client_data, CHUNK_BYTES); /* full, whatever free_in_buffer says */
    start_chunk(libjpeg);
    return TRUE;
}

static void end_chunk(j_compress_ptr libjpeg)
{
    job *j = libjpeg->client_data;
    hand_over(j, CHUNK_BYTES - j->destination.free_in_buffer);
}

static void prepare(job *j, ag_buffer *out, ag_err *err)
{
    memset(&j->libjpeg, 0, sizeof j->libjpeg);
    j->status = AG_OK;
    j->out = out;
    j->err = err;
    j->libjpeg.err = jpeg_std_error(&j->errors);
    j->errors.error_exit = fail_with_library_message;
    j->errors.emit_message = be_silent;
    j->libjpeg.client_data = j;
    j->destination = (struct jpeg_destination_mgr){
        .init_destination = start_chunk,
        .empty_output_buffer = empty_chunk,
        .term_destination = end_chunk,
    };
}

static void write_orientation(job *j, unsigned orientation)
{
    uint8_t segment[sizeof EXIF_SEGMENT];
    memcpy(segment, EXIF_SEGMENT, sizeof segment);
    segment[EXIF_VALUE] = (uint8_t)orientation;
    jpeg_write_marker(&j->libjpeg, JPEG_APP0 + 1, segment, sizeof segment);
}

/* Everything in which libjpeg may escape. */
static void run(job *j, const ag_image *image, unsigned quality, unsigned orientation)
{
    j->libjpeg.dest = &j->destination;
    j->libjpeg.image_width = image->width_px;
    j->libjpeg.image_height = image->height_px;
    j->libjpeg.input_components = 3;
    j->libjpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&j->libjpeg);
    jpeg_set_quality(&j->libjpeg, (int)quality, TRUE);
    jpeg_start_compress(&j->libjpeg, TRUE);
    if (orientation != 1)
        write_orientation(j, orientation);
    while (j->libjpeg.next_scanline < image->height_px) {
        JSAMPROW row = image->rgb + (size_t)j->libjpeg.next_scanline * image->width_px * 3;
        jpeg_write_scanlines(&j->libjpeg, &row, 1);
    }
    jpeg_finish_compress(&j->libjpeg);
}

static ag_status check(const ag_image *image, unsigned quality, unsigned orientation, ag_err *err)
{
    if (quality < 1 || quality > 100)
        return ag_err_set(err, AG_EINVAL, "JPEG quality is 1 to 100, not %u", quality);
    if (orientation < 1 || orientation > 8)
        return ag_err_set(err, AG_EINVAL, "EXIF orientation is 1 to 8, not %u", orientation);
    bool is_wide = image->width_px > image->height_px;
    uint32_t shorter_px = is_wide ? image->height_px : image->width_px;
    uint32_t longer_px = is_wide ? image->width_px : image->height_px;
    if (shorter_px == 0 || longer_px > JPEG_MAX_DIMENSION)
        return ag_err_set(err, AG_EINVAL, "JPEGs have 1 to %ld pixels a side, not %u×%u",
                          JPEG_MAX_DIMENSION, image->width_px, image->height_px);
    return AG_OK;
}

ag_status ag_image_encode_jpeg(ag_buffer *out, const ag_image *image, unsigned quality,
                               unsigned orientation, ag_err *err)
{
    ag_status status = check(image, quality, orientation, err);
    if (status)
        return status;
    size_t before = out->length;
    job j;
    prepare(&j, out, err);
    if (setjmp(j.escape) == 0) {
        jpeg_create_compress(&j.libjpeg);
        run(&j, image, quality, orientation);
    } else {
        out->length = before;
        if (out->data)
            out->data[before] = '\0';
    }
    jpeg_destroy_compress(&j.libjpeg);
    return j.status;
}
