/* Writing a collection's three files. One thread at a time for each folder. */
#ifndef AG_COLLECTION_STORE_H
#define AG_COLLECTION_STORE_H

#include "base/status.h"
#include "clip/clip.h"
#include "collection/build.h"
#include "collection/plan.h"

/* What is to be written: entries[i] has vectors[i × D]. All borrowed. */
typedef struct ag_store_content {
    const ag_plan *plan;          /* for the table and the root */
    const ag_plan_entry *entries; /* those that have vectors */
    const float *vectors;         /* count × D, unit length */
    size_t count;
    const ag_clip_info *encoder;
    const char *weights_sha256; /* hex */
} ag_store_content;

/* Could `count` vectors be written as the options say? Asked before they are computed, which takes
 * hours in a large museum; writes nothing. AG_EINVAL (index kind), AG_EIO (the output folder). */
AG_MUST_USE ag_status ag_store_check(const ag_build_options *options, uint32_t dimension,
                                     size_t count, ag_err *err);

/* Write faiss.index, metadata.parquet and collection.json into options->output so that it always
 * holds a whole collection, the old or the new (see collection/manifest.h). AG_EINVAL (index kind),
 * AG_EIO, AG_ENOMEM. */
AG_MUST_USE ag_status ag_store_write(const ag_store_content *content,
                                     const ag_build_options *options, ag_err *err);

#endif
