/* Works of tiles: a divided grid, multi-scale Truchet tiles, a rose window, a star pattern. */
#include "works.h"

#include <math.h>

/* The black lines between the fields of a grid are as wide as the grid is coarse there. */
static void divide(ag_sheet *sheet, ag_random *random, const ag_palette *palette, ag_point a,
                   ag_point b)
{
    const float wide = b.x - a.x, high = b.y - a.y, longer = fmaxf(wide, high);
    const bool is_small = longer < 90 || (longer < 330 && ag_random_chance(random, 0.24F));
    if (!is_small) {
        const float cut = ag_random_between(random, 0.24F, 0.76F);
        const bool is_across = wide > high * ag_random_between(random, 0.7F, 1.4F);
        const ag_point middle =
            is_across ? (ag_point){a.x + wide * cut, b.y} : (ag_point){b.x, a.y + high * cut};
        const ag_point start = is_across ? (ag_point){middle.x, a.y} : (ag_point){a.x, middle.y};
        divide(sheet, random, palette, a, middle);
        divide(sheet, random, palette, start, b);
        ag_pen_line(sheet, start, middle, 5 + longer / 90, 5 + longer / 90);
        ag_sheet_ink(sheet, ag_palette_get(palette, 0), 1);
        return;
    }
    const bool is_plain = ag_random_chance(random, longer < 130 ? 0.35F : 0.6F);
    const ag_colour colour = ag_palette_get(palette, is_plain ? 1 : 2 + ag_random_below(random, 4));
    ag_pen_rectangle(sheet, a, b);
    ag_sheet_ink(sheet, ag_colour_vary(colour, random, 0.05F), 1);
    if (ag_random_chance(random, 0.3F) && longer < 200) {
        const ag_point centre = ag_point_mix(a, b, 0.5F);
        const float half = ag_random_between(random, 0.14F, 0.3F) * fminf(wide, high);
        ag_pen_rectangle(sheet, (ag_point){centre.x - half, centre.y - half},
                         (ag_point){centre.x + half, centre.y + half});
        ag_sheet_ink(sheet, ag_palette_get(palette, ag_random_below(random, 6)), 1);
    }
}

/* Brush marks: oil paint is not even. */
static ag_colour brushed(const void *ctx, ag_point at)
{
    const uint32_t seed = *(const uint32_t *)ctx;
    const float mark =
        ag_noise_at(seed, at.x / 9, at.y / 90) + ag_noise_at(seed + 1, at.x / 70, at.y / 7);
    return mark > 0 ? (ag_colour){1, 1, 1} : (ag_colour){0, 0, 0};
}

void ag_draw_grid(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x1b1a1c, 0xf1ece0, 0xc7362b, 0x1f4e9e, 0xf0bd2e, 0xd9d6cd}},
        {{0x20262e, 0xefe8dc, 0xe07a5f, 0x3d405b, 0x81b29a, 0xf2cc8f}},
        {{0x2a1a1f, 0xf6f0e8, 0x2a9d8f, 0xe9c46a, 0xe76f51, 0x8d99ae}},
        {{0xf4f1e8, 0x1d2433, 0xd7263d, 0xf46036, 0x2e86ab, 0xc5d86d}},
    };
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    const uint32_t seed = (uint32_t)ag_random_bits(random);
    divide(sheet, random, palette, (ag_point){0, 0}, (ag_point){sheet->width, sheet->height});
    ag_pen_rectangle(sheet, (ag_point){0, 0}, (ag_point){sheet->width, sheet->height});
    ag_sheet_ink_shaded(sheet, brushed, &seed, 0.035F);
    ag_sheet_grain(sheet, seed, 0.05F);
}

/* Colours that change slowly over the sheet: the tiles' two inks. */
typedef struct drift {
    const ag_palette *palette;
    uint32_t seed;
    float from, to; /* part of the palette */
} drift;

static ag_colour drift_colour(const void *ctx, ag_point at)
{
    const drift *ink = ctx;
    const float t = 0.5F + 0.6F * ag_noise_at(ink->seed, at.x / 300, at.y / 300);
    return ag_palette_along(ink->palette, ink->from + (ink->to - ink->from) * ag_clamp(t, 0, 1));
}

