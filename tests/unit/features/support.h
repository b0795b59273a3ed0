/* What several tests of features need: chance, planes, pictures worth looking at, and photos. */
#ifndef AG_TESTS_FEATURES_SUPPORT_H
#define AG_TESTS_FEATURES_SUPPORT_H

#include "features/extract.h"
#include "features/feature_set.h"
#include "features/homography.h"
#include "features/plane.h"
#include "image/image.h"
#include "simulate/photo.h"

#include <stddef.h>
#include <stdint.h>

/* The next of a row of draws; the same for the same state. */
uint32_t support_draw(uint64_t *state);

/* Uniform in [low, high). */
double support_between(uint64_t *state, double low, double high);

/* An all-black plane with its slack. Owned: support_plane_fini. */
ag_plane support_plane(uint32_t width, uint32_t height, size_t stride);
void support_plane_fini(ag_plane *plane);

/* A rectangle of one brightness, cut off at the plane's edges. */
void support_draw_box(const ag_plane *plane, const uint32_t from[2], const uint32_t size[2],
                      uint8_t value);

/* A picture of overlapping striped discs and triangles. Owned: ag_image_fini. */
ag_image support_picture(uint32_t width_px, uint32_t height_px, uint64_t seed);

/* A picture of one colour. Owned: ag_image_fini. */
ag_image support_flat_picture(uint32_t width_px, uint32_t height_px, uint8_t value);

/* A simulated photo, decoded, and where the picture's corners are on it, in its pixels. Owned:
 * ag_image_fini. */
ag_image support_photograph(double corners[4][2], const ag_image *picture, ag_photo_level level,
                            uint32_t side_px, uint64_t seed);

/* The homography from a picture (its longer side is 1) to a photo of it (likewise). */
ag_homography support_view(const ag_image *picture, const ag_image *photo,
                           const double corners[4][2]);

/* A copy of what an extractor found. Owned: support_features_fini. */
ag_feature_set support_features(const ag_image *image, const ag_extractor_options *options);
ag_feature_set support_features_copy(const ag_feature_set *set);
void support_features_fini(ag_feature_set *set);

#endif
