#include "collection/reference.h"

#include "base/file.h"

#include <stdbool.h>

const ag_image_limits AG_REFERENCE_LIMITS = {
    .min_side_px = 50, .max_side_px = 20000, .max_bytes = (size_t)200 << 20};

/* Images above this are decoded one at a time: each takes hundreds of megabytes. */
#define LARGE_PIXELS ((uint64_t)50 * 1000 * 1000)

void ag_references_init(ag_references *references, ag_reference_fn *look, void *context,
                        uint32_t enough_px)
{
    *references = (ag_references){.look = look, .context = context, .enough_px = enough_px};
    pthread_mutex_init(&references->large, NULL);
}

void ag_references_fini(ag_references *references)
{
    pthread_mutex_destroy(&references->large);
}

static ag_status decode(ag_references *references, const ag_buffer *bytes, size_t i, ag_err *err)
{
    ag_image_limits limits = AG_REFERENCE_LIMITS;
    ag_image image;

    limits.enough_px = references->enough_px;
    ag_status status = ag_image_decode(&image, bytes->data, bytes->length, &limits, err);
    if (status)
        return status;
    status = references->look(references->context, i, &image, err);
    ag_image_fini(&image);
    return status;
}

static void turn_upright(ag_image_info *info)
{
    const uint32_t width_px = info->width_px;

    if (info->orientation <= 4)
        return;
    info->width_px = info->height_px;
    info->height_px = width_px;
}

ag_status ag_references_read(ag_references *references, ag_image_info *info, const char *file,
                             size_t i, ag_err *err)
{
    ag_buffer bytes = {0};
    ag_status status = ag_file_read(&bytes, file, AG_REFERENCE_LIMITS.max_bytes, err);

    if (!status)
        status = ag_image_probe(info, bytes.data, bytes.length, &AG_REFERENCE_LIMITS, err);
    if (!status) {
        const bool is_large = (uint64_t)info->width_px * info->height_px > LARGE_PIXELS;
        if (is_large)
            pthread_mutex_lock(&references->large);
        status = decode(references, &bytes, i, err);
        if (is_large)
            pthread_mutex_unlock(&references->large);
        turn_upright(info);
    }
    ag_buffer_fini(&bytes);
    return status;
}
