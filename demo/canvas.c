/* The pen rasterises by signed areas, as font renderers do (Levien's font-rs): every edge adds to
 * `cover`, in each row it crosses, how much the part of each pixel right of it changes. The running
 * sum along a row is then the exact part of each pixel that the shapes cover. All polygons are
 * taken in the same sense of rotation, so that overlapping ones add up to 1 or more, which counts
 * as 1. */
#include "canvas.h"

#include "base/memory.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define DISC_MAX_CORNERS 96

static void forget_marks(ag_canvas *canvas)
{
    canvas->top = INT_MAX;
    canvas->bottom = -1;
}

ag_status ag_canvas_init(ag_canvas *out, uint32_t side_px, float aspect, ag_err *err)
{
    const float side = (float)side_px;
    ag_canvas canvas = {
        .width_px = (int)lroundf(aspect >= 1 ? side : side * aspect),
        .height_px = (int)lroundf(aspect >= 1 ? side / aspect : side),
        .scale = side / 1000,
    };
    canvas.width = (float)canvas.width_px / canvas.scale;
    canvas.height = (float)canvas.height_px / canvas.scale;
    const size_t rows = (size_t)canvas.height_px, columns = (size_t)canvas.width_px;
    canvas.pixels = ag_try_malloc(rows * columns, sizeof *canvas.pixels);
    canvas.plane = ag_try_malloc(rows * columns, sizeof *canvas.plane);
    canvas.cover = ag_try_malloc(rows * (columns + 2), sizeof *canvas.cover);
    canvas.spans = ag_try_malloc(rows, sizeof *canvas.spans);
    if (!canvas.pixels || !canvas.plane || !canvas.cover || !canvas.spans) {
        ag_canvas_fini(&canvas);
        return ag_err_set(err, AG_ENOMEM, "no memory for a canvas of %u pixels", side_px);
    }
    memset(canvas.plane, 0, rows * columns * sizeof *canvas.plane);
    memset(canvas.cover, 0, rows * (columns + 2) * sizeof *canvas.cover);
    for (size_t y = 0; y < rows; y++)
        canvas.spans[y] = (ag_canvas_span){INT_MAX, -1};
    forget_marks(&canvas);
    ag_canvas_fill(&canvas, (ag_colour){1, 1, 1});
    *out = canvas;
    return AG_OK;
}

void ag_canvas_fini(ag_canvas *canvas)
{
    free(canvas->pixels);
    free(canvas->plane);
    free(canvas->cover);
    free(canvas->spans);
    *canvas = (ag_canvas){0};
}

void ag_canvas_fill(ag_canvas *canvas, ag_colour colour)
{
    const ptrdiff_t count = (ptrdiff_t)canvas->width_px * canvas->height_px;
    for (ptrdiff_t i = 0; i < count; i++)
        canvas->pixels[i] = colour;
}

static ag_point pixel_centre(const ag_canvas *canvas, int x, int y)
{
    return (ag_point){((float)x + 0.5F) / canvas->scale, ((float)y + 0.5F) / canvas->scale};
}

void ag_canvas_shade(ag_canvas *canvas, ag_shade_fn *shade, const void *ctx)
{
    ag_colour *pixel = canvas->pixels;
    for (int y = 0; y < canvas->height_px; y++)
        for (int x = 0; x < canvas->width_px; x++)
            *pixel++ = shade(ctx, pixel_centre(canvas, x, y));
}

