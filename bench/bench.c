#include "bench.h"

#include <math.h>
#include <stdlib.h>

void ag_bench_report(const ag_bench *bench, const char *name, double value, const char *unit,
                     double limit)
{
    fprintf(bench->out, "{\"name\":\"%s\",\"value\":%.4g,\"unit\":\"%s\",\"limit\":", name, value,
            unit);
    if (isnan(limit))
        fprintf(bench->out, "null}\n");
    else
        fprintf(bench->out, "%.4g}\n", limit);
    fflush(bench->out);
}

void ag_bench_skip(const char *name, const char *why)
{
    fprintf(stderr, "skipped %s: %s\n", name, why);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double ag_bench_quantile(double *samples, size_t count, double q)
{
    qsort(samples, count, sizeof *samples, compare_doubles);
    size_t rank = (size_t)(q * (double)(count - 1) + 0.5);
    return samples[rank];
}

double ag_bench_median(double *samples, size_t count)
{
    return ag_bench_quantile(samples, count, 0.5);
}
