/* A collection on disk, opened for recognition: its artworks and its vector index.
 *
 * Needs faiss.index (row i is artwork i) and metadata.parquet; reads collection.json where there is
 * one. Immutable once open; any thread may read it. */
#ifndef AG_COLLECTION_COLLECTION_H
#define AG_COLLECTION_COLLECTION_H

#include "base/digest.h"
#include "base/status.h"
#include "collection/artwork.h"
#include "collection/hit.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ag_collection ag_collection;

/* Where the files are. */
typedef struct ag_collection_paths {
    const char *folder;     /* of collection.json, and of the two below where they are NULL */
    const char *index_path; /* INDEX_PATH, or NULL */
    const char *meta_path;  /* META_PATH, or NULL */
} ag_collection_paths;

/* What collection.json says ("" and 0 in a collection made by other software). */
typedef struct ag_collection_info {
    char encoder[32];                         /* "clip-vit-b-32" */
    char fingerprint[AG_SHA256_HEX_BYTES];    /* of the encoder's weights, as ag_clip_info has it */
    char weights_sha256[AG_SHA256_HEX_BYTES]; /* of the encoder's weights file */
    char version[64];    /* changes with every build: time and a digest of the content */
    char index_kind[64]; /* "flat L2", "flat inner product", or "faiss" and the number of probes
                            etc. */
    size_t count;        /* artworks = rows of the index */
    uint32_t dimension;  /* of the index; 0: no vector index */
} ag_collection_info;

/* Open and check: the index's rows must equal the table's, a flat index must hold unit vectors, and
 * the two files must be those that collection.json names (a build that was interrupted between its
 * last three renames is taken up where it stopped: see collection/manifest.h). Where index_path or
 * meta_path is given, a collection.json of other files is ignored. AG_ENOTFOUND, AG_EFORMAT,
 * AG_EUNSUPPORTED, AG_ENOMEM. *out is owned: ag_collection_close. */
AG_MUST_USE ag_status ag_collection_open(ag_collection **out, const ag_collection_paths *paths,
                                         ag_err *err);
void ag_collection_close(ag_collection *collection);

/* Borrowed until ag_collection_close. row < count. */
const ag_collection_info *ag_collection_info_of(const ag_collection *collection);
const ag_artwork *ag_collection_artwork(const ag_collection *collection, size_t row);

/* The k best rows for each of B unit vectors of `dimension` floats: hits is B × k, best first; rows
 * that do not exist (k > count) have row SIZE_MAX and score -1. AG_EINVAL when dimension is not the
 * index's (the message says which encoder the collection wants), AG_ELIMIT for more than a million
 * hits. */
AG_MUST_USE ag_status ag_collection_search(const ag_collection *collection, ag_hit *hits,
                                           const float *vectors, size_t B, uint32_t dimension,
                                           size_t k, ag_err *err);

#endif
