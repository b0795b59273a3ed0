/* Hamming distances between binary descriptors, by the best instructions of this CPU. Any thread.
 */
#ifndef AG_FEATURES_HAMMING_H
#define AG_FEATURES_HAMMING_H

#include "features/feature_set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits in which two descriptors can differ at most. */
#define AG_HAMMING_MAX (AG_DESCRIPTOR_BYTES * 8)

/* out[i] = number of bits in which a and b[i] differ, for i < count. */
typedef void ag_hamming_fn(uint16_t *out, const ag_descriptor *a, const ag_descriptor *b,
                           size_t count);

typedef struct ag_hamming_kernel {
    const char *name;           /* "avx512", "popcnt", "portable" */
    bool (*is_supported)(void); /* on this machine */
    ag_hamming_fn *distances;
} ag_hamming_kernel;

/* Fastest first; the last is the portable one. NULL behind it. */
extern const ag_hamming_kernel *const AG_HAMMING_KERNELS[];

/* The fastest one that this machine supports; look it up once, not for every call. */
const ag_hamming_kernel *ag_hamming_best(void);

#endif
