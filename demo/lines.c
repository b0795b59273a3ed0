/* Works of lines: a flow field, a harmonograph, a map, a hatched still life. */
#include "works.h"

#include <math.h>

#define MARGIN 44.0F

enum { CELLS = 256, RIBBON_STEPS = 150, RIBBONS = 3600 };
#define CELL        4.0F /* units */
#define RIBBON_STEP 5.0F /* units */

/* A field of directions, and which cells of the sheet a ribbon lies on already. */
typedef struct wind {
    const ag_sheet *sheet;
    uint32_t seed;
    float bend, lean; /* radians */
    float gust;       /* width of one, units */
    uint8_t taken[CELLS][CELLS];
} wind;

static bool is_free(const wind *air, ag_point at)
{
    if (at.x < MARGIN || at.y < MARGIN || at.x > air->sheet->width - MARGIN ||
        at.y > air->sheet->height - MARGIN)
        return false;
    return !air->taken[(int)(at.y / CELL)][(int)(at.x / CELL)];
}

/* Follow the wind from `at` while there is room for the width; returns the number of steps. */
static int follow(const wind *air, ag_point *path, ag_point at, float width)
{
    const float reach = width / 2 + 2;
    int count = 0;
    while (count < RIBBON_STEPS) {
        const float gusts = ag_noise_fractal(air->seed, at.x / air->gust, at.y / air->gust, 2);
        const float angle = air->lean + air->bend * gusts, side = angle + AG_PI / 2;
        if (!is_free(air, at) || !is_free(air, ag_point_polar(at, side, reach)) ||
            !is_free(air, ag_point_polar(at, side, -reach)))
            break;
        path[count++] = at;
        at = ag_point_polar(at, angle, RIBBON_STEP);
    }
    return count;
}

static void take_room(wind *air, ag_point at, float width)
{
    const int reach = (int)(width / 2 / CELL) + 1;
    const int column = (int)(at.x / CELL), row = (int)(at.y / CELL);
    for (int y = row - reach; y <= row + reach; y++) {
        for (int x = column - reach; x <= column + reach; x++) {
            const ag_point cell = {((float)x + 0.5F) * CELL, ((float)y + 0.5F) * CELL};
            if (x >= 0 && y >= 0 && x < CELLS && y < CELLS &&
                ag_point_distance(cell, at) < width / 2 + 1)
                air->taken[y][x] = 1;
        }
    }
}

/* A part of a ribbon, from one step to another. */
typedef struct ribbon {
    const ag_point *path;
    int count; /* steps */
    float width;
} ribbon;

static void ink_ribbon(ag_sheet *sheet, const ribbon *it, ag_colour colour)
{
    for (int i = 1; i < it->count; i++)
        ag_pen_line(sheet, it->path[i - 1], it->path[i], it->width, it->width);
    ag_sheet_ink(sheet, colour, 1);
}

/* Bands of another colour, at random places. */
static void ink_bands(ag_sheet *sheet, ag_random *random, const ribbon *on, ag_colour colour)
{
    int from = 0;
    while (from < on->count) {
        const int length = 1 + ag_random_below(random, 8), left = on->count - from;
        const ribbon band = {on->path + from, length < left ? length : left, on->width};
        ink_ribbon(sheet, &band, colour);
        from += length + 1 + ag_random_below(random, 8);
    }
}

