/* The transform that most pairs of features agree on. Inside src/features and its tests only. One
 * thread at a time for each scratch. */
#ifndef AG_FEATURES_CONSENSUS_H
#define AG_FEATURES_CONSENSUS_H

#include "features/feature_set.h"
#include "features/homography.h"

#include <stddef.h>
#include <stdint.h>

/* Positions are in units of the picture's longer side from here on. */
#define AG_UNIT(span) ((double)(span) / AG_FEATURE_SPAN)

/* A pair's geometry: where, and how the patch is turned and scaled from reference to photo. */
typedef struct ag_consensus_point {
    double from[2], to[2];
    uint8_t turn; /* 256ths */
    int8_t rungs; /* of the pyramid's ladder, a factor of AG_PYRAMID_STEP each */
} ag_consensus_point;

/* The geometry of a pair of features. */
ag_consensus_point ag_consensus_point_of(const ag_keypoint *photo, const ag_keypoint *reference);

/* Find the homography from reference to photo that the points agree on, best points first.
 * pairs: scratch of count. Returns how many points it explains; *out is valid when that is at least
 * AG_CONSENSUS_MIN. */
size_t ag_consensus_find(ag_homography *out, const ag_consensus_point *points, size_t count,
                         ag_point_pair *pairs);

/* The most points that agree with one of them on a similarity transform; some of them are tried. */
size_t ag_consensus_support(const ag_consensus_point *points, size_t count);

/* Fewer points agree on a homography by chance too easily. */
#define AG_CONSENSUS_MIN 5

#endif
