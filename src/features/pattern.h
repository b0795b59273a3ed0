/* Which points of a patch are compared with which: the tests that make a descriptor's bits. Inside
 * src/features and its tests only. */
#ifndef AG_FEATURES_PATTERN_H
#define AG_FEATURES_PATTERN_H

#include "features/feature_set.h"

#include <stdint.h>

/* No point is farther from the patch's middle, in pixels. */
#define AG_PATTERN_RADIUS_PX 15

#define AG_PATTERN_TESTS (AG_DESCRIPTOR_BYTES * 8)

/* A bit: is the plane darker at (x1, y1) than at (x2, y2)? Pixels from the patch's middle, upright.
 */
typedef struct ag_pattern_test {
    int8_t x1, y1, x2, y2;
    uint8_t is_wide; /* of the plane that is blurred more, else less */
} ag_pattern_test;

extern const ag_pattern_test AG_PATTERN[AG_PATTERN_TESTS];

#endif
