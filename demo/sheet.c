/* The pen rasterises by signed areas, as font renderers do (Levien's font-rs): every edge adds to
 * `cover`, in each row it crosses, how much the part of each pixel right of it changes. The running
 * sum along a row is then the exact part of each pixel that the shapes cover. All polygons are
 * taken in the same sense of rotation, so that overlapping ones add up to 1 or more, which counts
 * as 1. */
#include "sheet.h"

#include "base/memory.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define DISC_MAX_CORNERS 96

static void forget_marks(ag_sheet *sheet)
{
    sheet->top = INT_MAX;
    sheet->bottom = -1;
}

ag_status ag_sheet_init(ag_sheet *out, uint32_t side_px, float aspect, ag_err *err)
{
    const float side = (float)side_px;
    ag_sheet sheet = {
        .width_px = (int)lroundf(aspect >= 1 ? side : side * aspect),
        .height_px = (int)lroundf(aspect >= 1 ? side / aspect : side),
        .scale = side / 1000,
    };
    sheet.width = (float)sheet.width_px / sheet.scale;
    sheet.height = (float)sheet.height_px / sheet.scale;
    const size_t rows = (size_t)sheet.height_px, columns = (size_t)sheet.width_px;
    sheet.pixels = ag_try_malloc(rows * columns, sizeof *sheet.pixels);
    sheet.plane = ag_try_malloc(rows * columns, sizeof *sheet.plane);
    sheet.cover = ag_try_malloc(rows * (columns + 2), sizeof *sheet.cover);
    sheet.spans = ag_try_malloc(rows, sizeof *sheet.spans);
    if (!sheet.pixels || !sheet.plane || !sheet.cover || !sheet.spans) {
        ag_sheet_fini(&sheet);
        return ag_err_set(err, AG_ENOMEM, "no memory for a sheet of %u pixels", side_px);
    }
    memset(sheet.plane, 0, rows * columns * sizeof *sheet.plane);
    memset(sheet.cover, 0, rows * (columns + 2) * sizeof *sheet.cover);
    for (size_t y = 0; y < rows; y++)
        sheet.spans[y] = (ag_sheet_span){INT_MAX, -1};
    forget_marks(&sheet);
    ag_sheet_fill(&sheet, (ag_colour){1, 1, 1});
    *out = sheet;
    return AG_OK;
}

void ag_sheet_fini(ag_sheet *sheet)
{
    free(sheet->pixels);
    free(sheet->plane);
    free(sheet->cover);
    free(sheet->spans);
    *sheet = (ag_sheet){0};
}

void ag_sheet_fill(ag_sheet *sheet, ag_colour colour)
{
    const ptrdiff_t count = (ptrdiff_t)sheet->width_px * sheet->height_px;
    for (ptrdiff_t i = 0; i < count; i++)
        sheet->pixels[i] = colour;
}

static ag_point pixel_centre(const ag_sheet *sheet, int x, int y)
{
    return (ag_point){((float)x + 0.5F) / sheet->scale, ((float)y + 0.5F) / sheet->scale};
}

void ag_sheet_shade(ag_sheet *sheet, ag_shade_fn *shade, const void *ctx)
{
    ag_colour *pixel = sheet->pixels;
    for (int y = 0; y < sheet->height_px; y++)
        for (int x = 0; x < sheet->width_px; x++)
            *pixel++ = shade(ctx, pixel_centre(sheet, x, y));
}

static void touch(ag_sheet *sheet, int row, int first, int last)
{
    ag_sheet_span *span = &sheet->spans[row];
    if (first < span->first)
        span->first = first;
    if (last > span->last)
        span->last = last;
    if (row < sheet->top)
        sheet->top = row;
    if (row > sheet->bottom)
        sheet->bottom = row;
}

/* An edge's part in one row, from x0 to x1 (x0 ≤ x1, pixels), `area` high (its sign: which way):
 * over several pixels, each takes the area between the edge and its own right side. */
static void add_flat_edge(float *row, float x0, float x1, float area)
{
    const int first = (int)x0, last = (int)ceilf(x1); /* last: one behind */
    const float step = 1 / (x1 - x0);
    const float before = 1 - (x0 - (float)first), behind = x1 - (float)(last - 1);
    const float head = 0.5F * step * before * before, tail = 0.5F * step * behind * behind;
    row[first] += area * head;
    if (last == first + 2) {
        row[first + 1] += area * (1 - head - tail);
    } else {
        const float second = step * (before + 0.5F);
        row[first + 1] += area * (second - head);
        for (int x = first + 2; x < last - 1; x++)
            row[x] += area * step;
        row[last - 1] += area * (1 - (second + (float)(last - first - 3) * step) - tail);
    }
    row[last] += area * tail;
}

