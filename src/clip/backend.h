/* Matrix products y = act(x Wᵀ + b) [+ y] with weights prepared once: all that the encoder needs of
 * a matrix library. One file implements it (backend_onednn.c); another library is another file.
 *
 * A batch of B images gives a product B times its rows; products are prepared for the batch sizes
 * the backend was created with, so that nothing is compiled or allocated per image. One thread at a
 * time for each backend and what was made of it. */
#ifndef AG_CLIP_BACKEND_H
#define AG_CLIP_BACKEND_H

#include "base/status.h"
#include "clip/clip.h"
#include "clip/model_config.h"

#include <stdbool.h>
#include <stddef.h>

/* Batch sizes are powers of two: level n is a batch of 2ⁿ images. */
#define AG_BACKEND_MAX_LEVELS 9

#define AG_BACKEND_MAX_THREADS 256u

typedef struct ag_backend ag_backend;

/* A product's shape with its compiled kernels. */
typedef struct ag_product ag_product;

/* Weights and bias in a product's own layout. */
typedef struct ag_matrix ag_matrix;

/* x: rows × K, y: rows × N, W: N × K, b: N; row-major. x has the backend's precision. */
typedef struct ag_product_spec {
    size_t rows;              /* per image */
    size_t K, N;              /* columns of x and of y */
    ag_activation activation; /* applied to x Wᵀ + b */
    bool has_bias;            /* b is added */
    bool has_residual;        /* y keeps its value and the product is added */
    bool is_f32;              /* y is f32 in bf16 mode, too (always with has_residual) */
} ag_product_spec;

/* Whether the CPU computes bf16 products in hardware. */
bool ag_backend_has_bf16(void);

/* A backend for batches of 1, 2, 4, … 2^(levels - 1) images, computing with `threads` threads
 * (0: one per core, at most AG_BACKEND_MAX_THREADS). precision is F32 or BF16. AG_EIO (the library
 * refuses), AG_EUNSUPPORTED (bf16 on a CPU without it). *out is owned. */
AG_MUST_USE ag_status ag_backend_create(ag_backend **out, ag_precision precision, unsigned threads,
                                        size_t levels, ag_err *err);
/* Threads in use. */
unsigned ag_backend_threads(const ag_backend *backend);

/* After all products and matrices made of it. NULL is fine, here and below. */
void ag_backend_destroy(ag_backend *backend);

/* Compile the kernels of a product. AG_EIO, AG_ENOMEM. *out is owned. */
AG_MUST_USE ag_status ag_product_create(ag_product **out, ag_backend *backend,
                                        const ag_product_spec *spec, ag_err *err);
void ag_product_destroy(ag_product *product);

/* The shape it was made for; borrowed. */
const ag_product_spec *ag_product_spec_of(const ag_product *product);

/* Bytes of the product's weights in the kernels' own layout. */
size_t ag_product_weight_bytes(const ag_product *product);

/* Numbers to make a matrix of. */
typedef struct ag_matrix_numbers {
    const float *weights; /* N × K, used only while the matrix is made */
    const float *bias;    /* N, borrowed until ag_matrix_destroy; NULL without has_bias */
} ag_matrix_numbers;

/* Reorder weights into storage: ag_product_weight_bytes, aligned to 64 bytes, borrowed until
 * ag_matrix_destroy; the product must live as long. Uses the backend's threads. AG_EIO. *out is
 * owned.
 */
AG_MUST_USE ag_status ag_matrix_create(ag_matrix **out, const ag_product *product, void *storage,
                                       const ag_matrix_numbers *numbers, ag_err *err);
void ag_matrix_destroy(ag_matrix *matrix);

/* y = act(x Wᵀ + b) [+ y] for 2^level images. AG_EIO. */
AG_MUST_USE ag_status ag_matrix_multiply(const ag_matrix *matrix, void *y, const void *x,
                                         size_t level, ag_err *err);

/* Make this thread's parallel sections use the backend's number of threads, and return the number
 * to restore. Libraries keep that number per calling thread, so every call from outside needs it.
 */
int ag_backend_enter(const ag_backend *backend);
void ag_backend_leave(int previous);

#endif
