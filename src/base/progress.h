/* Progress bar with rate and estimated time left, drawn on a terminal and silent elsewhere.
 * Any thread. */
#ifndef AG_BASE_PROGRESS_H
#define AG_BASE_PROGRESS_H

#include "base/buffer.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct ag_progress ag_progress;

/* A bar for `total` steps on stream (borrowed); draws nothing when stream is not a terminal.
 * label and unit ("images") are borrowed. */
ag_progress *ag_progress_create(FILE *stream, const char *label, const char *unit, size_t total);

/* Some steps are done: redraw, at most ten times a second. */
void ag_progress_add(ag_progress *progress, size_t steps);

/* Draw the last state, end the line, free. NULL is fine. */
void ag_progress_destroy(ag_progress *progress);

/* What a bar shows. */
typedef struct ag_progress_state {
    const char *label;  /* borrowed */
    const char *unit;   /* borrowed */
    size_t done, total; /* steps */
    int64_t elapsed_us; /* since the start */
} ag_progress_state;

/* Append the line for a terminal of so many columns: "label [====    ] 12/24 images  8.1/s  0:02
 * left", without the bar where it is too narrow for one. */
void ag_progress_format(ag_buffer *out, const ag_progress_state *state, size_t columns);

#endif