void ag_draw_wind(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0xf3ead7, 0xd9a441, 0xb5542c, 0x2f4858, 0xe8c98c, 0x7a8c69}},
        {{0x14202b, 0x3fa7a3, 0xf2e3bc, 0xe4572e, 0x8fb8ca, 0xf3a712}},
        {{0xefe9e4, 0x22223b, 0x9a8c98, 0xc9575a, 0x4a4e69, 0xe0a890}},
        {{0x10241f, 0xb6d7a8, 0x5b8e7d, 0xf4e285, 0xbc4b51, 0x8cb369}},
    };
    static const float WIDTHS[] = {36, 22, 14, 14, 9, 9, 5, 3};
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    wind air = {.sheet = sheet, .seed = (uint32_t)ag_random_bits(random)};
    air.bend = ag_random_between(random, 2.5F, 5.5F);
    air.lean = ag_random_between(random, -AG_PI, AG_PI);
    air.gust = ag_random_between(random, 240, 520);
    ag_sheet_fill(sheet, ag_palette_get(palette, 0));
    for (int i = 0; i < RIBBONS; i++) {
        ag_point path[RIBBON_STEPS];
        /* The wide ones first: there is no room for them later. */
        const float width = WIDTHS[i * AG_COUNT(WIDTHS) / RIBBONS];
        const float x = ag_random_between(random, 0, sheet->width);
        const float y = ag_random_between(random, 0, sheet->height);
        const int count = follow(&air, path, (ag_point){x, y}, width);
        if (count < 5)
            continue;
        const ribbon laid = {path, count, width};
        const ag_colour ground = ag_palette_get(palette, 1 + ag_random_below(random, 5));
        const ag_colour band = ag_palette_get(palette, 1 + ag_random_below(random, 5));
        ink_ribbon(sheet, &laid, ag_colour_vary(ground, random, 0.06F));
        if (width >= 6 && ag_random_chance(random, 0.4F))
            ink_bands(sheet, random, &laid, band);
        for (int j = 0; j < count; j++)
            take_room(&air, path[j], width);
    }
    ag_sheet_grain(sheet, air.seed, 0.05F);
}

enum { SWINGS = 5200, SWING_PIECE = 26 };

typedef struct pendulum {
    float frequency, phase, size, decay;
} pendulum;

static pendulum hang(ag_random *random, int beat, float size)
{
    pendulum made = {.size = size};
    made.frequency = (float)beat + ag_random_between(random, -0.012F, 0.012F);
    made.phase = ag_random_between(random, 0, 2 * AG_PI);
    made.decay = ag_random_between(random, 0.004F, 0.009F);
    return made;
}

static float swing(const pendulum *p, float time)
{
    return p->size * expf(-p->decay * time) * sinf(p->frequency * time + p->phase);
}

/* One harmonograph figure: two pendulums move the pen, two the paper. */
static void ink_figure(ag_sheet *sheet, ag_random *random, const ag_palette *palette)
{
    static const int BEATS[][2] = {{2, 3}, {1, 2}, {3, 4}, {3, 5}, {2, 5}, {1, 3}, {4, 5}};
    const int *beats = BEATS[ag_random_below(random, AG_COUNT(BEATS))];
    const float wide = sheet->width / 2 - 60, high = sheet->height / 2 - 60;
    const pendulum across[] = {hang(random, beats[0], wide * 0.6F),
                               hang(random, beats[1], wide * 0.4F)};
    const pendulum down[] = {hang(random, beats[1], high * 0.6F),
                             hang(random, beats[0], high * 0.4F)};
    const float first = ag_random_unit(random);
    ag_point path[SWING_PIECE + 1];
    for (int start = 0; start < SWINGS; start += SWING_PIECE) {
        for (int i = 0; i <= SWING_PIECE; i++) {
            const float time = (float)(start + i) * 0.045F;
            path[i] =
                (ag_point){sheet->width / 2 + swing(&across[0], time) + swing(&across[1], time),
                           sheet->height / 2 + swing(&down[0], time) + swing(&down[1], time)};
        }
        const float t = first + 2 * (float)start / SWINGS;
        ag_pen_path(sheet, path, SWING_PIECE + 1, 1.7F);
        ag_sheet_ink(sheet, ag_palette_along(palette, 0.2F + 0.8F * fabsf(2 * (t - floorf(t)) - 1)),
                     0.85F);
    }
}

void ag_draw_pendulums(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x0f1626, 0x2b59c3, 0x38a3a5, 0xf2d6a2, 0xe76f51, 0xfff3d6}},
        {{0x1d0f1f, 0x7a306c, 0xd1495b, 0xedae49, 0xf6e7cb, 0x66a182}},
        {{0xf4efe3, 0xdfb78a, 0xc8553d, 0x588b8b, 0x2d3047, 0x1b1b1e}},
    };
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    ag_sheet_fill(sheet, ag_palette_get(palette, 0));
    ink_figure(sheet, random, palette);
    ink_figure(sheet, random, palette);
    ag_sheet_grain(sheet, (uint32_t)ag_random_bits(random), 0.05F);
}

