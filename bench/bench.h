/* Benchmarks behind `artguide bench`: each prints JSON lines {"name","value","unit","limit"}. */
#ifndef AG_BENCH_BENCH_H
#define AG_BENCH_BENCH_H

#include "base/status.h"

#include <stddef.h>
#include <stdio.h>

/* What the benchmarks run with. All borrowed. */
typedef struct ag_bench {
    FILE *out;         /* JSON lines go here */
    const char *model; /* folder of a CLIP model, or NULL: benchmarks that need one are skipped */
    const char *collection; /* folder of a collection made with it, or NULL: likewise */
    const char *broker;     /* redis://… of a server for the benchmark alone, or NULL: skipped */
    unsigned threads;       /* 0: one per core */
} ag_bench;

/* Print one result. limit is what FLOP/s or bandwidth allow, in the same unit; NAN: not known. */
void ag_bench_report(const ag_bench *bench, const char *name, double value, const char *unit,
                     double limit);

/* Tell on stderr why a benchmark was skipped. */
void ag_bench_skip(const char *name, const char *why);

/* Median of count samples (sorts them). */
double ag_bench_median(double *samples, size_t count);

/* The q-quantile, 0…1, of count samples (sorts them). */
double ag_bench_quantile(double *samples, size_t count, double q);

AG_MUST_USE ag_status ag_bench_image(const ag_bench *bench, ag_err *err);
AG_MUST_USE ag_status ag_bench_clip(const ag_bench *bench, ag_err *err);
AG_MUST_USE ag_status ag_bench_search(const ag_bench *bench, ag_err *err);
AG_MUST_USE ag_status ag_bench_features(const ag_bench *bench, ag_err *err);
AG_MUST_USE ag_status ag_bench_broker(const ag_bench *bench, ag_err *err);
AG_MUST_USE ag_status ag_bench_ai(const ag_bench *bench, ag_err *err);

#endif
