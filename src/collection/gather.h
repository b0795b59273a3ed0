/* Local features of many images, found side by side, kept by artwork until they are written.
 *
 * Inside src/collection and its tests only. */
#ifndef AG_COLLECTION_GATHER_H
#define AG_COLLECTION_GATHER_H

#include "base/status.h"
#include "features/feature_set.h"
#include "image/image.h"

#include <stddef.h>

typedef struct ag_gather ag_gather;

/* Shorter side in pixels that an image should keep when it is decoded for this. */
extern const uint32_t AG_GATHER_ENOUGH_PX;

/* Room for count artworks without features. *out is owned. AG_ENOMEM. */
AG_MUST_USE ag_status ag_gather_create(ag_gather **out, size_t count, ag_err *err);
void ag_gather_destroy(ag_gather *gather);

/* Find an image's features and keep them as those of an artwork. Any thread, one an artwork at a
 * time. AG_ENOMEM. */
AG_MUST_USE ag_status ag_gather_add(ag_gather *gather, size_t artwork, const ag_image *image,
                                    ag_err *err);

/* Features of one artwork become another's; it has none afterwards. */
void ag_gather_move(ag_gather *gather, size_t to, size_t from);

/* The features of all artworks, as ag_gallery_write wants them. Borrowed. */
const ag_feature_set *ag_gather_sets(const ag_gather *gather);

#endif
