/* Works of chaos and interference: a strange attractor, a Julia set, a quasicrystal, marbled paper.
 */
#include "works.h"

#include <math.h>
#include <stddef.h>

/* Clifford Pickover's map. */
typedef struct attractor {
    float a, b, c, d;
} attractor;

static ag_point move(const attractor *map, ag_point p)
{
    return (ag_point){sinf(map->a * p.y) + map->c * cosf(map->a * p.x),
                      sinf(map->b * p.x) + map->d * cosf(map->b * p.y)};
}

/* How much of a coarse grid over its range the map visits, 0…1: the dull ones end in few points. */
static float visited(const attractor *map)
{
    enum { GRID = 24, MOVES = 3000 };
    bool seen[GRID][GRID] = {{false}};
    ag_point p = {0.1F, 0.1F};
    int count = 0;
    for (int i = 0; i < MOVES; i++) {
        p = move(map, p);
        const int x = (int)((p.x / (1 + fabsf(map->c)) + 1) / 2 * (GRID - 1));
        const int y = (int)((p.y / (1 + fabsf(map->d)) + 1) / 2 * (GRID - 1));
        count += !seen[y][x];
        seen[y][x] = true;
    }
    return (float)count / (GRID * GRID);
}

static attractor find_attractor(ag_random *random)
{
    attractor map, best = {0};
    float most = 0;
    for (int i = 0; i < 60 && most < 0.62F; i++) {
        map.a = ag_random_between(random, -2.1F, 2.1F);
        map.b = ag_random_between(random, -2.1F, 2.1F);
        map.c = ag_random_between(random, -1.4F, 1.4F);
        map.d = ag_random_between(random, -1.4F, 1.4F);
        const float share = visited(&map);
        if (share > most) {
            most = share;
            best = map;
        }
    }
    return best;
}

/* Count the visits in sheet->plane. */
static void walk(ag_sheet *sheet, const attractor *map)
{
    const int moves = sheet->width_px * sheet->height_px * 3;
    const float wide = (sheet->width / 2 - 40) / (1 + fabsf(map->c));
    const float high = (sheet->height / 2 - 40) / (1 + fabsf(map->d));
    ag_point p = {0.1F, 0.1F};
    for (int i = 0; i < moves; i++) {
        p = move(map, p);
        const int x = (int)((sheet->width / 2 + p.x * wide) * sheet->scale);
        const int y = (int)((sheet->height / 2 + p.y * high) * sheet->scale);
        sheet->plane[(ptrdiff_t)y * sheet->width_px + x] += 1;
    }
}

void ag_draw_attractor(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x0b1020, 0x1d3461, 0x2f6690, 0x81c3d7, 0xf6e7cb, 0xffffff}},
        {{0x14080e, 0x49111c, 0xa4243b, 0xd8973c, 0xf2e8c6, 0xffffff}},
        {{0xf5efe3, 0xd8c3a5, 0x8e7c68, 0x4a5759, 0x22223b, 0x0b090a}},
        {{0x07110d, 0x12372a, 0x436850, 0xadbc9f, 0xfbfada, 0xffffff}},
    };
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    const attractor map = find_attractor(random);
    walk(sheet, &map);
    const ptrdiff_t count = (ptrdiff_t)sheet->width_px * sheet->height_px;
    for (ptrdiff_t i = 0; i < count; i++)
        sheet->pixels[i] =
            ag_palette_along(palette, 0.28F * log2f(1 + sheet->plane[i] * 0.8F) * 0.72F);
    ag_sheet_grain(sheet, (uint32_t)ag_random_bits(random), 0.05F);
}

typedef struct julia {
    ag_point c, centre;
    float zoom, cosine, sine; /* of the turn */
    const ag_palette *palette;
    ag_point middle; /* of the sheet */
} julia;

