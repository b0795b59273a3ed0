/* Landscapes: mountains by moonlight, a heavy sea, northern lights, mountains in ink. */
#include "works.h"

#include <math.h>

enum { RIDGE = 400 };

/* A ridge from one side of the sheet to the other. */
typedef struct ridge {
    ag_point points[RIDGE + 3]; /* the last two close it at the foot of the sheet */
    float top, foot;            /* of the sheet that it covers */
    ag_colour peak, mist;       /* its colours above and below */
    uint32_t seed;
    bool is_sharp; /* with pointed peaks, as old mountains have not */
} ridge;

/* Peaks `width` apart, up to `height` above `level`. */
static void raise_ridge(ridge *out, const ag_sheet *sheet, float level, float height, float width)
{
    out->top = level - height;
    out->foot = sheet->height;
    for (int i = 0; i <= RIDGE; i++) {
        const float x = sheet->width * (float)i / RIDGE;
        float up = ag_noise_fractal(out->seed, x / width, 0.5F, 6);
        if (out->is_sharp)
            up = 0.85F - 1.7F * fabsf(up) + 0.2F * ag_noise_fractal(out->seed + 7, x / 40, 0.5F, 2);
        out->points[i] = (ag_point){x, level - height * up};
    }
    out->points[RIDGE + 1] = (ag_point){sheet->width, sheet->height + 2};
    out->points[RIDGE + 2] = (ag_point){0, sheet->height + 2};
}

static ag_colour ridge_colour(const void *ctx, ag_point at)
{
    const ridge *it = ctx;
    const float down = (at.y - it->top) / (it->foot - it->top);
    const float rock = ag_noise_fractal(it->seed, at.x / 34, at.y / 60, 2);
    return ag_colour_scale(ag_colour_mix(it->peak, it->mist, ag_smooth(0, 0.75F, down)),
                           1 + 0.14F * rock);
}

/* A spruce: a trunk and tiers of ragged branches. */
static void pen_spruce(ag_sheet *sheet, ag_random *random, ag_point foot, float height)
{
    const int tiers = 5 + (int)(height / 18);
    ag_pen_line(sheet, foot, (ag_point){foot.x, foot.y - height}, height * 0.045F, 0.5F);
    for (int i = 0; i < tiers; i++) {
        const float t = (float)i / (float)tiers;
        const float half = height * (0.03F + 0.2F * (1 - t)),
                    y = foot.y - height * (0.1F + 0.88F * t);
        const float left = half * ag_random_between(random, 0.6F, 1.1F);
        const float right = half * ag_random_between(random, 0.6F, 1.1F);
        const float drop = height * 0.05F;
        const ag_point tier[] = {{foot.x, y - height * 0.16F * (1.1F - t)},
                                 {foot.x + right, y + drop},
                                 {foot.x, y - drop * 0.2F},
                                 {foot.x - left, y + drop}};
        ag_pen_polygon(sheet, tier, 4);
    }
}

static void plant_ridge(ag_sheet *sheet, ag_random *random, const ridge *on, float height,
                        float share)
{
    for (int i = 1; i < RIDGE; i++) {
        if (!ag_random_chance(random,
                              share * (0.6F + ag_noise_at(on->seed + 3, (float)i / 30, 0.5F))))
            continue;
        const ag_point foot = {on->points[i].x, on->points[i].y + 4};
        pen_spruce(sheet, random, foot, height * ag_random_between(random, 0.45F, 1.2F));
    }
    ag_sheet_ink(sheet, ag_colour_scale(on->peak, 0.86F), 1);
}

typedef struct sky {
    const ag_palette *palette;
    float height; /* where it meets the ground */
    ag_point moon;
    float radius;
    uint32_t seed;
} sky;

static ag_colour sky_colour(const void *ctx, ag_point at)
{
    const sky *it = ctx;
    const float cloud = ag_noise_fractal(it->seed, at.x / 420, at.y / 70, 4);
    const float glow = expf(-ag_point_distance(at, it->moon) / (it->radius * 3.2F));
    ag_colour colour = ag_colour_mix(ag_palette_get(it->palette, 0), ag_palette_get(it->palette, 1),
                                     at.y / it->height + 0.12F * cloud);
    colour =
        ag_colour_mix(colour, ag_palette_get(it->palette, 2), 0.35F * ag_smooth(0.1F, 0.6F, cloud));
    return ag_colour_mix(colour, ag_palette_get(it->palette, 3), 0.75F * glow);
}

