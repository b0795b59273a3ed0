/* Planes seen in perspective, and convex quadrilaterals. Any thread. */
#ifndef AG_SIMULATE_GEOMETRY_H
#define AG_SIMULATE_GEOMETRY_H

/* A projective map of the plane: (x, y, 1) to m · (x, y, 1), up to scale. */
typedef struct ag_projection {
    double m[3][3];
} ag_projection;

typedef struct ag_point {
    double x, y;
} ag_point;

/* Corners in order, either way round. */
typedef struct ag_quad {
    ag_point corner[4];
} ag_quad;

typedef struct ag_box {
    ag_point low, high;
} ag_box;

ag_point ag_projection_apply(const ag_projection *projection, ag_point p);

/* The map back; the projection must have one. */
ag_projection ag_projection_invert(const ag_projection *projection);

/* The map followed by a shift. */
ag_projection ag_projection_shift(const ag_projection *projection, ag_point by);

double ag_quad_area(const ag_quad *quad);

/* Area of the part within [0, width] × [0, height]; the quadrilateral must be convex. */
double ag_quad_visible_area(const ag_quad *quad, double width, double height);

ag_box ag_quad_bounds(const ag_quad *quad);
ag_quad ag_quad_shift(const ag_quad *quad, ag_point by);

#endif
