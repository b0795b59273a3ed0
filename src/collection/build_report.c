#include "collection/build_report.h"

#include "base/memory.h"

#include <stdlib.h>

void ag_build_report_fail(ag_build_report *report, const char *path, const char *reason)
{
    const size_t failed = report->failed;

    /* Room doubles whenever a power of two is full: a table may have a row for every work of a
     * museum, and a folder the images of a few. */
    if ((failed & (failed - 1)) == 0) {
        char **grown = ag_try_realloc(report->failures, failed ? 2 * failed : 1, sizeof *grown);
        if (!grown)
            ag_memory_abort();
        report->failures = grown;
    }
    report->failures[report->failed++] = ag_xasprintf("%s: %s", path, reason);
}

void ag_build_report_fini(ag_build_report *report)
{
    for (size_t i = 0; i < report->failed; i++)
        free(report->failures[i]);
    free(report->failures);
    *report = (ag_build_report){0};
}
