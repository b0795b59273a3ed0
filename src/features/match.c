#include "features/match.h"

#include <stdlib.h>

/* Unrelated patches differ in about 128 bits, seldom in fewer than this. */
#define MAX_DISTANCE 88

/* Lowe's (2004) test: the best must be this much better than the next best. */
static const float MAX_RATIO = 0.90F;

/* Features nearer than this to the best one are the same corner on other levels, no rivals of it;
 * in units of AG_FEATURE_SPAN. */
#define SAME_PLACE (AG_FEATURE_SPAN / 50)

static size_t find_lowest(const uint16_t *values, size_t count)
{
    uint16_t lowest = UINT16_MAX;
    for (size_t i = 0; i < count; i++)
        lowest = values[i] < lowest ? values[i] : lowest;
    size_t at = 0;
    while (at + 1 < count && values[at] != lowest)
        at++;
    return at;
}

static uint16_t lowest_elsewhere(const uint16_t *distances, const ag_feature_set *reference,
                                 size_t best)
{
    const int x = reference->keypoints[best].x, y = reference->keypoints[best].y;
    uint16_t lowest = AG_HAMMING_MAX;
    for (size_t i = 0; i < reference->count; i++) {
        const ag_keypoint *other = &reference->keypoints[i];
        if (distances[i] < lowest &&
            (abs(other->x - x) > SAME_PLACE || abs(other->y - y) > SAME_PLACE))
            lowest = distances[i];
    }
    return lowest;
}

/* Best first; equals by the photo's order. */
static int compare_pairs(const void *left, const void *right)
{
    const ag_match_pair *a = left, *b = right;
    if (a->ratio != b->ratio)
        return a->ratio < b->ratio ? -1 : 1;
    return a->photo < b->photo ? -1 : a->photo > b->photo;
}

size_t ag_match_features(ag_match_pair *pairs, const ag_feature_set *photo,
                         const ag_feature_set *reference, const ag_hamming_kernel *kernel,
                         uint16_t *scratch)
{
    size_t found = 0;
    for (uint32_t i = 0; i < photo->count && reference->count > 1; i++) {
        kernel->distances(scratch, &photo->descriptors[i], reference->descriptors,
                          reference->count);
        const size_t best = find_lowest(scratch, reference->count);
        if (scratch[best] > MAX_DISTANCE)
            continue;
        const float ratio =
            (float)scratch[best] / (float)lowest_elsewhere(scratch, reference, best);
        if (ratio <= MAX_RATIO)
            pairs[found++] = (ag_match_pair){i, (uint32_t)best, scratch[best], ratio};
    }
    qsort(pairs, found, sizeof *pairs, compare_pairs);
    return found;
}
