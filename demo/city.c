/* City and cloth: a town at night, blocks in isometry, a kilim, a meadow of a thousand flowers. */
#include "packing.h"
#include "works.h"

#include <math.h>

static void rectangle(ag_sheet *sheet, ag_point corner, float width, float height, ag_colour colour)
{
    ag_pen_rectangle(sheet, corner, (ag_point){corner.x + width, corner.y + height});
    ag_sheet_ink(sheet, colour, 1);
}

/* What stands on a roof: a water tank, an aerial, or a smaller storey. */
static void ink_roof(ag_sheet *sheet, ag_random *random, ag_point corner, float width,
                     ag_colour wall)
{
    const float x = corner.x + width * ag_random_between(random, 0.15F, 0.6F);
    const int kind = ag_random_below(random, 4);
    if (kind == 0) {
        for (int i = 0; i < 3; i++)
            ag_pen_rectangle(sheet, (ag_point){x + 9 * (float)i, corner.y - 14},
                             (ag_point){x + 9 * (float)i + 2.5F, corner.y});
        const ag_point tank[] = {{x - 3, corner.y - 14},
                                 {x - 3, corner.y - 34},
                                 {x + 10, corner.y - 44},
                                 {x + 24, corner.y - 34},
                                 {x + 24, corner.y - 14}};
        ag_pen_polygon(sheet, tank, 5);
    } else if (kind == 1) {
        const float height = ag_random_between(random, 30, 80);
        ag_pen_line(sheet, (ag_point){x, corner.y}, (ag_point){x, corner.y - height}, 3, 1.4F);
        for (float y = 0.4F; y < 0.95F; y += 0.25F)
            ag_pen_line(sheet, (ag_point){x - 8, corner.y - height * y},
                        (ag_point){x + 8, corner.y - height * y}, 1.6F, 1.6F);
    } else if (kind == 2) {
        ag_pen_rectangle(sheet, (ag_point){x, corner.y - 22},
                         (ag_point){x + width * 0.3F, corner.y});
    }
    ag_sheet_ink(sheet, wall, 1);
}

/* A window: a curtain, somebody, a cross of bars, or nobody at home. */
static void ink_window(ag_sheet *sheet, ag_random *random, const ag_palette *palette, ag_point at,
                       ag_point size)
{
    const bool is_lit = ag_random_chance(random, 0.44F);
    const ag_colour light = ag_palette_get(palette, 3 + ag_random_below(random, 3));
    const ag_colour dark = ag_colour_scale(ag_palette_get(palette, 0), 0.7F);
    rectangle(sheet, at, size.x, size.y, is_lit ? ag_colour_vary(light, random, 0.14F) : dark);
    if (!is_lit)
        return;
    const int kind = ag_random_below(random, 5);
    if (kind == 0)
        rectangle(sheet, at, size.x, size.y * ag_random_between(random, 0.25F, 0.6F),
                  ag_colour_scale(light, 0.62F));
    else if (kind == 1)
        rectangle(sheet, (ag_point){at.x + size.x * 0.44F, at.y}, size.x * 0.12F, size.y, dark);
    else if (kind == 2 && size.x > 11)
        rectangle(
            sheet,
            (ag_point){at.x + size.x * ag_random_between(random, 0.1F, 0.5F), at.y + size.y * 0.4F},
            size.x * 0.3F, size.y * 0.6F, dark);
}

typedef struct house {
    ag_point corner; /* of its roof, left */
    float width;
    ag_colour wall;
} house;

static void ink_house(ag_sheet *sheet, ag_random *random, const ag_palette *palette,
                      const house *it)
{
    const ag_point corner = it->corner;
    const float width = it->width;
    const ag_colour wall = it->wall;
    ink_roof(sheet, random, corner, width, wall);
    rectangle(sheet, corner, width, sheet->height - corner.y, wall);
    rectangle(sheet, (ag_point){corner.x - 2, corner.y - 4}, width + 4, 6,
              ag_colour_scale(wall, 1.25F));
    const ag_point size = {ag_random_between(random, 8, 17), ag_random_between(random, 11, 24)};
    const float across = size.x * ag_random_between(random, 1.5F, 2.1F),
                down = size.y * ag_random_between(random, 1.4F, 1.8F);
    const int columns = (int)((width - 8) / across);
    const float left = corner.x + (width - (float)columns * across + across - size.x) / 2;
    for (float y = corner.y + 16; y < sheet->height - 8; y += down)
        for (int i = 0; i < columns; i++)
            ink_window(sheet, random, palette, (ag_point){left + across * (float)i, y}, size);
}

