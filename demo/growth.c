/* Works that grow: branching trees, phyllotaxis, a Turing pattern, packed circles. */
#include "base/memory.h"
#include "packing.h"
#include "works.h"

#include <math.h>
#include <stdlib.h>

/* How a tree grows. */
typedef struct tree {
    ag_sheet *sheet;
    ag_random *random;
    const ag_palette *palette;
    float spread;  /* radians between a branch and the next */
    float shrink;  /* a branch's length to that before it */
    int leaf;      /* its colour */
    float leafage; /* how many twigs have leaves, 0…1 */
} tree;

static void ink_leaves(const tree *plant, ag_point at)
{
    const int count = 2 + ag_random_below(plant->random, 4);
    for (int i = 0; i < count; i++) {
        const float turn = ag_random_between(plant->random, 0, 2 * AG_PI);
        const float away = ag_random_between(plant->random, 0, 11);
        ag_pen_disc(plant->sheet, ag_point_polar(at, turn, away),
                    ag_random_between(plant->random, 1.8F, 4.6F));
    }
    const ag_colour colour =
        ag_palette_get(plant->palette, plant->leaf + ag_random_below(plant->random, 2));
    ag_sheet_ink(plant->sheet, ag_colour_vary(colour, plant->random, 0.18F), 0.95F);
}

static void grow(const tree *plant, ag_point from, float angle, float length, int level)
{
    const float bend = ag_random_between(plant->random, -0.14F, 0.14F);
    const ag_point to = ag_point_polar(from, angle + bend, length);
    const float width = 0.9F * powf(1.62F, (float)level);
    ag_pen_line(plant->sheet, from, to, width * 1.5F, width);
    ag_pen_disc(plant->sheet, to, width / 2);
    ag_sheet_ink(plant->sheet, ag_palette_get(plant->palette, 0), 1);
    if (level <= 1 && ag_random_chance(plant->random, plant->leafage))
        ink_leaves(plant, to);
    if (level == 0 || length < 3)
        return;
    const int branches = ag_random_chance(plant->random, 0.25F) ? 3 : 2;
    for (int i = 0; i < branches; i++) {
        const float side = (float)i - 0.5F * (float)(branches - 1);
        const float turn = plant->spread * side * ag_random_between(plant->random, 0.6F, 1.5F);
        /* Twigs reach for the light, a little. */
        const float up = 0.09F * sinf(-AG_PI / 2 - angle);
        const float next = length * plant->shrink * ag_random_between(plant->random, 0.78F, 1.12F);
        grow(plant, to, angle + turn + up, next, level - 1);
    }
}

typedef struct meadow {
    const ag_palette *palette;
    float horizon, height;
    uint32_t seed;
} meadow;

/* Sky above, ground below, in strokes of the brush. */
static ag_colour meadow_colour(const void *ctx, ag_point at)
{
    const meadow *land = ctx;
    const float hill = land->horizon + 26 * ag_noise_at(land->seed, at.x / 260, 0.5F);
    const float brush = ag_noise_fractal(land->seed, at.x / 120, at.y / 26, 3);
    const ag_colour sky =
        ag_colour_mix(ag_palette_get(land->palette, 1), ag_palette_get(land->palette, 2),
                      at.y / land->horizon + 0.35F * brush);
    const ag_colour ground =
        ag_colour_mix(ag_palette_get(land->palette, 3), ag_palette_get(land->palette, 0),
                      0.7F * (at.y - hill) / (land->height - hill) + 0.25F * brush);
    return ag_colour_mix(sky, ground, ag_smooth(-1, 1, at.y - hill));
}

static void scatter_leaves(const tree *plant, float from, float to)
{
    for (int i = 0; i < 420; i++) {
        const float t = ag_random_unit(plant->random);
        const float x = ag_random_between(plant->random, 0, plant->sheet->width);
        ag_pen_disc(plant->sheet, (ag_point){x, from + (to - from) * sqrtf(t)},
                    1 + 2.8F * t * ag_random_unit(plant->random));
        const ag_colour colour =
            ag_palette_get(plant->palette, 4 + ag_random_below(plant->random, 2));
        ag_sheet_ink(plant->sheet, ag_colour_vary(colour, plant->random, 0.2F), 0.9F);
    }
}