static ag_colour moon_colour(const void *ctx, ag_point at)
{
    const sky *it = ctx;
    const float seas =
        ag_noise_fractal(it->seed + 5, at.x / it->radius * 1.1F, at.y / it->radius * 1.1F, 4);
    return ag_colour_scale(ag_palette_get(it->palette, 3),
                           1 - 0.26F * ag_smooth(0.02F, 0.3F, seas));
}

static void ink_stars(ag_sheet *sheet, ag_random *random, float bottom, int count)
{
    for (int i = 0; i < count; i++) {
        const float x = ag_random_between(random, 0, sheet->width);
        const float y = bottom * powf(ag_random_unit(random), 1.3F);
        const float bright = ag_random_unit(random);
        ag_pen_disc(sheet, (ag_point){x, y}, 0.7F + 2.1F * powf(bright, 6));
        ag_sheet_ink(sheet, ag_colour_from(0xfff6e0), 0.35F + 0.65F * bright);
    }
}

void ag_draw_moonrise(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x16213f, 0xd98a7a, 0x5a5a8c, 0xfbe9c6, 0x8a86a8, 0x141a2e}},
        {{0x0d2a38, 0x9cc5b0, 0x3f6f77, 0xf7f2d8, 0x7fa5a0, 0x0b1e24}},
        {{0x2a1436, 0xf29c6b, 0x8c3f5f, 0xffe3b0, 0xb0708a, 0x1d0f26}},
    };
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    sky above = {.palette = palette,
                 .height = sheet->height * 0.62F,
                 .seed = (uint32_t)ag_random_bits(random)};
    above.radius = sheet->width * ag_random_between(random, 0.05F, 0.1F);
    above.moon.x = sheet->width * ag_random_between(random, 0.2F, 0.8F);
    above.moon.y = sheet->height * ag_random_between(random, 0.16F, 0.36F);
    ag_sheet_shade(sheet, sky_colour, &above);
    ink_stars(sheet, random, sheet->height * 0.5F, 190);
    ag_pen_disc(sheet, above.moon, above.radius);
    ag_sheet_ink_shaded(sheet, moon_colour, &above, 1);
    const int ridges = 6;
    for (int i = 0; i < ridges; i++) {
        const float near = (float)i / (float)(ridges - 1);
        ridge it = {.seed = (uint32_t)ag_random_bits(random), .is_sharp = i < 3};
        it.peak =
            ag_colour_mix(ag_palette_get(palette, 4), ag_palette_get(palette, 5), sqrtf(near));
        it.mist = ag_colour_mix(it.peak, ag_palette_get(palette, 1), 0.55F - 0.35F * near);
        raise_ridge(&it, sheet, sheet->height * (0.5F + 0.42F * near),
                    sheet->height * (0.2F - 0.07F * near), 360 - 120 * near);
        ag_pen_polygon(sheet, it.points, RIDGE + 3);
        ag_sheet_ink_shaded(sheet, ridge_colour, &it, 1);
        if (i >= 2)
            plant_ridge(sheet, random, &it, 12 + 75 * near * near, 0.5F - 0.25F * near);
    }
    ag_sheet_grain(sheet, above.seed, 0.06F);
}

/* One wave of the sea, from side to side, its crests leaning. */
static void raise_wave(ridge *out, const ag_sheet *sheet, float level, float height, float width)
{
    out->top = level - height;
    out->foot = level + height * 2.4F;
    const float phase = 6 * ag_hash_unit(out->seed, 1, 1);
    for (int i = 0; i <= RIDGE; i++) {
        const float x = sheet->width * (1.1F * (float)i / RIDGE - 0.05F);
        const float swell = 0.6F + 0.7F * ag_noise_at(out->seed, x / (width * 2.2F), 0.5F);
        const float turn = phase + x / width * 2 * AG_PI +
                           1.6F * ag_noise_at(out->seed + 1, x / width / 1.7F, 0.5F);
        /* A trochoid: broad troughs, pointed crests. */
        out->points[i] = (ag_point){x + 0.55F * height * swell * sinf(turn),
                                    level - height * swell * (cosf(turn) + 0.25F * cosf(2 * turn))};
    }
    const float foot = level + 3 * height + 50; /* the next waves cover the rest */
    out->points[RIDGE + 1] = (ag_point){sheet->width + 60, foot};
    out->points[RIDGE + 2] = (ag_point){-60, foot};
}

