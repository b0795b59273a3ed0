/* Building a collection from images and tables. */
#ifndef AG_COLLECTION_BUILD_H
#define AG_COLLECTION_BUILD_H

#include "base/progress.h"
#include "base/status.h"
#include "clip/clip.h"

#include <stddef.h>
#include <stdio.h>

typedef struct ag_build_options {
    const char *source;     /* a folder of images, or a CSV, JSON or Parquet table naming them */
    const char *table;      /* the table, when source is a folder; NULL: one found in it, if any */
    const char *output;     /* folder to write */
    const char *index_kind; /* "Flat" (default), "HNSW32", "IVF64,Flat", …: FAISS's index_factory */
    unsigned threads;       /* image decoders; 0: one per core */
    FILE *progress_stream; /* where the bar is drawn if it is a terminal; NULL: nowhere */
} ag_build_options;

/* What was done. The texts are owned: ag_build_report_fini. */
typedef struct ag_build_report {
    size_t images_found;
    size_t artworks_written;  /* rows of the collection */
    size_t artworks_featured; /* of these, those that have local features */
    size_t failed;            /* images that could not be read */
    char **failures;          /* failed × "path: reason" */
    size_t duplicate_count;   /* pairs of artworks that show the same picture */
    char **duplicates;        /* duplicate_count × a sentence that names both */
} ag_build_report;

/* Find the artworks, their images' local features and, with clip, their embeddings; write
 * faiss.index, features.bin, metadata.parquet and collection.json to the output folder, each
 * atomically, collection.json last. clip and clip_folder NULL: no embeddings, and no faiss.index.
 * Unreadable images are reported, not fatal; none readable is AG_EINVAL. */
AG_MUST_USE ag_status ag_collection_build(ag_build_report *out, ag_clip *clip,
                                          const char *clip_folder, const ag_build_options *options,
                                          ag_err *err);
void ag_build_report_fini(ag_build_report *report);

#endif
