/* Features that nobody extracted: random works, and photos that show parts of them. */
#ifndef AG_TESTS_SYNTHETIC_H
#define AG_TESTS_SYNTHETIC_H

#include "features/feature_set.h"

#include <stddef.h>
#include <stdint.h>

/* count works of up to `features` features each (the first has that many), the same for the same
 * seed. Owned: synthetic_destroy. */
ag_feature_set *synthetic_works(size_t count, uint32_t features, uint64_t seed);
void synthetic_destroy(ag_feature_set *works, size_t count);

/* A photo of a work: `matching` of its features, with that many of 256 bits flipped, and outliers
 * up to `features` in all. One of synthetic_destroy(…, 1). */
ag_feature_set *synthetic_photo(const ag_feature_set *work, uint32_t matching, uint32_t features,
                                uint64_t seed);

#endif
