/* Finding the images of a collection's rows again. One thread at a time.
 *
 * Inside src/collection, src/evaluate and their tests only. */
#ifndef AG_COLLECTION_ROW_IMAGES_H
#define AG_COLLECTION_ROW_IMAGES_H

#include "base/status.h"
#include "collection/build.h"
#include "collection/catalogue.h"

#include <stddef.h>

typedef struct ag_row_images {
    char **files; /* one a row; NULL: not found, and reported. Owned */
    size_t count; /* rows */
    size_t found;
} ag_row_images;

/* Look below a folder for what each row's image_path says, else, as a build does, for the image
 * whose path ends most like it or like the row's filename. AG_ENOMEM. *out is owned:
 * ag_row_images_fini. */
AG_MUST_USE ag_status ag_row_images_find(ag_row_images *out, const ag_catalogue *catalogue,
                                         const char *folder, ag_build_report *report, ag_err *err);
void ag_row_images_fini(ag_row_images *images);

#endif
