#include "packing.h"

#include <math.h>

/* The radius that a circle here may have; may be negative. */
static float room_at(const ag_circle *circles, int count, ag_point at, float most)
{
    for (int i = 0; i < count && most > 0; i++) {
        const float x = circles[i].centre.x - at.x, y = circles[i].centre.y - at.y;
        const float near = most + circles[i].radius;
        if (x * x + y * y < near * near)
            most = ag_length(x, y) - circles[i].radius;
    }
    return most;
}

int ag_pack_circles(ag_circle *out, int capacity, const ag_sheet *sheet, ag_random *random,
                    const ag_packing *how)
{
    int count = 0;
    for (int i = 0; i < how->attempts && count < capacity; i++) {
        const float x = ag_random_between(random, how->margin, sheet->width - how->margin);
        const float y = ag_random_between(random, how->margin, sheet->height - how->margin);
        const float wall = fminf(fminf(x, sheet->width - x), fminf(y, sheet->height - y));
        /* Later ones are smaller at most: else the first take all the room there is. */
        const float most = how->largest / (1 + 5 * (float)i / (float)how->attempts);
        const float room =
            room_at(out, count, (ag_point){x, y}, fminf(most, wall - how->margin) + how->gap) -
            how->gap;
        if (room >= how->least)
            out[count++] = (ag_circle){{x, y}, room};
    }
    return count;
}
