#include "recognize/engine.h"

#include "base/memory.h"
#include "recognize/sight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sides of a crop that the shorter side of a photo keeps at least when it is decoded. */
static const uint32_t DECODED_SIDES = 6;

/* The model that the collection's vectors are of, unless it is not there and can be done without.
 */
static ag_status open_clip(ag_engine *engine, const ag_engine_options *options, size_t threads,
                           ag_err *err)
{
    const ag_clip_options clip_options = {options->precision, (unsigned)threads,
                                          options->max_batch};
    if (ag_collection_info_of(engine->collection)->dimension == 0)
        return AG_OK;
    ag_status status = ag_clip_open(&engine->clip, options->model_folder, &clip_options, err);
    if (status != AG_ENOTFOUND || !ag_collection_gallery(engine->collection))
        return status;
    ag_err_set(&engine->notice, AG_ENOTFOUND,
               "no CLIP model in %s: photos are recognised by local features alone, which know "
               "pictures but not sculpture",
               options->model_folder);
    return AG_OK;
}

static void set_name(ag_engine *engine)
{
    const char *clip = engine->clip ? ag_clip_info_of(engine->clip)->name : "";
    const bool has_features = ag_collection_gallery(engine->collection) != NULL;
    snprintf(engine->name, sizeof engine->name, "%s%s%s", clip, *clip && has_features ? "+" : "",
             has_features ? "local-features" : "");
}

/* The collection's own calibration, or the default. */
static void read_calibration(ag_engine *engine, ag_calibration *out, const char *folder)
{
    char *path = ag_xasprintf("%s/" AG_CALIBRATION_FILE, folder ? folder : ".");
    const char *version = ag_collection_info_of(engine->collection)->version;
    ag_err err;
    ag_status status = ag_calibration_read(out, path, version, &err);
    free(path);
    if (status == AG_OK)
        return;
    *out = AG_CALIBRATION_DEFAULT;
    if (status != AG_ENOTFOUND && engine->notice.status == AG_OK)
        engine->notice = err;
}

/* Large photos may be decoded at a fraction of their size that still hides behind the crop's
 * antialiasing (less than 3 of 255 levels differ), and most of the decoding is saved. */
static uint32_t enough_px(const ag_engine *engine)
{
    return engine->clip ? DECODED_SIDES * ag_clip_info_of(engine->clip)->image_side_px
                        : AG_SIGHT_ENOUGH_PX;
}

static ag_status open_parts(ag_engine *engine, const ag_engine_options *options, ag_err *err)
{
    const size_t threads = ag_workers_count(options->threads);
    ag_status status = ag_collection_open(&engine->collection, &options->collection, err);
    if (!status)
        status = open_clip(engine, options, threads, err);
    /* The thread that asks works too, so one worker less keeps every core busy once. */
    const size_t workers = threads > 1 ? threads - 1 : 1;
    if (!status)
        status = ag_workers_create(&engine->workers, "look", workers, options->max_batch, err);
    if (status)
        return status;
    set_name(engine);
    ag_recognizer_parts parts = {
        .clip = engine->clip,
        .collection = engine->collection,
        .workers = engine->workers,
        .threads = workers + 1,
        .limits = options->limits,
        .max_batch = options->max_batch,
    };
    parts.limits.enough_px = enough_px(engine);
    if (options->calibration)
        parts.calibration = *options->calibration;
    else
        read_calibration(engine, &parts.calibration, options->collection.folder);
    return ag_recognizer_create(&engine->recognizer, &parts, err);
}

ag_status ag_engine_open(ag_engine *out, const ag_engine_options *options, ag_err *err)
{
    ag_engine engine = {0};
    memset(out, 0, sizeof *out);
    ag_status status = open_parts(&engine, options, err);
    if (status) {
        ag_engine_fini(&engine);
        return status;
    }
    *out = engine;
    return AG_OK;
}

void ag_engine_fini(ag_engine *engine)
{
    ag_recognizer_destroy(engine->recognizer);
    ag_workers_destroy(engine->workers);
    ag_collection_close(engine->collection);
    ag_clip_close(engine->clip);
    memset(engine, 0, sizeof *engine);
}
