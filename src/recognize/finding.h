/* What was found for one photo: candidates from both ways to know a work, and the verdict on them.
 * Inside src/recognize and its tests only. Any thread; a finding: one at a time. */
#ifndef AG_RECOGNIZE_FINDING_H
#define AG_RECOGNIZE_FINDING_H

#include "features/verify.h"
#include "recognize/calibration.h"

#include <stdbool.h>
#include <stddef.h>

#define AG_FINDING_MAX 64

/* The score from which a view is proven. None of 384 photos of works left out of their collection
 * reached it, whether that had 24 works or 10,000 (docs/performance.md). */
#define AG_FINDING_CONFIRMED (AG_VERIFY_EVEN + 0.3)

/* A score that leaves no doubt: nothing else needs to be looked at. */
#define AG_FINDING_CERTAIN (AG_VERIFY_EVEN + 6.0)

/* The confidence from which a work without proof is likely. */
#define AG_FINDING_LIKELY 0.5

/* A work that the photo might show. */
typedef struct ag_found {
    size_t row;
    double similarity; /* cosine; NAN: not known */
    float words;       /* ag_gallery_hit.score; 0: none in common, or not known */
    bool is_preferred; /* hangs where the visitor is */
    bool is_verified;  /* geometry has been looked at; else it is all 0 */
    ag_verification geometry;
} ag_found;

/* Zero-initialised is empty. */
typedef struct ag_finding {
    size_t count;
    ag_found works[AG_FINDING_MAX];
} ag_finding;

/* The candidate for a row, added if it is new; NULL when there is no room for more. */
ag_found *ag_finding_add(ag_finding *finding, size_t row);

/* Is a work found beyond doubt? */
bool ag_finding_is_certain(const ag_finding *finding);

/* Put the works in order, best first: what is confirmed, then what is likely; of these what is
 * preferred; then by confidence, similarity, geometry and words. */
void ag_finding_rank(ag_finding *finding, const ag_calibration *calibration);

/* Is its geometry proof? */
bool ag_found_is_confirmed(const ag_found *found);

/* The confidence that it is what the photo shows; by geometry alone where that is proof. */
double ag_found_confidence(const ag_found *found, const ag_calibration *calibration);

#endif
