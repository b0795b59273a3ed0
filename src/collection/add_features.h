/* Local features for a collection that is there already. One thread at a time for each folder. */
#ifndef AG_COLLECTION_ADD_FEATURES_H
#define AG_COLLECTION_ADD_FEATURES_H

#include "base/status.h"
#include "collection/build.h"
#include "collection/collection.h"

#include <stdio.h>

typedef struct ag_add_features_options {
    ag_collection_paths paths; /* of the collection, of ours or of other software */
    const char *images;        /* folder of its images; NULL: the one that it was built from, or its
                                  own */
    unsigned threads;          /* image decoders; 0: one per core */
    FILE *progress_stream;     /* where bars are drawn if it is a terminal; NULL: nowhere */
} ag_add_features_options;

/* Find each row's image (see collection/row_images.h) and its features, and write features.bin
 * beside the table, atomically, whatever was there before. Images that are missing or cannot be
 * read are reported, and their rows have no features; if that is all of them, AG_EINVAL, and
 * nothing is written. Also what ag_collection_open gives for the table and collection.json. *out is
 * owned: ag_build_report_fini. */
AG_MUST_USE ag_status ag_collection_add_features(ag_build_report *out,
                                                 const ag_add_features_options *options,
                                                 ag_err *err);

#endif
