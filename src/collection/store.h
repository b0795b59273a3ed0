/* Writing a collection's files. One thread at a time for each folder. */
#ifndef AG_COLLECTION_STORE_H
#define AG_COLLECTION_STORE_H

#include "base/status.h"
#include "clip/clip.h"
#include "collection/build.h"
#include "collection/manifest.h"
#include "collection/plan.h"
#include "features/gallery.h"

/* What is to be written: entries[i] has vectors[i × D] and features[i]. All borrowed. */
typedef struct ag_store_content {
    const ag_plan *plan;          /* for the table and the root */
    const ag_plan_entry *entries; /* those whose images could be read */
    const float *vectors;         /* count × D, unit length; NULL without an encoder */
    const ag_feature_set *features;
    size_t count;
    const ag_clip_info *encoder; /* NULL: there is to be no index */
    const char *weights_sha256;  /* hex; "" without an encoder */
} ag_store_content;

/* Could `count` vectors (dimension 0: none) be written as the options say? Asked before they are
 * computed, which takes hours in a large museum; writes nothing. AG_EINVAL (index kind), AG_EIO
 * (the output folder). */
AG_MUST_USE ag_status ag_store_check(const ag_build_options *options, uint32_t dimension,
                                     size_t count, ag_err *err);

/* Write faiss.index, features.bin, metadata.parquet and collection.json into options->output so
 * that it always holds a whole collection, the old or the new (see collection/manifest.h).
 * AG_EINVAL (index kind), AG_EIO, AG_ENOMEM. */
AG_MUST_USE ag_status ag_store_write(const ag_store_content *content,
                                     const ag_build_options *options, ag_err *err);

/* Finish what an earlier build into the folder left between its renames. AG_EIO. */
AG_MUST_USE ag_status ag_store_finish(const char *folder, ag_err *err);

/* Local features that a collection gets later. All borrowed. */
typedef struct ag_store_features {
    const char *folder;          /* of metadata.parquet */
    const ag_manifest *manifest; /* its collection.json as it is; NULL: it has none */
    const ag_feature_set *features;
    size_t count; /* rows of the collection */
    ag_gallery_options options;
} ag_store_features;

/* Write features.bin, and say in collection.json, where there is one, that it is there; the
 * collection gets another version. Only after ag_store_finish, and what was read since. AG_EIO,
 * AG_ENOMEM. */
AG_MUST_USE ag_status ag_store_add_features(const ag_store_features *what, ag_err *err);

#endif