/* Lines that follow the wave below its crest, and foam on it. */
static void ink_wave(ag_sheet *sheet, ag_random *random, const ridge *it, const ag_palette *palette,
                     float height)
{
    ag_pen_polygon(sheet, it->points, RIDGE + 3);
    ag_sheet_ink_shaded(sheet, ridge_colour, it, 1);
    for (int line = 1; line <= 4; line++) {
        for (int i = 1; i <= RIDGE; i++) {
            const float gap = ag_noise_at(it->seed + (uint32_t)line, (float)i / 16, (float)line);
            const float down = height * 0.36F * (float)line;
            const ag_point a = {it->points[i - 1].x, it->points[i - 1].y + down};
            const ag_point b = {it->points[i].x, it->points[i].y + down};
            if (gap > -0.12F)
                ag_pen_line(sheet, a, b, 1 + height * 0.035F, 1 + height * 0.035F);
        }
        ag_sheet_ink(sheet, ag_palette_get(palette, line % 2 ? 4 : 2), 0.7F);
    }
    for (int i = 1; i <= RIDGE; i++) {
        const float crest = (it->foot - it->points[i].y) / height - 2.2F;
        ag_pen_line(sheet, it->points[i - 1], it->points[i], 1.5F, 1.5F);
        for (int j = 0; crest > 0.75F && j < 3; j++) {
            const float away = height * 0.22F * ag_random_unit(random);
            ag_pen_disc(
                sheet, ag_point_polar(it->points[i], ag_random_between(random, -AG_PI, 0.3F), away),
                height * ag_random_between(random, 0.01F, 0.055F));
        }
    }
    ag_sheet_ink(sheet, ag_palette_get(palette, 5), 0.95F);
}

/* A small boat on the points of a wave. */
static void ink_boat(ag_sheet *sheet, const ridge *on, int place, float size, ag_colour sail)
{
    const ag_point at = {on->points[place].x, on->points[place].y - size * 0.1F};
    const float lean = atan2f(on->points[place + 6].y - on->points[place - 6].y,
                              on->points[place + 6].x - on->points[place - 6].x);
    const ag_point bow = ag_point_polar(at, lean, size),
                   stern = ag_point_polar(at, lean + AG_PI, size * 0.8F);
    const ag_point keel = ag_point_polar(at, lean + AG_PI / 2, size * 0.36F);
    const ag_point top = ag_point_polar(at, lean - AG_PI / 2, size * 1.9F);
    const ag_point hull[] = {bow, ag_point_polar(keel, lean, size * 0.5F),
                             ag_point_polar(keel, lean + AG_PI, size * 0.5F), stern};
    ag_pen_polygon(sheet, hull, 4);
    ag_pen_line(sheet, at, top, size * 0.08F, size * 0.05F);
    ag_sheet_ink(sheet, ag_colour_from(0x3a2319), 1);
    const ag_point jib[] = {ag_point_mix(at, top, 0.95F), ag_point_mix(at, bow, 0.85F),
                            ag_point_mix(at, top, 0.1F)};
    const ag_point main[] = {ag_point_mix(at, top, 0.9F), ag_point_mix(at, stern, 0.9F),
                             ag_point_mix(at, top, 0.14F)};
    ag_pen_polygon(sheet, jib, 3);
    ag_pen_polygon(sheet, main, 3);
    ag_sheet_ink(sheet, sail, 1);
}

