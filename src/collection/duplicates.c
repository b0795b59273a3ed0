#include "collection/duplicates.h"

#include "base/memory.h"
#include "base/progress.h"
#include "base/workers.h"
#include "collection/build_report.h"
#include "collection/catalogue.h"
#include "collection/manifest.h"
#include "features/extract.h"
#include "features/verify.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Works that each is compared with at most. */
#define CANDIDATES 3

/* A candidate has at least this part of the score that a work has with itself: others share a few
 * words by chance. */
#define SCORE_PART 0.08F

/* The verifier's score from which two are the same picture, rather surely. */
#define SAME (2 * AG_VERIFY_EVEN)

/* So far from its own a corner may be, in parts of the picture's side: another scan's margin. */
#define CORNER_FAR 0.12

/* Works that a thread takes at a time, with a verifier of its own. */
#define CHUNK 16

typedef struct hunt {
    const ag_gallery *gallery;
    ag_progress *progress; /* NULL: not shown */
    struct {
        pthread_mutex_t mutex; /* guards what is below */
        ag_duplicates found;
        size_t capacity;
        ag_status status; /* the first that failed */
        ag_err err;
    } shared;
} hunt;

static void note_failure(hunt *state, const ag_err *err)
{
    pthread_mutex_lock(&state->shared.mutex);
    if (state->shared.status == AG_OK) {
        state->shared.status = err->status;
        state->shared.err = *err;
    }
    pthread_mutex_unlock(&state->shared.mutex);
}

static ag_status note_pair(hunt *state, size_t a, size_t b, ag_err *err)
{
    ag_duplicates *found = &state->shared.found;
    ag_status status = AG_OK;

    pthread_mutex_lock(&state->shared.mutex);
    if (found->count == state->shared.capacity) {
        const size_t capacity = 2 * found->count + 16;
        ag_duplicate *grown = ag_try_realloc(found->pairs, capacity, sizeof *grown);
        if (grown) {
            found->pairs = grown;
            state->shared.capacity = capacity;
        } else {
            status = ag_err_set(err, AG_ENOMEM, "not enough memory for %zu pairs", capacity);
        }
    }
    if (!status)
        found->pairs[found->count++] = a < b ? (ag_duplicate){a, b} : (ag_duplicate){b, a};
    pthread_mutex_unlock(&state->shared.mutex);
    return status;
}

/* Is the one where the other is, from edge to edge? */
static bool is_same_outline(const ag_verification *view)
{
    static const double WHOLE[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};

    for (size_t i = 0; i < 4; i++)
        if (!(fabs(view->corners[i][0] - WHOLE[i][0]) < CORNER_FAR) ||
            !(fabs(view->corners[i][1] - WHOLE[i][1]) < CORNER_FAR))
            return false;
    return true;
}

static ag_status compare(hunt *state, ag_verifier *verifier, size_t work, size_t other, ag_err *err)
{
    ag_feature_set a, b;
    ag_verification view;

    ag_gallery_features(state->gallery, &a, work);
    ag_gallery_features(state->gallery, &b, other);
    ag_status status = ag_verifier_run(verifier, &view, &a, &b, err);
    if (!status && view.inliers > 0 && view.score >= SAME && is_same_outline(&view))
        status = note_pair(state, work, other, err);
    return status;
}

static ag_status look_up(hunt *state, ag_verifier *verifier, size_t work, ag_err *err)
{
    ag_gallery_hit hits[CANDIDATES + 1];
    ag_feature_set set;
    float own = 0;

    ag_gallery_features(state->gallery, &set, work);
    ag_status status =
        set.count > 0 ? ag_gallery_search(state->gallery, hits, CANDIDATES + 1, &set, NULL, err)
                      : AG_OK;
    if (status || set.count == 0)
        return status;
    for (size_t i = 0; i <= CANDIDATES; i++)
        if (hits[i].work == work)
            own = hits[i].score;
    for (size_t i = 0; i <= CANDIDATES && !status; i++)
        if (hits[i].work != SIZE_MAX && hits[i].work != work && hits[i].score >= own * SCORE_PART)
            status = compare(state, verifier, work, hits[i].work, err);
    return status;
}