typedef struct dusk {
    const ag_palette *palette;
    float height;
    uint32_t seed;
} dusk;

static ag_colour dusk_colour(const void *ctx, ag_point at)
{
    const dusk *sky = ctx;
    const float cloud = ag_noise_fractal(sky->seed, at.x / 300, at.y / 60, 4);
    return ag_colour_mix(ag_palette_get(sky->palette, 0), ag_palette_get(sky->palette, 1),
                         at.y / sky->height + 0.25F * cloud);
}

/* Houses side by side; near: 0 for the farthest row, 1 for that in front, which has gaps. */
static void ink_houses(ag_sheet *sheet, ag_random *random, const ag_palette *palette, float near)
{
    const ag_colour wall =
        ag_colour_mix(ag_palette_get(palette, 1), ag_palette_get(palette, 2), 0.45F + 0.5F * near);
    float x = -ag_random_between(random, 0, 80);
    while (x < sheet->width) {
        const float high = 0.26F + 0.2F * near + ag_random_between(random, -0.1F, 0.16F);
        house it = {.corner = {x, sheet->height * high}};
        it.width = ag_random_between(random, 64, 150);
        it.wall = ag_colour_vary(ag_colour_scale(wall, 1 - 0.4F * near), random, 0.15F);
        ink_house(sheet, random, palette, &it);
        x += it.width + ag_random_between(random, -10, near < 1 ? 4 : 60);
    }
}

void ag_draw_night_windows(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x121a33, 0x6d4a7c, 0x232d4f, 0xf7c65b, 0xf2e2b0, 0xe88d4f}},
        {{0x0d2233, 0x2f7d84, 0x16384a, 0xffd98a, 0xf4f0d0, 0xff9b6b}},
        {{0x24142b, 0xd9725b, 0x3d2244, 0xffcf70, 0xfbe9c3, 0x8ed1c9}},
    };
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    const dusk sky = {palette, sheet->height * 0.8F, (uint32_t)ag_random_bits(random)};
    ag_sheet_shade(sheet, dusk_colour, &sky);
    for (int i = 0; i < 130; i++) {
        const float x = ag_random_between(random, 0, sheet->width);
        ag_pen_disc(sheet, (ag_point){x, sheet->height * 0.4F * ag_random_unit(random)},
                    ag_random_between(random, 0.6F, 1.8F));
    }
    ag_sheet_ink(sheet, ag_palette_get(palette, 4), 0.7F);
    ag_pen_disc(
        sheet,
        (ag_point){sheet->width * ag_random_between(random, 0.15F, 0.85F), sheet->height * 0.14F},
        42);
    ag_sheet_ink(sheet, ag_palette_get(palette, 4), 1);
    for (int row = 0; row < 3; row++)
        ink_houses(sheet, random, palette, (float)row / 2);
    ag_sheet_grain(sheet, sky.seed, 0.06F);
}

/* A town of blocks seen from above at an angle, without perspective. */
typedef struct town {
    ag_sheet *sheet;
    ag_random *random;
    const ag_palette *palette;
    float tile; /* half of a plot's width, units */
    uint32_t seed;
} town;

/* The place on the sheet of plot coordinates (x to the right and down, y to the left and down). */
static ag_point on_sheet(const town *it, float x, float y, float up)
{
    return (ag_point){it->sheet->width / 2 + (x - y) * it->tile, (x + y) * it->tile * 0.5F - up};
}