void ag_draw_sea(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0xe8dcc0, 0xd9c59a, 0x16324f, 0x2a628f, 0x8fb8c8, 0xf7f2e4}},
        {{0xf1c9a5, 0xe59a7a, 0x2b2d42, 0x4a5a78, 0x9fb0bf, 0xfdf4e6}},
        {{0xcfd8d3, 0xa9bbb5, 0x0f3b3a, 0x2b6d64, 0x8ec3ad, 0xf4f7ee}},
    };
    enum { ROWS = 11 };
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    const float horizon = sheet->height * ag_random_between(random, 0.24F, 0.4F);
    sky above = {palette,
                 horizon * 1.2F,
                 {sheet->width * ag_random_between(random, 0.15F, 0.85F), horizon * 0.55F},
                 ag_random_between(random, 36, 70),
                 (uint32_t)ag_random_bits(random)};
    ag_sheet_shade(sheet, sky_colour, &above);
    ag_pen_disc(sheet, above.moon, above.radius);
    ag_sheet_ink(sheet, ag_colour_from(0xd8472f), 0.9F);
    const int boat = 3 + ag_random_below(random, 4);
    for (int i = 0; i < ROWS; i++) {
        const float near = (float)i / (ROWS - 1), height = 5 + 62 * near * near;
        ridge it = {.seed = (uint32_t)ag_random_bits(random)};
        it.peak = ag_colour_mix(ag_palette_get(palette, 4), ag_palette_get(palette, 3),
                                0.3F + 0.7F * near);
        it.mist = ag_palette_get(palette, 2);
        raise_wave(&it, sheet, horizon + (sheet->height - horizon) * powf(near, 1.35F) * 0.98F,
                   height, 60 + 330 * near);
        if (i == boat)
            ink_boat(sheet, &it, 60 + ag_random_below(random, RIDGE - 120), 16 + 60 * near,
                     ag_palette_get(palette, 5));
        ink_wave(sheet, random, &it, palette, height);
    }
    ag_sheet_grain(sheet, above.seed, 0.07F);
}

enum { CURTAINS = 4 };

typedef struct aurora {
    const ag_palette *palette;
    uint32_t seed;
    float shore;          /* the sky is above, its mirror image below */
    float foot[CURTAINS]; /* of each curtain, units from the top */
    float height[CURTAINS];
    float slope[CURTAINS];
} aurora;

static ag_colour night_colour(const aurora *it, ag_point at)
{
    ag_colour colour = ag_colour_mix(ag_palette_get(it->palette, 0), ag_palette_get(it->palette, 1),
                                     at.y / it->shore);
    for (int i = 0; i < CURTAINS; i++) {
        const uint32_t seed = it->seed + 11 * (uint32_t)i;
        const float sway = ag_noise_fractal(seed, at.x / 260, 0.5F, 2);
        const float up = (it->foot[i] + it->slope[i] * at.x + 120 * sway - at.y) / it->height[i];
        if (up < -0.2F || up > 2)
            continue; /* nothing of it is to be seen here */
        const float light = up < 0 ? expf(up * 22) : expf(-up * 2.6F) * (1 - 0.3F * up);
        const float rays = ag_noise_fractal(seed + 5, (at.x + 90 * sway) / 17, at.y / 700, 2);
        const float part = 0.75F + 0.6F * ag_noise_at(seed + 9, at.x / 220, 0.5F);
        const ag_colour glow = ag_colour_mix(ag_palette_get(it->palette, 2),
                                             ag_palette_get(it->palette, 3), up * 1.3F);
        colour = ag_colour_mix(colour, glow, light * part * (0.62F + 0.5F * rays));
    }
    return colour;
}

static ag_colour aurora_colour(const void *ctx, ag_point at)
{
    const aurora *it = ctx;
    if (at.y < it->shore)
        return night_colour(it, at);
    const float ripple =
        ag_noise_fractal(it->seed + 99, at.x / 60, at.y / 5, 2) * (at.y - it->shore) * 0.12F;
    const ag_point up = {at.x + ripple, it->shore - (at.y - it->shore) * 1.6F - ripple};
    return ag_colour_scale(
        ag_colour_mix(night_colour(it, up), ag_palette_get(it->palette, 0), 0.25F), 0.75F);
}

