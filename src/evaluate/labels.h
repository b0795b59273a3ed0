/* Which work of a collection a label means. One thread at a time. */
#ifndef AG_EVALUATE_LABELS_H
#define AG_EVALUATE_LABELS_H

#include "base/status.h"
#include "collection/artwork.h"

#include <stddef.h>

/* What a photo's label may say; "" or NULL where it does not. All borrowed. */
typedef struct ag_label {
    const char *id;      /* the work's artwork_id */
    const char *path;    /* of its image: the whole, its end, or the bare name of the file */
    const char *artwork; /* any of these, or "Artist - Title", or a title */
    const char *artist;
    const char *title;
} ag_label;

typedef struct ag_label_index ag_label_index;

/* An index of count works by all their names; borrows them until ag_label_index_destroy.
 * AG_ENOMEM. */
AG_MUST_USE ag_status ag_label_index_create(ag_label_index **out, const ag_artwork *artworks,
                                            size_t count, ag_err *err);
void ag_label_index_destroy(ag_label_index *index);

/* The work that a label means, whatever its capitals, accents and separators: the first of its
 * fields that names just one, in the order of ag_label (artist and title together). AG_ENOTFOUND:
 * none; AG_EINVAL: several could be meant. */
AG_MUST_USE ag_status ag_label_index_find(size_t *out, const ag_label_index *index,
                                          const ag_label *label, ag_err *err);

#endif
