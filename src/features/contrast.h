/* Evening out a plane's contrast, so that dark corners of a picture and bright ones have features
 * alike. Inside src/features and its tests only. Any thread. */
#ifndef AG_FEATURES_CONTRAST_H
#define AG_FEATURES_CONTRAST_H

#include "base/status.h"
#include "features/plane.h"

/* Bring every neighbourhood (a sixth of the longer side wide) to mean 128 and deviation 48; where
 * deviations are lost in noise, less. In place. AG_ENOMEM. */
AG_MUST_USE ag_status ag_contrast_even_out(const ag_plane *plane, const ag_plane_kernels *kernels,
                                           ag_err *err);

#endif