/* A wall from a to b (on the ground), with windows. */
static void ink_wall(const town *it, ag_point a, ag_point b, float height, ag_colour wall)
{
    const ag_point corners[] = {a, b, {b.x, b.y - height}, {a.x, a.y - height}};
    const ag_colour pane = ag_random_chance(it->random, 0.3F) ? ag_palette_get(it->palette, 5)
                                                              : ag_colour_scale(wall, 0.55F);
    const int columns = 2 + ag_random_below(it->random, 2),
              rows = (int)(height / (it->tile * 0.42F));
    ag_pen_polygon(it->sheet, corners, 4);
    ag_sheet_ink(it->sheet, wall, 1);
    for (int row = 0; row < rows; row++) {
        for (int i = 0; i < columns; i++) {
            if (ag_random_chance(it->random, 0.2F))
                continue;
            const float up = height * ((float)row + 0.32F) / (float)rows,
                        tall = height * 0.42F / (float)rows;
            const ag_point left = ag_point_mix(a, b, ((float)i + 0.25F) / (float)columns);
            const ag_point right = ag_point_mix(a, b, ((float)i + 0.72F) / (float)columns);
            const ag_point window[] = {{left.x, left.y - up},
                                       {right.x, right.y - up},
                                       {right.x, right.y - up - tall},
                                       {left.x, left.y - up - tall}};
            ag_pen_polygon(it->sheet, window, 4);
        }
    }
    ag_sheet_ink(it->sheet, pane, 0.9F);
}

static void ink_block(const town *it, float x, float y, float height, ag_colour colour)
{
    const float a = 0.1F, b = 0.9F;
    ink_wall(it, on_sheet(it, x + a, y + b, 0), on_sheet(it, x + b, y + b, 0), height,
             ag_colour_scale(colour, 0.82F));
    ink_wall(it, on_sheet(it, x + b, y + b, 0), on_sheet(it, x + b, y + a, 0), height,
             ag_colour_scale(colour, 0.6F));
    const ag_point roof[] = {on_sheet(it, x + a, y + a, height), on_sheet(it, x + b, y + a, height),
                             on_sheet(it, x + b, y + b, height),
                             on_sheet(it, x + a, y + b, height)};
    if (ag_random_chance(it->random, 0.35F)) { /* a hipped roof */
        const ag_point top = on_sheet(it, x + 0.5F, y + 0.5F, height + it->tile * 0.5F);
        for (int i = 1; i < 3; i++) {
            const ag_point side[] = {roof[i], roof[(i + 1) % 4], top};
            ag_pen_polygon(it->sheet, side, 3);
            ag_sheet_ink(it->sheet,
                         ag_colour_scale(ag_palette_get(it->palette, 4), i == 1 ? 0.72F : 0.95F),
                         1);
        }
        return;
    }
    ag_pen_polygon(it->sheet, roof, 4);
    ag_sheet_ink(it->sheet, ag_colour_scale(colour, 1.08F), 1);
    const float u = x + ag_random_between(it->random, 0.25F, 0.45F),
                v = y + ag_random_between(it->random, 0.25F, 0.45F);
    const ag_point hatch[] = {on_sheet(it, u, v, height), on_sheet(it, u + 0.3F, v, height),
                              on_sheet(it, u + 0.3F, v + 0.3F, height),
                              on_sheet(it, u, v + 0.3F, height)};
    ag_pen_polygon(it->sheet, hatch, 4);
    ag_sheet_ink(it->sheet, ag_colour_scale(colour, 0.75F), 1);
}

static void ink_park(const town *it, float x, float y)
{
    const ag_point lawn[] = {on_sheet(it, x, y, 0), on_sheet(it, x + 1, y, 0),
                             on_sheet(it, x + 1, y + 1, 0), on_sheet(it, x, y + 1, 0)};
    ag_pen_polygon(it->sheet, lawn, 4);
    ag_sheet_ink(it->sheet, ag_colour_from(0x7f9f62), 1);
    for (int i = 0; i < 4; i++) {
        const float u = x + 0.3F + 0.4F * (float)(i % 2), v = y + 0.3F + 0.4F * (float)(i / 2);
        const float size = it->tile * ag_random_between(it->random, 0.14F, 0.26F);
        const ag_point crown = on_sheet(it, u, v, size * 2);
        ag_pen_line(it->sheet, on_sheet(it, u, v, 0), crown, 3, 3);
        ag_sheet_ink(it->sheet, ag_colour_from(0x5a4632), 1);
        ag_pen_disc(it->sheet, crown, size);
        ag_sheet_ink(it->sheet, ag_colour_from(0x3f6b45), 1);
        ag_pen_disc(it->sheet, (ag_point){crown.x - size * 0.25F, crown.y - size * 0.25F},
                    size * 0.6F);
        ag_sheet_ink(it->sheet, ag_colour_from(0x5d8a55), 1);
    }
}

