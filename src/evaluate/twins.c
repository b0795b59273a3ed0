#include "evaluate/twins.h"

#include "base/memory.h"
#include "features/verify.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Copies of 24 paintings, cut by a tenth, darker and at half the size, scored 28 to 33, two
 * different ones 3.5 at most. Far above what a photo is believed with: a pair that is merely
 * confused must not be excused as twins. */
static const double TWIN_SCORE = 2 * AG_VERIFY_EVEN;

/* Works looked at: the work itself, twins, and one that is none. */
#define LOOKED_AT (AG_TRIAL_MAX_TWINS + 2)

struct ag_twin_finder {
    const ag_gallery *gallery;
    ag_verifier *verifier;
    /* The last work and its twins: photos mostly come work by work. */
    size_t work;
    size_t twins[AG_TRIAL_MAX_TWINS];
    size_t count;
};

ag_twin_finder *ag_twin_finder_create(const ag_gallery *gallery)
{
    ag_twin_finder *finder = ag_xcalloc(1, sizeof *finder);
    finder->gallery = gallery;
    finder->work = SIZE_MAX;
    finder->verifier = ag_verifier_create();
    return finder;
}

void ag_twin_finder_destroy(ag_twin_finder *finder)
{
    if (finder == NULL)
        return;
    ag_verifier_destroy(finder->verifier);
    free(finder);
}

/* Keep a work that is alike in words if it shows the same picture. */
static ag_status compare(ag_twin_finder *finder, const ag_feature_set *own, size_t other,
                         ag_err *err)
{
    ag_feature_set features;
    ag_verification verification;
    ag_gallery_features(finder->gallery, &features, other);
    const ag_status status = ag_verifier_run(finder->verifier, &verification, own, &features, err);
    if (status == AG_OK && verification.score >= TWIN_SCORE && finder->count < AG_TRIAL_MAX_TWINS)
        finder->twins[finder->count++] = other;
    return status;
}

static ag_status find(ag_twin_finder *finder, size_t work, ag_err *err)
{
    ag_gallery_hit hits[LOOKED_AT];
    ag_feature_set own;
    finder->work = SIZE_MAX;
    finder->count = 0;
    ag_gallery_features(finder->gallery, &own, work);
    ag_status status = ag_gallery_search(finder->gallery, hits, LOOKED_AT, &own, NULL, err);
    for (size_t i = 0; i < LOOKED_AT && status == AG_OK && hits[i].work != SIZE_MAX; i++)
        if (hits[i].work != work)
            status = compare(finder, &own, hits[i].work, err);
    if (status == AG_OK)
        finder->work = work;
    return status;
}

ag_status ag_twin_finder_run(ag_twin_finder *finder, ag_trial *trial, ag_err *err)
{
    if (finder->gallery == NULL || trial->work == SIZE_MAX)
        return AG_OK;
    if (finder->work != trial->work) {
        const ag_status status = find(finder, trial->work, err);
        if (status != AG_OK)
            return status;
    }
    memcpy(trial->twins, finder->twins, sizeof trial->twins);
    trial->twin_count = finder->count;
    return AG_OK;
}
