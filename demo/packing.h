/* Places for things that must not overlap. Any thread. */
#ifndef AG_DEMO_PACKING_H
#define AG_DEMO_PACKING_H

#include "chance.h"
#include "sheet.h"

typedef struct ag_circle {
    ag_point centre;
    float radius; /* units */
} ag_circle;

/* What ag_pack_circles is to do. */
typedef struct ag_packing {
    float margin;         /* of the sheet that stays free */
    float least, largest; /* radii */
    float gap;            /* between two circles */
    int attempts;         /* places that are tried */
} ag_packing;

/* Circles at random places, each as large as there is room; returns their number, ≤ capacity. */
int ag_pack_circles(ag_circle *out, int capacity, const ag_sheet *sheet, ag_random *random,
                    const ag_packing *how);

#endif
