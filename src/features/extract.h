/* Finding a picture's local features. One thread at a time for each ag_extractor. */
#ifndef AG_FEATURES_EXTRACT_H
#define AG_FEATURES_EXTRACT_H

#include "base/status.h"
#include "features/feature_set.h"
#include "image/image.h"

#include <stddef.h>

typedef struct ag_extractor ag_extractor;

typedef struct ag_extractor_options {
    uint32_t side_px;    /* longer side of the finest level of the pyramid */
    uint32_t max_points; /* features a picture gets at most */
} ag_extractor_options;

/* For reference pictures of a collection, and for visitors' photos. */
extern const ag_extractor_options AG_EXTRACTOR_REFERENCE;
extern const ag_extractor_options AG_EXTRACTOR_PHOTO;

/* A reusable extractor, with memory for pictures of any size. *out is owned. AG_ENOMEM. */
AG_MUST_USE ag_status ag_extractor_create(ag_extractor **out, const ag_extractor_options *options,
                                          ag_err *err);
void ag_extractor_destroy(ag_extractor *extractor);

/* The features of an upright picture. *out is borrowed from the extractor until its next use. A
 * picture without a single corner gives count 0 and AG_OK. AG_ENOMEM. */
AG_MUST_USE ag_status ag_extractor_run(ag_extractor *extractor, ag_feature_set *out,
                                       const ag_image *image, ag_err *err);

/* A name that changes whenever the same picture would give other features: collections keep it, so
 * that features of different kinds are never compared. */
const char *ag_extractor_name(void);

#endif
