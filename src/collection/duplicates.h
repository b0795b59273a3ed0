/* Works of a collection that show the same picture. One thread at a time.
 *
 * Inside src/collection and its tests only. */
#ifndef AG_COLLECTION_DUPLICATES_H
#define AG_COLLECTION_DUPLICATES_H

#include "base/status.h"
#include "collection/build.h"
#include "features/gallery.h"

#include <stddef.h>
#include <stdio.h>

typedef struct ag_duplicate {
    size_t first, second; /* works of the gallery, first < second */
} ag_duplicate;

typedef struct ag_duplicates {
    ag_duplicate *pairs; /* count of them, in order; owned */
    size_t count;
} ag_duplicates;

/* Look every work up in the gallery, and compare it with those that come out near the top; alike
 * are two whose geometry agrees and whose outlines do, too: a detail of a larger work is a picture
 * of its own. progress_stream: where the bar is drawn if it is a terminal; NULL: nowhere.
 * AG_ENOMEM, AG_EIO (threads). *out is owned: ag_duplicates_fini. */
AG_MUST_USE ag_status ag_duplicates_find(ag_duplicates *out, const ag_gallery *gallery,
                                         unsigned threads, FILE *progress_stream, ag_err *err);
void ag_duplicates_fini(ag_duplicates *duplicates);

/* Find those of a collection that was just written, and put a sentence for each pair into the
 * report. Also what opening the folder's metadata.parquet and features.bin gives. */
AG_MUST_USE ag_status ag_duplicates_report(ag_build_report *report, const char *folder,
                                           unsigned threads, FILE *progress_stream, ag_err *err);

#endif
