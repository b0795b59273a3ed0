#include "features/match.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Unrelated patches differ in about 128 bits, seldom in fewer than this. */
#define MAX_DISTANCE 88

/* Lowe's (2004) test: the best must be this much better than the next best. */
static const float MAX_RATIO = 0.90F;

/* Features nearer than this to the best one are the same corner on other levels, no rivals of it;
 * in units of AG_FEATURE_SPAN. */
#define SAME_PLACE (AG_FEATURE_SPAN / 50)

/* Distances are looked through in blocks: most have nothing of interest. */
#define BLOCK 32

static uint16_t lowest_of(const uint16_t *values, size_t count)
{
    uint16_t lowest = UINT16_MAX;
    for (size_t i = 0; i < count; i++)
        lowest = values[i] < lowest ? values[i] : lowest;
    return lowest;
}

/* The first value below the limit from `start` on; count: there is none. */
static size_t find_below(const uint16_t *values, size_t count, size_t start, uint16_t limit)
{
    size_t i = start;
    while (i + BLOCK <= count && lowest_of(values + i, BLOCK) >= limit)
        i += BLOCK;
    while (i < count && values[i] >= limit)
        i++;
    return i;
}

static bool is_elsewhere(const ag_keypoint *a, const ag_keypoint *b)
{
    return abs(a->x - b->x) > SAME_PLACE || abs(a->y - b->y) > SAME_PLACE;
}

/* The lowest distance of features at another place than `best`; 0 when it makes that one no match.
 */
static uint16_t next_best(const uint16_t *distances, const ag_feature_set *reference, size_t best)
{
    const uint16_t too_near = (uint16_t)ceilf((float)distances[best] / MAX_RATIO);
    const ag_keypoint *keypoint = &reference->keypoints[best];
    uint16_t lowest = AG_HAMMING_MAX;
    for (size_t i = 0;; i++) {
        i = find_below(distances, reference->count, i, lowest);
        if (i == reference->count)
            return lowest;
        if (!is_elsewhere(&reference->keypoints[i], keypoint))
            continue;
        lowest = distances[i];
        if (lowest < too_near)
            return 0;
    }
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
        const uint16_t lowest = lowest_of(scratch, reference->count);
        if (lowest > MAX_DISTANCE)
            continue;
        const size_t best = find_below(scratch, reference->count, 0, lowest + 1);
        const uint16_t next = next_best(scratch, reference, best);
        if (next > 0)
            pairs[found++] =
                (ag_match_pair){i, (uint32_t)best, lowest, (float)lowest / (float)next};
    }
    qsort(pairs, found, sizeof *pairs, compare_pairs);
    return found;
}
