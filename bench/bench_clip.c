/* Embedding images with CLIP, alone and in batches of 16, and opening the model.
 *
 * No embedding can be faster than its arithmetic at the speed of one matrix product that stays in
 * the caches (the fastest the same library reaches here), nor than one pass over the weights at the
 * memory's speed, which a batch shares. Both are measured on the spot; the limit is the larger. */
#include "bench.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "clip/backend.h"
#include "clip/clip.h"
#include "clip/model_config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEAK_ROWS        384  /* of the matrix product that tells the peak */
#define PEAK_SIDE        1024 /* of its weights */
#define PEAK_RUNS        21
#define STREAM_BYTES     ((size_t)256 << 20) /* far more than any cache holds */
#define ENCODE_RUNS      31
#define OPEN_RUNS        5
#define MAX_CONFIG_BYTES ((size_t)1 << 20)

static double ms_since(int64_t start_us)
{
    return (double)(ag_clock_monotonic_us() - start_us) / 1000;
}

/* Operations per ms at best. */
static ag_status measure_peak(double *out, ag_precision precision, unsigned threads, ag_err *err)
{
    const ag_product_spec spec = {.rows = PEAK_ROWS, .K = PEAK_SIDE, .N = PEAK_SIDE};
    size_t numbers = (size_t)PEAK_SIDE * PEAK_SIDE;
    ag_backend *backend = NULL;
    ag_product *product = NULL;
    ag_matrix *matrix = NULL;
    void *storage = NULL;
    float *x = ag_xcalloc(numbers, sizeof *x), *y = ag_xcalloc(numbers, sizeof *y);
    const ag_matrix_numbers weights = {x, NULL};
    double best_ms = INFINITY;
    ag_status status = ag_backend_create(&backend, precision, threads, 1, err);
    if (status != AG_OK)
        goto fail;
    status = ag_product_create(&product, backend, &spec, err);
    if (status != AG_OK)
        goto fail;
    storage = ag_try_aligned(ag_product_weight_bytes(product), 1);
    if (storage == NULL) {
        status = ag_err_set(err, AG_ENOMEM, "no memory for the matrix product");
        goto fail;
    }
    status = ag_matrix_create(&matrix, product, storage, &weights, err);
    int previous = ag_backend_enter(backend);
    for (unsigned i = 0; i < PEAK_RUNS && status == AG_OK; i++) {
        int64_t start = ag_clock_monotonic_us();
        status = ag_matrix_multiply(matrix, y, x, 0, err);
        best_ms = fmin(best_ms, ms_since(start));
    }
    ag_backend_leave(previous);
    *out = 2.0 * PEAK_ROWS * (double)numbers / best_ms;
fail:
    ag_matrix_destroy(matrix);
    ag_product_destroy(product);
    ag_backend_destroy(backend);
    free(storage);
    free(y);
    free(x);
    return status;
}

/* Bytes per ms of reading memory with all cores. */
static double measure_bandwidth(void)
{
    size_t words = STREAM_BYTES / sizeof(uint64_t);
    uint64_t *block = ag_xcalloc(words, sizeof *block);
    memset(block, 1, STREAM_BYTES); /* unwritten pages would all be the one page of zeros */
    double best_ms = INFINITY;
    volatile uint64_t sink = 0;
    for (unsigned run = 0; run < PEAK_RUNS; run++) {
        uint64_t sum = 0;
        int64_t start = ag_clock_monotonic_us();
#pragma omp parallel for reduction(+ : sum) schedule(static)
        for (size_t i = 0; i < words; i++)
            sum += block[i];
        best_ms = fmin(best_ms, ms_since(start));
        sink = sink + sum;
    }
    free(block);
    return (double)STREAM_BYTES / best_ms;
}

/* Numbers in the vision tower's matrices. */
static double count_weights(const ag_model_config *c)
{
    double W = (double)c->width, I = (double)c->intermediate;
    double pixels = 3.0 * (double)(c->patch_px * c->patch_px);
    return pixels * W + (double)c->layers * (4 * W * W + 2 * W * I) + W * (double)c->dimension;
}

/* Operations for one image; of the last layer only what the class token needs. */
static double count_operations(const ag_model_config *c)
{
    double W = (double)c->width, I = (double)c->intermediate, T = (double)c->tokens;
    double layers = (double)c->layers - 1;
    double pixels = 3.0 * (double)(c->patch_px * c->patch_px);
    double products = (T - 1) * pixels * W + layers * T * (4 * W * W + 2 * W * I) + T * 2 * W * W +
                      2 * W * W + 2 * W * I + W * (double)c->dimension;
    double attention = 2 * (layers * T + 1) * T * W;
    return 2 * (products + attention);
}

struct setup {
    const ag_bench *bench;
    ag_model_config config;
    ag_precision precision;
    double peak;      /* operations per ms */
    double bandwidth; /* bytes per ms */
};

