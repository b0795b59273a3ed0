#include "simulate/geometry.h"

#include <math.h>
#include <stddef.h>

/* A quadrilateral cut by four straight edges gains a corner from each at most. */
#define MAX_CORNERS 8

typedef struct polygon {
    ag_point corner[MAX_CORNERS];
    size_t count;
} polygon;

/* The points with a x + b y + c >= 0. */
typedef struct half_plane {
    double a, b, c;
} half_plane;

ag_point ag_projection_apply(const ag_projection *projection, ag_point p)
{
    const double(*m)[3] = projection->m;
    double z = m[2][0] * p.x + m[2][1] * p.y + m[2][2];
    return (ag_point){
        (m[0][0] * p.x + m[0][1] * p.y + m[0][2]) / z,
        (m[1][0] * p.x + m[1][1] * p.y + m[1][2]) / z,
    };
}

ag_projection ag_projection_invert(const ag_projection *projection)
{
    const double(*m)[3] = projection->m;
    ag_projection out;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            int r1 = (c + 1) % 3, r2 = (c + 2) % 3, c1 = (r + 1) % 3, c2 = (r + 2) % 3;
            out.m[r][c] = m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
        }
    double determinant = m[0][0] * out.m[0][0] + m[0][1] * out.m[1][0] + m[0][2] * out.m[2][0];
    for (int i = 0; i < 9; i++)
        out.m[i / 3][i % 3] /= determinant;
    return out;
}

ag_projection ag_projection_shift(const ag_projection *projection, ag_point by)
{
    ag_projection out = *projection;
    for (int c = 0; c < 3; c++) {
        out.m[0][c] += by.x * out.m[2][c];
        out.m[1][c] += by.y * out.m[2][c];
    }
    return out;
}

static double area(const ag_point *corner, size_t count)
{
    double twice = 0;
    for (size_t i = 0; i < count; i++) {
        ag_point p = corner[i], q = corner[(i + 1) % count];
        twice += p.x * q.y - q.x * p.y;
    }
    return fabs(twice) / 2;
}

double ag_quad_area(const ag_quad *quad)
{
    return area(quad->corner, 4);
}

/* Sutherland and Hodgman (1974). */
static void cut(polygon *p, half_plane h)
{
    polygon in = *p;
    p->count = 0;
    for (size_t i = 0; i < in.count; i++) {
        ag_point from = in.corner[i], to = in.corner[(i + 1) % in.count];
        double before = h.a * from.x + h.b * from.y + h.c;
        double after = h.a * to.x + h.b * to.y + h.c;
        if (before >= 0)
            p->corner[p->count++] = from;
        if ((before >= 0) == (after >= 0) || p->count == MAX_CORNERS)
            continue;
        double t = before / (before - after);
        p->corner[p->count++] =
            (ag_point){from.x + t * (to.x - from.x), from.y + t * (to.y - from.y)};
    }
}

double ag_quad_visible_area(const ag_quad *quad, double width, double height)
{
    const half_plane inside[] = {{1, 0, 0}, {-1, 0, width}, {0, 1, 0}, {0, -1, height}};
    polygon p = {.count = 4};
    for (size_t i = 0; i < 4; i++)
        p.corner[i] = quad->corner[i];
    for (size_t i = 0; i < 4; i++)
        cut(&p, inside[i]);
    return area(p.corner, p.count);
}

ag_box ag_quad_bounds(const ag_quad *quad)
{
    ag_box box = {quad->corner[0], quad->corner[0]};
    for (size_t i = 1; i < 4; i++) {
        ag_point p = quad->corner[i];
        box.low = (ag_point){fmin(box.low.x, p.x), fmin(box.low.y, p.y)};
        box.high = (ag_point){fmax(box.high.x, p.x), fmax(box.high.y, p.y)};
    }
    return box;
}

ag_quad ag_quad_shift(const ag_quad *quad, ag_point by)
{
    ag_quad out = *quad;
    for (size_t i = 0; i < 4; i++) {
        out.corner[i].x += by.x;
        out.corner[i].y += by.y;
    }
    return out;
}
