/* Sample photos for visitors who have no painting at hand: GET /api/samples and /api/samples/<n>.
 */
#ifndef AG_INTERFACE_SAMPLES_H
#define AG_INTERFACE_SAMPLES_H

#include "base/status.h"
#include "interface/routes.h"

#include <stddef.h>

/* Photos and bytes of all photos together, at most. */
#define AG_SAMPLES_MAX_COUNT 100
#define AG_SAMPLES_MAX_BYTES ((size_t)256 << 20)

/* Photos read once and kept in memory, so that nothing else can ever be served. Any thread. */
typedef struct ag_samples ag_samples;

/* Read the first AG_SAMPLES_MAX_COUNT JPEG, PNG and WebP files of a folder, by name; what else is
 * there (folders, symbolic links, hidden and other files, files of more than max_bytes) is left
 * out. folder NULL or "": no samples. AG_ENOTFOUND, AG_EIO, AG_ENOMEM, AG_ELIMIT (more than
 * AG_SAMPLES_MAX_BYTES). *out is owned. */
AG_MUST_USE ag_status ag_samples_open(ag_samples **out, const char *folder, size_t max_bytes,
                                      ag_err *err);
void ag_samples_destroy(ag_samples *samples);

/* See ag_route. HTTP thread. */
ag_route_outcome ag_samples_list_run(ag_exchange *exchange);
ag_route_outcome ag_samples_photo_run(ag_exchange *exchange);

#endif
