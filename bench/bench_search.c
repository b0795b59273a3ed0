/* Exact search: ours beside FAISS's flat index over the same vectors. */
#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "bench.h"
#include "collection/faiss_index.h"
#include "collection/flat.h"
#include "collection/index_file.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT   10000
#define D       512
#define BATCH   16
#define K       5
#define REPEATS 101

/* Random unit vectors, and the first BATCH of them as queries. */
static void fill_unit_rows(float *rows, size_t count)
{
    uint32_t state = 1;

    for (size_t i = 0; i < count; i++) {
        float squared = 0;
        for (size_t d = 0; d < D; d++) {
            state = state * 1664525u + 1013904223u;
            rows[i * D + d] = (float)(state >> 8) / (float)(1 << 24) - 0.5f;
            squared += rows[i * D + d] * rows[i * D + d];
        }
        for (size_t d = 0; d < D; d++)
            rows[i * D + d] /= sqrtf(squared);
    }
}

static double now_ms(void)
{
    return (double)ag_clock_monotonic_us() / 1000.0;
}

/* Milliseconds that one thread needs to read as many bytes as the rows have, as fast as the C
 * library knows how: the best of several searches for a byte that is not there. NAN without memory.
 */
static double read_ms(void)
{
    const size_t bytes = (size_t)COUNT * D * sizeof(float);
    uint8_t *zeros = ag_try_aligned(bytes, 1);
    double best = NAN;

    if (!zeros)
        return best;
    memset(zeros, 0, bytes);
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        const double start = now_ms();
        const void *found = memchr(zeros, 1, bytes);
        const double elapsed = now_ms() - start;
        if (!found && !(elapsed >= best))
            best = elapsed;
    }
    free(zeros);
    return best;
}

/* Median milliseconds of one query in batches of B. */
static double time_flat(const ag_flat *flat, const float *queries, size_t B)
{
    double samples[REPEATS];
    ag_hit hits[BATCH * K];

    for (size_t i = 0; i < REPEATS; i++) {
        const double start = now_ms();
        ag_flat_search(flat, hits, queries, B, K);
        samples[i] = (now_ms() - start) / (double)B;
    }
    return ag_bench_median(samples, REPEATS);
}

static ag_status time_faiss(const ag_faiss_index *index, const float *queries, double *median,
                            ag_err *err)
{
    double samples[REPEATS];
    ag_hit hits[K];

    for (size_t i = 0; i < REPEATS; i++) {
        const double start = now_ms();
        ag_status status = ag_faiss_index_search(index, hits, queries, 1, K, err);
        if (status)
            return status;
        samples[i] = now_ms() - start;
    }
    *median = ag_bench_median(samples, REPEATS);
    return AG_OK;
}

/* Search the file with FAISS and with our scan, in place in the mapped file as an AI server does.
 */
static ag_status run(const ag_bench *bench, const char *path, const float *queries, ag_err *err)
{
    ag_mapping bytes;
    ag_index_file file;
    ag_faiss_index *index = NULL;
    double faiss_ms;
    ag_status status = ag_file_map(&bytes, path, err);

    if (status)
        return status;
    if ((status = ag_index_file_parse(&file, bytes.data, bytes.length, err)) ||
        (status = ag_faiss_index_open(&index, bytes.data, bytes.length, err)) ||
        (status = time_faiss(index, queries, &faiss_ms, err)))
        goto fail;

    const ag_flat flat = {file.rows, file.count, file.dimension, file.metric, ag_flat_isa_best()};
    const double limit = read_ms();
    ag_bench_report(bench, "search.flat.10k", time_flat(&flat, queries, 1), "ms", limit);
    ag_bench_report(bench, "search.flat.10k.b16", time_flat(&flat, queries, BATCH), "ms",
                    limit / BATCH);
    ag_bench_report(bench, "search.faiss.flat.10k", faiss_ms, "ms", limit);
fail:
    ag_faiss_index_close(index);
    ag_file_unmap(&bytes);
    return status;
}

ag_status ag_bench_search(const ag_bench *bench, ag_err *err)
{
    char path[] = "/tmp/artguide-bench-XXXXXX";
    float *rows = ag_try_aligned((size_t)COUNT * D, sizeof *rows);
    const int fd = mkstemp(path);
    ag_status status;

    if (!rows || fd < 0) {
        status = ag_err_set(err, AG_ENOMEM, "no room for %d vectors", COUNT);
        goto fail;
    }
    fill_unit_rows(rows, COUNT);
    const ag_index_file index = {rows, COUNT, D, AG_METRIC_L2};
    status = ag_index_file_write(path, &index, err);
    if (!status)
        status = run(bench, path, rows, err);
fail:
    if (fd >= 0) {
        unlink(path);
        close(fd);
    }
    free(rows);
    return status;
}