/* Land and sea, and the height of each pixel in sheet->plane. */
typedef struct coast {
    const ag_sheet *sheet;
    const ag_palette *palette;
} coast;

static void raise_coast(ag_sheet *sheet, ag_random *random)
{
    const uint32_t seed = (uint32_t)ag_random_bits(random);
    const float cx = sheet->width * ag_random_between(random, 0.35F, 0.65F);
    const float cy = sheet->height * ag_random_between(random, 0.35F, 0.65F);
    float *height = sheet->plane;
    for (int y = 0; y < sheet->height_px; y++) {
        for (int x = 0; x < sheet->width_px; x++) {
            const float u = (float)x / sheet->scale, v = (float)y / sheet->scale;
            const float away = ag_length((u - cx) / sheet->width, (v - cy) / sheet->height);
            *height++ = 0.42F - 1.25F * away + 0.75F * ag_noise_fractal(seed, u / 260, v / 260, 5);
        }
    }
}

/* How much of a contour is on a pixel with this height and slope (per pixel). */
static float contour(float height, float slope, float step, float width_px)
{
    const float lines = height / step;
    const float away_px = fabsf(lines - roundf(lines)) * step / fmaxf(slope, 1e-6F);
    return 1 - ag_smooth(width_px - 0.5F, width_px + 0.5F, away_px);
}

static ag_colour map_colour(const void *ctx, ag_point at)
{
    const coast *map = ctx;
    const ag_sheet *sheet = map->sheet;
    const int x = (int)(at.x * sheet->scale), y = (int)(at.y * sheet->scale);
    const int w = sheet->width_px;
    const float *here = sheet->plane + (ptrdiff_t)y * w + x;
    const float dx = x + 1 < w ? here[1] - here[0] : 0;
    const float dy = y + 1 < sheet->height_px ? here[w] - here[0] : 0;
    const float slope = ag_length(dx, dy), light = (dx + dy) * sheet->scale * 26;
    const float step = *here > 0 ? 0.05F : 0.09F;
    const float band = floorf(*here / step) * step;
    ag_colour colour =
        *here < 0 ? ag_colour_mix(ag_palette_get(map->palette, 1), ag_palette_get(map->palette, 0),
                                  -band * 1.6F)
                  : ag_colour_mix(ag_palette_get(map->palette, 2),
                                  ag_palette_get(map->palette, 3 + (band > 0.3F)), band * 2.2F);
    if (*here > 0)
        colour = ag_colour_scale(colour, 1 - ag_clamp(light, -0.16F, 0.2F));
    const ag_colour ink = ag_palette_get(map->palette, 5);
    colour = ag_colour_mix(colour, ink, 0.45F * contour(*here, slope, step, 0.45F * sheet->scale));
    const float shore =
        1 - ag_smooth(1.2F, 2.2F, fabsf(*here) / fmaxf(slope * sheet->scale, 1e-6F));
    return ag_colour_mix(colour, ink, 0.9F * shore);
}

static float height_at(const ag_sheet *sheet, ag_point at)
{
    const int x = (int)(at.x * sheet->scale), y = (int)(at.y * sheet->scale);
    return sheet->plane[(ptrdiff_t)y * sheet->width_px + x];
}

