/* Three witnesses, each for what the others miss. The first pairs that look alike and agree on a
 * view (consensus.c) may agree by chance, since they were chosen for agreeing. Features found again
 * where that view puts them (guide.c) were not, but textures are full of look-alikes. The
 * correlation of the grey copies (correlate.c) sees the whole picture, and little detail. */
#include "features/verify.h"

#include "base/memory.h"
#include "features/consensus.h"
#include "features/correlate.h"
#include "features/guide.h"
#include "features/hamming.h"
#include "features/match.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct ag_verifier {
    const ag_hamming_kernel *hamming;
    ag_guide *guide;
    size_t photo_room, reference_room; /* features there is room for */
    ag_match_pair *pairs;              /* photo_room */
    ag_consensus_point *points;        /* photo_room */
    ag_point_pair *scratch;            /* photo_room */
    uint16_t *distances;               /* reference_room */
};

ag_verifier *ag_verifier_create(void)
{
    ag_verifier *verifier = ag_xcalloc(1, sizeof *verifier);
    verifier->hamming = ag_hamming_best();
    verifier->guide = ag_guide_create();
    return verifier;
}

static void free_room(ag_verifier *verifier)
{
    free(verifier->pairs);
    free(verifier->points);
    free(verifier->scratch);
    free(verifier->distances);
}

void ag_verifier_destroy(ag_verifier *verifier)
{
    if (!verifier)
        return;
    free_room(verifier);
    ag_guide_destroy(verifier->guide);
    free(verifier);
}

static ag_status make_room(ag_verifier *verifier, size_t photo, size_t reference, ag_err *err)
{
    if (photo <= verifier->photo_room && reference <= verifier->reference_room)
        return AG_OK;
    free_room(verifier);
    verifier->pairs = ag_try_malloc(photo, sizeof *verifier->pairs);
    verifier->points = ag_try_malloc(photo, sizeof *verifier->points);
    verifier->scratch = ag_try_malloc(photo, sizeof *verifier->scratch);
    verifier->distances = ag_try_malloc(reference, sizeof *verifier->distances);
    const bool is_there =
        verifier->pairs && verifier->points && verifier->scratch && verifier->distances;
    verifier->photo_room = is_there ? photo : 0;
    verifier->reference_room = is_there ? reference : 0;
    return is_there ? AG_OK
                    : ag_err_set(err, AG_ENOMEM, "not enough memory to compare %zu features",
                                 photo + reference);
}

/* Radii of guided matching, in units of the photo, from the first transform to the last. */
static const double RADII[] = {0.020, 0.010, 0.008};
#define ROUNDS (sizeof RADII / sizeof *RADII)

/* A picture's size in units of its longer side: from its grey copy, which has its shape. */
static void size_of(double size[2], const ag_feature_set *set)
{
    const double longer =
        set->grey_width_px > set->grey_height_px ? set->grey_width_px : set->grey_height_px;
    size[0] = set->grey_width_px / longer;
    size[1] = set->grey_height_px / longer;
}

/* The transform that the pairs that look alike agree on; how many do. */
static size_t find_first(ag_verifier *verifier, ag_verification *out, ag_homography *h,
                         const ag_feature_set *photo, const ag_feature_set *reference)
{
    out->matches = ag_match_features(verifier->pairs, photo, reference, verifier->hamming,
                                     verifier->distances);
    for (size_t i = 0; i < out->matches; i++)
        verifier->points[i] =
            ag_consensus_point_of(&photo->keypoints[verifier->pairs[i].photo],
                                  &reference->keypoints[verifier->pairs[i].reference]);
    return ag_consensus_find(h, verifier->points, out->matches, verifier->scratch);
}

static bool fit_points(ag_homography *h, const ag_verifier *verifier, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const ag_consensus_point *point = &verifier->points[i];
        ag_point_pair *pair = &verifier->scratch[i];
        *pair = (ag_point_pair){{point->from[0], point->from[1]}, {point->to[0], point->to[1]}, 1};
    }
    return ag_homography_fit(h, verifier->scratch, count);
}

/* A logistic regression on 432 simulated photos of 24 paintings, each compared with all 24: the
 * logarithm of the odds that the view is right, moved so that nothing at all is 0. */
static double score_of(size_t agreeing, const ag_verification *v)
{
    const double odds = -25.6 + 3.23 * log1p((double)agreeing) + 3.91 * log1p((double)v->inliers) +
                        10.6 * v->correlation;
    return fmax(0, odds + AG_VERIFY_EVEN);
}

ag_status ag_verifier_run(ag_verifier *verifier, ag_verification *out, const ag_feature_set *photo,
                          const ag_feature_set *reference, ag_err *err)
{
    *out = (ag_verification){0};
    if (photo->count == 0 || reference->count == 0 || !photo->grey || !reference->grey)
        return AG_OK;
    ag_status status = make_room(verifier, photo->count, reference->count, err);
    if (status)
        return status;
    ag_homography h;
    size_t agreeing = find_first(verifier, out, &h, photo, reference);
    if (agreeing < AG_CONSENSUS_MIN)
        return AG_OK;
    ag_guide_result result;
    double size[2];
    size_of(size, reference);
    for (size_t i = 0; i < ROUNDS; i++) {
        if (!ag_homography_is_plausible(out->corners, &h, size[0], size[1]))
            return AG_OK;
        status = ag_guide_match(verifier->guide, &result, verifier->points, photo, reference, &h,
                                RADII[i], err);
        if (status)
            return status;
        if (i + 1 < ROUNDS && !fit_points(&h, verifier, result.matches))
            return AG_OK;
    }
    out->inliers = result.places;
    out->correlation = ag_correlate(photo, reference, &h);
    out->score = score_of(agreeing, out);
    double photo_size[2];
    size_of(photo_size, photo);
    for (size_t i = 0; i < 4; i++)
        for (size_t axis = 0; axis < 2; axis++)
            out->corners[i][axis] /= photo_size[axis];
    return AG_OK;
}
