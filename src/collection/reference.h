/* Reading reference images, which are larger than visitors' photos. Any thread.
 *
 * Inside src/collection only, but for its limits. */
#ifndef AG_COLLECTION_REFERENCE_H
#define AG_COLLECTION_REFERENCE_H

#include "base/status.h"
#include "image/image.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* Of curators' scans. */
extern const ag_image_limits AG_REFERENCE_LIMITS;

/* What is done with the image of artwork i, which is gone afterwards. Any thread. */
typedef ag_status ag_reference_fn(void *context, size_t i, const ag_image *image, ag_err *err);

/* In the caller's storage: ag_references_init, ag_references_fini. */
typedef struct ag_references {
    ag_reference_fn *look;
    void *context;         /* of look */
    uint32_t enough_px;    /* see ag_image_limits */
    pthread_mutex_t large; /* held while a large image is in memory */
} ag_references;

void ag_references_init(ag_references *references, ag_reference_fn *look, void *context,
                        uint32_t enough_px);
void ag_references_fini(ag_references *references);

/* Read and decode a file, and have it looked at as artwork i. *info is what its header says, with
 * the sides as they are upright. What the image module gives, and AG_ELIMIT, AG_ENOTFOUND, AG_EIO.
 */
AG_MUST_USE ag_status ag_references_read(ag_references *references, ag_image_info *info,
                                         const char *file, size_t i, ag_err *err);

#endif
