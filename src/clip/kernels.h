/* The encoder's work between the matrix products: patches, layer norm, attention.
 *
 * kernels.c is compiled once per instruction set; ag_kernels_usable tells which of them the CPU can
 * run. Sums are f32 throughout; what feeds a matrix product is f32 or bf16 ("elements"). Each call
 * spreads over OpenMP threads. Any thread. */
#ifndef AG_CLIP_KERNELS_H
#define AG_CLIP_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Layer norm's parameters. */
typedef struct ag_norm {
    const float *scale; /* W */
    const float *shift; /* W */
    float eps;          /* added to the variance */
} ag_norm;

/* Shape of one attention. Row t of image b starts at element (b·T + t)·stride of q, k and v. */
typedef struct ag_attention {
    size_t B, T;            /* images, tokens */
    size_t heads, head_dim; /* their product is the width W */
    size_t queries;         /* tokens that ask: T, or 1 (the class token, for which q has B rows) */
    size_t q_stride;        /* elements from one row of q to the next */
    size_t kv_stride;       /* elements from one row of k or v to the next */
    const void *q, *k, *v;  /* elements */
    void *out;              /* elements: B × queries × W */
} ag_attention;

typedef struct ag_kernels {
    const char *name; /* "avx512", "avx2", "portable" */

    /* B crops of S × S × 3 bytes to B·(S/P)² rows of 3·P·P elements in the order of CLIP's weights
     * (colour, y, x), scaled to 0…1 and normalised with CLIP's mean and deviation. */
    void (*patchify)(void *out, const uint8_t *crops, const size_t shape_BSP[3], bool is_bf16);

    /* Row r of out (elements) = layer norm of row r of x (f32, W columns, a multiple of 16), whose
     * rows start every x_stride floats. out may be x when f32. */
    void (*layer_norm)(void *out, const float *x, const ag_norm *norm,
                       const size_t rows_W_stride[3], bool is_bf16);

    /* softmax(q kᵀ / √head_dim) v per image and head; head_dim is a multiple of 16. scratch:
     * ag_attention_scratch_floats for each OpenMP thread, one after the other, zeroed before the
     * first use. */
    void (*attention)(const ag_attention *attention, float *scratch, bool is_bf16);
} ag_kernels;

/* Floats of working memory per thread for T tokens and heads of head_dim. */
size_t ag_attention_scratch_floats(size_t T, size_t head_dim);

#define AG_KERNELS_VARIANTS 3

/* Fill out with the variants that this CPU can run, best first; returns how many (at least one). */
size_t ag_kernels_usable(const ag_kernels *out[AG_KERNELS_VARIANTS]);

#endif
