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
    unsigned threads;       /* 0: one per core */
    size_t max_batch;       /* images computed together */
    ag_image_limits limits; /* of the images it will be given */
} ag_engine_options;

/* In the caller's storage; the parts are owned by it and closed by ag_engine_fini. */
typedef struct ag_engine {
    ag_clip *clip;
    ag_collection *collection;
    ag_workers *workers;
    ag_recognizer *recognizer;
} ag_engine;

/* Open all parts; the error says which one failed and what to do. On failure *out is left zeroed.
 */
AG_MUST_USE ag_status ag_engine_open(ag_engine *out, const ag_engine_options *options, ag_err *err);
void ag_engine_fini(ag_engine *engine);

#endif
