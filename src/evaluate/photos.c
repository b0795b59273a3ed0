#include "evaluate/photos.h"

#include <stdlib.h>

void ag_known_photo_fini(ag_known_photo *photo)
{
    free(photo->name);
    ag_buffer_fini(&photo->bytes);
    free(photo->parameters_json);
    *photo = (ag_known_photo){0};
}

ag_status ag_photo_source_take(const ag_photo_source *source, ag_known_photo *out, size_t i,
                               ag_err *err)
{
    *out = (ag_known_photo){0};
    const ag_status status = source->take(source, out, i, err);
    out->about.photo = out->name;
    return status;
}

void ag_photo_source_destroy(ag_photo_source *source)
{
    if (source == NULL)
        return;
    for (size_t i = 0; i < source->stranger_count; i++)
        free(source->strangers[i]);
    free(source->strangers);
    source->destroy(source);
}
