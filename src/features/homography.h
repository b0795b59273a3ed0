/* Plane-to-plane transforms: fitting, applying, and refusing what no camera does. Inside
 * src/features and its tests only. Any thread. */
#ifndef AG_FEATURES_HOMOGRAPHY_H
#define AG_FEATURES_HOMOGRAPHY_H

#include <stdbool.h>
#include <stddef.h>

/* Row-major 3 × 3: (x, y, 1) to (x', y', w'). */
typedef struct ag_homography {
    double m[9];
} ag_homography;

/* A point before and after, and how much it counts. */
typedef struct ag_point_pair {
    double from[2], to[2];
    double weight; /* ≥ 0; 0: does not count */
} ag_point_pair;

/* (x, y) transformed. false where it lies on or behind the horizon. */
bool ag_homography_apply(double out[2], const ag_homography *h, const double point[2]);

/* The derivative at a point, row-major 2 × 2: how its neighbourhood is scaled, turned and sheared.
 */
bool ag_homography_derive(double out[4], const ag_homography *h, const double point[2]);

/* Weighted least squares over pairs of weight: affine (3 at least) or projective (4 at least;
 * Hartley & Zisserman 2003, 4.1, inhomogeneous, in normalised coordinates). false when they do not
 * fix it. */
bool ag_homography_fit_affine(ag_homography *out, const ag_point_pair *pairs, size_t count);
bool ag_homography_fit(ag_homography *out, const ag_point_pair *pairs, size_t count);

/* Could a camera see the rectangle from (0, 0) to (width, height) so? Not mirrored, convex, in
 * front of the camera, of a size between a fiftieth and twenty times as before, no side seen at
 * less than a fifth of the one across. corners: top left, top right, bottom right, bottom left,
 * transformed. */
bool ag_homography_is_plausible(double corners[4][2], const ag_homography *h, double width,
                                double height);

#endif
