/* Two pictures' grey copies laid over each other. Inside src/features and its tests only. Any
 * thread. */
#ifndef AG_FEATURES_CORRELATE_H
#define AG_FEATURES_CORRELATE_H

#include "features/feature_set.h"
#include "features/homography.h"

/* How alike the grey copies are where h lays the reference over the photo: the mean over a grid of
 * cells of the correlation inside each, -1…1. 0 where too little of it is in the photo. */
double ag_correlate(const ag_feature_set *photo, const ag_feature_set *reference,
                    const ag_homography *h);

#endif
