#include "features/descriptor.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define TURN   256 /* parts of a turn in an angle */
#define ANGLES 128 /* orientations that patterns are made for */
#define RADIUS AG_PATTERN_RADIUS_PX

/* Both points of a test, as offsets from the middle. */
typedef struct offsets {
    int32_t first, second;
} offsets;

struct ag_descriptor_table {
    offsets at[ANGLES][AG_PATTERN_TESTS];
};

static int32_t turned(size_t stride, double angle, int x, int y)
{
    const double s = sin(angle), c = cos(angle);
    return (int32_t)(lround(x * s + y * c) * (long)stride + lround(x * c - y * s));
}

ag_descriptor_table *ag_descriptor_table_create(size_t stride)
{
    ag_descriptor_table *table = ag_xcalloc(1, sizeof *table);
    for (size_t a = 0; a < ANGLES; a++) {
        const double angle = 2 * M_PI * (double)a / ANGLES;
        for (size_t i = 0; i < AG_PATTERN_TESTS; i++) {
            const ag_pattern_test *test = &AG_PATTERN[i];
            table->at[a][i] = (offsets){turned(stride, angle, test->x1, test->y1),
                                        turned(stride, angle, test->x2, test->y2)};
        }
    }
    return table;
}

void ag_descriptor_table_destroy(ag_descriptor_table *table)
{
    free(table);
}

/* Half the width of a circle of RADIUS + ½ at each distance from its middle: as wide as high, or
 * angles would lean to one side. */
static const int8_t HALF_WIDTH[RADIUS + 1] = {15, 15, 15, 15, 14, 14, 14, 13,
                                              13, 12, 11, 10, 9,  8,  6,  3};

uint8_t ag_descriptor_angle(const ag_plane *plane, uint32_t x, uint32_t y)
{
    int64_t along = 0, down = 0;
    for (int dy = -RADIUS; dy <= RADIUS; dy++) {
        const int half = HALF_WIDTH[dy < 0 ? -dy : dy];
        const uint8_t *row =
            plane->pixels + (ptrdiff_t)(y * plane->stride + x) + dy * (ptrdiff_t)plane->stride;
        int32_t sum = 0, moment = 0;
        for (int dx = -half; dx <= half; dx++) {
            sum += row[dx];
            moment += dx * row[dx];
        }
        along += moment;
        down += dy * sum;
    }
    const double turns = atan2((double)down, (double)along) / (2 * M_PI);
    return (uint8_t)((lround(turns * TURN) + TURN) % TURN);
}

void ag_descriptor_compute(ag_descriptor *out, const ag_descriptor_table *table,
                           const ag_pyramid_level *level, const uint32_t at[2], uint8_t angle)
{
    const size_t middle = at[1] * level->soft.stride + at[0];
    const uint8_t *planes[2] = {level->soft.pixels + middle, level->wide.pixels + middle};
    const offsets *test = table->at[((unsigned)angle * ANGLES + TURN / 2) / TURN % ANGLES];
    for (size_t byte = 0; byte < AG_DESCRIPTOR_BYTES; byte++) {
        unsigned bits = 0;
        for (size_t bit = 0; bit < 8; bit++, test++) {
            const uint8_t *plane = planes[AG_PATTERN[byte * 8 + bit].is_wide];
            bits |= (unsigned)(plane[test->first] < plane[test->second]) << bit;
        }
        out->bits[byte] = (uint8_t)bits;
    }
}
