#include "collection/gather.h"

#include "base/memory.h"
#include "base/workers.h"
#include "features/extract.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Twice the side that features are looked for at. */
const uint32_t AG_GATHER_ENOUGH_PX = 1200;

struct ag_gather {
    ag_feature_set *sets; /* of each artwork; keypoints hold the memory of all that is in it */
    size_t count;
    struct {
        pthread_mutex_t mutex; /* guards the pool */
        ag_extractor *idle[AG_WORKERS_MAX + 1];
        size_t idle_count;
    } shared;
};

ag_status ag_gather_create(ag_gather **out, size_t count, ag_err *err)
{
    ag_feature_set *sets = ag_try_malloc(count + 1, sizeof *sets);

    if (!sets)
        return ag_err_set(err, AG_ENOMEM, "not enough memory for %zu artworks", count);
    memset(sets, 0, (count + 1) * sizeof *sets);
    ag_gather *gather = ag_xcalloc(1, sizeof *gather);
    gather->sets = sets;
    gather->count = count;
    pthread_mutex_init(&gather->shared.mutex, NULL);
    *out = gather;
    return AG_OK;
}

static void drop(ag_feature_set *set)
{
    free((void *)(uintptr_t)set->keypoints); /* ours, though read-only for others */
    *set = (ag_feature_set){0};
}

void ag_gather_destroy(ag_gather *gather)
{
    if (!gather)
        return;
    for (size_t i = 0; i < gather->count; i++)
        drop(&gather->sets[i]);
    for (size_t i = 0; i < gather->shared.idle_count; i++)
        ag_extractor_destroy(gather->shared.idle[i]);
    pthread_mutex_destroy(&gather->shared.mutex);
    free(gather->sets);
    free(gather);
}

/* An extractor that nobody uses, or a new one: there will be as many as threads. */
static ag_status acquire(ag_gather *gather, ag_extractor **out, ag_err *err)
{
    ag_extractor *found = NULL;

    pthread_mutex_lock(&gather->shared.mutex);
    if (gather->shared.idle_count > 0)
        found = gather->shared.idle[--gather->shared.idle_count];
    pthread_mutex_unlock(&gather->shared.mutex);
    if (!found)
        return ag_extractor_create(out, &AG_EXTRACTOR_REFERENCE, err);
    *out = found;
    return AG_OK;
}

static void release(ag_gather *gather, ag_extractor *extractor)
{
    const size_t room = sizeof gather->shared.idle / sizeof gather->shared.idle[0];

    pthread_mutex_lock(&gather->shared.mutex);
    const bool is_kept = gather->shared.idle_count < room;
    if (is_kept)
        gather->shared.idle[gather->shared.idle_count++] = extractor;
    pthread_mutex_unlock(&gather->shared.mutex);
    if (!is_kept)
        ag_extractor_destroy(extractor);
}

/* A copy in one block, which keypoints begin. */
static ag_status copy_set(ag_feature_set *out, const ag_feature_set *set, ag_err *err)
{
    const size_t points = set->count * sizeof *set->keypoints;
    const size_t descriptors = set->count * sizeof *set->descriptors;
    const size_t grey = set->grey ? (size_t)set->grey_width_px * set->grey_height_px : 0;
    uint8_t *block = ag_try_malloc(points + descriptors + grey + 1, 1);

    if (!block)
        return ag_err_set(err, AG_ENOMEM, "not enough memory for %u features", set->count);
    if (points > 0) {
        memcpy(block, set->keypoints, points);
        memcpy(block + points, set->descriptors, descriptors);
    }
    if (grey > 0)
        memcpy(block + points + descriptors, set->grey, grey);
    *out = *set;
    out->keypoints = (void *)block;
    out->descriptors = (void *)(block + points);
    out->grey = grey > 0 ? block + points + descriptors : NULL;
    return AG_OK;
}

ag_status ag_gather_add(ag_gather *gather, size_t artwork, const ag_image *image, ag_err *err)
{
    ag_extractor *extractor;
    ag_feature_set found, copy;
    ag_status status = acquire(gather, &extractor, err);

    if (status)
        return status;
    status = ag_extractor_run(extractor, &found, image, err);
    if (!status)
        status = copy_set(&copy, &found, err);
    release(gather, extractor);
    if (status)
        return status;
    drop(&gather->sets[artwork]);
    gather->sets[artwork] = copy;
    return AG_OK;
}

void ag_gather_move(ag_gather *gather, size_t to, size_t from)
{
    if (to == from)
        return;
    drop(&gather->sets[to]);
    gather->sets[to] = gather->sets[from];
    gather->sets[from] = (ag_feature_set){0};
}

const ag_feature_set *ag_gather_sets(const ag_gather *gather)
{
    return gather->sets;
}
