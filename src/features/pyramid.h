/* A picture at falling sizes, grey, with its contrast evened out: what corners are looked for in
 * and compared on. Inside src/features and its tests only. One thread at a time for each. */
#ifndef AG_FEATURES_PYRAMID_H
#define AG_FEATURES_PYRAMID_H

#include "base/status.h"
#include "features/plane.h"
#include "image/image.h"

#include <stddef.h>
#include <stdint.h>

/* Levels are rungs of one ladder for all pictures, so that a level says how large a patch is
 * compared to the whole picture: rung n has a longer side of 1024 / 1.2ⁿ pixels. */
#define AG_PYRAMID_RUNGS 14
#define AG_PYRAMID_STEP  1.2

/* The longer side of a rung, in pixels. rung < AG_PYRAMID_RUNGS. */
uint32_t ag_pyramid_side_px(size_t rung);

typedef struct ag_pyramid_level {
    ag_plane sharp; /* contrast evened out */
    ag_plane soft;  /* the same, blurred */
    ag_plane wide;  /* blurred more */
} ag_pyramid_level;

typedef struct ag_pyramid ag_pyramid;

/* A pyramid for pictures seen from rung `first` on. *out is owned. AG_ENOMEM. */
AG_MUST_USE ag_status ag_pyramid_create(ag_pyramid **out, size_t first,
                                        const ag_plane_kernels *kernels, ag_err *err);
void ag_pyramid_destroy(ag_pyramid *pyramid);

/* Bytes from row to row, the same in all its planes. */
size_t ag_pyramid_stride(const ag_pyramid *pyramid);

/* Fill it with a picture. Pictures smaller than its first rung begin at the rung below their own
 * size; nothing is enlarged. AG_ENOMEM. */
AG_MUST_USE ag_status ag_pyramid_fill(ag_pyramid *pyramid, const ag_image *image, ag_err *err);

/* A level of the picture it holds; NULL where the picture has none (rungs above its size, or so
 * small that no patch fits). Borrowed until it is filled again. */
const ag_pyramid_level *ag_pyramid_level_of(const ag_pyramid *pyramid, size_t rung);

#endif