/* What the surveyor noted: woods, summits and rocks. */
static void ink_signs(ag_sheet *sheet, ag_random *random, const ag_palette *palette)
{
    const ag_colour ink = ag_palette_get(palette, 5);
    for (int i = 0; i < 420; i++) {
        const float x = ag_random_between(random, 60, sheet->width - 60);
        const float y = ag_random_between(random, 60, sheet->height - 60);
        const float height = height_at(sheet, (ag_point){x, y});
        if (height > 0.36F && i % 3 == 0) {
            const ag_point peak[] = {{x, y - 11}, {x + 8, y + 5}, {x - 8, y + 5}};
            ag_pen_polygon(sheet, peak, 3);
        } else if (height > 0.04F && height < 0.2F) {
            ag_pen_disc(sheet, (ag_point){x, y}, 4);
            ag_pen_line(sheet, (ag_point){x, y}, (ag_point){x, y + 9}, 1.6F, 1.6F);
        } else if (height < -0.05F && height > -0.2F && i % 4 == 0) {
            ag_pen_line(sheet, (ag_point){x - 5, y}, (ag_point){x + 5, y}, 2, 2);
            ag_pen_line(sheet, (ag_point){x, y - 5}, (ag_point){x, y + 5}, 2, 2);
        }
    }
    ag_sheet_ink(sheet, ink, 0.75F);
}

/* The graticule with its meshes `pitch` wide, and the map's frame of bars. */
static void ink_frame(ag_sheet *sheet, ag_colour paper, ag_colour ink, float margin, float pitch)
{
    const float right = sheet->width - margin, bottom = sheet->height - margin;
    for (float x = margin + pitch; x < right; x += pitch)
        ag_pen_line(sheet, (ag_point){x, margin}, (ag_point){x, bottom}, 1, 1);
    for (float y = margin + pitch; y < bottom; y += pitch)
        ag_pen_line(sheet, (ag_point){margin, y}, (ag_point){right, y}, 1, 1);
    ag_sheet_ink(sheet, ink, 0.3F);
    ag_sheet_mat(sheet, ink, margin);
    ag_sheet_mat(sheet, paper, margin - 3);
    for (float x = margin; x < right - 1; x += pitch) {
        const float end = fminf(x + pitch / 2, right);
        ag_pen_rectangle(sheet, (ag_point){x, margin - 12}, (ag_point){end, margin});
        ag_pen_rectangle(sheet, (ag_point){x, bottom}, (ag_point){end, bottom + 12});
    }
    for (float y = margin; y < bottom - 1; y += pitch) {
        const float end = fminf(y + pitch / 2, bottom);
        ag_pen_rectangle(sheet, (ag_point){margin - 12, y}, (ag_point){margin, end});
        ag_pen_rectangle(sheet, (ag_point){right, y}, (ag_point){right + 12, end});
    }
    ag_sheet_ink(sheet, ink, 1);
}

void ag_draw_coast(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x6fa3b5, 0xb9d6d3, 0xe6dcae, 0xc98f52, 0xf6efe2, 0x3a2f28}},
        {{0x9bb0a8, 0xd8ddc8, 0xc4cf9b, 0x6d8b53, 0xe9e4d0, 0x27352b}},
        {{0x34506b, 0x7fa0b0, 0xf0d9b0, 0xd0734f, 0xfff4e6, 0x1f2430}},
    };
    const coast map = {sheet, &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))]};
    raise_coast(sheet, random);
    ag_sheet_shade(sheet, map_colour, &map);
    ink_signs(sheet, random, map.palette);
    const float margin = ag_random_between(random, 34, 60),
                pitch = ag_random_between(random, 80, 150);
    ink_frame(sheet, ag_colour_from(0xf4ecd8), ag_palette_get(map.palette, 5), margin, pitch);
    ag_sheet_grain(sheet, (uint32_t)ag_random_bits(random), 0.06F);
}

/* A thing on the table: its colour, and hatching where it turns from the light. */
typedef struct thing {
    ag_point centre;
    float radius;  /* half of its width */
    bool is_ball;  /* else upright: it turns from the light sideways only */
    uint32_t seed; /* of the hand's unsteadiness */
    float slant;   /* of its hatching, radians */
    ag_colour wash, ink;
} thing;