typedef struct tiling {
    ag_sheet *sheet;
    ag_random *random;
    drift inks[2];
} tiling;

/* A band of a quarter circle around a tile's corner. */
static void pen_quarter(ag_sheet *sheet, ag_point corner, float turn, float size)
{
    enum { STEPS = 14 };
    ag_point points[2 * STEPS];
    for (int i = 0; i < STEPS; i++) {
        const float angle = turn + AG_PI / 2 * (float)i / (STEPS - 1);
        points[i] = ag_point_polar(corner, angle, size / 3);
        points[2 * STEPS - 1 - i] = ag_point_polar(corner, angle, size * 2 / 3);
    }
    ag_pen_polygon(sheet, points, 2 * STEPS);
}

/* What is on the tile between the middles of its sides: arcs, a cross, a bar, or dots alone. */
static void pen_motif(ag_sheet *sheet, int motif, ag_point a, float size)
{
    const ag_point b = {a.x + size, a.y + size}, middle = {a.x + size / 2, a.y + size / 2};
    if (motif == 0 || motif == 5) {
        pen_quarter(sheet, a, 0, size);
        pen_quarter(sheet, b, AG_PI, size);
    } else if (motif == 1 || motif == 6) {
        pen_quarter(sheet, (ag_point){b.x, a.y}, AG_PI / 2, size);
        pen_quarter(sheet, (ag_point){a.x, b.y}, -AG_PI / 2, size);
    }
    if (motif == 2 || motif == 4)
        ag_pen_line(sheet, (ag_point){a.x, middle.y}, (ag_point){b.x, middle.y}, size / 3,
                    size / 3);
    if (motif == 3 || motif == 4)
        ag_pen_line(sheet, (ag_point){middle.x, a.y}, (ag_point){middle.x, b.y}, size / 3,
                    size / 3);
    ag_pen_disc(sheet, (ag_point){middle.x, a.y}, size / 6);
    ag_pen_disc(sheet, (ag_point){middle.x, b.y}, size / 6);
    ag_pen_disc(sheet, (ag_point){a.x, middle.y}, size / 6);
    ag_pen_disc(sheet, (ag_point){b.x, middle.y}, size / 6);
}

/* A winged tile (Carlson 2018): it reaches over its square with discs, so that a tile half as large
 * with its inks changed fits to it. */
static void lay_tile(const tiling *floor, ag_point a, float size, int level)
{
    ag_sheet *sheet = floor->sheet;
    const drift *ground = &floor->inks[level % 2], *figure = &floor->inks[1 - level % 2];
    const ag_point b = {a.x + size, a.y + size};
    ag_pen_rectangle(sheet, a, b);
    ag_pen_disc(sheet, a, size / 3);
    ag_pen_disc(sheet, b, size / 3);
    ag_pen_disc(sheet, (ag_point){b.x, a.y}, size / 3);
    ag_pen_disc(sheet, (ag_point){a.x, b.y}, size / 3);
    ag_sheet_ink_shaded(sheet, drift_colour, ground, 1);
    pen_motif(sheet, ag_random_below(floor->random, 8), a, size);
    ag_sheet_ink_shaded(sheet, drift_colour, figure, 1);
}

/* Larger tiles first; which squares are divided is told by a hash, the same in each pass. */
static void lay_tiles(const tiling *floor, ag_point a, float size, int level, int wanted)
{
    const uint32_t place = ag_hash((uint32_t)a.x, (uint32_t)a.y, floor->inks[0].seed);
    const bool is_divided = level < 3 && ag_hash_unit(place, (uint32_t)level, 7) < 0.52F;
    if (!is_divided) {
        if (level == wanted)
            lay_tile(floor, a, size, level);
        return;
    }
    const float half = size / 2;
    lay_tiles(floor, a, half, level + 1, wanted);
    lay_tiles(floor, (ag_point){a.x + half, a.y}, half, level + 1, wanted);
    lay_tiles(floor, (ag_point){a.x, a.y + half}, half, level + 1, wanted);
    lay_tiles(floor, (ag_point){a.x + half, a.y + half}, half, level + 1, wanted);
}

