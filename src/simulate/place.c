#include "simulate/place.h"

#include "base/memory.h"
#include "simulate/maths.h"

#include <math.h>
#include <stdlib.h>

#define ARRAYS 5

ag_status ag_places_init(ag_places *out, const ag_camera *camera, ag_err *err)
{
    size_t count = camera->width_px;
    float *block = ag_try_aligned(count, ARRAYS * sizeof(float));
    if (block == NULL)
        return ag_err_set(err, AG_ENOMEM, "No memory for rows of %zu pixels", count);
    *out = (ag_places){
        .camera = camera,
        .count = count,
        .x = block,
        .y = block + count,
        .outside = block + 2 * count,
        .scratch = {block + 3 * count, block + 4 * count},
        .block = block,
    };
    return AG_OK;
}

void ag_places_fini(ag_places *places)
{
    free(places->block);
    *places = (ag_places){0};
}

void ag_places_set_row(ag_places *places, size_t row)
{
    const ag_camera *camera = places->camera;
    const double(*m)[3] = camera->to_wall.m;
    float at[3], step[3];
    for (int i = 0; i < 3; i++) {
        at[i] = (float)(m[i][0] * 0.5 + m[i][1] * ((double)row + 0.5) + m[i][2]);
        step[i] = (float)m[i][0];
    }
    float *restrict x = places->x, *restrict y = places->y, *restrict outside = places->outside;
    float half_width = (float)camera->half_width, half_height = (float)camera->half_height;
    for (int i = 0; i < (int)places->count; i++) {
        float column = (float)i;
        float scale = 1.0f / (at[2] + column * step[2]);
        x[i] = (at[0] + column * step[0]) * scale;
        y[i] = (at[1] + column * step[1]) * scale;
        outside[i] = ag_maths_larger(fabsf(x[i]) - half_width, fabsf(y[i]) - half_height);
    }
}

ag_span ag_places_within(const ag_places *places, float distance)
{
    float limit = distance + 0.5f * (float)places->camera->pixel;
    ag_span span = {0, places->count};
    while (span.first < span.end && places->outside[span.first] >= limit)
        span.first++;
    while (span.end > span.first && places->outside[span.end - 1] >= limit)
        span.end--;
    return span;
}
