/* Matching again once it is known where everything should be: a feature of the reference is
 * compared only with those of the photo near its place, turned and scaled as the view says. What
 * agrees now was not chosen for agreeing, which makes it evidence. Inside src/features and its
 * tests only. One thread at a time for each ag_guide. */
#ifndef AG_FEATURES_GUIDE_H
#define AG_FEATURES_GUIDE_H

#include "base/status.h"
#include "features/consensus.h"
#include "features/feature_set.h"
#include "features/homography.h"

#include <stddef.h>

typedef struct ag_guide ag_guide;

/* *out is owned; aborts when memory is out. */
ag_guide *ag_guide_create(void);
void ag_guide_destroy(ag_guide *guide);

typedef struct ag_guide_result {
    size_t matches; /* pairs of features, none of either picture's in two */
    size_t places;  /* of the reference that these are at: corners are often on several levels */
} ag_guide_result;

/* Look for every feature of the reference at most radius (units of the photo) from where h puts it.
 * points: room for photo->count; out->matches of them are written. AG_ENOMEM. */
AG_MUST_USE ag_status ag_guide_match(ag_guide *guide, ag_guide_result *out,
                                     ag_consensus_point *points, const ag_feature_set *photo,
                                     const ag_feature_set *reference, const ag_homography *h,
                                     double radius, ag_err *err);

#endif