static void touch(ag_canvas *canvas, int row, int first, int last)
{
    ag_canvas_span *span = &canvas->spans[row];
    if (first < span->first)
        span->first = first;
    if (last > span->last)
        span->last = last;
    if (row < canvas->top)
        canvas->top = row;
    if (row > canvas->bottom)
        canvas->bottom = row;
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

static void add_edge_in_row(ag_canvas *canvas, int y, float xa, float xb, float area)
{
    const float right = (float)canvas->width_px;
    const float x0 = fminf(fmaxf(fminf(xa, xb), 0), right);
    const float x1 = fminf(fmaxf(fmaxf(xa, xb), 0), right);
    float *row = canvas->cover + (ptrdiff_t)y * (canvas->width_px + 2);
    const int first = (int)x0;
    if (ceilf(x1) <= (float)(first + 1)) {
        const float middle = 0.5F * (x0 + x1) - (float)first;
        row[first] += area * (1 - middle);
        row[first + 1] += area * middle;
    } else {
        add_flat_edge(row, x0, x1, area);
    }
    touch(canvas, y, first, (int)ceilf(x1) > first ? (int)ceilf(x1) : first + 1);
}

/* From a to b (pixels), counted in the sense that `sign` says. */
static void add_edge(ag_canvas *canvas, ag_point a, ag_point b, float sign)
{
    if (a.y > b.y) {
        const ag_point upper = b;
        b = a;
        a = upper;
        sign = -sign;
    }
    const float top = fmaxf(a.y, 0), bottom = fminf(b.y, (float)canvas->height_px);
    if (top >= bottom)
        return;
    const float slope = (b.x - a.x) / (b.y - a.y);
    for (int y = (int)top; (float)y < bottom; y++) {
        const float from = fmaxf((float)y, top), to = fminf((float)(y + 1), bottom);
        add_edge_in_row(canvas, y, a.x + (from - a.y) * slope, a.x + (to - a.y) * slope,
                        sign * (to - from));
    }
}

void ag_pen_polygon(ag_canvas *canvas, const ag_point *points, int count)
{
    float area = 0;
    for (int i = 0, before = count - 1; i < count; before = i++)
        area += points[before].x * points[i].y - points[i].x * points[before].y;
    const float s = canvas->scale, sign = area > 0 ? 1.0F : -1.0F;
    for (int i = 0, before = count - 1; i < count; before = i++)
        add_edge(canvas, (ag_point){points[before].x * s, points[before].y * s},
                 (ag_point){points[i].x * s, points[i].y * s}, sign);
}

void ag_pen_rectangle(ag_canvas *canvas, ag_point corner, ag_point opposite)
{
    const ag_point corners[] = {corner, {opposite.x, corner.y}, opposite, {corner.x, opposite.y}};
    ag_pen_polygon(canvas, corners, 4);
}

void ag_pen_disc(ag_canvas *canvas, ag_point centre, float radius)
{
    ag_point corners[DISC_MAX_CORNERS];
    const int wanted =
        (int)(7 * sqrtf(radius * canvas->scale)); /* a tenth of a pixel off at most */
    const int count = wanted < 8 ? 8 : wanted > DISC_MAX_CORNERS ? DISC_MAX_CORNERS : wanted;
    const float angle = 2 * (float)M_PI / (float)count, cosine = cosf(angle), sine = sinf(angle);
    ag_point spoke = {radius, 0};
    for (int i = 0; i < count; i++) {
        corners[i] = (ag_point){centre.x + spoke.x, centre.y + spoke.y};
        spoke = (ag_point){spoke.x * cosine - spoke.y * sine, spoke.x * sine + spoke.y * cosine};
    }
    ag_pen_polygon(canvas, corners, count);
}

void ag_pen_line(ag_canvas *canvas, ag_point a, ag_point b, float width_a, float width_b)
{
    const float length = ag_point_distance(a, b);
    if (length <= 0)
        return;
    const float x = (b.y - a.y) / length / 2, y = (a.x - b.x) / length / 2;
    const ag_point corners[] = {{a.x + x * width_a, a.y + y * width_a},
                                {b.x + x * width_b, b.y + y * width_b},
                                {b.x - x * width_b, b.y - y * width_b},
                                {a.x - x * width_a, a.y - y * width_a}};
    ag_pen_polygon(canvas, corners, 4);
}

void ag_pen_path(ag_canvas *canvas, const ag_point *points, int count, float width)
{
    const bool is_wide = width * canvas->scale > 2; /* else nobody sees whether a bend is round */
    for (int i = 0; i < count; i++) {
        if (i > 0)
            ag_pen_line(canvas, points[i - 1], points[i], width, width);
        if (is_wide)
            ag_pen_disc(canvas, points[i], width / 2);
    }
}

static void ink_row(ag_canvas *canvas, int y, ag_shade_fn *shade, const void *ctx, float alpha)
{
    float *cover = canvas->cover + (ptrdiff_t)y * (canvas->width_px + 2);
    ag_colour *pixels = canvas->pixels + (ptrdiff_t)y * canvas->width_px;
    const ag_canvas_span span = canvas->spans[y];
    float sum = 0;
    for (int x = span.first; x <= span.last; x++) {
        sum += cover[x];
        cover[x] = 0;
        const float part = fminf(fabsf(sum), 1) * alpha;
        if (part > 0.002F && x < canvas->width_px)
            pixels[x] = ag_colour_mix(pixels[x], shade(ctx, pixel_centre(canvas, x, y)), part);
    }
    canvas->spans[y] = (ag_canvas_span){INT_MAX, -1};
}

void ag_canvas_ink_shaded(ag_canvas *canvas, ag_shade_fn *shade, const void *ctx, float alpha)
{
    for (int y = canvas->top; y <= canvas->bottom; y++)
        ink_row(canvas, y, shade, ctx, alpha);
    forget_marks(canvas);
}

static ag_colour plain(const void *ctx, ag_point at)
{
    (void)at;
    return *(const ag_colour *)ctx;
}

void ag_canvas_ink(ag_canvas *canvas, ag_colour colour, float alpha)
{
    ag_canvas_ink_shaded(canvas, plain, &colour, alpha);
}

void ag_canvas_mat(ag_canvas *canvas, ag_colour colour, float margin)
{
    const float right = canvas->width, bottom = canvas->height;
    ag_pen_rectangle(canvas, (ag_point){0, 0}, (ag_point){right, margin});
    ag_pen_rectangle(canvas, (ag_point){0, bottom - margin}, (ag_point){right, bottom});
    ag_pen_rectangle(canvas, (ag_point){0, 0}, (ag_point){margin, bottom});
    ag_pen_rectangle(canvas, (ag_point){right - margin, 0}, (ag_point){right, bottom});
    ag_canvas_ink(canvas, colour, 1);
}

void ag_canvas_grain(ag_canvas *canvas, uint32_t seed, float strength)
{
    ag_colour *pixel = canvas->pixels;
    for (int y = 0; y < canvas->height_px; y++) {
        for (int x = 0; x < canvas->width_px; x++) {
            const ag_point at = pixel_centre(canvas, x, y);
            const float fibre = ag_noise_at(seed, at.x * 0.12F, at.y * 0.4F);
            const float speck = ag_hash_unit(seed, (uint32_t)x, (uint32_t)y) - 0.5F;
            *pixel = ag_colour_scale(*pixel, 1 + strength * (0.6F * fibre + speck));
            pixel++;
        }
    }
}

static uint8_t to_byte(float value)
{
    return (uint8_t)(fminf(fmaxf(value, 0), 1) * 255 + 0.5F);
}

ag_status ag_canvas_develop(ag_image *out, const ag_canvas *canvas, ag_err *err)
{
    ag_image image;
    ag_status status =
        ag_image_init(&image, (uint32_t)canvas->width_px, (uint32_t)canvas->height_px, err);
    if (status != AG_OK)
        return status;
    const ptrdiff_t count = (ptrdiff_t)canvas->width_px * canvas->height_px;
    for (ptrdiff_t i = 0; i < count; i++) {
        image.rgb[3 * i] = to_byte(canvas->pixels[i].r);
        image.rgb[3 * i + 1] = to_byte(canvas->pixels[i].g);
        image.rgb[3 * i + 2] = to_byte(canvas->pixels[i].b);
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

float ag_point_distance(ag_point a, ag_point b)
{
    return hypotf(b.x - a.x, b.y - a.y);
}