/* A job: some works that follow each other. */
static void look_up_chunk(void *context, size_t chunk)
{
    hunt *state = context;
    const size_t first = chunk * CHUNK, all = ag_gallery_count(state->gallery);
    const size_t end = all - first < CHUNK ? all : first + CHUNK;
    ag_verifier *verifier = ag_verifier_create();
    ag_err err;
    ag_status status = AG_OK;

    for (size_t work = first; work < end && !status; work++)
        status = look_up(state, verifier, work, &err);
    if (status)
        note_failure(state, &err);
    ag_verifier_destroy(verifier);
    if (state->progress)
        ag_progress_add(state->progress, end - first);
}

static int by_place(const void *a, const void *b)
{
    const ag_duplicate *left = a, *right = b;

    if (left->first != right->first)
        return left->first < right->first ? -1 : 1;
    return (left->second > right->second) - (left->second < right->second);
}

/* In order, and each once: most pairs are found from both sides. */
static void sort_pairs(ag_duplicates *found)
{
    size_t kept = 0;

    if (found->count > 0)
        qsort(found->pairs, found->count, sizeof *found->pairs, by_place);
    for (size_t i = 0; i < found->count; i++)
        if (kept == 0 || by_place(&found->pairs[kept - 1], &found->pairs[i]) != 0)
            found->pairs[kept++] = found->pairs[i];
    found->count = kept;
}

ag_status ag_duplicates_find(ag_duplicates *out, const ag_gallery *gallery, unsigned threads,
                             FILE *progress_stream, ag_err *err)
{
    const size_t works = ag_gallery_count(gallery), count = ag_workers_count(threads);
    hunt state = {.gallery = gallery};
    ag_workers *workers;
    ag_status status = ag_workers_create(&workers, "compare", count, count, err);

    if (status)
        return status;
    pthread_mutex_init(&state.shared.mutex, NULL);
    if (progress_stream)
        state.progress = ag_progress_create(progress_stream, "comparing", "artworks", works);
    ag_workers_for_each(workers, look_up_chunk, &state, (works + CHUNK - 1) / CHUNK);
    ag_progress_destroy(state.progress);
    ag_workers_destroy(workers);
    pthread_mutex_destroy(&state.shared.mutex);
    if (state.shared.status) {
        if (err)
            *err = state.shared.err;
        ag_duplicates_fini(&state.shared.found);
        return state.shared.status;
    }
    sort_pairs(&state.shared.found);
    *out = state.shared.found;
    return AG_OK;
}

void ag_duplicates_fini(ag_duplicates *duplicates)
{
    free(duplicates->pairs);
    *duplicates = (ag_duplicates){0};
}

static const char *name_of(const ag_artwork *artwork)
{
    return *artwork->title ? artwork->title : artwork->id;
}

static void put_sentences(ag_build_report *report, const ag_duplicates *found,
                          const ag_catalogue *catalogue)
{
    for (size_t i = 0; i < found->count; i++) {
        const ag_duplicate pair = found->pairs[i];
        ag_build_report_duplicate(
            report, ag_xasprintf("%s (row %zu) and %s (row %zu) look like the same picture",
                                 name_of(&catalogue->artworks[pair.first]), pair.first + 1,
                                 name_of(&catalogue->artworks[pair.second]), pair.second + 1));
    }
}

ag_status ag_duplicates_report(ag_build_report *report, const char *folder, unsigned threads,
                               FILE *progress_stream, ag_err *err)
{
    char *metadata = ag_xasprintf("%s/" AG_MANIFEST_METADATA, folder);
    char *features = ag_xasprintf("%s/" AG_MANIFEST_FEATURES, folder);
    ag_catalogue catalogue = {0};
    ag_gallery *gallery = NULL;
    ag_duplicates found = {0};
    ag_status status = ag_catalogue_load(&catalogue, metadata, err);

    if (!status)
        status = ag_gallery_open(&gallery, features, ag_extractor_name(), err);
    if (!status && ag_gallery_count(gallery) == catalogue.count) {
        status = ag_duplicates_find(&found, gallery, threads, progress_stream, err);
        if (!status)
            put_sentences(report, &found, &catalogue);
    }
    ag_duplicates_fini(&found);
    ag_gallery_close(gallery);
    ag_catalogue_fini(&catalogue);
    free(metadata);
    free(features);
    return status;
}
