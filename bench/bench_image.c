/* A phone's 12-megapixel JPEG: bytes to pixels, pixels to CLIP's crop, and the check at the door.
 */
#include "bench.h"

#include "base/clock.h"
#include "image/image.h"
#include "image/resample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#define WIDTH_PX  4032
#define HEIGHT_PX 3024
#define CROP_PX   224
#define RUNS      15

/* What recognition asks for (six times CLIP's side): a 12-megapixel JPEG then decodes at half
 * scale. */
#define ENOUGH_PX (6 * CROP_PX)

/* Of the machine the design's numbers were taken on. */
#define MEMORY_BYTES_PER_MS 50e6

/* Large shapes, edges, strokes and sensor noise, in such a mix that the JPEG has a phone's 4
 * megabytes. */
static void paint(ag_image *image)
{
    uint32_t random = 1;
    for (uint32_t y = 0; y < HEIGHT_PX; y++)
        for (uint32_t x = 0; x < WIDTH_PX; x++) {
            uint8_t *p = image->rgb + ((size_t)y * WIDTH_PX + x) * 3;
            random = random * 1664525 + 1013904223;
            double shape = 40 * sin(x / 310.0) * cos(y / 270.0) + (x / 50 + y / 70) % 2 * 30;
            double stroke = 14 * sin(x / 3.1 + shape) * sin(y / 2.7);
            int grain = (int)(random >> 28);
            p[0] = (uint8_t)(120 + shape + stroke + grain);
            p[1] = (uint8_t)(110 + shape / 2 + stroke + grain);
            p[2] = (uint8_t)(100 - shape / 3 + stroke + grain);
        }
}

/* As phones do: quality 90, chroma at half resolution. *out is malloc'ed. */
static size_t encode(unsigned char **out, const ag_image *image)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned long length = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, out, &length);
    jpeg.image_width = WIDTH_PX;
    jpeg.image_height = HEIGHT_PX;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 90, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < HEIGHT_PX) {
        JSAMPROW row = image->rgb + (size_t)jpeg.next_scanline * WIDTH_PX * 3;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return length;
}

/* What the benchmarks work on. */
typedef struct material {
    ag_image pixels;
    unsigned char *jpeg;
    size_t length; /* of jpeg, bytes */
    uint8_t crop[CROP_PX * CROP_PX * 3];
} material;

typedef ag_status step_fn(material *m, ag_err *err);

static ag_status decode_to(ag_image *out, const material *m, uint32_t enough_px, ag_err *err)
{
    ag_image_limits limits = AG_IMAGE_LIMITS_DEFAULT;
    limits.enough_px = enough_px;
    return ag_image_decode(out, m->jpeg, m->length, &limits, err);
}

static ag_status step_decode(material *m, ag_err *err)
{
    ag_image image;
    ag_status status = decode_to(&image, m, 0, err);
    if (!status)
        ag_image_fini(&image);
    return status;
}

static ag_status step_crop(material *m, ag_err *err)
{
    return ag_resample_clip_crop(m->crop, &m->pixels, CROP_PX, err);
}

static ag_status step_prepare(material *m, ag_err *err)
{
    ag_image image;
    ag_status status = decode_to(&image, m, ENOUGH_PX, err);
    if (status)
        return status;
    status = ag_resample_clip_crop(m->crop, &image, CROP_PX, err);
    ag_image_fini(&image);
    return status;
}

static ag_status step_check(material *m, ag_err *err)
{
    ag_image_info info;
    return ag_image_check(&info, m->jpeg, m->length, &AG_IMAGE_LIMITS_DEFAULT, err);
}

static const struct {
    const char *name;
    step_fn *step;
    double limit_ms;
} STEPS[] = {
    {"image.decode.jpeg.12mp", step_decode, NAN},
    {"image.crop.12mp", step_crop, WIDTH_PX *HEIGHT_PX * 3 / MEMORY_BYTES_PER_MS},
    {"image.prepare.jpeg.12mp", step_prepare, NAN}, /* bytes to crop, as recognition does it */
    {"image.check.jpeg.12mp", step_check, NAN},
};

static ag_status measure(const ag_bench *bench, material *m, size_t i, ag_err *err)
{
    double samples[RUNS];
    for (size_t run = 0; run < RUNS; run++) {
        int64_t start_us = ag_clock_monotonic_us();
        ag_status status = STEPS[i].step(m, err);
        if (status)
            return status;
        samples[run] = (double)(ag_clock_monotonic_us() - start_us) / 1000;
    }
    ag_bench_report(bench, STEPS[i].name, ag_bench_median(samples, RUNS), "ms", STEPS[i].limit_ms);
    return AG_OK;
}

ag_status ag_bench_image(const ag_bench *bench, ag_err *err)
{
    material m = {0};
    ag_status status = ag_image_init(&m.pixels, WIDTH_PX, HEIGHT_PX, err);
    if (status)
        return status;
    paint(&m.pixels);
    m.length = encode(&m.jpeg, &m.pixels);
    for (size_t i = 0; i < sizeof STEPS / sizeof STEPS[0] && !status; i++)
        status = measure(bench, &m, i, err);
    free(m.jpeg);
    ag_image_fini(&m.pixels);
    return status;
}
