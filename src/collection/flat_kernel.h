/* The inner loops of the exact scan: scores of a tile of rows × queries. */
#ifndef AG_COLLECTION_FLAT_KERNEL_H
#define AG_COLLECTION_FLAT_KERNEL_H

#include "collection/flat.h"

/* Most rows and queries of a tile, whatever the instructions. */
#define AG_FLAT_TILE_ROWS    8
#define AG_FLAT_TILE_QUERIES 4

/* What a kernel scans. */
typedef struct ag_flat_tile {
    const uint8_t *rows;    /* first row of the tile; float32 at any address */
    const uint8_t *queries; /* queries of the tile, one behind the other; float32 at any address */
    uint32_t dimension;
    ag_metric metric;
} ag_flat_tile;

/* Write R × Q scores (Q a row) for R rows and Q queries: one function for each shape. */
typedef void ag_flat_kernel_fn(const ag_flat_tile *tile, float *scores);

/* The kernels of one set of instructions. */
typedef struct ag_flat_kernels {
    size_t rows;                /* R of `many` and `single` */
    size_t queries;             /* Q of `many` */
    ag_flat_kernel_fn *many;    /* rows × queries */
    ag_flat_kernel_fn *single;  /* rows × 1 */
    ag_flat_kernel_fn *one_row; /* 1 × 1, for what is left over */
} ag_flat_kernels;

extern const ag_flat_kernels AG_FLAT_KERNELS_PORTABLE;
#if defined(__x86_64__)
extern const ag_flat_kernels AG_FLAT_KERNELS_AVX2;
extern const ag_flat_kernels AG_FLAT_KERNELS_AVX512;
#endif

#endif
