/* The one inner loop of the exact scan, written with GCC's vector types. Each flat_kernel_*.c sets
 * its vector width and target and instantiates it.
 *
 * A row and a query always meet in the same running sums, lane i taking the products of elements i,
 * i + LANES, i + 2 LANES, …, and the sums are folded in halves. Whatever the tile, a pair's score
 * is therefore the same to the last bit, and a batch finds exactly what single queries find. */
#ifndef AG_COLLECTION_FLAT_TILE_H
#define AG_COLLECTION_FLAT_TILE_H

#include "collection/flat_kernel.h"

#include <string.h>

/* Floats in a vector register of the instructions compiled for. */
#ifndef AG_FLAT_LANES
#define AG_FLAT_LANES 4
#endif

typedef float ag_flat_vector __attribute__((vector_size(AG_FLAT_LANES * sizeof(float))));

#define AG_FLAT_INLINE static inline __attribute__((always_inline))

/* memcpy becomes one unaligned load: a mapped file's rows start at any address. */
AG_FLAT_INLINE ag_flat_vector ag_flat_load(const void *from, size_t count)
{
    ag_flat_vector out = {0};
    memcpy(&out, from, count * sizeof(float));
    return out;
}

AG_FLAT_INLINE float ag_flat_fold(ag_flat_vector sums)
{
    float lanes[AG_FLAT_LANES];
    memcpy(lanes, &sums, sizeof lanes);
    for (size_t half = AG_FLAT_LANES / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

/* Add elements [d, d + count) of every pair to the sums. R, Q and metric are constants where this
 * is inlined, so that the small loops unroll and the sums stay in registers. */
AG_FLAT_INLINE void ag_flat_accumulate(ag_flat_vector *sums, const ag_flat_tile *tile, size_t d,
                                       size_t count, size_t R, size_t Q)
{
    ag_flat_vector q[AG_FLAT_TILE_QUERIES];

    for (size_t j = 0; j < Q; j++)
        q[j] = ag_flat_load(tile->queries + (j * tile->dimension + d) * sizeof(float), count);
    for (size_t i = 0; i < R; i++) {
        ag_flat_vector x =
            ag_flat_load(tile->rows + (i * tile->dimension + d) * sizeof(float), count);
        for (size_t j = 0; j < Q; j++) {
            if (tile->metric == AG_METRIC_L2) {
                ag_flat_vector difference = x - q[j];
                sums[i * Q + j] += difference * difference;
            } else {
                sums[i * Q + j] += x * q[j];
            }
        }
    }
}

AG_FLAT_INLINE void ag_flat_scores(const ag_flat_tile *tile, float *scores, size_t R, size_t Q)
{
    const size_t D = tile->dimension, whole = D - D % AG_FLAT_LANES;
    ag_flat_vector sums[AG_FLAT_TILE_ROWS * AG_FLAT_TILE_QUERIES];

    for (size_t i = 0; i < R * Q; i++)
        sums[i] = (ag_flat_vector){0};
    for (size_t d = 0; d < whole; d += AG_FLAT_LANES)
        ag_flat_accumulate(sums, tile, d, AG_FLAT_LANES, R, Q);
    if (whole < D)
        ag_flat_accumulate(sums, tile, whole, D - whole, R, Q);
    for (size_t i = 0; i < R * Q; i++) {
        float sum = ag_flat_fold(sums[i]);
        scores[i] = tile->metric == AG_METRIC_L2 ? 1.0f - sum / 2.0f : sum;
    }
}

/* A kernel of R × Q. The metric is settled outside the loops: each copy sees a constant. */
#define AG_FLAT_KERNEL(name, R, Q)                                                                 \
    static void name(const ag_flat_tile *tile, float *scores)                                      \
    {                                                                                              \
        ag_flat_tile constant = *tile;                                                             \
        if (tile->metric == AG_METRIC_L2) {                                                        \
            constant.metric = AG_METRIC_L2;                                                        \
            ag_flat_scores(&constant, scores, R, Q);                                               \
        } else {                                                                                   \
            constant.metric = AG_METRIC_INNER_PRODUCT;                                             \
            ag_flat_scores(&constant, scores, R, Q);                                               \
        }                                                                                          \
    }

#endif
