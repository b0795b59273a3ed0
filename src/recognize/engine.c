#include "recognize/engine.h"

#include <string.h>

/* Sides of a crop that the shorter side of a photo keeps at least when it is decoded. */
static const uint32_t DECODED_SIDES = 6;

ag_status ag_engine_open(ag_engine *out, const ag_engine_options *options, ag_err *err)
{
    ag_engine engine = {0};
    memset(out, 0, sizeof *out);
    unsigned threads = (unsigned)ag_workers_count(options->threads);
    const ag_clip_options clip_options = {options->precision, threads, options->max_batch};

    ag_status status = ag_clip_open(&engine.clip, options->model_folder, &clip_options, err);
    if (status != AG_OK)
        goto fail;
    status = ag_collection_open(&engine.collection, &options->collection, err);
    if (status != AG_OK)
        goto fail;
    /* The thread that asks decodes too, so one worker less keeps every core busy once. */
    status = ag_workers_create(&engine.workers, "decode", threads > 1 ? threads - 1 : 1,
                               options->max_batch, err);
    if (status != AG_OK)
        goto fail;
    /* Large photos may be decoded at a fraction of their size that still hides behind the crop's
     * antialiasing: less than 3 of 255 levels differ, and most of the decoding is saved. */
    ag_image_limits limits = options->limits;
    limits.enough_px = DECODED_SIDES * ag_clip_info_of(engine.clip)->image_side_px;
    const ag_recognizer_parts parts = {
        .clip = engine.clip,
        .collection = engine.collection,
        .workers = engine.workers,
        .limits = limits,
        .max_batch = options->max_batch,
    };
    status = ag_recognizer_create(&engine.recognizer, &parts, err);
    if (status != AG_OK)
        goto fail;
    *out = engine;
    return AG_OK;

fail:
    ag_engine_fini(&engine);
    return status;
}

void ag_engine_fini(ag_engine *engine)
{
    ag_recognizer_destroy(engine->recognizer);
    ag_workers_destroy(engine->workers);
    ag_collection_close(engine->collection);
    ag_clip_close(engine->clip);
    memset(engine, 0, sizeof *engine);
}
