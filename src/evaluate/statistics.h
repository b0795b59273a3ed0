/* What a report says of numbers: means, percentiles, and how far a share can be trusted. One thread
 * at a time. */
#ifndef AG_EVALUATE_STATISTICS_H
#define AG_EVALUATE_STATISTICS_H

#include <stddef.h>

/* Numbers being collected, in the caller's storage; zero-initialised is empty. */
typedef struct ag_series {
    double *values; /* count of them, owned */
    size_t count, capacity;
} ag_series;

/* Add a number; aborts when memory is out. */
void ag_series_add(ag_series *series, double value);
void ag_series_fini(ag_series *series);

/* NAN where there is no number. */
double ag_series_mean(const ag_series *series);

/* The number that `share` (0…1) of them do not exceed, between two neighbours by a straight line;
 * share 0.5 is the median. Sorts the series. NAN where there is no number. */
double ag_series_percentile(ag_series *series, double share);

/* A range of shares, 0…1. */
typedef struct ag_interval {
    double low, high;
} ag_interval;

/* Where the true share lies with 95 % confidence when `hits` of `count` were seen (Wilson 1927): it
 * holds for few trials and for shares near 0 and 1, too. 0…1 when count is 0. */
ag_interval ag_wilson_interval(size_t hits, size_t count);

#endif