static void add_edge_in_row(ag_sheet *sheet, int y, float xa, float xb, float area)
{
    const float right = (float)sheet->width_px;
    const float x0 = ag_clamp(fminf(xa, xb), 0, right);
    const float x1 = ag_clamp(fmaxf(xa, xb), 0, right);
    float *row = sheet->cover + (ptrdiff_t)y * (sheet->width_px + 2);
    const int first = (int)x0;
    if (ceilf(x1) <= (float)(first + 1)) {
        const float middle = 0.5F * (x0 + x1) - (float)first;
        row[first] += area * (1 - middle);
        row[first + 1] += area * middle;
    } else {
        add_flat_edge(row, x0, x1, area);
    }
    touch(sheet, y, first, (int)ceilf(x1) > first ? (int)ceilf(x1) : first + 1);
}

/* From a to b (pixels), counted in the sense that `sign` says. */
static void add_edge(ag_sheet *sheet, ag_point a, ag_point b, float sign)
{
    if (a.y > b.y) {
        const ag_point upper = b;
        b = a;
        a = upper;
        sign = -sign;
    }
    const float top = fmaxf(a.y, 0), bottom = fminf(b.y, (float)sheet->height_px);
    if (top >= bottom)
        return;
    const float slope = (b.x - a.x) / (b.y - a.y);
    for (int y = (int)top; (float)y < bottom; y++) {
        const float from = fmaxf((float)y, top), to = fminf((float)(y + 1), bottom);
        add_edge_in_row(sheet, y, a.x + (from - a.y) * slope, a.x + (to - a.y) * slope,
                        sign * (to - from));
    }
}

void ag_pen_polygon(ag_sheet *sheet, const ag_point *points, int count)
{
    float area = 0;
    for (int i = 0, before = count - 1; i < count; before = i++)
        area += points[before].x * points[i].y - points[i].x * points[before].y;
    const float s = sheet->scale, sign = area > 0 ? 1.0F : -1.0F;
    for (int i = 0, before = count - 1; i < count; before = i++)
        add_edge(sheet, (ag_point){points[before].x * s, points[before].y * s},
                 (ag_point){points[i].x * s, points[i].y * s}, sign);
}

void ag_pen_rectangle(ag_sheet *sheet, ag_point corner, ag_point opposite)
{
    const ag_point corners[] = {corner, {opposite.x, corner.y}, opposite, {corner.x, opposite.y}};
    ag_pen_polygon(sheet, corners, 4);
}

void ag_pen_disc(ag_sheet *sheet, ag_point centre, float radius)
{
    ag_point corners[DISC_MAX_CORNERS];
    const int wanted = (int)(7 * sqrtf(radius * sheet->scale)); /* a tenth of a pixel off at most */
    const int count = wanted < 8 ? 8 : wanted > DISC_MAX_CORNERS ? DISC_MAX_CORNERS : wanted;
    const float angle = 2 * (float)M_PI / (float)count, cosine = cosf(angle), sine = sinf(angle);
    ag_point spoke = {radius, 0};
    corners[0] = (ag_point){centre.x + radius, centre.y};
    for (int i = 1; i < count; i++) {
        spoke = (ag_point){spoke.x * cosine - spoke.y * sine, spoke.x * sine + spoke.y * cosine};
        corners[i] = (ag_point){centre.x + spoke.x, centre.y + spoke.y};
    }
    ag_pen_polygon(sheet, corners, count);
}

void ag_pen_line(ag_sheet *sheet, ag_point a, ag_point b, float width_a, float width_b)
{
    const float length = ag_point_distance(a, b);
    if (length <= 0)
        return;
    const float x = (b.y - a.y) / length / 2, y = (a.x - b.x) / length / 2;
    const ag_point corners[] = {{a.x + x * width_a, a.y + y * width_a},
                                {b.x + x * width_b, b.y + y * width_b},
                                {b.x - x * width_b, b.y - y * width_b},
                                {a.x - x * width_a, a.y - y * width_a}};
    ag_pen_polygon(sheet, corners, 4);
}

void ag_pen_path(ag_sheet *sheet, const ag_point *points, int count, float width)
{
    const bool is_wide = width * sheet->scale > 2; /* else nobody sees whether a bend is round */
    for (int i = 0; i < count; i++) {
        if (i > 0)
            ag_pen_line(sheet, points[i - 1], points[i], width, width);
        if (is_wide)
            ag_pen_disc(sheet, points[i], width / 2);
    }
}

