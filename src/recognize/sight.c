#include "recognize/sight.h"

#include "base/memory.h"
#include "features/extract.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Three quarters of the longer side that features are looked for on: phones' photos are 4:3. */
const uint32_t AG_SIGHT_ENOUGH_PX = 534;

/* What one thread works with. */
typedef struct eye {
    ag_extractor *extractor;
    ag_verifier *verifier;
} eye;

struct ag_sight {
    const ag_gallery *gallery;
    eye *eyes; /* count */
    size_t count;
    struct {
        pthread_mutex_t mutex; /* guards what is below */
        pthread_cond_t returned;
        eye **idle; /* a stack */
        size_t idle_count;
    } shared;
};

void ag_sight_photo_fini(ag_sight_photo *photo)
{
    free(photo->keypoints);
    free(photo->descriptors);
    free(photo->grey);
    *photo = (ag_sight_photo){0};
}

static ag_status open_eyes(ag_sight *sight, ag_err *err)
{
    for (size_t i = 0; i < sight->count; i++) {
        eye *next = &sight->eyes[i];
        ag_status status = ag_extractor_create(&next->extractor, &AG_EXTRACTOR_PHOTO, err);
        if (status)
            return status;
        next->verifier = ag_verifier_create();
        sight->shared.idle[sight->shared.idle_count++] = next;
    }
    return AG_OK;
}

ag_status ag_sight_create(ag_sight **out, const ag_gallery *gallery, size_t threads, ag_err *err)
{
    ag_sight *sight = ag_xcalloc(1, sizeof *sight);
    sight->gallery = gallery;
    sight->count = threads;
    sight->eyes = ag_xcalloc(threads, sizeof *sight->eyes);
    sight->shared.idle = ag_xcalloc(threads, sizeof(eye *));
    pthread_mutex_init(&sight->shared.mutex, NULL);
    pthread_cond_init(&sight->shared.returned, NULL);
    ag_status status = open_eyes(sight, err);
    if (status) {
        ag_sight_destroy(sight);
        return status;
    }
    *out = sight;
    return AG_OK;
}

void ag_sight_destroy(ag_sight *sight)
{
    if (!sight)
        return;
    for (size_t i = 0; i < sight->count; i++) {
        ag_extractor_destroy(sight->eyes[i].extractor);
        ag_verifier_destroy(sight->eyes[i].verifier);
    }
    pthread_mutex_destroy(&sight->shared.mutex);
    pthread_cond_destroy(&sight->shared.returned);
    free(sight->shared.idle);
    free(sight->eyes);
    free(sight);
}

static eye *take(ag_sight *sight)
{
    pthread_mutex_lock(&sight->shared.mutex);
    while (sight->shared.idle_count == 0)
        pthread_cond_wait(&sight->shared.returned, &sight->shared.mutex);
    eye *taken = sight->shared.idle[--sight->shared.idle_count];
    pthread_mutex_unlock(&sight->shared.mutex);
    return taken;
}

static void give_back(ag_sight *sight, eye *taken)
{
    pthread_mutex_lock(&sight->shared.mutex);
    sight->shared.idle[sight->shared.idle_count++] = taken;
    pthread_cond_signal(&sight->shared.returned);
    pthread_mutex_unlock(&sight->shared.mutex);
}

/* Room for the most features that a photo can have. */
static ag_status make_room(ag_sight_photo *photo, ag_err *err)
{
    const size_t count = AG_EXTRACTOR_PHOTO.max_points;
    if (photo->keypoints)
        return AG_OK;
    photo->keypoints = ag_try_malloc(count, sizeof *photo->keypoints);
    photo->descriptors = ag_try_malloc(count, sizeof *photo->descriptors);
    photo->grey = ag_try_malloc(AG_FEATURE_GREY_PX, AG_FEATURE_GREY_PX);
    if (photo->keypoints && photo->descriptors && photo->grey)
        return AG_OK;
    ag_sight_photo_fini(photo);
    return ag_err_set(err, AG_ENOMEM, "not enough memory for a photo's features");
}

static void keep(ag_sight_photo *photo, const ag_feature_set *set)
{
    memcpy(photo->keypoints, set->keypoints, set->count * sizeof *set->keypoints);
    memcpy(photo->descriptors, set->descriptors, set->count * sizeof *set->descriptors);
    photo->set = *set;
    photo->set.keypoints = photo->keypoints;
    photo->set.descriptors = photo->descriptors;
    if (set->grey) {
        memcpy(photo->grey, set->grey, (size_t)set->grey_width_px * set->grey_height_px);
        photo->set.grey = photo->grey;
    }
}

ag_status ag_sight_read(ag_sight *sight, ag_sight_photo *out, const ag_image *image, ag_err *err)
{
    ag_feature_set set;
    ag_status status = make_room(out, err);
    if (status)
        return status;
    eye *taken = take(sight);
    status = ag_extractor_run(taken->extractor, &set, image, err);
    if (!status)
        keep(out, &set);
    give_back(sight, taken);
    return status;
}

ag_status ag_sight_verify(ag_sight *sight, ag_verification *out, const ag_sight_photo *photo,
                          size_t work, ag_err *err)
{
    ag_feature_set reference;
    ag_gallery_features(sight->gallery, &reference, work);
    eye *taken = take(sight);
    ag_status status = ag_verifier_run(taken->verifier, out, &photo->set, &reference, err);
    give_back(sight, taken);
    return status;
}
