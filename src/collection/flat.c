#include "collection/flat.h"

#include "collection/flat_kernel.h"

#include <math.h>

bool ag_flat_isa_available(ag_flat_isa isa)
{
#if defined(__x86_64__)
    if (isa == AG_FLAT_AVX512)
        return __builtin_cpu_supports("avx512f");
    if (isa == AG_FLAT_AVX2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return isa == AG_FLAT_PORTABLE;
}

ag_flat_isa ag_flat_isa_best(void)
{
    if (ag_flat_isa_available(AG_FLAT_AVX512))
        return AG_FLAT_AVX512;
    return ag_flat_isa_available(AG_FLAT_AVX2) ? AG_FLAT_AVX2 : AG_FLAT_PORTABLE;
}

static const ag_flat_kernels *kernels_of(ag_flat_isa isa)
{
#if defined(__x86_64__)
    if (isa == AG_FLAT_AVX512)
        return &AG_FLAT_KERNELS_AVX512;
    if (isa == AG_FLAT_AVX2)
        return &AG_FLAT_KERNELS_AVX2;
#endif
    return &AG_FLAT_KERNELS_PORTABLE;
}

/* Put a row in its place among the k best so far, which are sorted; rows come in ascending order.
 */
static void offer(ag_hit *best, size_t k, size_t row, float score)
{
    size_t place = k;

    if (isnan(score))
        return;
    while (place > 0 && (best[place - 1].row == SIZE_MAX || score > best[place - 1].score))
        place--;
    for (size_t i = k; i > place + 1; i--)
        best[i - 1] = best[i - 2];
    if (place < k)
        best[place] = (ag_hit){row, score};
}

/* One call of ag_flat_search. */
typedef struct scan_call {
    const ag_flat *flat;
    ag_hit *hits;
    const float *queries;
    size_t k;
} scan_call;

/* Some rows or queries that follow each other. */
typedef struct span {
    size_t first, count;
} span;

static void scan_tile(const scan_call *scan, span rows, span queries, ag_flat_kernel_fn *kernel)
{
    const uint32_t D = scan->flat->dimension;
    const ag_flat_tile tile = {
        .rows = (const uint8_t *)scan->flat->rows + rows.first * D * sizeof(float),
        .queries = (const uint8_t *)(scan->queries + queries.first * D),
        .dimension = D,
        .metric = scan->flat->metric,
    };
    float scores[AG_FLAT_TILE_ROWS * AG_FLAT_TILE_QUERIES];

    kernel(&tile, scores);
    for (size_t j = 0; j < queries.count; j++)
        for (size_t i = 0; i < rows.count; i++)
            offer(scan->hits + (queries.first + j) * scan->k, scan->k, rows.first + i,
                  scores[i * queries.count + j]);
}

void ag_flat_search(const ag_flat *flat, ag_hit *hits, const float *queries, size_t B, size_t k)
{
    const ag_flat_kernels *kernels = kernels_of(flat->isa);
    const size_t R = kernels->rows, Q = kernels->queries;
    const scan_call scan = {flat, hits, queries, k};
    size_t row = 0;

    for (size_t i = 0; i < B * k; i++)
        hits[i] = (ag_hit){SIZE_MAX, AG_HIT_NO_SCORE};
    if (k == 0)
        return;
    /* Rows outside, queries inside: a tile of rows comes from memory once and stays in the cache.
     */
    for (; row + R <= flat->count; row += R) {
        size_t query = 0;
        for (; query + Q <= B; query += Q)
            scan_tile(&scan, (span){row, R}, (span){query, Q}, kernels->many);
        for (; query < B; query++)
            scan_tile(&scan, (span){row, R}, (span){query, 1}, kernels->single);
    }
    for (; row < flat->count; row++)
        for (size_t query = 0; query < B; query++)
            scan_tile(&scan, (span){row, 1}, (span){query, 1}, kernels->one_row);
}

size_t ag_flat_find_not_unit(const ag_flat *flat, double tolerance, double *length)
{
    const ag_flat_kernels *kernels = kernels_of(flat->isa);

    for (size_t row = 0; row < flat->count; row++) {
        const uint8_t *x = (const uint8_t *)flat->rows + row * flat->dimension * sizeof(float);
        const ag_flat_tile tile = {x, x, flat->dimension, AG_METRIC_INNER_PRODUCT};
        float squared;

        kernels->one_row(&tile, &squared);
        double actual = sqrt((double)squared);
        if (!(fabs(actual - 1.0) <= tolerance)) {
            *length = actual;
            return row;
        }
    }
    return SIZE_MAX;
}
