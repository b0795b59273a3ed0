/* Progress bar with rate and estimated time left, drawn on a terminal and silent elsewhere.
 * Any thread. */
#ifndef AG_BASE_PROGRESS_H
#define AG_BASE_PROGRESS_H

#include <stddef.h>
#include <stdio.h>

typedef struct ag_progress ag_progress;

/* A bar for `total` steps on stream (borrowed); draws nothing when stream is not a terminal.
 * label and unit ("images") are borrowed. */
ag_progress *ag_progress_create(FILE *stream, const char *label, const char *unit, size_t total);

/* Some steps are done: redraw, at most ten times a second. */
void ag_progress_add(ag_progress *progress, size_t steps);

/* Draw the last state, end the line, free. NULL is fine. */
void ag_progress_destroy(ag_progress *progress);

#endif