void ag_draw_blocks(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0xe9e2d0, 0xd98e73, 0xe9c77b, 0x8fb3a6, 0xb5523b, 0xfff3c9}},
        {{0x2b3550, 0x7d8fc2, 0xc8a2c8, 0x5fa8a8, 0xe07a6a, 0xffe08a}},
        {{0xcfd6d4, 0xf2f0e9, 0xd6a77a, 0x9aa7b5, 0x6d7f8f, 0x37474f}},
    };
    town it = {sheet, random, &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))],
               ag_random_between(random, 40, 52), (uint32_t)ag_random_bits(random)};
    ag_sheet_fill(sheet, ag_palette_get(it.palette, 0));
    const int reach = (int)(sheet->width / it.tile / 2) + 1,
              depth = (int)(sheet->height / it.tile / 0.5F) + 8;
    for (int sum = -2; sum < depth; sum++) {
        for (int across = -reach; across <= reach; across++) {
            if ((sum + across) % 2 != 0)
                continue;
            const int x = (sum + across) / 2, y = (sum - across) / 2;
            const float rise = ag_noise_at(it.seed, (float)x / 4.5F, (float)y / 4.5F);
            if (x % 5 == 0 || y % 6 == 0)
                continue; /* streets */
            if (rise < -0.35F || ag_random_chance(random, 0.07F)) {
                ink_park(&it, (float)x, (float)y);
                continue;
            }
            const float height = it.tile * (0.7F + 2.6F * fmaxf(rise + 0.1F, 0) +
                                            ag_random_between(random, 0, 0.8F));
            const ag_colour colour = ag_palette_get(it.palette, 1 + ag_random_below(random, 3));
            ink_block(&it, (float)x, (float)y, height, ag_colour_vary(colour, random, 0.08F));
        }
    }
    ag_sheet_mat(sheet, ag_colour_from(0xf5efe2), ag_random_between(random, 20, 50));
    ag_sheet_grain(sheet, it.seed, 0.05F);
}

/* A kilim: bands of diamonds, steps and zigzags, knotted stitch by stitch. */
enum { BANDS = 9 };

typedef struct band {
    float from, to; /* rows of stitches */
    int kind;       /* of its pattern */
    int period;     /* stitches until it repeats */
    int shift;      /* stitches that it starts late */
    int colours[3];
} band;

typedef struct kilim {
    const ag_palette *palette;
    const ag_sheet *sheet;
    float stitch; /* width of one, units */
    int columns, rows;
    uint32_t seed;
    int border; /* stitches until its colour changes */
    band bands[BANDS];
} kilim;

/* Which of a band's three colours a stitch has. */
static int pattern(const band *in, int column, int row)
{
    const int height = (int)(in->to - in->from),
              x = ((column + in->shift) % in->period + in->period) % in->period;
    const int side = x < in->period / 2 ? x : in->period - 1 - x; /* 0 at its edges */
    const int rise = row < height / 2 ? row : height - 1 - row;
    switch (in->kind) {
    case 0: /* diamonds in diamonds */
        return (side + rise) / 3 % 3;
    case 1: /* zigzags */
        return (side + row) / 4 % 3;
    case 2: /* steps */
        return side / 3 + rise / 3 > in->period / 9 ? 0 : 1 + (side / 3 + rise / 3) % 2;
    case 3: /* hooks around crosses */
        return (side > 2 && rise > 2) ? (side == rise || (side + rise) % 7 == 0) : 2;
    default: /* plain, with dots */
        return (x % 6 == 2 && row % 6 == 2) ? 1 : 0;
    }
}

