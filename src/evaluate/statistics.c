#include "evaluate/statistics.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Standard deviations that 95 % of a normal distribution lie within. */
static const double Z = 1.959963984540054;

void ag_series_add(ag_series *series, double value)
{
    if (series->count == series->capacity) {
        const size_t capacity = series->capacity > 0 ? 2 * series->capacity : 64;
        double *values = ag_try_realloc(series->values, capacity, sizeof *values);
        if (values == NULL)
            ag_memory_abort();
        series->values = values;
        series->capacity = capacity;
    }
    series->values[series->count++] = value;
}

void ag_series_fini(ag_series *series)
{
    free(series->values);
    *series = (ag_series){0};
}

double ag_series_mean(const ag_series *series)
{
    double sum = 0;
    for (size_t i = 0; i < series->count; i++)
        sum += series->values[i];
    return series->count > 0 ? sum / (double)series->count : NAN;
}

static int compare_numbers(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

double ag_series_percentile(ag_series *series, double share)
{
    if (series->count == 0)
        return NAN;
    qsort(series->values, series->count, sizeof *series->values, compare_numbers);
    const double place = share * (double)(series->count - 1);
    const size_t below = (size_t)place;
    const size_t above = below + 1 < series->count ? below + 1 : below;
    const double t = place - (double)below;
    return series->values[below] * (1 - t) + series->values[above] * t;
}

ag_interval ag_wilson_interval(size_t hits, size_t count)
{
    if (count == 0)
        return (ag_interval){0, 1};
    const double n = (double)count, p = (double)hits / n;
    const double centre = p + Z * Z / (2 * n);
    const double reach = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    const double scale = 1 / (1 + Z * Z / n);
    return (ag_interval){fmax(0, (centre - reach) * scale), fmin(1, (centre + reach) * scale)};
}
