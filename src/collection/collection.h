/* A collection on disk, opened for recognition: its artworks, its vector index and its local
 * features.
 *
 * Needs metadata.parquet, and faiss.index (row i is artwork i) or features.bin or both; reads
 * collection.json where there is one. Immutable once open; any thread may read it. */
#ifndef AG_COLLECTION_COLLECTION_H
#define AG_COLLECTION_COLLECTION_H

#include "base/digest.h"
#include "base/status.h"
#include "collection/artwork.h"
#include "collection/hit.h"
#include "features/gallery.h"

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

/* Open and check: the index's rows must equal the table's, a flat index must hold unit vectors,
 * features must be of as many works and of this program's kind, and the files must be those that
 * collection.json names (a build that was interrupted between its last renames is taken up where it
 * stopped: see collection/manifest.h). Where index_path or meta_path is given, a collection.json of
 * other files is ignored, and features.bin is looked for beside the table. AG_ENOTFOUND,
 * AG_EFORMAT, AG_EUNSUPPORTED, AG_ENOMEM. *out is owned: ag_collection_close. */
AG_MUST_USE ag_status ag_collection_open(ag_collection **out, const ag_collection_paths *paths,
                                         ag_err *err);
void ag_collection_close(ag_collection *collection);

/* Borrowed until ag_collection_close. row < count. */
const ag_collection_info *ag_collection_info_of(const ag_collection *collection);
const ag_artwork *ag_collection_artwork(const ag_collection *collection, size_t row);

/* The local features, row i those of artwork i; NULL: the collection has none. Borrowed until
 * ag_collection_close. */
const ag_gallery *ag_collection_gallery(const ag_collection *collection);

/* The table of its artworks, and the folder below which it says that their images are. Borrowed
 * until ag_collection_close. */
struct ag_catalogue;
const struct ag_catalogue *ag_collection_catalogue(const ag_collection *collection);
const char *ag_collection_image_root(const ag_collection *collection);

/* Where a row's image should be: its image_path below `folder`, or where that is NULL, below the
 * folder that the collection was built from, or the collection's own if that is not known. Nothing
 * says that there is such a file. row < count. Owned: free(). */
char *ag_collection_image_file(const ag_collection *collection, size_t row, const char *folder);

/* The k best rows for each of B unit vectors of `dimension` floats: hits is B × k, best first; rows
 * that do not exist (k > count) have row SIZE_MAX and score -1. AG_EINVAL when there is no
 * index, or dimension is not its (the message says which encoder the collection wants), AG_ELIMIT
 * for more than a million hits. */
AG_MUST_USE ag_status ag_collection_search(const ag_collection *collection, ag_hit *hits,
                                           const float *vectors, size_t B, uint32_t dimension,
                                           size_t k, ag_err *err);

#endif
