#include "collection/build.h"

#include "base/memory.h"
#include "base/workers.h"
#include "collection/build_report.h"
#include "collection/duplicates.h"
#include "collection/gather.h"
#include "collection/plan.h"
#include "collection/reference.h"
#include "collection/store.h"
#include "image/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Images that are decoded side by side, then encoded together. */
#define GROUP 32

/* What happened to one image of a group. */
typedef struct outcome {
    ag_status status;
    ag_err err;
    ag_image_info info;
} outcome;

/* A build under way. */
typedef struct build {
    ag_clip *clip;               /* NULL: local features alone */
    const ag_clip_info *encoder; /* NULL likewise */
    ag_gather *gather;           /* of the local features of each entry */
    ag_plan plan;
    ag_workers *workers;
    ag_progress *progress; /* NULL: not shown */
    uint8_t *crops;        /* GROUP × S × S × 3; NULL without a model, as vectors are */
    outcome outcomes[GROUP];
    size_t group_first; /* entry that the group starts with */
    float *vectors;     /* plan.count × D, filled for the first `written` */
    size_t written;     /* entries that are fine: moved to the front of plan.entries */
    ag_references references;
} build;

static size_t crop_bytes(const build *state)
{
    return state->encoder
               ? (size_t)state->encoder->image_side_px * state->encoder->image_side_px * 3
               : 0;
}

/* Look at entry i of the group: its features, and with a model its crop. */
static ag_status look(void *context, size_t i, const ag_image *image, ag_err *err)
{
    build *state = context;
    ag_status status = ag_gather_add(state->gather, state->group_first + i, image, err);

    if (!status && state->encoder)
        status = ag_resample_clip_crop(state->crops + i * crop_bytes(state), image,
                                       state->encoder->image_side_px, err);
    return status;
}

/* A job: image i of the group. */
static void decode_job(void *context, size_t i)
{
    build *state = context;
    outcome *out = &state->outcomes[i];
    const char *file = state->plan.entries[state->group_first + i].file;

    *out = (outcome){0};
    out->status = ag_references_read(&state->references, &out->info, file, i, &out->err);
    if (state->progress)
        ag_progress_add(state->progress, 1);
}

static bool is_unit(const float *vector, size_t D)
{
    double squared = 0;

    for (size_t d = 0; d < D; d++)
        squared += (double)vector[d] * (double)vector[d];
    return fabs(squared - 1.0) < 1e-3;
}

/* Entry `from` is fine: it is the next one that is written. */
static void keep(build *state, size_t from)
{
    state->plan.entries[state->written] = state->plan.entries[from];
    ag_gather_move(state->gather, state->written, from);
    state->written++;
}

/* Encode the group's `good` crops, which stand at the front with their entries, and keep what is
 * usable. */
static ag_status encode_group(build *state, size_t good, ag_build_report *report, ag_err *err)
{
    const size_t D = state->encoder->dimension, first = state->written;
    float *vectors = state->vectors + first * D;
    ag_status status = ag_clip_encode(state->clip, vectors, state->crops, good, err);

    if (status)
        return status;
    ag_clip_normalise(vectors, good, D);
    for (size_t i = 0; i < good; i++) {
        if (!is_unit(vectors + i * D, D)) {
            ag_build_report_fail(report, state->plan.entries[first + i].file,
                                 "the model gives no usable vector for it");
            continue;
        }
        memmove(state->vectors + state->written * D, vectors + i * D, D * sizeof(float));
        keep(state, first + i);
    }
    return AG_OK;
}

/* Decode and encode `count` entries from group_first on. */
static ag_status run_group(build *state, size_t count, ag_build_report *report, ag_err *err)
{
    const size_t bytes = crop_bytes(state), first = state->written;
    size_t good = 0;

    ag_workers_for_each(state->workers, decode_job, state, count);
    for (size_t i = 0; i < count; i++) {
        const size_t at = state->group_first + i;
        const outcome *result = &state->outcomes[i];
        if (result->status) {
            ag_build_report_fail(report, state->plan.entries[at].file, result->err.message);
            continue;
        }
        state->plan.entries[at].width_px = result->info.width_px;
        state->plan.entries[at].height_px = result->info.height_px;
        if (bytes > 0)
            memmove(state->crops + good * bytes, state->crops + i * bytes, bytes);
        keep(state, at);
        good++;
    }
    if (good == 0 || !state->encoder)
        return AG_OK;
    state->written = first; /* what has a vector, too, is kept once more */
    return encode_group(state, good, report, err);
}

