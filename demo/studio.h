/* The studio: draws as many works as wanted, and writes them with their catalogue. Any thread. */
#ifndef AG_DEMO_STUDIO_H
#define AG_DEMO_STUDIO_H

#include "base/buffer.h"
#include "base/status.h"
#include "image/image.h"

#include <stddef.h>
#include <stdint.h>

/* The works that are each the first of their kind. */
#define AG_STUDIO_KINDS 24

/* The longer side of a work in the demo collection. */
#define AG_STUDIO_SIDE_PX 1120

typedef struct ag_studio_order {
    size_t count;  /* works; those behind AG_STUDIO_KINDS are of the same kinds, with other seeds */
    uint64_t seed; /* 0: the demo collection's; another: other pictures with the same titles */
    uint32_t side_px; /* of the longer side, 64…5000 */
} ag_studio_order;

/* Draw the work with this number, 0 … count - 1. *out is owned: ag_image_fini. AG_ENOMEM. */
AG_MUST_USE ag_status ag_studio_draw(ag_image *out, const ag_studio_order *order, size_t number,
                                     ag_err *err);

/* Append where the work's file is, below the collection's folder: "Art_Guides_Tiler/Rose
 * Window.jpg". */
void ag_studio_path(ag_buffer *out, size_t number);

/* Write every work as a JPEG below folder, and metadata.csv, on all cores. AG_EIO, AG_ENOMEM. */
AG_MUST_USE ag_status ag_studio_write(const char *folder, const ag_studio_order *order,
                                      ag_err *err);

#endif