void ag_draw_orchard(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x2a1f1d, 0xa9c3cb, 0xf3e0c2, 0xc2a35a, 0xd9622b, 0xf0b33c}},
        {{0x241a22, 0xe7b7a3, 0xfbe9d0, 0x8a9a5b, 0xa63a50, 0xe8a0a8}},
        {{0x1c2326, 0x8fb0c9, 0xe9eff0, 0xdfe4e2, 0x4f7a5b, 0xa9c27a}},
    };
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    const meadow land = {palette, sheet->height * ag_random_between(random, 0.62F, 0.72F),
                         sheet->height, (uint32_t)ag_random_bits(random)};
    tree plant = {.sheet = sheet, .random = random, .palette = palette};
    ag_sheet_shade(sheet, meadow_colour, &land);
    scatter_leaves(&plant, land.horizon + 30, sheet->height);
    const int trees = 4 + ag_random_below(random, 3);
    for (int i = 0; i < trees; i++) {
        const float depth = (float)(i + 1) / (float)trees;
        const float share = sheet->width / (float)trees;
        const float place = (float)(i * 2 % trees + (trees % 2 == 0 && i * 2 >= trees)) +
                            ag_random_between(random, 0.25F, 0.75F);
        const float foot = land.horizon + 20 + 0.22F * sheet->height * depth * depth;
        plant.spread = ag_random_between(random, 0.5F, 0.95F);
        plant.shrink = ag_random_between(random, 0.72F, 0.8F);
        plant.leaf = 4;
        plant.leafage = ag_random_between(random, 0.35F, 1);
        grow(&plant, (ag_point){share * place, foot}, -AG_PI / 2,
             sheet->height * (0.08F + 0.09F * depth), 6 + (int)(1.9F * depth));
    }
    ag_sheet_grain(sheet, land.seed, 0.06F);
}

/* A flower head: florets at the golden angle, each at the root of its number. */
typedef struct head {
    ag_point centre;
    float radius;
    float angle; /* between two florets, radians */
    uint32_t seed;
    const ag_palette *palette;
} head;

enum { FLORETS = 620 };

static void ink_petals(ag_sheet *sheet, ag_random *random, const head *flower)
{
    const int petals = 26 + ag_random_below(random, 16);
    for (int i = 0; i < 2 * petals; i++) {
        const float turn = 2 * AG_PI * ((float)i * 0.618034F + ag_random_between(random, 0, 0.02F));
        const float length = flower->radius * ag_random_between(random, 1.35F, 1.7F);
        const ag_point root = ag_point_polar(flower->centre, turn, flower->radius * 0.86F);
        const ag_point tip =
            ag_point_polar(flower->centre, turn + ag_random_between(random, -0.1F, 0.1F), length);
        const ag_point middle = ag_point_mix(root, tip, 0.45F);
        const float half = flower->radius * 0.11F;
        const ag_point petal[] = {
            root,
            ag_point_polar(middle, turn + AG_PI / 2, half),
            ag_point_polar(ag_point_mix(root, tip, 0.75F), turn + AG_PI / 2, half * 0.7F),
            tip,
            ag_point_polar(ag_point_mix(root, tip, 0.75F), turn - AG_PI / 2, half * 0.7F),
            ag_point_polar(middle, turn - AG_PI / 2, half)};
        ag_pen_polygon(sheet, petal, 6);
        const ag_colour colour = ag_palette_get(flower->palette, 3 + (i >= petals));
        ag_sheet_ink(sheet,
                     ag_colour_vary(ag_colour_scale(colour, i < petals ? 0.78F : 1), random, 0.12F),
                     1);
        ag_pen_line(sheet, root, tip, 2, 0.6F);
        ag_sheet_ink(sheet, ag_palette_get(flower->palette, 2), 0.6F);
    }
}

