/* The local features of a collection: features.bin, read in place, and candidates for a photo from
 * its inverted file of binary words. Immutable once open; any thread may read it. */
#ifndef AG_FEATURES_GALLERY_H
#define AG_FEATURES_GALLERY_H

#include "base/status.h"
#include "features/feature_set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct ag_gallery ag_gallery;

/* A work that has words in common with a photo. */
typedef struct ag_gallery_hit {
    size_t work; /* row of the collection; SIZE_MAX: there are not that many */
    float score; /* higher is better; 0 where work is SIZE_MAX */
} ag_gallery_hit;

/* Map the file and check all of it that is followed later: header, checksums, every offset and
 * number. extractor_name: ag_extractor_name(). AG_ENOTFOUND, AG_EFORMAT (damaged),
 * AG_EUNSUPPORTED (a newer format, or features of another extractor: the message says to run
 * `artguide collection add-features`). *out is owned: ag_gallery_close. */
AG_MUST_USE ag_status ag_gallery_open(ag_gallery **out, const char *path,
                                      const char *extractor_name, ag_err *err);
void ag_gallery_close(ag_gallery *gallery);

/* As ag_gallery_open, from bytes in memory: aligned to AG_MEMORY_ALIGNMENT, borrowed until
 * ag_gallery_close. */
AG_MUST_USE ag_status ag_gallery_parse(ag_gallery **out, const void *bytes, size_t length,
                                       const char *extractor_name, ag_err *err);

/* What a gallery holds. */
typedef struct ag_gallery_facts {
    size_t works;          /* as many as the collection has rows */
    size_t works_featured; /* that have features */
    size_t features;       /* of all works */
    size_t words;          /* of the vocabulary */
    size_t bytes;          /* of the file */
} ag_gallery_facts;

void ag_gallery_facts_of(const ag_gallery *gallery, ag_gallery_facts *out);

/* Works in the gallery: as many as the collection has rows. */
size_t ag_gallery_count(const ag_gallery *gallery);

/* A work's features (count 0: it has none), borrowed until ag_gallery_close. work < count. */
void ag_gallery_features(const ag_gallery *gallery, ag_feature_set *out, size_t work);

/* The k works most alike in words, best first. allowed: ag_gallery_count flags of the works that
 * may be found; NULL: all. AG_ENOMEM. */
AG_MUST_USE ag_status ag_gallery_search(const ag_gallery *gallery, ag_gallery_hit *hits, size_t k,
                                        const ag_feature_set *photo, const bool *allowed,
                                        ag_err *err);

typedef struct ag_gallery_options {
    const char *extractor_name; /* ag_extractor_name() */
    unsigned threads;           /* 0: one per core */
    FILE *progress_stream;      /* where the bar is drawn if it is a terminal; NULL: nowhere */
} ag_gallery_options;

/* Train a vocabulary on the works' descriptors, and write everything to path, in place (see
 * ag_file_commit). The same works give the same bytes. One writer at a time for each path. AG_EIO,
 * AG_ENOMEM. */
AG_MUST_USE ag_status ag_gallery_write(const char *path, const ag_feature_set *works, size_t count,
                                       const ag_gallery_options *options, ag_err *err);

#endif
