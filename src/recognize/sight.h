/* Local features at work on a photo: its features, candidates by their words, proof by geometry.
 * Inside src/recognize and its tests only. Any thread; a photo: one at a time. */
#ifndef AG_RECOGNIZE_SIGHT_H
#define AG_RECOGNIZE_SIGHT_H

#include "base/status.h"
#include "features/gallery.h"
#include "features/verify.h"
#include "image/image.h"

#include <stddef.h>

typedef struct ag_sight ag_sight;

/* A photo's features, kept until it is read again. Zero-initialised has none. */
typedef struct ag_sight_photo {
    ag_feature_set set; /* of what is below */
    ag_keypoint *keypoints;
    ag_descriptor *descriptors;
    uint8_t *grey;
} ag_sight_photo;

void ag_sight_photo_fini(ag_sight_photo *photo);

/* Sight for as many threads at once; borrows the gallery. *out is owned. AG_ENOMEM. */
AG_MUST_USE ag_status ag_sight_create(ag_sight **out, const ag_gallery *gallery, size_t threads,
                                      ag_err *err);
void ag_sight_destroy(ag_sight *sight);

/* Shorter side in pixels that a photo should keep when it is decoded for this. */
extern const uint32_t AG_SIGHT_ENOUGH_PX;

/* Find a photo's features. AG_ENOMEM. */
AG_MUST_USE ag_status ag_sight_read(ag_sight *sight, ag_sight_photo *out, const ag_image *image,
                                    ag_err *err);

/* Compare a photo with a work of the gallery. AG_ENOMEM. */
AG_MUST_USE ag_status ag_sight_verify(ag_sight *sight, ag_verification *out,
                                      const ag_sight_photo *photo, size_t work, ag_err *err);

#endif
