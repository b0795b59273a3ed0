/* collection.json: which encoder made the vectors, and which files belong together.
 *
 * The files of a collection are put in place one by one, so a crash can leave a mix of two
 * builds. A build therefore finishes all of them under "<name>.new" first, and puts
 * metadata.parquet in place first and collection.json last. metadata.parquet differs in every build
 * (it carries the version), and the manifest knows its digest: whoever opens the collection sees
 * the mix, and takes the rest of the new build from the ".new" files. Features that are added later
 * change features.bin and collection.json only, in this order, and are taken up likewise.
 *
 * Format 1. A field more keeps the number; a change of meaning raises it, and readers refuse newer
 * ones. */
#ifndef AG_COLLECTION_MANIFEST_H
#define AG_COLLECTION_MANIFEST_H

#include "base/digest.h"
#include "base/status.h"
#include "collection/collection.h"

#include <stddef.h>
#include <stdint.h>

#define AG_MANIFEST_FORMAT 1

/* Names in a collection's folder. */
#define AG_MANIFEST_FILE     "collection.json"
#define AG_MANIFEST_INDEX    "faiss.index"
#define AG_MANIFEST_FEATURES "features.bin"
#define AG_MANIFEST_METADATA "metadata.parquet"
#define AG_MANIFEST_NEW      ".new" /* behind a name: finished, not yet in its place */

typedef struct ag_manifest {
    ag_collection_info info;
    char created[32];                          /* ISO 8601 */
    char metadata_sha256[AG_SHA256_HEX_BYTES]; /* of metadata.parquet */
    char index_sha256[AG_SHA256_HEX_BYTES]; /* of faiss.index; for people: not checked when opening
                                             */
    size_t index_bytes;                     /* size of faiss.index; 0: the collection has none */
    /* Of the first bytes of features.bin, which have checksums of all others in them. */
    char features_seal[AG_SHA256_HEX_BYTES];
    size_t features_bytes; /* size of features.bin; 0: the collection has none */
    char *image_root;      /* folder that image_path starts from; owned, may be NULL */
} ag_manifest;

void ag_manifest_fini(ag_manifest *manifest);

/* Read a collection.json. AG_ENOTFOUND, AG_EFORMAT, AG_EUNSUPPORTED (a newer format). */
AG_MUST_USE ag_status ag_manifest_read(ag_manifest *out, const char *path, ag_err *err);

/* Fill in what a manifest says of a features.bin. AG_ENOTFOUND, AG_EIO. */
AG_MUST_USE ag_status ag_manifest_seal_features(ag_manifest *manifest, const char *path,
                                                ag_err *err);

/* Write one, atomically. AG_EIO. */
AG_MUST_USE ag_status ag_manifest_write(const ag_manifest *manifest, const char *path, ag_err *err);

#endif
