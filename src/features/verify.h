/* Is this the same picture? Geometry decides: features that agree in their patterns must also agree
 * in where they are. One thread at a time for each ag_verifier. */
#ifndef AG_FEATURES_VERIFY_H
#define AG_FEATURES_VERIFY_H

#include "base/status.h"
#include "features/feature_set.h"

#include <stddef.h>

typedef struct ag_verifier ag_verifier;

/* The score at which it is as likely that the photo shows the reference as that it does not. */
#define AG_VERIFY_EVEN 10.0

/* What comparing a photo with one reference gave. */
typedef struct ag_verification {
    /* How sure it is that the photo shows the reference: 0 is nothing in common; grows without
     * bound. Comparable between works and photos. */
    double score;
    size_t matches;     /* features that look alike */
    size_t inliers;     /* places of the reference found again where one homography puts them */
    double correlation; /* of the grey copies, brought over each other; -1…1 */
    /* The reference's top left, top right, bottom right, bottom left in the photo, in units of the
     * photo's width and height (0…1 is inside). Meaningless where inliers is 0. */
    double corners[4][2];
} ag_verification;

/* Owned: ag_verifier_destroy. Aborts when memory is out. */
ag_verifier *ag_verifier_create(void);
void ag_verifier_destroy(ag_verifier *verifier);

/* Compare a photo with a reference. The same two give the same answer always. Sets without features
 * or a grey copy have nothing in common with any. AG_ENOMEM. */
AG_MUST_USE ag_status ag_verifier_run(ag_verifier *verifier, ag_verification *out,
                                      const ag_feature_set *photo, const ag_feature_set *reference,
                                      ag_err *err);

#endif