static void ink_head(ag_sheet *sheet, ag_random *random, const head *flower)
{
    ink_petals(sheet, random, flower);
    ag_pen_disc(sheet, flower->centre, flower->radius);
    ag_sheet_ink(sheet, ag_palette_get(flower->palette, 1), 1);
    for (int i = FLORETS; i > 0; i--) {
        const float t = sqrtf((float)i / FLORETS), turn = (float)i * flower->angle;
        const ag_point at = ag_point_polar(flower->centre, turn, flower->radius * t * 0.97F);
        const float size = flower->radius * (0.022F + 0.026F * t);
        const float patch = ag_noise_fractal(flower->seed, at.x / 70, at.y / 70, 2);
        const ag_colour colour = ag_colour_mix(ag_palette_get(flower->palette, 2),
                                               ag_palette_get(flower->palette, t > 0.45F ? 4 : 5),
                                               0.4F + 0.9F * patch + 0.6F * (t - 0.6F));
        ag_pen_line(sheet, ag_point_polar(at, turn, -size), ag_point_polar(at, turn, size), size,
                    size * 1.7F);
        ag_sheet_ink(sheet, ag_colour_vary(colour, random, 0.16F), 1);
    }
}

static void ink_stalk(ag_sheet *sheet, ag_random *random, const head *flower)
{
    ag_point path[24];
    const float lean = ag_random_between(random, -90, 90);
    for (int i = 0; i < AG_COUNT(path); i++) {
        const float t = (float)i / (AG_COUNT(path) - 1);
        path[i] = (ag_point){flower->centre.x + lean * t * t,
                             flower->centre.y + (sheet->height - flower->centre.y) * t};
    }
    ag_pen_path(sheet, path, AG_COUNT(path), 15);
    for (int i = 5; i < AG_COUNT(path); i += 5) {
        const float turn = i % 2 ? -0.4F : AG_PI + 0.4F;
        const ag_point tip = ag_point_polar(path[i], turn, ag_random_between(random, 80, 150));
        const ag_point middle = ag_point_mix(path[i], tip, 0.4F);
        const ag_point leaf[] = {
            path[i], {middle.x, middle.y - 34}, tip, {middle.x, middle.y + 26}};
        ag_pen_polygon(sheet, leaf, 4);
    }
    ag_sheet_ink(sheet, ag_colour_vary(ag_colour_from(0x55702f), random, 0.2F), 1);
}

void ag_draw_sunflowers(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x8fb9c4, 0x2b1a10, 0x4a2a14, 0xd98a1f, 0xf3bf3a, 0x9a5a22}},
        {{0x20303c, 0x1c120d, 0x5a2318, 0xb9411f, 0xe8862e, 0xd9a441}},
        {{0xe9dcc4, 0x2a1c22, 0x5b2e48, 0xb8577a, 0xe7a9b4, 0x8c6a3f}},
    };
    static const ag_point PLACES[] = {{0.3F, 0.24F}, {0.72F, 0.36F}, {0.34F, 0.6F}, {0.74F, 0.74F}};
    head flower = {.palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))]};
    flower.seed = (uint32_t)ag_random_bits(random);
    ag_sheet_fill(sheet, ag_palette_get(flower.palette, 0));
    ag_sheet_grain(sheet, flower.seed + 1, 0.12F);
    head flowers[AG_COUNT(PLACES)];
    for (int i = 0; i < AG_COUNT(PLACES); i++) {
        flower.centre.x = sheet->width * (PLACES[i].x + ag_random_between(random, -0.08F, 0.08F));
        flower.centre.y = sheet->height * (PLACES[i].y + ag_random_between(random, -0.06F, 0.06F));
        flower.radius = sheet->width * ag_random_between(random, 0.11F, 0.19F);
        flower.angle = 2.3999632F + ag_random_between(random, -0.004F, 0.004F);
        flowers[i] = flower;
        ink_stalk(sheet, random, &flower);
    }
    for (int i = 0; i < AG_COUNT(PLACES); i++)
        ink_head(sheet, random, &flowers[i]);
    ag_sheet_grain(sheet, flower.seed, 0.06F);
}

