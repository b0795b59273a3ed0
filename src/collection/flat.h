/* Exact search: the best rows of a matrix for each query, by scanning all of it.
 *
 * One thread scans: 10,000 × 512 floats take it 0.3 ms, as fast as the memory gives them, and its
 * neighbours have other requests to do. The score of a row does not depend on how many queries
 * share the scan. Any thread. */
#ifndef AG_COLLECTION_FLAT_H
#define AG_COLLECTION_FLAT_H

#include "collection/hit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ag_metric {
    AG_METRIC_INNER_PRODUCT, /* score = x · q */
    AG_METRIC_L2,            /* score = 1 - |x - q|² / 2: the cosine of unit vectors */
} ag_metric;

/* Instructions to scan with. */
typedef enum ag_flat_isa {
    AG_FLAT_PORTABLE, /* any CPU */
    AG_FLAT_AVX2,     /* x86-64 with AVX2 and FMA */
    AG_FLAT_AVX512,   /* x86-64 with AVX-512F */
} ag_flat_isa;

/* A matrix to scan. */
typedef struct ag_flat {
    const void *rows; /* borrowed: count × dimension float32 in this machine's order, row-major, no
                         padding, at any address (a file's header may have left it odd) */
    size_t count;     /* rows; count × dimension × 4 fits in size_t */
    uint32_t dimension; /* floats in a row, at least 1 */
    ag_metric metric;
    ag_flat_isa isa; /* one that ag_flat_isa_available says yes to */
} ag_flat;

bool ag_flat_isa_available(ag_flat_isa isa);

/* The fastest that this CPU has. */
ag_flat_isa ag_flat_isa_best(void);

/* The k best rows for each of B queries of `dimension` floats: hits is B × k, best first, equal
 * scores by row; what does not exist has row SIZE_MAX and AG_HIT_NO_SCORE. A row whose score is not
 * a number is never among them. For k up to some hundreds: k is searched linearly. */
void ag_flat_search(const ag_flat *flat, ag_hit *hits, const float *queries, size_t B, size_t k);

/* The first row whose length differs from 1 by more than tolerance or is not a number, or SIZE_MAX.
 * *length is that row's. */
size_t ag_flat_find_not_unit(const ag_flat *flat, double tolerance, double *length);

#endif
