/* Local features of one picture: corners, the pattern of light and dark around each, and a small
 * grey copy of the whole. What everything else in src/features works on. */
#ifndef AG_FEATURES_FEATURE_SET_H
#define AG_FEATURES_FEATURE_SET_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of a descriptor: 256 comparisons of brightness, a bit each. */
#define AG_DESCRIPTOR_BYTES 32

/* Unit of positions: this many make the picture's longer side, whatever its pixels, so that
 * geometry is the same at every size. */
#define AG_FEATURE_SPAN 65535

/* Longer side of the grey copy. */
#define AG_FEATURE_GREY_PX 128

/* Where a corner is. Part of the feature file: 6 bytes, no padding, little-endian. */
typedef struct ag_keypoint {
    uint16_t x, y; /* from the top left of the upright picture, in AG_FEATURE_SPAN-ths */
    uint8_t angle; /* orientation of the patch, in 256ths of a turn */
    uint8_t level; /* of the pyramid it was found on; 0 is the finest */
} ag_keypoint;

/* The bits around a corner, turned upright by its angle. Part of the feature file. */
typedef struct ag_descriptor {
    uint8_t bits[AG_DESCRIPTOR_BYTES];
} ag_descriptor;

/* A picture's features. Everything is borrowed from whoever made the set. */
typedef struct ag_feature_set {
    const ag_keypoint *keypoints;     /* count, strongest first */
    const ag_descriptor *descriptors; /* count, in the same order */
    /* grey_height_px × grey_width_px, contrast evened out; NULL: none, and then its sizes are 0 */
    const uint8_t *grey;
    uint32_t count;
    uint16_t grey_width_px, grey_height_px; /* the longer is AG_FEATURE_GREY_PX */
} ag_feature_set;

#endif
