#include "features/extract.h"

#include "base/memory.h"
#include "features/corners.h"
#include "features/descriptor.h"
#include "features/pyramid.h"

#include <math.h>
#include <stdlib.h>

/* Changes with everything that changes features: see ag_extractor_name. */
static const char NAME[] = "artguide-1";

/* Of the corner test, on evened-out contrast. */
#define CORNER_THRESHOLD 20

const ag_extractor_options AG_EXTRACTOR_REFERENCE = {.side_px = 600, .max_points = 800};
const ag_extractor_options AG_EXTRACTOR_PHOTO = {.side_px = 720, .max_points = 1200};

struct ag_extractor {
    ag_extractor_options options;
    size_t first; /* rung of the pyramid */
    ag_pyramid *pyramid;
    ag_corner_finder *finder;
    ag_descriptor_table *table;
    ag_corner *corners;         /* of one level: max_points */
    ag_keypoint *keypoints;     /* max_points */
    ag_descriptor *descriptors; /* max_points */
    uint8_t grey[AG_FEATURE_GREY_PX * AG_FEATURE_GREY_PX];
};

const char *ag_extractor_name(void)
{
    return NAME;
}

ag_status ag_extractor_create(ag_extractor **out, const ag_extractor_options *options, ag_err *err)
{
    ag_extractor *extractor = ag_xcalloc(1, sizeof *extractor);
    const ag_plane_kernels *kernels[AG_PLANE_VARIANTS];
    ag_plane_usable(kernels);
    extractor->options = *options;
    while (extractor->first + 1 < AG_PYRAMID_RUNGS &&
           ag_pyramid_side_px(extractor->first) > options->side_px)
        extractor->first++;
    ag_status status = ag_pyramid_create(&extractor->pyramid, extractor->first, kernels[0], err);
    if (!status)
        status = ag_corner_finder_create(&extractor->finder, ag_pyramid_side_px(extractor->first),
                                         kernels[0], err);
    const size_t count = options->max_points;
    extractor->corners = ag_try_malloc(count, sizeof *extractor->corners);
    extractor->keypoints = ag_try_malloc(count, sizeof *extractor->keypoints);
    extractor->descriptors = ag_try_malloc(count, sizeof *extractor->descriptors);
    if (!status && (!extractor->corners || !extractor->keypoints || !extractor->descriptors))
        status = ag_err_set(err, AG_ENOMEM, "not enough memory for %zu features", count);
    if (status) {
        ag_extractor_destroy(extractor);
        return status;
    }
    extractor->table = ag_descriptor_table_create(ag_pyramid_stride(extractor->pyramid));
    *out = extractor;
    return AG_OK;
}

void ag_extractor_destroy(ag_extractor *extractor)
{
    if (!extractor)
        return;
    ag_pyramid_destroy(extractor->pyramid);
    ag_corner_finder_destroy(extractor->finder);
    ag_descriptor_table_destroy(extractor->table);
    free(extractor->corners);
    free(extractor->keypoints);
    free(extractor->descriptors);
    free(extractor);
}

/* How many of the features left a rung may have: its share of all rungs from it on, by length
 * rather than by area, since coarse levels are what survives blur. */
static size_t quota(const ag_extractor *extractor, size_t rung, size_t left)
{
    double here = 0, all = 0;
    for (size_t r = rung; r < AG_PYRAMID_RUNGS; r++) {
        const ag_pyramid_level *level = ag_pyramid_level_of(extractor->pyramid, r);
        const double size = level ? sqrt((double)level->sharp.width * level->sharp.height) : 0;
        here = r == rung ? size : here;
        all += size;
    }
    return all > 0 ? (size_t)((double)left * here / all + 0.5) : 0;
}

static ag_keypoint make_keypoint(const ag_pyramid_level *level, const ag_corner *corner,
                                 size_t rung)
{
    const ag_plane *plane = &level->sharp;
    const double longer = plane->width > plane->height ? plane->width : plane->height;
    return (ag_keypoint){
        .x = (uint16_t)((corner->x + 0.5) / longer * AG_FEATURE_SPAN),
        .y = (uint16_t)((corner->y + 0.5) / longer * AG_FEATURE_SPAN),
        .angle = ag_descriptor_angle(&level->soft, corner->x, corner->y),
        .level = (uint8_t)rung,
    };
}

/* Features of one level, behind the `done` ones; returns how many there are then. */
static size_t run_level(ag_extractor *extractor, size_t rung, size_t done)
{
    const ag_pyramid_level *level = ag_pyramid_level_of(extractor->pyramid, rung);
    if (!level)
        return done;
    const ag_corner_options options = {
        .threshold = CORNER_THRESHOLD,
        .border_px = AG_DESCRIPTOR_REACH_PX,
        .max_corners = quota(extractor, rung, extractor->options.max_points - done),
    };
    const size_t count =
        ag_corner_finder_run(extractor->finder, extractor->corners, &level->sharp, &options);
    for (size_t i = 0; i < count; i++, done++) {
        const ag_corner *corner = &extractor->corners[i];
        ag_keypoint *keypoint = &extractor->keypoints[done];
        *keypoint = make_keypoint(level, corner, rung);
        const uint32_t at[2] = {corner->x, corner->y};
        ag_descriptor_compute(&extractor->descriptors[done], extractor->table, level, at,
                              keypoint->angle);
    }
    return done;
}

/* The coarsest level that has the grey copy's pixels; if none does, the finest; NULL: none at all.
 */
static const ag_pyramid_level *level_for_grey(const ag_extractor *extractor)
{
    const ag_pyramid_level *best = NULL;
    for (size_t rung = extractor->first; rung < AG_PYRAMID_RUNGS; rung++) {
        const ag_pyramid_level *level = ag_pyramid_level_of(extractor->pyramid, rung);
        if (level && (!best || ag_pyramid_side_px(rung) >= AG_FEATURE_GREY_PX))
            best = level;
    }
    return best;
}

/* The grey copy: of the blurred plane, which its few pixels stand for, the nearest ones. */
static void copy_grey(ag_extractor *extractor, ag_feature_set *out)
{
    const ag_pyramid_level *level = level_for_grey(extractor);
    if (!level)
        return;
    const ag_plane *plane = &level->soft;
    const double scale =
        (plane->width > plane->height ? plane->width : plane->height) / (double)AG_FEATURE_GREY_PX;
    out->grey_width_px = (uint16_t)fmax(1, floor(plane->width / scale));
    out->grey_height_px = (uint16_t)fmax(1, floor(plane->height / scale));
    for (size_t y = 0; y < out->grey_height_px; y++)
        for (size_t x = 0; x < out->grey_width_px; x++)
            extractor->grey[y * out->grey_width_px + x] =
                plane->pixels[(size_t)(((double)y + 0.5) * scale) * plane->stride +
                              (size_t)(((double)x + 0.5) * scale)];
    out->grey = extractor->grey;
}

ag_status ag_extractor_run(ag_extractor *extractor, ag_feature_set *out, const ag_image *image,
                           ag_err *err)
{
    ag_status status = ag_pyramid_fill(extractor->pyramid, image, err);
    if (status)
        return status;
    size_t count = 0;
    for (size_t rung = extractor->first; rung < AG_PYRAMID_RUNGS; rung++)
        count = run_level(extractor, rung, count);
    *out = (ag_feature_set){
        .keypoints = extractor->keypoints,
        .descriptors = extractor->descriptors,
        .count = (uint32_t)count,
    };
    copy_grey(extractor, out);
    return AG_OK;
}
