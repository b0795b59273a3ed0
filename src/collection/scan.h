/* Finding the images in a folder. One thread at a time. */
#ifndef AG_COLLECTION_SCAN_H
#define AG_COLLECTION_SCAN_H

#include "base/status.h"
#include "collection/build.h"

#include <stddef.h>

/* Folders inside folders that are looked into. */
#define AG_SCAN_MAX_DEPTH 8

/* Images below a folder. */
typedef struct ag_scan {
    char **paths; /* count of them, relative to the folder, in byte order; owned */
    size_t count;
} ag_scan;

/* List the images below folder: what its first bytes say is one, or its name claims to be. Hidden
 * files and links to folders are passed over; folders that cannot be read, and images whose names
 * are not UTF-8 and cannot stand in a table, go to the report.
 * AG_ENOTFOUND, AG_EIO for the folder itself, AG_ENOMEM. *out is owned: ag_scan_fini. */
AG_MUST_USE ag_status ag_scan_images(ag_scan *out, const char *folder, ag_build_report *report,
                                     ag_err *err);
void ag_scan_fini(ag_scan *scan);

#endif
