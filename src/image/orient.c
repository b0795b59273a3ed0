#include "image/orient.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Quarter turns go tile by tile, so that both the rows read and the rows written stay in cache. */
#define TILE_PX 32

typedef struct pixel {
    uint8_t rgb[3];
} pixel;

static void reverse(pixel *first, size_t count)
{
    if (count == 0)
        return;
    for (pixel *last = first + count - 1; first < last; first++, last--) {
        pixel swap = *first;
        *first = *last;
        *last = swap;
    }
}

static void mirror_rows(ag_image *image)
{
    pixel *pixels = (pixel *)image->rgb;
    for (size_t y = 0; y < image->height_px; y++)
        reverse(pixels + y * image->width_px, image->width_px);
}

static void half_turn(ag_image *image)
{
    reverse((pixel *)image->rgb, (size_t)image->width_px * image->height_px);
}

/* Out pixel (x, y) is in pixel (y, x), counted from the right and from the bottom where asked. */
typedef struct turn {
    bool from_right;
    bool from_bottom;
} turn;

static void turn_tile(ag_image *out, const ag_image *in, turn how, uint32_t x0, uint32_t y0)
{
    uint32_t x1 = out->width_px - x0 < TILE_PX ? out->width_px : x0 + TILE_PX;
    uint32_t y1 = out->height_px - y0 < TILE_PX ? out->height_px : y0 + TILE_PX;
    for (uint32_t y = y0; y < y1; y++) {
        size_t column = how.from_right ? in->width_px - 1 - y : y;
        pixel *row = (pixel *)out->rgb + (size_t)y * out->width_px;
        for (uint32_t x = x0; x < x1; x++) {
            size_t line = how.from_bottom ? in->height_px - 1 - x : x;
            row[x] = ((const pixel *)in->rgb)[line * in->width_px + column];
        }
    }
}

static ag_status quarter_turn(ag_image *image, turn how, ag_err *err)
{
    ag_image out;
    ag_status status = ag_image_init(&out, image->height_px, image->width_px, err);
    if (status)
        return status;
    for (uint32_t y = 0; y < out.height_px; y += TILE_PX)
        for (uint32_t x = 0; x < out.width_px; x += TILE_PX)
            turn_tile(&out, image, how, x, y);
    ag_image_fini(image);
    *image = out;
    return AG_OK;
}

ag_status ag_image_orient(ag_image *image, unsigned orientation, ag_err *err)
{
    switch (orientation) {
    case 2:
        mirror_rows(image);
        return AG_OK;
    case 3:
        half_turn(image);
        return AG_OK;
    case 4:
        half_turn(image);
        mirror_rows(image);
        return AG_OK;
    case 5:
        return quarter_turn(image, (turn){false, false}, err);
    case 6:
        return quarter_turn(image, (turn){false, true}, err);
    case 7:
        return quarter_turn(image, (turn){true, true}, err);
    case 8:
        return quarter_turn(image, (turn){true, false}, err);
    default:
        return AG_OK;
    }
}
