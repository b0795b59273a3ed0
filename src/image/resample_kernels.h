/* The two passes of resampling, written once in plain C and once per instruction set; all give the
 * same bytes. Inside src/image and its tests only. Any thread. */
#ifndef AG_IMAGE_RESAMPLE_KERNELS_H
#define AG_IMAGE_RESAMPLE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fixed point of the weights, as Pillow has it for 8-bit pictures. */
#define AG_RESAMPLE_WEIGHT_BITS 22

/* Taps come in groups of this many; behind an output's last tap weights are zero. */
#define AG_RESAMPLE_GROUP 4

/* The inputs that one output depends on. */
typedef struct ag_resample_span {
    uint32_t first;  /* index of the first input */
    uint32_t length; /* how many, at least 1 */
} ag_resample_span;

/* How the outputs along one axis are made from the inputs. */
typedef struct ag_resample_axis {
    size_t outputs;          /* how many are computed */
    size_t stride;           /* weights per output, a multiple of AG_RESAMPLE_GROUP */
    ag_resample_span *spans; /* outputs of them */
    int32_t *weights;        /* outputs × stride, fixed point */
    /* The same weights for instructions that multiply pairs of 16-bit numbers: w = high·2¹⁵ + low.
     * Per group of taps 0…3 four words: high 0 and 1, high 2 and 3, low 0 and 1, low 2 and 3. */
    int32_t *pairs; /* outputs × stride */
} ag_resample_axis;

/* Rows of RGB pixels. */
typedef struct ag_resample_rows {
    uint8_t *data; /* borrowed */
    size_t stride; /* bytes from row to row */
    size_t width;  /* bytes of a row that count */
} ag_resample_rows;

typedef struct ag_resample_kernel {
    const char *name;           /* "portable", "avx2", … */
    bool (*is_supported)(void); /* on this machine */
    size_t block_rows;          /* rows that one call of `horizontal` does */
    size_t overread_bytes;      /* that `horizontal` may read behind the last row's last pixel */
    size_t overwrite_bytes;     /* that `horizontal` may write behind each row's last pixel */

    /* Rows y … y + block_rows - 1 of out from those of in. */
    void (*horizontal)(const ag_resample_rows *out, const ag_resample_rows *in,
                       const ag_resample_axis *axis, size_t y);

    /* Row y of out from the rows of in that span y tells. */
    void (*vertical)(const ag_resample_rows *out, const ag_resample_rows *in,
                     const ag_resample_axis *axis, size_t y);
} ag_resample_kernel;

/* Fastest first; the last is the portable one. NULL behind it. */
extern const ag_resample_kernel *const AG_RESAMPLE_KERNELS[];

#endif