/* A cabin at the water: somebody is at home. */
static void ink_cabin(ag_sheet *sheet, ag_random *random, ag_point foot)
{
    const float half = ag_random_between(random, 18, 40), wall = ag_random_between(random, 16, 28);
    const float roof = wall + half * ag_random_between(random, 0.4F, 0.9F);
    const int windows = 1 + ag_random_below(random, 3);
    const ag_point house[] = {{foot.x - half, foot.y},
                              {foot.x - half, foot.y - wall},
                              {foot.x, foot.y - roof},
                              {foot.x + half, foot.y - wall},
                              {foot.x + half, foot.y}};
    ag_pen_polygon(sheet, house, 5);
    const float chimney = foot.x + half * ag_random_between(random, -0.7F, 0.6F);
    ag_pen_rectangle(sheet, (ag_point){chimney, foot.y - roof - 4},
                     (ag_point){chimney + 7, foot.y - wall});
    ag_sheet_ink(sheet, ag_colour_from(0x0d1013), 1);
    const ag_colour light = ag_colour_from(0xffc861);
    for (int i = 0; i < windows; i++) {
        const float x = foot.x + half * (2 * ((float)i + 0.5F) / (float)windows - 1);
        ag_pen_rectangle(sheet, (ag_point){x - 5, foot.y - wall * 0.8F},
                         (ag_point){x + 5, foot.y - wall * 0.35F});
        ag_sheet_ink(sheet, light, 1);
        for (int j = 1; j < 5; j++) { /* on the water */
            const float y = foot.y + 8 * (float)j, sway = ag_random_between(random, -4, 4);
            ag_pen_line(sheet, (ag_point){x + sway - 6, y}, (ag_point){x + sway + 6, y}, 2.4F,
                        1.4F);
        }
        ag_sheet_ink(sheet, light, 0.6F);
    }
}

void ag_draw_aurora(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x070f22, 0x12354a, 0x5fe3a1, 0x7a4fc0, 0x06090f, 0}},
        {{0x0c0a20, 0x3a2350, 0x63d8c8, 0xd0508a, 0x08060f, 0}},
        {{0x06181c, 0x17474a, 0xc6f07a, 0x2a9d8f, 0x040b0d, 0}},
    };
    aurora night = {.palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))]};
    night.seed = (uint32_t)ag_random_bits(random);
    night.shore = sheet->height * ag_random_between(random, 0.7F, 0.78F);
    for (int i = 0; i < CURTAINS; i++) {
        night.foot[i] = sheet->height * ag_random_between(random, 0.2F, 0.62F);
        night.height[i] = sheet->height * ag_random_between(random, 0.16F, 0.4F);
        night.slope[i] = ag_random_between(random, -0.22F, 0.22F);
    }
    ag_sheet_shade(sheet, aurora_colour, &night);
    ink_stars(sheet, random, night.shore, 330);
    for (int layer = 0; layer < 2; layer++) {
        const int trees = layer ? 46 : 80;
        for (int i = 0; i < trees; i++) {
            const float x = ag_random_between(random, -10, sheet->width + 10);
            const float clump =
                0.5F + 0.9F * ag_noise_at(night.seed + 3 + (uint32_t)layer, x / 150, 0.5F);
            const float height = (layer ? 150.0F : 70.0F) * fmaxf(clump, 0.12F) *
                                 ag_random_between(random, 0.6F, 1.2F);
            pen_spruce(sheet, random, (ag_point){x, night.shore + 3}, height);
        }
        ag_sheet_ink(
            sheet,
            ag_colour_scale(ag_palette_get(night.palette, layer ? 4 : 1), layer ? 1.0F : 0.42F), 1);
    }
    ag_pen_rectangle(sheet, (ag_point){0, night.shore - 2},
                     (ag_point){sheet->width, night.shore + 5});
    ag_sheet_ink(sheet, ag_palette_get(night.palette, 4), 1);
    const float home = sheet->width * ag_random_between(random, 0.12F, 0.88F);
    ink_cabin(sheet, random, (ag_point){home, night.shore + 4});
    ag_sheet_grain(sheet, night.seed, 0.06F);
}