/* A Turing pattern: near cells help each other, those farther away hinder; see ag_draw_coral. */
enum { REEF = 224, REEF_ROUNDS = 9 };

typedef struct reef {
    float cell[REEF][REEF];
    float near[REEF][REEF], far[REEF][REEF];
    float tilt[REEF][REEF]; /* towards dots or towards holes */
    const ag_palette *palette;
    float stretch; /* cells a unit */
    uint32_t seed;
} reef;

/* The mean of the 2 × reach + 1 cells around each, along a line of `step`; the line is a ring. */
static void blur_line(float *out, const float *in, int step, int reach)
{
    float sum = 0;
    for (int i = -reach; i <= reach; i++)
        sum += in[(i + REEF) % REEF * step];
    const float part = 1 / (float)(2 * reach + 1);
    for (int i = 0; i < REEF; i++) {
        out[i * step] = sum * part;
        sum += in[(i + reach + 1) % REEF * step] - in[(i - reach + REEF) % REEF * step];
    }
}

static void blur(float out[REEF][REEF], float in[REEF][REEF], int reach)
{
    float line[REEF][REEF];
    for (int pass = 0; pass < 2; pass++) {
        for (int y = 0; y < REEF; y++)
            blur_line(line[y], pass ? out[y] : in[y], 1, reach);
        for (int x = 0; x < REEF; x++)
            blur_line(&out[0][x], &line[0][x], REEF, reach);
    }
}

static void grow_reef(reef *it, int reach)
{
    for (int round = 0; round < REEF_ROUNDS; round++) {
        blur(it->near, it->cell, reach);
        blur(it->far, it->near, reach + reach / 2);
        for (int y = 0; y < REEF; y++)
            for (int x = 0; x < REEF; x++)
                it->cell[y][x] = tanhf(7 * (it->near[y][x] - it->far[y][x]) + it->tilt[y][x]);
    }
    blur(it->near, it->cell, 1);
}

static float reef_at(const reef *it, ag_point at)
{
    const float x = fminf(at.x * it->stretch, REEF - 2.01F),
                y = fminf(at.y * it->stretch, REEF - 2.01F);
    const int column = (int)x, row = (int)y;
    const float u = x - (float)column, v = y - (float)row;
    const float *above = &it->near[row][column], *below = &it->near[row + 1][column];
    return (above[0] * (1 - u) + above[1] * u) * (1 - v) + (below[0] * (1 - u) + below[1] * u) * v;
}

static ag_colour reef_colour(const void *ctx, ag_point at)
{
    const reef *it = ctx;
    const float here = reef_at(it, at);
    const float light = reef_at(it, (ag_point){at.x + 4, at.y + 4}) - here;
    const float depth = 0.5F + 0.6F * ag_noise_at(it->seed, at.x / 300, at.y / 300);
    const ag_colour water =
        ag_colour_mix(ag_palette_get(it->palette, 0), ag_palette_get(it->palette, 1), depth);
    const ag_colour coral = ag_colour_mix(ag_palette_get(it->palette, 3),
                                          ag_palette_get(it->palette, 4), depth + 0.25F * here);
    const float rim = ag_smooth(-0.28F, -0.16F, here), top = ag_smooth(0, 0.12F, here);
    ag_colour colour = ag_colour_mix(water, ag_palette_get(it->palette, 2), rim);
    colour = ag_colour_mix(colour, coral, top);
    return ag_colour_scale(colour, 1 - 0.55F * ag_clamp(light, -0.5F, 0.5F));
}