void ag_draw_arcs(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x16302b, 0x23574d, 0x2d3a5a, 0xf0c987, 0xf7ede0, 0xe8907a}},
        {{0x2b1b3d, 0x4a2545, 0x1f3b4d, 0xf2a359, 0xf2dc9b, 0xa8dadc}},
        {{0x3a1c1c, 0x6e2c2c, 0x30323d, 0xe8d7c3, 0xf6bd60, 0xb8d8ba}},
    };
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    const uint32_t seed = (uint32_t)ag_random_bits(random);
    const tiling floor = {sheet, random, {{palette, seed, 0, 0.4F}, {palette, seed + 9, 0.6F, 1}}};
    const float size = 1000.0F / (float)(4 + ag_random_below(random, 2));
    for (int level = 0; level <= 3; level++)
        for (float y = 0; y < sheet->height; y += size)
            for (float x = 0; x < sheet->width; x += size)
                lay_tiles(&floor, (ag_point){x, y}, size, 0, level);
    ag_sheet_mat(sheet, ag_colour_from(0xf4eee2), ag_random_between(random, 24, 56));
    ag_sheet_grain(sheet, seed, 0.05F);
}

/* Panes of glass: cells of the points nearest to them, in polar coordinates inside the rose. */
typedef struct rose {
    ag_point centre;
    float radius;
    uint32_t seed;
    int petals;
    const ag_palette *palette;
} rose;

enum { ROSE_RINGS = 5 };

typedef struct pane {
    uint32_t id;
    int column;
    float lead; /* how far it is to the next pane, in cells */
} pane;

/* The pane at (x, y) of a lattice with one point in each cell; columns repeat after `period`. */
static pane find_pane(uint32_t seed, float x, float y, int period)
{
    const int column = (int)floorf(x), row = (int)floorf(y);
    float nearest = 9, second = 9; /* squared */
    pane found = {0};
    for (int j = row - 1; j <= row + 1; j++) {
        for (int i = column - 1; i <= column + 1; i++) {
            const int wrapped = i < 0 ? i + period : i >= period ? i - period : i;
            const uint32_t own = ag_hash(seed, (uint32_t)wrapped, (uint32_t)j);
            const float dx = (float)i + 0.15F + 0.7F / 65536 * (float)(own & 65535) - x;
            const float dy = (float)j + 0.15F + 0.7F / 65536 * (float)(own >> 16) - y;
            const float away = dx * dx + dy * dy;
            second = fminf(second, fmaxf(away, nearest));
            if (away < nearest) {
                nearest = away;
                found = (pane){.id = own, .column = wrapped};
            }
        }
    }
    found.lead = sqrtf(second) - sqrtf(nearest);
    return found;
}

/* The glass of a pane: bubbles and streaks. */
static ag_colour glass_of(const rose *window, pane glass, int colour, ag_point at)
{
    const float shine = ag_noise_fractal(window->seed ^ glass.id, at.x / 50, at.y / 50, 2);
    const float own = ag_hash_unit(glass.id, 1, 2);
    return ag_colour_scale(ag_palette_get(window->palette, colour),
                           0.84F + 0.3F * shine + 0.34F * own);
}

/* Inside the rose: each ring has its own number of panes and two colours, with a few exceptions,
 * and every other ring is divided by spokes. */
static ag_colour rose_colour(const rose *window, ag_point at, float away, float angle)
{
    const float ring = away * ROSE_RINGS, nearest_ring = fabsf(ring - roundf(ring)) / ROSE_RINGS;
    const int rings = (int)ring, columns = window->petals * (rings < 1 ? 1 : rings < 3 ? 2 : 4);
    const float turn = (angle / (2 * AG_PI) + 0.5F);
    const pane glass = find_pane(window->seed + (uint32_t)rings, turn * (float)columns,
                                 ring * (rings < 2 ? 1 : 1.6F), columns);
    const float petal = turn * (float)window->petals + 0.5F * (float)(rings / 2 % 2);
    const float spoke = fabsf(petal - roundf(petal)) / (float)window->petals * 2 * AG_PI * away;
    const int half = glass.column * 2 * window->petals / columns % 2; /* of a petal */
    const int usual = 1 + (int)(ag_hash(window->seed, (uint32_t)rings, (uint32_t)half) % 5);
    const int odd = 1 + (int)((glass.id >> 8) % 5);
    const ag_colour colour =
        glass_of(window, glass, ag_hash_unit(glass.id, 3, 4) < 0.22F ? odd : usual, at);
    const float frame = rings > 0 ? fminf(nearest_ring, spoke * 1.2F) : nearest_ring;
    return ag_colour_mix(
        ag_palette_get(window->palette, 0), colour,
        fminf(ag_smooth(0.05F, 0.11F, glass.lead), ag_smooth(3.5F, 5, frame * window->radius)));
}

