/* A photo in the making, which comes row by row from the top, so that it is never in memory as a
 * whole: light takes four times the room of a file's pixels, and rows that were just made are still
 * in cache. One thread at a time. */
#ifndef AG_SIMULATE_ROWS_H
#define AG_SIMULATE_ROWS_H

#include <stdint.h>

/* Whoever makes the rows. Copied freely, as long as the maker lives. */
typedef struct ag_rows {
    uint32_t width_px, height_px; /* of the photo */
    void *maker;                  /* borrowed */
    /* Make the next row; called height_px times at most. row: AG_COLOUR_CHANNELS × width_px values
     * of light, all red ones, all green ones, all blue ones; the caller's. */
    void (*next)(void *maker, float *row);
} ag_rows;

#endif