static const char *precision_name(ag_precision precision)
{
    return precision == AG_PRECISION_BF16 ? "bf16" : "f32";
}

/* "clip.vit-b-32.<what>" for the model at hand. */
static void name_of(char out[64], const struct setup *setup, const char *what)
{
    snprintf(out, 64, "clip.%s.%s", ag_model_config_name(&setup->config) + strlen("clip-"), what);
}

static double limit_of(const struct setup *setup, size_t B)
{
    double bytes = count_weights(&setup->config) *
                   (setup->precision == AG_PRECISION_BF16 ? sizeof(uint16_t) : sizeof(float));
    return fmax(count_operations(&setup->config) / setup->peak,
                bytes / setup->bandwidth / (double)B);
}

static ag_status bench_batch(const struct setup *setup, ag_clip *clip, size_t B, ag_err *err)
{
    size_t side = setup->config.image_side_px, crop_bytes = side * side * 3;
    uint8_t *crops = ag_xcalloc(B, crop_bytes);
    float *embeddings = ag_xcalloc(B * setup->config.dimension, sizeof *embeddings);
    double samples[ENCODE_RUNS];
    for (size_t i = 0; i < B * crop_bytes; i++)
        crops[i] = (uint8_t)(i * 7919 >> 3);
    ag_status status = ag_clip_encode(clip, embeddings, crops, B, err);
    for (unsigned i = 0; i < ENCODE_RUNS && status == AG_OK; i++) {
        int64_t start = ag_clock_monotonic_us();
        status = ag_clip_encode(clip, embeddings, crops, B, err);
        samples[i] = ms_since(start) / (double)B;
    }
    if (status == AG_OK) {
        char what[16], name[64];
        snprintf(what, sizeof what, "%s.b%zu", precision_name(setup->precision), B);
        name_of(name, setup, what);
        ag_bench_report(setup->bench, name, ag_bench_median(samples, ENCODE_RUNS), "ms",
                        limit_of(setup, B));
    }
    free(embeddings);
    free(crops);
    return status;
}

static ag_status bench_precision(struct setup *setup, ag_err *err)
{
    const ag_clip_options options = {setup->precision, setup->bench->threads, 16};
    ag_clip *clip;
    ag_status status = measure_peak(&setup->peak, setup->precision, setup->bench->threads, err);
    if (status == AG_OK)
        status = ag_clip_open(&clip, setup->bench->model, &options, err);
    if (status != AG_OK)
        return status;
    status = bench_batch(setup, clip, 1, err);
    if (status == AG_OK)
        status = bench_batch(setup, clip, 16, err);
    ag_clip_close(clip);
    return status;
}

/* The file is in the page cache by now. Its limit is one pass of reading it and writing the result.
 */
static ag_status bench_open(const struct setup *setup, ag_err *err)
{
    const ag_clip_options options = {AG_PRECISION_AUTO, setup->bench->threads, 16};
    double samples[OPEN_RUNS];
    for (unsigned i = 0; i < OPEN_RUNS; i++) {
        ag_clip *clip;
        int64_t start = ag_clock_monotonic_us();
        ag_status status = ag_clip_open(&clip, setup->bench->model, &options, err);
        samples[i] = ms_since(start) / 1000;
        if (status != AG_OK)
            return status;
        ag_clip_close(clip);
    }
    char name[64];
    name_of(name, setup, "open");
    size_t bytes = ag_backend_has_bf16() ? sizeof(float) + sizeof(uint16_t) : 2 * sizeof(float);
    ag_bench_report(setup->bench, name, ag_bench_median(samples, OPEN_RUNS), "s",
                    count_weights(&setup->config) * (double)bytes / setup->bandwidth / 1000);
    return AG_OK;
}

static ag_status read_config(ag_model_config *out, const char *folder, ag_err *err)
{
    char *path = ag_xasprintf("%s/config.json", folder);
    ag_buffer text = {0};
    ag_status status = ag_file_read(&text, path, MAX_CONFIG_BYTES, err);
    if (status == AG_OK)
        status = ag_model_config_parse(out, text.data, text.length, err);
    ag_buffer_fini(&text);
    free(path);
    return status;
}

ag_status ag_bench_clip(const ag_bench *bench, ag_err *err)
{
    if (bench->model == NULL) {
        ag_bench_skip("clip", "no model folder given");
        return AG_OK;
    }
    struct setup setup = {.bench = bench, .bandwidth = measure_bandwidth()};
    ag_status status = read_config(&setup.config, bench->model, err);
    if (status == AG_OK && ag_backend_has_bf16()) {
        setup.precision = AG_PRECISION_BF16;
        status = bench_precision(&setup, err);
    } else if (status == AG_OK) {
        ag_bench_skip("clip bf16", "this CPU has no bfloat16 arithmetic");
    }
    setup.precision = AG_PRECISION_F32;
    if (status == AG_OK)
        status = bench_precision(&setup, err);
    if (status == AG_OK)
        status = bench_open(&setup, err);
    return status;
}
