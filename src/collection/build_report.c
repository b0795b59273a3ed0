#include "collection/build_report.h"

#include "base/memory.h"

#include <stdlib.h>

/* Room for one text more. It doubles whenever a power of two is full: a table may have a row for
 * every work of a museum, and a folder the images of a few. */
static char **grow(char **texts, size_t count)
{
    if ((count & (count - 1)) != 0)
        return texts;
    char **grown = ag_try_realloc(texts, count ? 2 * count : 1, sizeof *grown);
    if (!grown)
        ag_memory_abort();
    return grown;
}

void ag_build_report_fail(ag_build_report *report, const char *path, const char *reason)
{
    report->failures = grow(report->failures, report->failed);
    report->failures[report->failed++] = ag_xasprintf("%s: %s", path, reason);
}

void ag_build_report_duplicate(ag_build_report *report, char *sentence)
{
    report->duplicates = grow(report->duplicates, report->duplicate_count);
    report->duplicates[report->duplicate_count++] = sentence;
}

void ag_build_report_fini(ag_build_report *report)
{
    for (size_t i = 0; i < report->failed; i++)
        free(report->failures[i]);
    for (size_t i = 0; i < report->duplicate_count; i++)
        free(report->duplicates[i]);
    free(report->failures);
    free(report->duplicates);
    *report = (ag_build_report){0};
}
