/* Finding the image that a table's row means among those of a folder. One thread at a time. */
#ifndef AG_COLLECTION_MATCH_H
#define AG_COLLECTION_MATCH_H

#include "base/status.h"
#include "collection/scan.h"

#include <stddef.h>

typedef struct ag_matcher ag_matcher;

/* An index of the images by name; borrows scan until ag_matcher_destroy. AG_ENOMEM. */
AG_MUST_USE ag_status ag_matcher_create(ag_matcher **out, const ag_scan *scan, ag_err *err);
void ag_matcher_destroy(ag_matcher *matcher);

/* The image that `name` (a file name or any path to it) means: the one whose path ends most alike,
 * where capitals, accents' spelling and separators do not count. A folder named by both must agree.
 * AG_ENOTFOUND; AG_EINVAL when several fit equally well. */
AG_MUST_USE ag_status ag_matcher_find(size_t *out, const ag_matcher *matcher, const char *name,
                                      ag_err *err);

#endif