/* Strokes a few units apart, more and crossing ones the darker it is. */
static ag_colour hatch(const thing *it, ag_point at, float dark)
{
    float ink = 0;
    for (int layer = 0; layer < 3; layer++) {
        const float angle = it->slant + (float)layer * 0.9F;
        const float shake = 2.5F * ag_noise_at(it->seed + (uint32_t)layer, at.x / 40, at.y / 40);
        const float across = (at.x * sinf(angle) + at.y * cosf(angle) + shake) / 6.5F;
        const float away = fabsf(across - roundf(across));
        const float need = 0.3F + 0.22F * (float)layer;
        ink = fmaxf(ink, ag_smooth(need, need + 0.25F, dark) * (1 - ag_smooth(0.1F, 0.26F, away)));
    }
    return ag_colour_mix(ag_colour_scale(it->wash, 1.12F - 0.35F * dark), it->ink, ink * 0.85F);
}

static ag_colour thing_colour(const void *ctx, ag_point at)
{
    const thing *it = ctx;
    const float x = (at.x - it->centre.x) / it->radius, y = (at.y - it->centre.y) / it->radius;
    const float dark =
        it->is_ball ? ag_length(x + 0.4F, y + 0.45F) * 0.62F : 0.5F * fabsf(x + 0.35F) + 0.15F;
    return hatch(it, at, dark + 0.08F * ag_noise_at(it->seed, at.x / 60, at.y / 60));
}

static void outline(ag_sheet *sheet, const ag_point *points, int count, ag_colour ink)
{
    ag_pen_path(sheet, points, count, 2.4F);
    ag_pen_line(sheet, points[count - 1], points[0], 2.4F, 2.4F);
    ag_sheet_ink(sheet, ink, 0.9F);
}

enum { PROFILE = 24 };

/* A label with a few lines that say nothing. */
static void ink_label(ag_sheet *sheet, ag_random *random, const thing *on, float top)
{
    const int lines = 1 + ag_random_below(random, 5);
    const float left = on->centre.x - on->radius * ag_random_between(random, 0.35F, 0.7F);
    const float right = on->centre.x + on->radius * ag_random_between(random, 0.25F, 0.6F);
    const float leading = ag_random_between(random, 6, 14);
    ag_pen_rectangle(sheet, (ag_point){left, top},
                     (ag_point){right, top + leading * (float)(lines + 1)});
    ag_sheet_ink(sheet, ag_colour_from(0xf3e7cd), 0.9F);
    for (int i = 1; i <= lines; i++) {
        const float y = top + leading * (float)i;
        const float end = left + (right - left) * ag_random_between(random, 0.45F, 0.92F);
        ag_pen_line(sheet, (ag_point){left + 5, y}, (ag_point){end, y}, leading * 0.24F, 2);
    }
    ag_sheet_ink(sheet, on->ink, 0.8F);
}

/* A bottle or jug standing with its foot at centre.y + height. */
static void ink_bottle(ag_sheet *sheet, ag_random *random, thing *it, float height)
{
    ag_point points[2 * PROFILE];
    const float neck = ag_random_between(random, 0.2F, 0.5F);
    const float shoulder = ag_random_between(random, 0.25F, 0.5F);
    const float belly = ag_random_between(random, 0, 0.35F);
    const float foot = it->centre.y;
    for (int i = 0; i < PROFILE; i++) {
        const float t = (float)i / (PROFILE - 1); /* 0 at the top */
        float half = neck + (1 - neck) * ag_smooth(shoulder - 0.14F, shoulder + 0.16F, t);
        half *= 1 - belly * ag_smooth(0.6F, 1, t);
        half += i < 2 ? 0.07F : 0; /* the lip */
        points[i] = (ag_point){it->centre.x - half * it->radius, foot - height * (1 - t)};
        points[2 * PROFILE - 1 - i] = (ag_point){it->centre.x + half * it->radius, points[i].y};
    }
    ag_pen_polygon(sheet, points, 2 * PROFILE);
    ag_sheet_ink_shaded(sheet, thing_colour, it, 1);
    outline(sheet, points, 2 * PROFILE, it->ink);
    ink_label(sheet, random, it, foot - height * ag_random_between(random, 0.25F, 0.4F));
}

