#include "collection/build_report.h"

#include "base/memory.h"

#include <stdlib.h>

void ag_build_report_fail(ag_build_report *report, const char *path, const char *reason)
{
    char **grown = ag_xcalloc(report->failed + 1, sizeof *grown);

    for (size_t i = 0; i < report->failed; i++)
        grown[i] = report->failures[i];
    grown[report->failed++] = ag_xasprintf("%s: %s", path, reason);
    free(report->failures);
    report->failures = grown;
}

void ag_build_report_fini(ag_build_report *report)
{
    for (size_t i = 0; i < report->failed; i++)
        free(report->failures[i]);
    free(report->failures);
    *report = (ag_build_report){0};
}
