#include "features/homography.h"

#include <math.h>

#define MAX_UNKNOWNS 8

/* A matrix element this small compared to its largest on the diagonal is no pivot. */
static const double SINGULAR = 1e-10;

/* Points no farther apart than this, compared to where they are, differ by rounding only. */
static const double COINCIDENT = 1e-12;

bool ag_homography_apply(double out[2], const ag_homography *h, const double point[2])
{
    const double *m = h->m, x = point[0], y = point[1];
    const double w = m[6] * x + m[7] * y + m[8];
    if (!(w > 1e-9))
        return false;
    out[0] = (m[0] * x + m[1] * y + m[2]) / w;
    out[1] = (m[3] * x + m[4] * y + m[5]) / w;
    return true;
}

bool ag_homography_derive(double out[4], const ag_homography *h, const double point[2])
{
    double to[2];
    if (!ag_homography_apply(to, h, point))
        return false;
    const double *m = h->m;
    const double w = m[6] * point[0] + m[7] * point[1] + m[8];
    for (size_t row = 0; row < 2; row++)
        for (size_t column = 0; column < 2; column++)
            out[2 * row + column] = (m[3 * row + column] - to[row] * m[6 + column]) / w;
    return true;
}

/* Normal equations of a least-squares problem: a symmetric n × n matrix, and its right side. */
typedef struct equations {
    size_t n;
    double a[MAX_UNKNOWNS][MAX_UNKNOWNS + 1];
} equations;

static void add_row(equations *e, const double row[MAX_UNKNOWNS], double value, double weight)
{
    for (size_t i = 0; i < e->n; i++) {
        for (size_t j = 0; j < e->n; j++)
            e->a[i][j] += weight * row[i] * row[j];
        e->a[i][e->n] += weight * row[i] * value;
    }
}

/* Gaussian elimination with partial pivoting. */
static bool solve(double out[MAX_UNKNOWNS], equations *e)
{
    const size_t n = e->n;
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(e->a[i][i]));
    for (size_t i = 0; i < n; i++) {
        size_t pivot = i;
        for (size_t r = i + 1; r < n; r++)
            pivot = fabs(e->a[r][i]) > fabs(e->a[pivot][i]) ? r : pivot;
        if (!(fabs(e->a[pivot][i]) > SINGULAR * largest))
            return false;
        for (size_t c = 0; c <= n; c++) {
            const double kept = e->a[i][c];
            e->a[i][c] = e->a[pivot][c];
            e->a[pivot][c] = kept;
        }
        for (size_t r = i + 1; r < n; r++) {
            const double factor = e->a[r][i] / e->a[i][i];
            for (size_t c = i; c <= n; c++)
                e->a[r][c] -= factor * e->a[i][c];
        }
    }
    for (size_t i = n; i-- > 0;) {
        out[i] = e->a[i][n];
        for (size_t c = i + 1; c < n; c++)
            out[i] -= e->a[i][c] * out[c];
        out[i] /= e->a[i][i];
    }
    return true;
}

/* Shift and scale that bring points to mean 0 and mean distance about 1; scale 0: they are all at
 * one place. */
typedef struct frame {
    double x, y, scale;
} frame;

static frame frame_of(const ag_point_pair *pairs, size_t count, bool of_targets)
{
    double sum = 0, x = 0, y = 0, spread = 0;
    for (size_t i = 0; i < count; i++) {
        const double *p = of_targets ? pairs[i].to : pairs[i].from;
        sum += pairs[i].weight;
        x += pairs[i].weight * p[0];
        y += pairs[i].weight * p[1];
    }
    x /= sum;
    y /= sum;
    for (size_t i = 0; i < count; i++) {
        const double *p = of_targets ? pairs[i].to : pairs[i].from;
        spread += pairs[i].weight * sqrt((p[0] - x) * (p[0] - x) + (p[1] - y) * (p[1] - y));
    }
    spread /= sum;
    return (frame){x, y, spread > COINCIDENT * (fabs(x) + fabs(y)) ? 1 / spread : 0};
}

