/* Visitors' photos of the demo collection, for a newcomer to try. */
#ifndef AG_DEMO_SAMPLES_H
#define AG_DEMO_SAMPLES_H

#include "base/status.h"

#include <stdint.h>

#define AG_SAMPLES_SIDE_PX 1280

/* Write simulated photos of works below works_folder (as ag_studio_write left them), and of two
 * works that are not there, as JPEGs into folder; their names say what they show. side_px is the
 * photos' longer side, 64…5000. Any thread. AG_ENOTFOUND, AG_EIO, AG_ENOMEM. */
AG_MUST_USE ag_status ag_samples_write(const char *folder, const char *works_folder,
                                       uint32_t side_px, ag_err *err);

#endif
