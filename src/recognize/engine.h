/* Everything recognition needs, opened together from folders: encoder, collection, workers,
 * recogniser. */
#ifndef AG_RECOGNIZE_ENGINE_H
#define AG_RECOGNIZE_ENGINE_H

#include "recognize/recognize.h"

/* Where things are and how to use them. All borrowed during ag_engine_open only. */
typedef struct ag_engine_options {
    const char *model_folder;
    ag_collection_paths collection;
    ag_precision precision;
    unsigned threads;                  /* 0: one per core */
    size_t max_batch;                  /* images computed together */
    ag_image_limits limits;            /* of the images it will be given */
    const ag_calibration *calibration; /* NULL: the collection's own, or else the default */
} ag_engine_options;

/* In the caller's storage; the parts are owned by it and closed by ag_engine_fini. */
typedef struct ag_engine {
    ag_clip *clip; /* NULL: local features alone, since the collection or the machine has no more */
    ag_collection *collection;
    ag_workers *workers;
    ag_recognizer *recognizer;
    char name[48]; /* "clip-vit-b-32", "local-features" or "clip-vit-b-32+local-features" */
    ag_err notice; /* not AG_OK: why it is less than it could be */
} ag_engine;

/* Open all parts; the error says which one failed and what to do. A model that is not there is no
 * error for a collection with local features: engine->notice says so. On failure *out is left
 * zeroed.
 */
AG_MUST_USE ag_status ag_engine_open(ag_engine *out, const ag_engine_options *options, ag_err *err);
void ag_engine_fini(ag_engine *engine);

#endif
