/* Names of models and revisions, and the addresses of their files on the hub. Any thread. */
#ifndef AG_HUB_MODEL_NAME_H
#define AG_HUB_MODEL_NAME_H

#include "base/status.h"

/* "owner/model" for one of our short names, else name itself. Static, or name. */
const char *ag_model_name_expand(const char *name);

/* The address of a file: url/name/resolve/revision/file. AG_EINVAL: a name or revision that no
 * model has. *out is owned. */
AG_MUST_USE ag_status ag_model_name_url(char **out, const char *hub_url, const char *name,
                                        const char *revision, const char *file, ag_err *err);

#endif