/* Escape time, and the distance estimate that keeps the set's threads in sight. */
static ag_colour julia_colour(const void *ctx, ag_point at)
{
    const julia *set = ctx;
    const float u = (at.x - set->middle.x) * set->zoom, v = (at.y - set->middle.y) * set->zoom;
    float x = set->centre.x + u * set->cosine - v * set->sine,
          y = set->centre.y + u * set->sine + v * set->cosine;
    float dx = 1, dy = 0, trap = 9;
    int i = 0;
    const int most = 120;
    while (i < most && x * x + y * y < 400) {
        const float next_dx = 2 * (x * dx - y * dy);
        dy = 2 * (x * dy + y * dx);
        dx = next_dx;
        const float next_x = x * x - y * y + set->c.x;
        y = 2 * x * y + set->c.y;
        x = next_x;
        trap = fminf(trap, fabsf(x * y) + fabsf(x + y) * 0.2F);
        i++;
    }
    if (i == most)
        return ag_palette_along(set->palette, 0.9F - 1.6F * sqrtf(trap));
    const float size = ag_length(x, y), smooth = (float)i + 1 - log2f(logf(size));
    const float away = size * logf(size) / ag_length(dx, dy) / set->zoom; /* units */
    const float wave = 0.5F - 0.5F * cosf(smooth * 0.42F);
    const ag_colour colour = ag_palette_along(set->palette, 0.15F + 0.75F * wave);
    return ag_colour_mix(ag_palette_get(set->palette, 5), colour,
                         ag_smooth(0, 2.2F, away) * 0.9F + 0.1F);
}

void ag_draw_julia(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x0a1128, 0x123c69, 0x3a7ca5, 0xe9c46a, 0xf4a261, 0xfff4dc}},
        {{0x1a0b16, 0x5f0f40, 0x9a031e, 0xfb8b24, 0x0f4c5c, 0xfdf0d5}},
        {{0x0c1b18, 0x1b4332, 0x52796f, 0xcad2c5, 0xd4a373, 0xfefae0}},
    };
    julia set = {.palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))]};
    /* Just outside the main cardioid of the Mandelbrot set, where Julia sets are richest. */
    const float turn = ag_random_between(random, 0.5F, 2 * AG_PI - 0.5F);
    const float out = ag_random_between(random, 1.01F, 1.06F);
    set.c.x = out * (0.5F * cosf(turn) - 0.25F * cosf(2 * turn));
    set.c.y = out * (0.5F * sinf(turn) - 0.25F * sinf(2 * turn));
    const float lean = ag_random_between(random, 0, AG_PI);
    set.cosine = cosf(lean);
    set.sine = sinf(lean);
    set.zoom = ag_random_between(random, 0.0016F, 0.0025F);
    set.centre.x = ag_random_between(random, -0.3F, 0.3F);
    set.centre.y = ag_random_between(random, -0.3F, 0.3F);
    set.middle = (ag_point){sheet->width / 2, sheet->height / 2};
    ag_sheet_shade(sheet, julia_colour, &set);
    ag_sheet_grain(sheet, (uint32_t)ag_random_bits(random), 0.04F);
}

#define WAVES 7

/* Plane waves from evenly spread directions: their sum never repeats. */
typedef struct waves {
    int count;
    ag_point direction[WAVES];
    float phase[WAVES];
    uint32_t seed;
    const ag_palette *palette;
} waves;

static ag_colour wave_colour(const void *ctx, ag_point at)
{
    const waves *sea = ctx;
    const float drift = ag_noise_at(sea->seed, at.x / 420, at.y / 420);
    const float shift = 40 * ag_noise_at(sea->seed + 1, at.x / 300, at.y / 300);
    float sum = 0;
    for (int i = 0; i < sea->count; i++)
        sum += cosf((at.x + shift) * sea->direction[i].x + (at.y - shift) * sea->direction[i].y +
                    sea->phase[i]);
    const float level = sum / sqrtf((float)sea->count) * 1.5F + drift * 1.8F + 2.6F;
    const float step = floorf(level), part = level - step;
    const int index = (((int)step % 5) + 5) % 5;
    const ag_colour here = ag_palette_get(sea->palette, index),
                    next = ag_palette_get(sea->palette, (index + 1) % 5);
    const float line = ag_smooth(0.02F, 0.1F, part) * (1 - ag_smooth(0.92F, 1, part));
    const ag_colour colour = ag_colour_mix(here, next, ag_smooth(0.3F, 1, part) * 0.45F);
    return ag_colour_mix(ag_palette_get(sea->palette, 5), colour, line);
}