void ag_draw_coral(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x0d2b45, 0x17566b, 0x0a1f33, 0xe4572e, 0xf6b26b, 0}},
        {{0x2c1338, 0x5a2a5f, 0x1d0c26, 0x58b09c, 0xd7ecc0, 0}},
        {{0xe7d7b8, 0xd8b98a, 0x8d5b3b, 0x2f4858, 0x55868c, 0}},
        {{0x143d36, 0x2c6e5f, 0x0c2621, 0xf0d9b0, 0xe08e79, 0}},
    };
    reef *it = ag_xcalloc(1, sizeof *it);
    it->palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    it->seed = (uint32_t)ag_random_bits(random);
    it->stretch = (REEF - 4) / 1000.0F;
    for (int y = 0; y < REEF; y++) {
        for (int x = 0; x < REEF; x++) {
            it->cell[y][x] = ag_random_between(random, -1, 1);
            it->tilt[y][x] = 1.1F * ag_noise_at(it->seed + 1, (float)x / 70, (float)y / 70);
        }
    }
    grow_reef(it, 2 + ag_random_below(random, 2));
    ag_sheet_shade(sheet, reef_colour, it);
    ag_sheet_grain(sheet, it->seed, 0.05F);
    free(it);
}

enum { PEBBLES = 620 };

/* Rings, a cut across, a ring of dots, or a smaller disc off the middle. */
static void ink_pebble(ag_sheet *sheet, ag_random *random, const ag_palette *palette, ag_circle at)
{
    const int first = 1 + ag_random_below(random, 5), other = 1 + ag_random_below(random, 5);
    const ag_colour ground = ag_colour_vary(ag_palette_get(palette, first), random, 0.08F);
    const ag_colour figure = ag_palette_get(palette, other == first ? 0 : other);
    const float turn = ag_random_between(random, 0, 2 * AG_PI);
    const int kind = ag_random_below(random, 5);
    ag_pen_disc(sheet, at.centre, at.radius);
    ag_sheet_ink(sheet, ground, 1);
    if (kind == 0) {
        for (int i = 3; i > 0; i--) {
            ag_pen_disc(sheet, at.centre, at.radius * (float)i * 0.24F);
            ag_sheet_ink(sheet, i % 2 ? figure : ground, 1);
        }
    } else if (kind == 1) {
        ag_point half[20];
        for (int i = 0; i < AG_COUNT(half); i++)
            half[i] = ag_point_polar(at.centre, turn + AG_PI * (float)i / (AG_COUNT(half) - 1),
                                     at.radius);
        ag_pen_polygon(sheet, half, AG_COUNT(half));
        ag_sheet_ink(sheet, figure, 1);
    } else if (kind == 2 && at.radius > 14) {
        const int dots = 5 + ag_random_below(random, 6);
        for (int i = 0; i < dots; i++)
            ag_pen_disc(sheet,
                        ag_point_polar(at.centre, turn + 2 * AG_PI * (float)i / (float)dots,
                                       at.radius * 0.64F),
                        at.radius * 0.13F);
        ag_sheet_ink(sheet, figure, 1);
    } else if (kind == 3) {
        ag_pen_disc(sheet, ag_point_polar(at.centre, turn, at.radius * 0.3F), at.radius * 0.55F);
        ag_sheet_ink(sheet, figure, 1);
    }
}

void ag_draw_pebbles(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0xf2eadb, 0x1f3a4d, 0xd1603d, 0xe9b44c, 0x6b9080, 0x9b2226}},
        {{0x1b2430, 0xf0e6d2, 0xe26d5c, 0x8fb8de, 0xf2c57c, 0x7fb685}},
        {{0xe4ddd3, 0x33312e, 0x8c7b6b, 0xb9a18a, 0x5c7080, 0xc96f4a}},
    };
    static const ag_packing HOW = {
        .margin = 46, .least = 4, .largest = 120, .gap = 3.5F, .attempts = 9000};
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    ag_circle circles[PEBBLES];
    ag_sheet_fill(sheet, ag_palette_get(palette, 0));
    const int count = ag_pack_circles(circles, PEBBLES, sheet, random, &HOW);
    for (int i = 0; i < count; i++)
        ink_pebble(sheet, random, palette, circles[i]);
    ag_sheet_grain(sheet, (uint32_t)ag_random_bits(random), 0.06F);
}
