/* Grey planes and the passes over all their pixels, written once and compiled for several
 * instruction sets. Inside src/features and its tests only. Any thread. */
#ifndef AG_FEATURES_PLANE_H
#define AG_FEATURES_PLANE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes behind every plane's last row, and every row of scores, which passes may reach into. */
#define AG_PLANE_SLACK 128

/* Reach of ag_plane_kernels.blur, and of its corner test. */
#define AG_PLANE_BLUR_PX   3
#define AG_PLANE_CORNER_PX 3

/* Grey pixels, row-major, 8 bits. */
typedef struct ag_plane {
    uint8_t *pixels; /* borrowed; AG_PLANE_SLACK bytes more than height × stride */
    uint32_t width, height;
    size_t stride; /* bytes from row to row, ≥ width */
} ag_plane;

/* How the outputs of a row are made from two neighbouring inputs each. */
typedef struct ag_plane_axis {
    uint32_t *first; /* per output: index of its left input */
    uint8_t *weight; /* of the input behind that, in 256ths */
} ag_plane_axis;

typedef struct ag_plane_kernels {
    const char *name; /* "avx512", "avx2", "portable" */

    /* Luma (ITU-R BT.601) of count RGB pixels. */
    void (*luma)(uint8_t *out, const uint8_t *rgb, size_t count);

    /* out[i] = clamp(128 + (in[i] - mean[i]) × gain[i]). */
    void (*even_out)(uint8_t *out, const uint8_t *in, const float *mean, const float *gain,
                     size_t count);

    /* A row of width pixels from between two rows (the second counts weight 256ths), shrunk along
     * axis. scratch: in_width. */
    void (*shrink)(uint8_t *out, size_t width, const uint8_t *const rows[2], uint8_t weight,
                   const ag_plane_axis *axis, size_t in_width, uint8_t *scratch);

    /* Binomial blur of seven taps (deviation 1.2 px) each way; a border of AG_PLANE_BLUR_PX is
     * copied, and in is at least that wide. scratch: in->width. */
    void (*blur)(const ag_plane *out, const ag_plane *in, uint16_t *scratch);

    /* FAST-9 (Rosten & Drummond, 2006) on row y: scores[x] is the largest d such that at least 9
     * neighbouring pixels of the circle of 16 are all brighter, or all darker, than the middle by
     * at least d. Of columns [AG_PLANE_CORNER_PX, width - AG_PLANE_CORNER_PX); writes up to
     * AG_PLANE_SLACK behind. */
    void (*corners)(uint8_t *scores, const ag_plane *plane, uint32_t y);

    /* Harris & Stephens' (1988) measure of a corner over 7 × 7 pixels around one, with gradients by
     * Sobel's operator. Reads 5 pixels around. */
    float (*harris)(const uint8_t *middle, ptrdiff_t stride);
} ag_plane_kernels;

#define AG_PLANE_VARIANTS 3

/* The kernels that this machine can run, fastest first; returns how many. The last is portable. */
size_t ag_plane_usable(const ag_plane_kernels *out[AG_PLANE_VARIANTS]);

/* The 16 pixels of the corner test's circle, clockwise from the top. */
extern const int8_t AG_PLANE_CIRCLE[16][2];

#endif