static ag_colour stitch_colour(const kilim *cloth, int column, int row)
{
    const int edge = column < cloth->columns - 1 - column ? column : cloth->columns - 1 - column;
    int index = edge < 2 ? 0 : 1 + (row / cloth->border + edge / 2) % 3;
    if (edge >= 7) {
        const band *in = cloth->bands;
        while (in < cloth->bands + BANDS - 1 && (float)row >= in->to)
            in++;
        index = in->colours[pattern(in, column, row - (int)in->from)];
    }
    /* Wool dyed in batches: rows differ, and stitches a little. */
    const float batch = ag_noise_at(cloth->seed, (float)row / 7, (float)column / 60);
    const float stitch = ag_hash_unit(cloth->seed, (uint32_t)column, (uint32_t)row) - 0.5F;
    return ag_colour_scale(ag_palette_get(cloth->palette, index),
                           1 + 0.16F * batch + 0.12F * stitch);
}

static ag_colour kilim_colour(const void *ctx, ag_point at)
{
    const kilim *cloth = ctx;
    const float sway = 2.2F * ag_noise_at(cloth->seed + 1, at.x / 130, at.y / 130);
    const float u = (at.x - 40 + sway) / cloth->stitch, x = floorf(u);
    const float slant = fabsf(u - x - 0.5F) * 0.9F; /* each stitch is a small v */
    const float v = (at.y - 40 + sway) / cloth->stitch * 1.15F + slant, y = floorf(v);
    if (x < 0 || y < 0 || x >= (float)cloth->columns || y >= (float)cloth->rows) {
        const bool is_fringe = x >= 0 && x < (float)cloth->columns &&
                               ag_hash_unit(cloth->seed, (uint32_t)(int)(u * 2.5F), 5) < 0.6F &&
                               fabsf(v - (float)cloth->rows / 2) < (float)cloth->rows / 2 + 3.4F;
        return ag_colour_from(is_fringe ? 0xe6d9bb : 0x8a8378);
    }
    const float edge = fminf(fminf(u - x, 1 - (u - x)), fminf(v - y, 1 - (v - y)));
    return ag_colour_scale(stitch_colour(cloth, (int)x, (int)y),
                           0.62F + 0.42F * ag_smooth(0, 0.3F, edge));
}

void ag_draw_kilim(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x2b1d1a, 0x8f2d25, 0xd9a648, 0x2c4a63, 0xe9dcc0, 0x5c6b3c}},
        {{0x1c2430, 0x274b6d, 0xd8734a, 0xe8d9b5, 0x7d2f3c, 0x4f8a8b}},
        {{0x33231f, 0xa65e3a, 0x3f5b4c, 0xe6c48f, 0x6d2f3a, 0xd7cbb2}},
    };
    kilim cloth = {.palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))],
                   .sheet = sheet};
    cloth.seed = (uint32_t)ag_random_bits(random);
    cloth.stitch = ag_random_between(random, 7.5F, 9.5F);
    cloth.columns = (int)((sheet->width - 80) / cloth.stitch);
    cloth.rows = (int)((sheet->height - 80) / cloth.stitch * 1.15F);
    float row = 0, total = 0, share[BANDS];
    for (int i = 0; i < BANDS; i++)
        total += share[i] = ag_random_between(random, 0.35F, 1.6F);
    for (int i = 0; i < BANDS; i++) {
        band *in = &cloth.bands[i];
        in->from = roundf(row);
        row += share[i] / total * (float)cloth.rows;
        in->to = roundf(row);
        in->kind = ag_random_below(random, 5);
        in->period = 12 + 2 * ag_random_below(random, 14);
        in->shift = ag_random_below(random, in->period);
        const int first = ag_random_below(random, 6);
        for (int j = 0; j < 3; j++)
            in->colours[j] = (first + j * (1 + ag_random_below(random, 2))) % 6;
    }
    cloth.border = 3 + ag_random_below(random, 7);
    ag_sheet_shade(sheet, kilim_colour, &cloth);
    ag_sheet_grain(sheet, cloth.seed, 0.06F);
}

enum { FLOWERS = 150, PETAL_POINTS = 72 };