static ag_colour window_colour(const void *ctx, ag_point at)
{
    const rose *window = ctx;
    const float dx = at.x - window->centre.x, dy = at.y - window->centre.y;
    const float away = ag_length(dx, dy) / window->radius;
    if (away < 1)
        return rose_colour(window, at, away, atan2f(dy, dx));
    const pane glass = find_pane(window->seed + 77, at.x / 62, at.y / 62, 1000);
    const int colour = 1 + (int)((glass.id >> 8) % 2) * 4;
    const float frame = ag_smooth(10, 12, (away - 1) * window->radius);
    return ag_colour_mix(ag_palette_get(window->palette, 0), glass_of(window, glass, colour, at),
                         fminf(ag_smooth(0.05F, 0.1F, glass.lead), frame));
}

void ag_draw_rose_window(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x14120f, 0x1d4fa3, 0xc23b2e, 0xf1b73b, 0x2f8f7f, 0x5b3f8f}},
        {{0x17110e, 0x7d1d3f, 0xe38b2c, 0xf4dc8f, 0x2d6e8e, 0x3f7d4e}},
        {{0x101418, 0x12706b, 0xf2c14e, 0xf78154, 0x4d9078, 0x274690}},
    };
    rose window = {.palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))]};
    window.seed = (uint32_t)ag_random_bits(random);
    window.petals = 5 + ag_random_below(random, 8);
    window.centre.x = sheet->width * ag_random_between(random, 0.42F, 0.58F);
    window.centre.y = sheet->height * ag_random_between(random, 0.42F, 0.55F);
    window.radius = sheet->width * ag_random_between(random, 0.4F, 0.47F);
    ag_sheet_shade(sheet, window_colour, &window);
    ag_sheet_mat(sheet, ag_palette_get(window.palette, 0), 16);
    ag_sheet_grain(sheet, window.seed, 0.04F);
}

/* A star pattern after Hankin: lines start in pairs from the middle of each side of a tile and meet
 * its neighbours'. Their angle changes over the sheet, and so do the stars. */
typedef struct court {
    ag_sheet *sheet;
    ag_random *random;
    const ag_palette *palette;
    uint32_t seed;
    float flat, steep; /* radians: the angles at the two ends of the sheet */
} court;

#define TILE_SIDES 12

static float contact_angle(const court *floor, ag_point at)
{
    const float t =
        at.x / floor->sheet->width + 0.35F * ag_noise_at(floor->seed, at.x / 300, at.y / 300);
    return floor->flat + (floor->steep - floor->flat) * ag_smooth(0, 1, t);
}

/* Where the line from a in direction `angle_a` meets that from b; the middle where they do not. */
static ag_point meet(ag_point a, float angle_a, ag_point b, float angle_b)
{
    const float ux = cosf(angle_a), uy = sinf(angle_a), vx = cosf(angle_b), vy = sinf(angle_b);
    const float cross = ux * vy - uy * vx;
    if (fabsf(cross) < 0.05F)
        return ag_point_mix(a, b, 0.5F);
    const float t = ((b.x - a.x) * vy - (b.y - a.y) * vx) / cross;
    return ag_point_polar(a, angle_a, t);
}

