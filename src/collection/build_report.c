#include "collection/build_report.h"

#include "base/memory.h"

#include <stdlib.h>

/* Room doubles whenever a power of two is full: a table may have a row for every work of a museum,
 * and a folder the images of a few. */
static void append(char ***texts, size_t *count, char *text)
{
    char **grown = *texts;

    if ((*count & (*count - 1)) == 0)
        grown = ag_try_realloc(*texts, *count ? 2 * *count : 1, sizeof *grown);
    if (!grown)
        ag_memory_abort();
    grown[(*count)++] = text;
    *texts = grown;
}

void ag_build_report_fail(ag_build_report *report, const char *path, const char *reason)
{
    append(&report->failures, &report->failed, ag_xasprintf("%s: %s", path, reason));
}

void ag_build_report_duplicate(ag_build_report *report, char *sentence)
{
    append(&report->duplicates, &report->duplicate_count, sentence);
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
