/* The files of one collection, wherever they are. One thread at a time.
 *
 * Inside src/collection and its tests only. */
#ifndef AG_COLLECTION_FILE_SET_H
#define AG_COLLECTION_FILE_SET_H

#include "base/status.h"
#include "collection/collection.h"
#include "collection/manifest.h"

#include <stdbool.h>

/* Paths are owned; NULL: the collection has no such file. */
typedef struct ag_file_set {
    char *index, *features, *metadata;
    ag_manifest manifest;
    bool has_manifest;
    /* collection.json names features that are not there, or others: all else belongs together. */
    bool lacks_features;
} ag_file_set;

/* Find the files that belong together, in their places or, after a build that was interrupted,
 * beside them (see collection/manifest.h). Paths of one's own win, and say that what they name
 * belongs together; features.bin is then the one beside the metadata. AG_EFORMAT, AG_EUNSUPPORTED.
 * *out is owned: ag_file_set_fini. */
AG_MUST_USE ag_status ag_file_set_find(ag_file_set *out, const ag_collection_paths *paths,
                                       ag_err *err);
void ag_file_set_fini(ag_file_set *set);

#endif