void ag_draw_waves(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x264653, 0x2a9d8f, 0xe9c46a, 0xf4a261, 0xe76f51, 0x16232a}},
        {{0x2d1e2f, 0x6a4c93, 0xb56576, 0xeaac8b, 0xf7e1d7, 0x1b1220}},
        {{0xf1faee, 0xa8dadc, 0x457b9d, 0x1d3557, 0xe63946, 0x14213d}},
    };
    waves sea = {.palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))]};
    sea.seed = (uint32_t)ag_random_bits(random);
    sea.count = ag_random_chance(random, 0.5F) ? 5 : 7;
    const float pitch = 2 * AG_PI / ag_random_between(random, 62, 90),
                lean = ag_random_between(random, 0, AG_PI);
    for (int i = 0; i < sea.count; i++) {
        const float turn = lean + AG_PI * (float)i / (float)sea.count;
        sea.direction[i] = ag_point_polar((ag_point){0, 0}, turn, pitch);
        sea.phase[i] = ag_random_between(random, 0, 2 * AG_PI);
    }
    ag_sheet_shade(sheet, wave_colour, &sea);
    ag_sheet_grain(sheet, sea.seed, 0.05F);
}

/* Marbling after Jaffer: a drop pushes all ink outwards, a comb's tooth drags it along. Each drop's
 * outline is moved by all that happens after it. */
enum { DROPS = 130, COMBS = 13, OUTLINE = 320 };

typedef struct stroke {
    ag_point at;
    float radius;       /* of a drop; 0: a tooth drawn through `at` */
    float cosine, sine; /* of a tooth: its direction */
    float pull, soft;   /* of a tooth: units it drags, units it is felt */
} stroke;

static ag_point moved(const stroke *by, ag_point p)
{
    const float x = p.x - by->at.x, y = p.y - by->at.y;
    if (by->radius > 0) {
        const float grow = sqrtf(1 + by->radius * by->radius / fmaxf(x * x + y * y, 1e-3F));
        return (ag_point){by->at.x + x * grow, by->at.y + y * grow};
    }
    const float away = fabsf(y * by->cosine - x * by->sine);
    const float drag = by->pull * by->soft / (by->soft + away);
    return (ag_point){p.x + by->cosine * drag, p.y + by->sine * drag};
}

static void plan_strokes(stroke *out, const ag_sheet *sheet, ag_random *random)
{
    for (int i = 0; i < DROPS; i++) {
        /* The first drops are the largest: all others push them apart. */
        out[i] = (stroke){.radius = ag_random_between(random, 24, 74) * (i < 16 ? 2.4F : 1)};
        out[i].at.x = ag_random_between(random, -60, sheet->width + 60);
        out[i].at.y = ag_random_between(random, -60, sheet->height + 60);
    }
    const float lean = ag_random_between(random, 0, AG_PI);
    for (int i = 0; i < COMBS; i++) {
        stroke *tooth = &out[DROPS + i];
        const float angle = lean + (i % 2 ? AG_PI : 0) + ag_random_between(random, -0.3F, 0.3F);
        *tooth = (stroke){.cosine = cosf(angle), .sine = sinf(angle)};
        tooth->at.x = ag_random_between(random, 0, sheet->width);
        tooth->at.y = ag_random_between(random, 0, sheet->height);
        tooth->pull = ag_random_between(random, 70, 190);
        tooth->soft = ag_random_between(random, 12, 36);
    }
}

void ag_draw_marbling(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0xf3e9d8, 0x1d3557, 0xb5382f, 0xe6a93a, 0x2f7f79, 0xf7f3ea}},
        {{0x1f2a44, 0xe8d8c3, 0x7a9e9f, 0xc8553d, 0xf28f3b, 0x2b4162}},
        {{0xe9e3d5, 0x4b3f72, 0x8f2d56, 0xd8a48f, 0x218380, 0xfbb13c}},
    };
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    stroke strokes[DROPS + COMBS];
    plan_strokes(strokes, sheet, random);
    ag_sheet_fill(sheet, ag_palette_get(palette, 0));
    for (int i = 0; i < DROPS; i++) {
        ag_point outline[OUTLINE];
        for (int j = 0; j < OUTLINE; j++) {
            outline[j] =
                ag_point_polar(strokes[i].at, 2 * AG_PI * (float)j / OUTLINE, strokes[i].radius);
            for (int k = i + 1; k < DROPS + COMBS; k++)
                outline[j] = moved(&strokes[k], outline[j]);
        }
        ag_pen_polygon(sheet, outline, OUTLINE);
        ag_sheet_ink(sheet, ag_palette_get(palette, ag_random_below(random, 6)), 1);
    }
    ag_sheet_grain(sheet, (uint32_t)ag_random_bits(random), 0.06F);
}
