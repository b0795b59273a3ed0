/* Corners of a plane, the best ones, spread over it. Inside src/features and its tests only. One
 * thread at a time for each ag_corner_finder. */
#ifndef AG_FEATURES_CORNERS_H
#define AG_FEATURES_CORNERS_H

#include "base/status.h"
#include "features/plane.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ag_corner {
    uint16_t x, y;  /* pixels */
    float response; /* Harris & Stephens (1988), higher is more of a corner */
} ag_corner;

typedef struct ag_corner_finder ag_corner_finder;

/* For planes up to side_px wide. *out is owned. AG_ENOMEM. */
AG_MUST_USE ag_status ag_corner_finder_create(ag_corner_finder **out, size_t side_px,
                                              const ag_plane_kernels *kernels, ag_err *err);
void ag_corner_finder_destroy(ag_corner_finder *finder);

typedef struct ag_corner_options {
    uint8_t threshold;  /* of the corner test, in grey levels */
    uint32_t border_px; /* no corners nearer to the edge; at least 5, which is Harris's reach */
    size_t max_corners;
} ag_corner_options;

/* Up to options->max_corners corners of plane; returns how many. Best first, but where parts of the
 * plane have more than twice their share, the rest of theirs comes last. */
size_t ag_corner_finder_run(ag_corner_finder *finder, ag_corner *corners, const ag_plane *plane,
                            const ag_corner_options *options);

#endif
