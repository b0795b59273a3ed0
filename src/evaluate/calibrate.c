#include "evaluate/calibrate.h"

#include "base/memory.h"
#include "evaluate/ask.h"
#include "evaluate/photos.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Enough for every pixel that features are looked for in, and quicker made than a phone's photo. */
/* Photos of one work at most, of all levels. */
#define PHOTOS_OF_A_WORK 24

static const uint32_t DEFAULT_SIDE_PX = 1000;

/* Photos asked a second time, without their own work: right and wrong answers should both be many.
 */
static const double HOLD_OUT = 0.5;

/* Keeps these photos apart from those that an evaluation with the same seed makes. */
static const uint64_t SEED = 0x63616c6962726174u;

/* Answers with one kind of evidence. */
typedef struct samples {
    ag_calibration_sample *at; /* owned */
    size_t count, capacity;
} samples;

typedef struct gathering {
    samples geometry, similarity;
    size_t photos, failed;
    char reason[AG_ERR_MESSAGE_BYTES]; /* of the first that failed */
} gathering;

static void add_sample(samples *list, double evidence, bool is_right)
{
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity > 0 ? 2 * list->capacity : 256;
        ag_calibration_sample *at = ag_try_realloc(list->at, capacity, sizeof *at);
        if (at == NULL)
            ag_memory_abort();
        list->at = at;
        list->capacity = capacity;
    }
    list->at[list->count++] = (ag_calibration_sample){evidence, is_right};
}

static void answered(void *context, const ag_trial *trial, const ag_answer *answer, bool was_asked)
{
    gathering *g = context;
    const ag_candidate *best = &answer->candidates[0];
    g->photos += !trial->is_held_out;
    if (!was_asked || answer->candidate_count == 0)
        return;
    const bool is_right = ag_trial_is_right(trial, answer);
    add_sample(&g->geometry, best->score, is_right);
    if (answer->match != AG_MATCH_CONFIRMED && isfinite(best->similarity))
        add_sample(&g->similarity, best->similarity, is_right);
}

static void failed(void *context, const char *photo, const char *reason)
{
    gathering *g = context;
    if (g->failed++ == 0)
        snprintf(g->reason, sizeof g->reason, "%s: %s", photo, reason);
}

/* Few works need fewer photos: more of the same say little more. */
static size_t photos_for(const ag_collection *collection)
{
    const size_t enough = PHOTOS_OF_A_WORK * ag_collection_info_of(collection)->count;
    return enough < AG_CALIBRATE_PHOTOS ? enough : AG_CALIBRATE_PHOTOS;
}

static ag_status gather(gathering *out, const ag_engine *engine,
                        const ag_calibrate_options *options, ag_err *err)
{
    const ag_simulation simulation = {
        .images_folder = options->images_folder,
        .photos = options->photos > 0 ? options->photos : photos_for(engine->collection),
        .levels = {true, true, true},
        .side_px = options->side_px > 0 ? options->side_px : DEFAULT_SIDE_PX,
        .seed = options->seed ^ SEED,
    };
    const ag_ask_options ask = {
        .batch = options->engine.max_batch,
        .hold_out = HOLD_OUT,
        .limits = options->engine.limits,
        .progress_stream = options->progress_stream,
        .label = "calibrating",
    };
    const ag_ask_listener listener = {out, answered, failed};
    ag_photo_source *source;
    ag_status status = ag_photos_simulate(&source, engine->collection, &simulation, err);
    if (status != AG_OK)
        return status;
    status = ag_ask(engine, source, &ask, &listener, err);
    ag_photo_source_destroy(source);
    if (status == AG_OK && out->photos == 0)
        status =
            ag_err_set(err, AG_ENOTFOUND, "no work's image can be photographed: %s", out->reason);
    return status;
}

/* Fit a curve, starting from what it is, which it stays where answers are too few. Was it fitted?
 */
static bool fit(ag_calibration_curve *curve, const samples *from)
{
    const ag_calibration_curve prior = *curve;
    return ag_calibration_fit(curve, &prior, from->at, from->count, NULL) == AG_OK;
}

static ag_status write(const ag_calibrate_report *report, const char *folder, ag_err *err)
{
    char *path = ag_xasprintf("%s/" AG_CALIBRATION_FILE, folder);
    const ag_status status = ag_calibration_write(&report->calibration, path, err);
    free(path);
    return status;
}

ag_status ag_calibrate_collection(ag_calibrate_report *out, const ag_calibrate_options *options,
                                  ag_err *err)
{
    gathering g = {0};
    ag_calibrate_report report = {.calibration = AG_CALIBRATION_DEFAULT};
    ag_engine engine;
    /* An older calibration may decide which work is named first: this one must not depend on it. */
    ag_engine_options engine_options = options->engine;
    engine_options.calibration = &AG_CALIBRATION_DEFAULT;
    ag_status status = ag_engine_open(&engine, &engine_options, err);
    if (status != AG_OK)
        return status;
    status = gather(&g, &engine, options, err);
    if (status == AG_OK) {
        report.photos = g.photos;
        report.failed = g.failed;
        report.has_geometry = fit(&report.calibration.geometry, &g.geometry);
        report.has_similarity = fit(&report.calibration.similarity, &g.similarity);
        report.calibration.photos = g.photos;
        snprintf(report.calibration.version, sizeof report.calibration.version, "%s",
                 ag_collection_info_of(engine.collection)->version);
        if (report.has_geometry || report.has_similarity)
            status = write(&report, options->engine.collection.folder, err);
    }
    free(g.geometry.at);
    free(g.similarity.at);
    ag_engine_fini(&engine);
    if (status == AG_OK)
        *out = report;
    return status;
}