/* Strokes down the slopes from a ridge: what Chinese painters call cun, texture. */
static void ink_slopes(ag_sheet *sheet, ag_random *random, const ridge *it, float length)
{
    for (int i = 2; i < RIDGE - 2; i++) {
        const float slope = (it->points[i + 2].y - it->points[i - 2].y) /
                            (it->points[i + 2].x - it->points[i - 2].x);
        const int strokes = 1 + ag_random_below(random, 3);
        for (int j = 0; j < strokes; j++) {
            const float down = length * 1.5F * powf(ag_random_unit(random), 2);
            const ag_point from = {it->points[i].x + ag_random_between(random, -3, 3) +
                                       down * 0.2F * slope,
                                   it->points[i].y + down};
            const float angle =
                AG_PI / 2 - 0.55F * atanf(slope) + ag_random_between(random, -0.35F, 0.35F);
            ag_pen_line(sheet, from,
                        ag_point_polar(from, angle, length * ag_random_between(random, 0.1F, 0.4F)),
                        ag_random_between(random, 1, 3.2F), 0.4F);
        }
        ag_sheet_ink(sheet, it->peak, 0.3F + 0.3F * ag_random_unit(random));
    }
    ag_pen_path(sheet, it->points, RIDGE + 1, 2.2F);
    ag_sheet_ink(sheet, it->peak, 0.9F);
}

/* A flock of birds, and a red seal. */
static void ink_birds_and_seal(ag_sheet *sheet, ag_random *random, ag_colour ink)
{
    const float cx = sheet->width * ag_random_between(random, 0.25F, 0.75F);
    const float cy = sheet->height * ag_random_between(random, 0.12F, 0.3F);
    const int birds = 6 + ag_random_below(random, 9);
    for (int i = 0; i < birds; i++) {
        const ag_point at = {cx + 24 * (float)i * (i % 2 ? 0.5F : -0.5F),
                             cy + 9 * (float)i + ag_random_between(random, -8, 8)};
        ag_pen_line(sheet, at, ag_point_polar(at, -0.6F, 13), 3, 0.8F);
        ag_pen_line(sheet, at, ag_point_polar(at, AG_PI + 0.7F, 13), 3, 0.8F);
    }
    ag_sheet_ink(sheet, ink, 0.9F);
    const float x = sheet->width * (ag_random_chance(random, 0.5F) ? 0.1F : 0.86F),
                y = sheet->height * 0.86F;
    ag_pen_rectangle(sheet, (ag_point){x, y}, (ag_point){x + 46, y + 46});
    ag_sheet_ink(sheet, ag_colour_from(0xb3261e), 0.92F);
    for (int i = 0; i < 9; i++) {
        const float u = x + 7 + 12 * (float)(i % 3), v = y + 7 + 12 * (float)(i / 3);
        const bool is_across = ag_random_chance(random, 0.5F);
        ag_pen_line(sheet, (ag_point){u, v},
                    (ag_point){u + (is_across ? 10 : 0), v + (is_across ? 0 : 10)}, 3, 3);
    }
    ag_sheet_ink(sheet, ag_colour_from(0xf6ead2), 0.95F);
}

void ag_draw_ink_mountains(ag_sheet *sheet, ag_random *random)
{
    static const uint32_t INKS[] = {0x1d2124, 0x1f2a3a, 0x2b221c};
    enum { RIDGES = 5 };
    const ag_colour paper = ag_colour_from(0xefe4cc),
                    ink = ag_colour_from(INKS[ag_random_below(random, AG_COUNT(INKS))]);
    ag_sheet_fill(sheet, paper);
    for (int i = 0; i < RIDGES; i++) {
        const float near = (float)i / (RIDGES - 1);
        ridge it = {.seed = (uint32_t)ag_random_bits(random), .is_sharp = true};
        it.peak = ag_colour_mix(paper, ink, 0.28F + 0.66F * near);
        it.mist = ag_colour_mix(paper, ink, 0.02F);
        const float height = sheet->height * (0.3F - 0.1F * near);
        raise_ridge(&it, sheet, sheet->height * (0.4F + 0.5F * near), height, 300 - 60 * near);
        const ag_colour peak = it.peak;
        it.peak = ag_colour_mix(paper, ink, 0.1F + 0.3F * near);
        it.foot = it.top + height * 2.2F;
        ag_pen_polygon(sheet, it.points, RIDGE + 3);
        ag_sheet_ink_shaded(sheet, ridge_colour, &it, 1);
        it.peak = peak;
        ink_slopes(sheet, random, &it, height * 0.55F);
        if (i >= 2)
            plant_ridge(sheet, random, &it, 16 + 56 * near * near, 0.22F);
    }
    ink_birds_and_seal(sheet, random, ink);
    ag_sheet_grain(sheet, (uint32_t)ag_random_bits(random), 0.08F);
}
