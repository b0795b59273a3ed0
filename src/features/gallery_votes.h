/* Voting for the works of a gallery: how alike a photo and each work are in words. Immutable once
 * made; any thread may read it. */
#ifndef AG_FEATURES_GALLERY_VOTES_H
#define AG_FEATURES_GALLERY_VOTES_H

#include "base/status.h"
#include "features/gallery.h"
#include "features/gallery_file.h"
#include "features/hamming.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ag_gallery_votes {
    const ag_gallery_view *view;       /* borrowed, for as long as this is used */
    float *rarities;                   /* of each word; owned */
    float weights[AG_HAMMING_MAX + 1]; /* of a vote, by distance */
    uint32_t longest;                  /* list that is looked through */
    size_t works_featured;             /* works that have features */
} ag_gallery_votes;

/* AG_ENOMEM. */
AG_MUST_USE ag_status ag_gallery_votes_init(ag_gallery_votes *out, const ag_gallery_view *view,
                                            ag_err *err);
void ag_gallery_votes_fini(ag_gallery_votes *votes);

/* See ag_gallery_search. */
AG_MUST_USE ag_status ag_gallery_votes_search(const ag_gallery_votes *votes, ag_gallery_hit *hits,
                                              size_t k, const ag_feature_set *photo,
                                              const bool *allowed, ag_err *err);

#endif
