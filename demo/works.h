/* The works: what each is called, how it was made, and the function that draws it. */
#ifndef AG_DEMO_WORKS_H
#define AG_DEMO_WORKS_H

#include "chance.h"
#include "sheet.h"

#include <stddef.h>
#include <stdint.h>

#define AG_PI 3.14159265F

#define AG_COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* Draw on a fresh sheet of the work's aspect; another seed in `random` is another picture. */
typedef void ag_draw_fn(ag_sheet *sheet, ag_random *random);

typedef struct ag_work {
    const char *title;       /* of the first of its kind; also its file's name */
    const char *medium;      /* what drew it, truthfully */
    const char *description; /* what one sees, and how it was made */
    ag_draw_fn *draw;
    float aspect;  /* width by height */
    uint32_t seed; /* of the first of its kind: chosen by eye */
} ag_work;

#define AG_ROOM_WORKS 4

/* Works that hang together, by one hand. */
typedef struct ag_room {
    const char *name;
    const char *exhibition;
    const char *artist;
    const char *folder; /* the artist's */
    ag_work works[AG_ROOM_WORKS];
} ag_room;

#define AG_ROOMS 6

extern const ag_room AG_DEMO_ROOMS[AG_ROOMS];

/* lines.c */
ag_draw_fn ag_draw_wind, ag_draw_pendulums, ag_draw_coast, ag_draw_still_life;
/* tiles.c */
ag_draw_fn ag_draw_grid, ag_draw_arcs, ag_draw_rose_window, ag_draw_stars;
/* growth.c */
ag_draw_fn ag_draw_orchard, ag_draw_sunflowers, ag_draw_coral, ag_draw_pebbles;
/* chaos.c */
ag_draw_fn ag_draw_attractor, ag_draw_julia, ag_draw_waves, ag_draw_marbling;
/* landscapes.c */
ag_draw_fn ag_draw_moonrise, ag_draw_sea, ag_draw_aurora, ag_draw_ink_mountains;
/* city.c */
ag_draw_fn ag_draw_night_windows, ag_draw_blocks, ag_draw_kilim, ag_draw_meadow;

#endif
