#include "synthetic.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define GREY_WIDTH_PX  AG_FEATURE_GREY_PX
#define GREY_HEIGHT_PX 96

/* Of a pyramid. */
#define LEVELS 8

/* In a photo, of every matching feature: a quarter. */
#define FLIPPED_BITS 64

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state ^ *state >> 29) * UINT64_C(0x9e3779b97f4a7c15) >> 16;
}

static void fill(void *out, size_t bytes, uint64_t *state)
{
    for (size_t i = 0; i < bytes; i++)
        ((uint8_t *)out)[i] = (uint8_t)(next(state) >> 8);
}

static void make_set(ag_feature_set *out, uint32_t count, uint64_t *state)
{
    ag_keypoint *keypoints = ag_xcalloc(count + 1, sizeof *keypoints);
    ag_descriptor *descriptors = ag_xcalloc(count + 1, sizeof *descriptors);
    uint8_t *grey = ag_xcalloc(GREY_WIDTH_PX, GREY_HEIGHT_PX);
    fill(keypoints, count * sizeof *keypoints, state);
    for (uint32_t i = 0; i < count; i++)
        keypoints[i].level %= LEVELS;
    fill(descriptors, count * sizeof *descriptors, state);
    fill(grey, (size_t)GREY_WIDTH_PX * GREY_HEIGHT_PX, state);
    *out = (ag_feature_set){keypoints, descriptors, grey, count, GREY_WIDTH_PX, GREY_HEIGHT_PX};
}

ag_feature_set *synthetic_works(size_t count, uint32_t features, uint64_t seed)
{
    ag_feature_set *works = ag_xcalloc(count + 1, sizeof *works);
    for (size_t i = 0; i < count; i++) {
        uint64_t state = seed + i * 1000003;
        const uint32_t fewer = features > 1 ? (uint32_t)(next(&state) % (features / 2)) : 0;
        make_set(&works[i], i == 0 ? features : features - fewer, &state);
    }
    return works;
}

void synthetic_destroy(ag_feature_set *works, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((void *)(uintptr_t)works[i].keypoints);
        free((void *)(uintptr_t)works[i].descriptors);
        free((void *)(uintptr_t)works[i].grey);
    }
    free(works);
}

ag_feature_set *synthetic_photo(const ag_feature_set *work, uint32_t matching, uint32_t features,
                                uint64_t seed)
{
    ag_feature_set *photo = synthetic_works(1, features, seed ^ 0x5eed);
    ag_keypoint *keypoints = (ag_keypoint *)(uintptr_t)photo->keypoints;
    ag_descriptor *descriptors = (ag_descriptor *)(uintptr_t)photo->descriptors;
    uint64_t state = seed;
    for (uint32_t i = 0; i < matching; i++) {
        const uint32_t feature = (uint32_t)(next(&state) % work->count);
        keypoints[i] = work->keypoints[feature];
        descriptors[i] = work->descriptors[feature];
        for (size_t n = 0; n < FLIPPED_BITS; n++) {
            const uint64_t bit = next(&state) % 256;
            descriptors[i].bits[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
    }
    return photo;
}