static ag_status run_groups(build *state, ag_build_report *report, ag_err *err)
{
    const size_t count = state->plan.count;

    for (size_t first = 0; first < count; first += GROUP) {
        const size_t left = count - first;
        state->group_first = first;
        ag_status status = run_group(state, left < GROUP ? left : GROUP, report, err);
        if (status)
            return status;
    }
    if (state->written == 0)
        return ag_err_set(err, AG_EINVAL, "no usable image in %s%s%s", state->plan.root,
                          report->failed ? ": " : "", report->failed ? report->failures[0] : "");
    return AG_OK;
}

static ag_status prepare(build *state, const ag_build_options *options, ag_err *err)
{
    const size_t count = state->plan.count;
    ag_status status = ag_gather_create(&state->gather, count, err);

    if (status)
        return status;
    if (state->encoder) {
        state->crops = ag_try_malloc(GROUP, crop_bytes(state));
        state->vectors = ag_try_malloc(count * state->encoder->dimension, sizeof(float));
        if (!state->crops || !state->vectors)
            return ag_err_set(err, AG_ENOMEM, "not enough memory for %zu images", count);
    }
    if (options->progress_stream)
        state->progress = ag_progress_create(options->progress_stream, "building", "images", count);
    return ag_workers_create(&state->workers, "decode", ag_workers_count(options->threads), GROUP,
                             err);
}

static ag_status write_collection(build *state, const char *clip_folder,
                                  const ag_build_options *options, ag_err *err)
{
    char weights_sha256[AG_SHA256_HEX_BYTES] = "";
    ag_status status = AG_OK;

    ag_progress_destroy(state->progress); /* before the vocabulary draws its own */
    state->progress = NULL;
    if (state->encoder)
        status = ag_clip_weights_sha256(weights_sha256, clip_folder, err);
    if (status)
        return status;
    const ag_store_content content = {
        .plan = &state->plan,
        .entries = state->plan.entries,
        .vectors = state->vectors,
        .features = ag_gather_sets(state->gather),
        .count = state->written,
        .encoder = state->encoder,
        .weights_sha256 = weights_sha256,
    };
    return ag_store_write(&content, options, err);
}

static size_t count_featured(const build *state)
{
    size_t count = 0;

    for (size_t i = 0; i < state->written; i++)
        count += ag_gather_sets(state->gather)[i].count > 0;
    return count;
}

static void build_fini(build *state)
{
    ag_progress_destroy(state->progress);
    ag_workers_destroy(state->workers);
    ag_plan_fini(&state->plan);
    ag_gather_destroy(state->gather);
    ag_references_fini(&state->references);
    free(state->crops);
    free(state->vectors);
}

ag_status ag_collection_build(ag_build_report *out, ag_clip *clip, const char *clip_folder,
                              const ag_build_options *options, ag_err *err)
{
    build state = {.clip = clip, .encoder = clip ? ag_clip_info_of(clip) : NULL};
    ag_build_report report = {0};

    /* The model gets every pixel, so that its vectors are what others compute. */
    ag_references_init(&state.references, look, &state, clip ? 0 : AG_GATHER_ENOUGH_PX);
    ag_status status = ag_plan_make(&state.plan, options, &report, err);
    if (!status && state.plan.count > 0)
        status = ag_store_check(options, state.encoder ? state.encoder->dimension : 0,
                                state.plan.count, err);
    if (!status)
        status = prepare(&state, options, err);
    if (!status)
        status = run_groups(&state, &report, err);
    if (!status)
        status = write_collection(&state, clip_folder, options, err);
    if (!status) {
        report.artworks_written = state.written;
        report.artworks_featured = count_featured(&state);
        status = ag_duplicates_report(&report, options->output, options->threads,
                                      options->progress_stream, err);
    }
    build_fini(&state);
    if (status) {
        ag_build_report_fini(&report);
        return status;
    }
    *out = report;
    return AG_OK;
}