static void lay_star(const court *floor, const ag_point *corners, int sides)
{
    ag_point star[2 * TILE_SIDES];
    for (int i = 0; i < sides; i++) {
        const ag_point a = corners[i], b = corners[(i + 1) % sides], c = corners[(i + 2) % sides];
        const ag_point here = ag_point_mix(a, b, 0.5F), next = ag_point_mix(b, c, 0.5F);
        const float turn = atan2f(b.y - a.y, b.x - a.x), next_turn = atan2f(c.y - b.y, c.x - b.x);
        star[2 * i] = here;
        star[2 * i + 1] = meet(here, turn + contact_angle(floor, here), next,
                               next_turn + AG_PI - contact_angle(floor, next));
    }
    ag_sheet *sheet = floor->sheet;
    const int ground = 1 + ag_random_below(floor->random, 2);
    const int figure = 3 + ag_random_below(floor->random, 3);
    ag_pen_polygon(sheet, corners, sides);
    ag_sheet_ink(sheet,
                 ag_colour_vary(ag_palette_get(floor->palette, ground), floor->random, 0.12F), 1);
    ag_pen_polygon(sheet, star, 2 * sides);
    ag_sheet_ink(sheet, ag_colour_vary(ag_palette_get(floor->palette, figure), floor->random, 0.1F),
                 1);
    ag_pen_path(sheet, star, 2 * sides, 7);
    ag_pen_line(sheet, star[2 * sides - 1], star[0], 7, 7);
    ag_sheet_ink(sheet, ag_palette_get(floor->palette, 0), 1);
    ag_pen_path(sheet, star, 2 * sides, 3);
    ag_pen_line(sheet, star[2 * sides - 1], star[0], 3, 3);
    ag_sheet_ink(sheet, ag_colour_from(0xf7efdc), 1);
}

/* A regular tile around its centre, its first corner in direction `turn`. */
static void lay_regular(const court *floor, ag_point centre, float side, int sides, float turn)
{
    ag_point corners[TILE_SIDES];
    const float radius = side / 2 / sinf(AG_PI / (float)sides);
    for (int i = 0; i < sides; i++)
        corners[i] = ag_point_polar(centre, turn + 2 * AG_PI * (float)i / (float)sides, radius);
    lay_star(floor, corners, sides);
}

/* Octagons, and squares between them. */
static void lay_octagons(const court *floor, float side)
{
    const float pitch = side * (1 + sqrtf(2));
    for (float y = 0; y < floor->sheet->height + pitch; y += pitch) {
        for (float x = 0; x < floor->sheet->width + pitch; x += pitch) {
            lay_regular(floor, (ag_point){x, y}, side, 8, AG_PI / 8);
            lay_regular(floor, (ag_point){x + pitch / 2, y + pitch / 2}, side, 4, 0);
        }
    }
}

/* Twelve-sided tiles, and triangles between them. */
static void lay_dodecagons(const court *floor, float side)
{
    const float pitch = side / tanf(AG_PI / 12), high = pitch * sqrtf(3) / 2;
    const float away = pitch / sqrtf(3);
    int row = 0;
    for (float y = 0; y < floor->sheet->height + pitch; y += high, row++) {
        for (float x = row % 2 ? -pitch / 2 : 0; x < floor->sheet->width + pitch; x += pitch) {
            lay_regular(floor, (ag_point){x, y}, side, 12, AG_PI / 12);
            lay_regular(floor, (ag_point){x, y + away}, side, 3, AG_PI / 2);
            lay_regular(floor, (ag_point){x + pitch / 2, y + high - away}, side, 3, -AG_PI / 2);
        }
    }
}

void ag_draw_stars(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x13293d, 0x1b4965, 0x2a6f97, 0xd9a441, 0xc8553d, 0x62b6cb}},
        {{0x1e2d24, 0x2f5d50, 0x40796a, 0xe9c46a, 0xf4e3c1, 0xb5483a}},
        {{0x2b2118, 0x7c3b2e, 0xa45a3f, 0x2a7f86, 0xe8d5a3, 0x24527a}},
    };
    court floor = {sheet,
                   random,
                   &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))],
                   (uint32_t)ag_random_bits(random),
                   0,
                   0};
    floor.flat = ag_random_between(random, 0.55F, 0.8F);
    floor.steep = ag_random_between(random, 1.05F, 1.3F);
    if (ag_random_chance(random, 0.5F))
        lay_octagons(&floor, ag_random_between(random, 52, 70));
    else
        lay_dodecagons(&floor, ag_random_between(random, 40, 54));
    const float margin = ag_random_between(random, 18, 50);
    ag_sheet_mat(sheet, ag_palette_get(floor.palette, 0), margin + 6);
    ag_sheet_mat(sheet, ag_colour_from(0xf3ead6), margin);
    ag_sheet_grain(sheet, floor.seed, 0.05F);
}
