/* Pairs of features that look alike. Inside src/features and its tests only. Any thread. */
#ifndef AG_FEATURES_MATCH_H
#define AG_FEATURES_MATCH_H

#include "features/feature_set.h"
#include "features/hamming.h"

#include <stddef.h>
#include <stdint.h>

/* One feature of a photo and the feature of a reference most like it. */
typedef struct ag_match_pair {
    uint32_t photo, reference; /* indexes of features */
    uint16_t distance;         /* bits that differ */
    float ratio; /* distance to that of the next best, at another place: low is distinctive */
} ag_match_pair;

/* Write the pairs of distinctive features, best ratio first, a photo's feature once at most;
 * returns how many. pairs: photo->count; scratch: reference->count. */
size_t ag_match_features(ag_match_pair *pairs, const ag_feature_set *photo,
                         const ag_feature_set *reference, const ag_hamming_kernel *kernel,
                         uint16_t *scratch);

#endif