/* A blossom after Gielis's superformula: a circle with `petals` bulges. */
static void ink_blossom(ag_sheet *sheet, ag_random *random, const ag_palette *palette, ag_circle at)
{
    const int petals = 4 + ag_random_below(random, 6), colour = 2 + ag_random_below(random, 4);
    const float turn = ag_random_between(random, 0, 2 * AG_PI),
                depth = ag_random_between(random, 0.25F, 0.62F);
    const float sharp = ag_random_between(random, 0.5F, 1.6F);
    for (int ring = 0; ring < 3; ring++) {
        ag_point outline[PETAL_POINTS];
        const float radius = at.radius * (1 - 0.32F * (float)ring);
        for (int i = 0; i < PETAL_POINTS; i++) {
            const float angle = 2 * AG_PI * (float)i / PETAL_POINTS;
            const float bulge = powf(fabsf(cosf(angle * (float)petals / 2)), sharp);
            outline[i] =
                ag_point_polar(at.centre, angle + turn, radius * (1 - depth + depth * bulge));
        }
        ag_pen_polygon(sheet, outline, PETAL_POINTS);
        const ag_colour here = ag_palette_get(palette, ring == 1 ? 2 + (colour + 1) % 4 : colour);
        ag_sheet_ink(
            sheet, ag_colour_vary(ag_colour_scale(here, 1 - 0.1F * (float)ring), random, 0.1F), 1);
    }
    ag_pen_disc(sheet, at.centre, at.radius * 0.2F);
    ag_sheet_ink(sheet, ag_palette_get(palette, 0), 1);
    for (int i = 0; i < 7; i++)
        ag_pen_disc(sheet, ag_point_polar(at.centre, turn + 0.9F * (float)i, at.radius * 0.13F),
                    at.radius * 0.035F);
    ag_sheet_ink(sheet, ag_colour_from(0xf6d860), 1);
}

/* A bent stem, with leaves in pairs. */
static void ink_stem(ag_sheet *sheet, ag_random *random, const ag_palette *palette, ag_circle at)
{
    enum { STEM = 12 };
    ag_point path[STEM];
    float angle = AG_PI / 2 + ag_random_between(random, -0.7F, 0.7F);
    const float bend = ag_random_between(random, -0.12F, 0.12F), step = at.radius * 0.28F;
    path[0] = at.centre;
    for (int i = 1; i < STEM; i++) {
        angle += bend;
        path[i] = ag_point_polar(path[i - 1], angle, step);
    }
    ag_pen_path(sheet, path, STEM, at.radius * 0.09F);
    for (int i = 4; i < STEM; i += 3) {
        for (int side = -1; side <= 1; side += 2) {
            const float out = angle + AG_PI + (float)side * ag_random_between(random, 0.6F, 1.1F);
            const float length = at.radius * ag_random_between(random, 0.5F, 0.9F);
            const ag_point tip = ag_point_polar(path[i], out, length),
                           middle = ag_point_mix(path[i], tip, 0.5F);
            const ag_point leaf[] = {path[i],
                                     ag_point_polar(middle, out + AG_PI / 2, length * 0.2F), tip,
                                     ag_point_polar(middle, out - AG_PI / 2, length * 0.2F)};
            ag_pen_polygon(sheet, leaf, 4);
        }
    }
    ag_sheet_ink(sheet, ag_colour_vary(ag_palette_get(palette, 1), random, 0.25F), 1);
}

void ag_draw_meadow(ag_sheet *sheet, ag_random *random)
{
    static const ag_palette PALETTES[] = {
        {{0x14261f, 0x5b7f4b, 0xd9544d, 0xf2c6b4, 0xe9b44c, 0xf4efdf}},
        {{0x1a1f3a, 0x56769a, 0xe8a0bf, 0xf6e6c8, 0xba90c6, 0xf0c75e}},
        {{0x2e1620, 0x6f8f5a, 0xf07b5f, 0xf4d58d, 0xbf4666, 0xf2e8cf}},
    };
    static const ag_packing HOW = {
        .margin = 14, .least = 11, .largest = 62, .gap = 9, .attempts = 5000};
    const ag_palette *palette = &PALETTES[ag_random_below(random, AG_COUNT(PALETTES))];
    ag_circle flowers[FLOWERS];
    ag_sheet_fill(sheet, ag_palette_get(palette, 0));
    const int count = ag_pack_circles(flowers, FLOWERS, sheet, random, &HOW);
    for (int i = 0; i < count; i++)
        ink_stem(sheet, random, palette, flowers[i]);
    for (int i = 0; i < count; i++)
        ink_blossom(sheet, random, palette, flowers[i]);
    ag_sheet_grain(sheet, (uint32_t)ag_random_bits(random), 0.09F);
}