static void ink_fruit(ag_sheet *sheet, ag_random *random, thing *it)
{
    ag_point points[2 * PROFILE];
    const float dent = ag_random_between(random, 0.02F, 0.16F);
    for (int i = 0; i < 2 * PROFILE; i++) {
        const float angle = 2 * AG_PI * (float)i / (2 * PROFILE);
        const float top = powf(fmaxf(-sinf(angle), 0), 8);
        points[i] = ag_point_polar(it->centre, angle, it->radius * (1 - dent * top));
    }
    ag_pen_polygon(sheet, points, 2 * PROFILE);
    ag_sheet_ink_shaded(sheet, thing_colour, it, 1);
    outline(sheet, points, 2 * PROFILE, it->ink);
    const ag_point stem = {it->centre.x, it->centre.y - it->radius * (1 - dent)};
    ag_pen_line(sheet, stem, ag_point_polar(stem, -1.2F, it->radius * 0.4F), 5, 3);
    ag_sheet_ink(sheet, it->ink, 1);
}

/* Wall and table, hatched as the things are. */
static void ink_ground(ag_sheet *sheet, ag_random *random, thing *it, ag_colour table)
{
    const float edge = sheet->height * ag_random_between(random, 0.5F, 0.66F);
    it->centre = (ag_point){sheet->width * 0.3F, sheet->height * 0.25F};
    it->radius = sheet->width * 0.75F;
    it->is_ball = true;
    it->slant = ag_random_between(random, 0.4F, 1.2F);
    ag_pen_rectangle(sheet, (ag_point){0, 0}, (ag_point){sheet->width, edge});
    ag_sheet_ink_shaded(sheet, thing_colour, it, 1);
    it->wash = table;
    it->slant = ag_random_between(random, -0.2F, 0.2F);
    ag_pen_rectangle(sheet, (ag_point){0, edge}, (ag_point){sheet->width, sheet->height});
    ag_sheet_ink_shaded(sheet, thing_colour, it, 1);
    ag_pen_line(sheet, (ag_point){0, edge}, (ag_point){sheet->width, edge}, 3, 3);
    ag_sheet_ink(sheet, it->ink, 1);
}

void ag_draw_still_life(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0xe9dcc0, 0xc9a26b, 0x5f7f6e, 0xb4533a, 0xd9a13b, 0x2c2a33}},
        {{0xc8d3d5, 0x8a6f5a, 0x2f5d73, 0xd8843c, 0x93a35b, 0x20242c}},
        {{0xe7cfc2, 0x8f9779, 0x94435a, 0x5b6c9c, 0xe0b04c, 0x2d1e22}},
    };
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    thing it = {.seed = (uint32_t)ag_random_bits(random),
                .wash = ag_palette_get(palette, 0),
                .ink = ag_palette_get(palette, 5)};
    ink_ground(sheet, random, &it, ag_palette_get(palette, 1));
    const int bottles = 3 + ag_random_below(random, 3), fruits = 4 + ag_random_below(random, 4);
    for (int i = 0; i < bottles + fruits; i++) {
        const bool is_fruit = i >= bottles;
        const float place = is_fruit ? (float)(i - bottles) + 0.5F : (float)i + 0.5F;
        const float share = sheet->width * 0.84F / (float)(is_fruit ? fruits : bottles);
        it.seed++;
        it.is_ball = is_fruit;
        it.slant = ag_random_between(random, -1, 1);
        it.wash = ag_palette_get(palette, 2 + ag_random_below(random, 3));
        it.radius = is_fruit ? ag_random_between(random, 40, 68)
                             : share * ag_random_between(random, 0.3F, 0.46F);
        it.centre.x =
            sheet->width * 0.08F + share * (place + ag_random_between(random, -0.2F, 0.2F));
        it.centre.y = sheet->height * (is_fruit ? ag_random_between(random, 0.76F, 0.86F)
                                                : ag_random_between(random, 0.68F, 0.78F));
        if (is_fruit)
            ink_fruit(sheet, random, &it);
        else
            ink_bottle(sheet, random, &it, sheet->height * ag_random_between(random, 0.4F, 0.62F));
    }
    ag_sheet_mat(sheet, ag_colour_from(0xf5efe2), ag_random_between(random, 30, 62));
    ag_sheet_grain(sheet, it.seed, 0.06F);
}
