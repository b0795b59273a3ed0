/* The list of what could not be used, while a collection is built. One thread at a time. */
#ifndef AG_COLLECTION_BUILD_REPORT_H
#define AG_COLLECTION_BUILD_REPORT_H

#include "collection/build.h"

/* Add "path: reason" to the failures; aborts when memory is out. */
void ag_build_report_fail(ag_build_report *report, const char *path, const char *reason);

/* Add the sentence (taken over) to the duplicates; aborts when memory is out. */
void ag_build_report_duplicate(ag_build_report *report, char *sentence);

#endif
