/* Orientation and bits of the patch around a corner. Inside src/features and its tests only. Any
 * thread once created. */
#ifndef AG_FEATURES_DESCRIPTOR_H
#define AG_FEATURES_DESCRIPTOR_H

#include "features/feature_set.h"
#include "features/pattern.h"
#include "features/pyramid.h"

#include <stddef.h>
#include <stdint.h>

/* A corner must be this far from its plane's edges, in pixels. */
#define AG_DESCRIPTOR_REACH_PX (AG_PATTERN_RADIUS_PX + 1)

/* The tests of every orientation, as places in planes of one stride. */
typedef struct ag_descriptor_table ag_descriptor_table;

/* *out is owned; aborts when memory is out. */
ag_descriptor_table *ag_descriptor_table_create(size_t stride);
void ag_descriptor_table_destroy(ag_descriptor_table *table);

/* Direction from the patch's middle to its centre of brightness (Rosin, 1999), in 256ths of a turn.
 */
uint8_t ag_descriptor_angle(const ag_plane *plane, uint32_t x, uint32_t y);

/* The bits of the patch around (x, y), turned by angle. */
void ag_descriptor_compute(ag_descriptor *out, const ag_descriptor_table *table,
                           const ag_pyramid_level *level, const uint32_t at[2], uint8_t angle);

#endif