static void ink_row(ag_sheet *sheet, int y, ag_shade_fn *shade, const void *ctx, float alpha)
{
    float *cover = sheet->cover + (ptrdiff_t)y * (sheet->width_px + 2);
    ag_colour *pixels = sheet->pixels + (ptrdiff_t)y * sheet->width_px;
    const ag_sheet_span span = sheet->spans[y];
    float sum = 0;
    for (int x = span.first; x <= span.last; x++) {
        sum += cover[x];
        cover[x] = 0;
        const float part = fminf(fabsf(sum), 1) * alpha;
        if (part > 0.002F && x < sheet->width_px)
            pixels[x] = ag_colour_mix(pixels[x], shade(ctx, pixel_centre(sheet, x, y)), part);
    }
    sheet->spans[y] = (ag_sheet_span){INT_MAX, -1};
}

void ag_sheet_ink_shaded(ag_sheet *sheet, ag_shade_fn *shade, const void *ctx, float alpha)
{
    for (int y = sheet->top; y <= sheet->bottom; y++)
        ink_row(sheet, y, shade, ctx, alpha);
    forget_marks(sheet);
}

static ag_colour plain(const void *ctx, ag_point at)
{
    (void)at;
    return *(const ag_colour *)ctx;
}

void ag_sheet_ink(ag_sheet *sheet, ag_colour colour, float alpha)
{
    ag_sheet_ink_shaded(sheet, plain, &colour, alpha);
}

void ag_sheet_mat(ag_sheet *sheet, ag_colour colour, float margin)
{
    const float right = sheet->width, bottom = sheet->height;
    ag_pen_rectangle(sheet, (ag_point){0, 0}, (ag_point){right, margin});
    ag_pen_rectangle(sheet, (ag_point){0, bottom - margin}, (ag_point){right, bottom});
    ag_pen_rectangle(sheet, (ag_point){0, 0}, (ag_point){margin, bottom});
    ag_pen_rectangle(sheet, (ag_point){right - margin, 0}, (ag_point){right, bottom});
    ag_sheet_ink(sheet, colour, 1);
}

void ag_sheet_grain(ag_sheet *sheet, uint32_t seed, float strength)
{
    ag_colour *pixel = sheet->pixels;
    for (int y = 0; y < sheet->height_px; y++) {
        for (int x = 0; x < sheet->width_px; x++) {
            const ag_point at = pixel_centre(sheet, x, y);
            const float fibre = ag_noise_at(seed, at.x * 0.12F, at.y * 0.4F);
            const float speck = ag_hash_unit(seed, (uint32_t)x, (uint32_t)y) - 0.5F;
            *pixel = ag_colour_scale(*pixel, 1 + strength * (0.6F * fibre + speck));
            pixel++;
        }
    }
}

void ag_sheet_turn_hues(ag_sheet *sheet, float angle)
{
    /* A rotation of the colour cube around its grey diagonal. */
    const float third = (1 - cosf(angle)) / 3, side = sinf(angle) / sqrtf(3);
    const float own = cosf(angle) + third, next = third - side, last = third + side;
    const ptrdiff_t count = (ptrdiff_t)sheet->width_px * sheet->height_px;
    for (ptrdiff_t i = 0; i < count; i++) {
        const ag_colour c = sheet->pixels[i];
        sheet->pixels[i] =
            (ag_colour){own * c.r + next * c.g + last * c.b, last * c.r + own * c.g + next * c.b,
                        next * c.r + last * c.g + own * c.b};
    }
}

static uint8_t to_byte(float value)
{
    return (uint8_t)(ag_clamp(value, 0, 1) * 255 + 0.5F);
}

ag_status ag_sheet_develop(ag_image *out, const ag_sheet *sheet, ag_err *err)
{
    ag_image image;
    ag_status status =
        ag_image_init(&image, (uint32_t)sheet->width_px, (uint32_t)sheet->height_px, err);
    if (status != AG_OK)
        return status;
    const ptrdiff_t count = (ptrdiff_t)sheet->width_px * sheet->height_px;
    for (ptrdiff_t i = 0; i < count; i++) {
        image.rgb[3 * i] = to_byte(sheet->pixels[i].r);
        image.rgb[3 * i + 1] = to_byte(sheet->pixels[i].g);
        image.rgb[3 * i + 2] = to_byte(sheet->pixels[i].b);
    }
    *out = image;
    return AG_OK;
}

ag_point ag_point_polar(ag_point from, float angle, float distance)
{
    return (ag_point){from.x + distance * cosf(angle), from.y + distance * sinf(angle)};
}

ag_point ag_point_mix(ag_point a, ag_point b, float t)
{
    return (ag_point){a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
}
