/* Recognition by local features: a visitor's 1600-pixel JPEG to the verdict, and its parts. The
 * photos are simulated from the collection's own pictures. */
#include "bench.h"

#include "base/clock.h"
#include "base/file.h"
#include "collection/reference.h"
#include "features/extract.h"
#include "features/gallery.h"
#include "features/hamming.h"
#include "features/verify.h"
#include "recognize/engine.h"
#include "simulate/photo.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define PHOTOS  24
#define RUNS    5
#define SIDE_PX 1600

/* Descriptors of the distance benchmark: a work's, which stay in the fastest cache. */
#define DESCRIPTORS 800

/* Photos of the first works, and what they are recognised with. */
typedef struct material {
    ag_engine engine;
    ag_photo photos[PHOTOS];
    size_t count;
} material;

/* A reference image, decoded. *out is owned. */
static ag_status read_picture(ag_image *out, const char *path, ag_err *err)
{
    ag_buffer bytes = {0};
    ag_status status = ag_file_read(&bytes, path, AG_REFERENCE_LIMITS.max_bytes, err);
    if (!status)
        status = ag_image_decode(out, bytes.data, bytes.length, &AG_REFERENCE_LIMITS, err);
    ag_buffer_fini(&bytes);
    return status;
}

static ag_status take_photo(material *m, size_t row, ag_err *err)
{
    const ag_photo_options options = {AG_PHOTO_MEDIUM, SIDE_PX, row + 1};
    char *path = ag_collection_image_file(m->engine.collection, row, NULL);
    ag_image picture;
    ag_status status = read_picture(&picture, path, err);
    free(path);
    if (status)
        return status;
    status = ag_photo_take(&m->photos[m->count], &picture, &options, err);
    m->count += status == AG_OK;
    ag_image_fini(&picture);
    return status;
}

/* Everything but the encoder: the model's folder is one that is not there. */
static ag_status prepare(material *m, const ag_bench *bench, ag_err *err)
{
    const ag_engine_options options = {
        .model_folder = "/nonexistent",
        .collection = {.folder = bench->collection},
        .threads = 1,
        .max_batch = 1,
        .limits = AG_IMAGE_LIMITS_DEFAULT,
    };
    ag_status status = ag_engine_open(&m->engine, &options, err);
    const size_t works = status ? 0 : ag_collection_info_of(m->engine.collection)->count;
    for (size_t row = 0; !status && row < works && row < PHOTOS; row++)
        status = take_photo(m, row, err);
    return status;
}

/* What a photo of the benchmark took, in ms. */
typedef struct sample {
    double total, decode, features, search, verify;
} sample;

static ag_status recognise(sample *out, const material *m, size_t i, ag_arena *arena, ag_err *err)
{
    const ag_query query = {.image = m->photos[i].jpeg.data,
                            .image_length = m->photos[i].jpeg.length};
    ag_answer answer;
    const int64_t start_us = ag_clock_monotonic_us();
    ag_recognize(m->engine.recognizer, &answer, &query, 1, arena);
    out->total = (double)(ag_clock_monotonic_us() - start_us) / 1000;
    out->decode = answer.timings.decode_ms;
    out->features = answer.timings.features_ms;
    out->search = answer.timings.search_ms;
    out->verify = answer.timings.verify_ms;
    ag_arena_clear(arena);
    if (answer.status)
        *err = answer.err;
    return answer.status;
}

/* The median of one of the numbers of all samples. */
static double median_of(const sample *samples, size_t count, size_t offset)
{
    double values[PHOTOS * RUNS];
    for (size_t i = 0; i < count; i++)
        values[i] = *(const double *)(const void *)((const char *)&samples[i] + offset);
    return ag_bench_median(values, count);
}

static ag_status measure_photos(const ag_bench *bench, const material *m, ag_err *err)
{
    static const struct {
        const char *name;
        size_t offset;
    } NUMBERS[] = {
        {"recognize.local.1600px", offsetof(sample, total)},
        {"recognize.local.1600px.decode", offsetof(sample, decode)},
        {"recognize.local.1600px.features", offsetof(sample, features)},
        {"recognize.local.1600px.search", offsetof(sample, search)},
        {"recognize.local.1600px.verify", offsetof(sample, verify)},
    };
    sample samples[PHOTOS * RUNS];
    ag_arena *arena = ag_arena_create(0);
    ag_status status = AG_OK;
    for (size_t i = 0; i < m->count * RUNS && !status; i++)
        status = recognise(&samples[i], m, i % m->count, arena, err);
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS && !status; i++)
        ag_bench_report(bench, NUMBERS[i].name,
                        median_of(samples, m->count * RUNS, NUMBERS[i].offset), "ms", NAN);
    ag_arena_destroy(arena);
    return status;
}

/* Distances of one descriptor to a work's, by each kernel of this machine. */
static void measure_distances(const ag_bench *bench)
{
    static ag_descriptor descriptors[DESCRIPTORS];
    static uint16_t distances[DESCRIPTORS];
    for (size_t k = 0; AG_HAMMING_KERNELS[k] != NULL; k++) {
        const ag_hamming_kernel *kernel = AG_HAMMING_KERNELS[k];
        char name[64];
        if (!kernel->is_supported())
            continue;
        const int64_t start_us = ag_clock_monotonic_us();
        for (size_t i = 0; i < 20 * DESCRIPTORS; i++)
            kernel->distances(distances, &descriptors[i % DESCRIPTORS], descriptors, DESCRIPTORS);
        const double us = (double)(ag_clock_monotonic_us() - start_us);
        snprintf(name, sizeof name, "features.distance.%s", kernel->name);
        ag_bench_report(bench, name, us * 1000 / (20.0 * DESCRIPTORS * DESCRIPTORS), "ns", NAN);
    }
}

ag_status ag_bench_features(const ag_bench *bench, ag_err *err)
{
    measure_distances(bench);
    if (bench->collection == NULL) {
        ag_bench_skip("recognize.local",
                      "it needs a collection with local features and its images");
        return AG_OK;
    }
    material m = {0};
    ag_status status = prepare(&m, bench, err);
    if (!status)
        status = measure_photos(bench, &m, err);
    for (size_t i = 0; i < m.count; i++)
        ag_photo_fini(&m.photos[i]);
    ag_engine_fini(&m.engine);
    return status;
}