static void multiply(double out[9], const double a[9], const double b[9])
{
    for (size_t row = 0; row < 3; row++)
        for (size_t column = 0; column < 3; column++)
            out[3 * row + column] = a[3 * row] * b[column] + a[3 * row + 1] * b[3 + column] +
                                    a[3 * row + 2] * b[6 + column];
}

/* out = to⁻¹ · h · from. */
static bool leave_frames(ag_homography *out, const double h[9], const frame *from, const frame *to)
{
    const double into[9] = {
        from->scale, 0, -from->scale * from->x, 0, from->scale, -from->scale * from->y, 0, 0, 1};
    const double back[9] = {1 / to->scale, 0, to->x, 0, 1 / to->scale, to->y, 0, 0, 1};
    double half[9];
    multiply(half, h, into);
    multiply(out->m, back, half);
    for (size_t i = 0; i < 9; i++)
        if (!isfinite(out->m[i]))
            return false;
    return true;
}

/* The two equations of a pair, in the frames. */
static void add_pair(equations *e, const ag_point_pair *pair, const frame *from, const frame *to)
{
    const double x = (pair->from[0] - from->x) * from->scale;
    const double y = (pair->from[1] - from->y) * from->scale;
    const double u = (pair->to[0] - to->x) * to->scale, v = (pair->to[1] - to->y) * to->scale;
    const double first[MAX_UNKNOWNS] = {x, y, 1, 0, 0, 0, -u * x, -u * y};
    const double second[MAX_UNKNOWNS] = {0, 0, 0, x, y, 1, -v * x, -v * y};
    add_row(e, first, u, pair->weight);
    add_row(e, second, v, pair->weight);
}

static bool fit(ag_homography *out, const ag_point_pair *pairs, size_t count, size_t unknowns)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        used += pairs[i].weight > 0;
    if (2 * used < unknowns)
        return false;
    const frame from = frame_of(pairs, count, false), to = frame_of(pairs, count, true);
    if (!(from.scale > 0) || !(to.scale > 0))
        return false;
    equations e = {.n = unknowns};
    for (size_t i = 0; i < count; i++)
        if (pairs[i].weight > 0)
            add_pair(&e, &pairs[i], &from, &to);
    double h[9] = {[8] = 1};
    return solve(h, &e) && leave_frames(out, h, &from, &to);
}

bool ag_homography_fit_affine(ag_homography *out, const ag_point_pair *pairs, size_t count)
{
    return fit(out, pairs, count, 6);
}

bool ag_homography_fit(ag_homography *out, const ag_point_pair *pairs, size_t count)
{
    return fit(out, pairs, count, 8);
}

/* Twice the signed area of the triangle a b c. */
static double turn(const double a[2], const double b[2], const double c[2])
{
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

bool ag_homography_is_plausible(double corners[4][2], const ag_homography *h, double width,
                                double height)
{
    const double before[4][2] = {{0, 0}, {width, 0}, {width, height}, {0, height}};
    double area = 0, sides[4];
    for (size_t i = 0; i < 4; i++)
        if (!ag_homography_apply(corners[i], h, before[i]))
            return false;
    for (size_t i = 0; i < 4; i++) {
        const double *a = corners[i], *b = corners[(i + 1) % 4];
        if (!(turn(a, b, corners[(i + 2) % 4]) > 0))
            return false;
        area += a[0] * b[1] - b[0] * a[1];
        sides[i] = hypot(b[0] - a[0], b[1] - a[1]);
    }
    const double scale = sqrt(area / 2 / (width * height));
    for (size_t i = 0; i < 4; i++)
        if (!(sides[i] > 0.2 * sides[(i + 2) % 4]))
            return false;
    return scale > 0.02 && scale < 20;
}
