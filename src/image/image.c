#include "image/image.h"

#include "base/memory.h"
#include "image/decoder.h"
#include "image/orient.h"
#include "image/quality.h"

#include <stdbool.h>
#include <stdlib.h>

const ag_image_limits AG_IMAGE_LIMITS_DEFAULT = {
    .min_side_px = 50,
    .max_side_px = 5000,
    .max_bytes = (size_t)15 << 20,
};

/* The check needs this much of a picture's longer side: half as much again as the quality measure
 * looks at, so that what it sees hardly depends on how the picture was shrunk. */
#define CHECK_SIDE_PX (AG_QUALITY_SIDE_PX * 3 / 2)

/* The largest scale to divide by that JPEGs offer. */
#define MAX_REDUCTION 8

static const ag_image_decoder *const DECODERS[] = {
    &AG_IMAGE_DECODER_JPEG,
    &AG_IMAGE_DECODER_PNG,
    &AG_IMAGE_DECODER_WEBP,
};

static const ag_image_decoder *find_decoder(ag_image_format format)
{
    for (size_t i = 0; i < sizeof DECODERS / sizeof DECODERS[0]; i++)
        if (DECODERS[i]->format == format)
            return DECODERS[i];
    return NULL;
}

ag_status ag_image_corrupt(ag_err *err, ag_image_format format, const char *detail)
{
    return ag_err_set_code(err, AG_EFORMAT, "image_corrupt", "The %s is damaged: %s",
                           ag_image_format_name(format), detail);
}

static ag_status check_size(const ag_image_source *source, const ag_image_limits *limits,
                            ag_err *err)
{
    if (source->length == 0)
        return ag_err_set_code(err, AG_ELIMIT, "image_empty", "The file is empty");
    if (source->length > limits->max_bytes)
        return ag_err_set_code(err, AG_ELIMIT, "image_too_many_bytes",
                               "The file has %zu bytes; at most %zu are accepted", source->length,
                               limits->max_bytes);
    return AG_OK;
}

static ag_status refuse_format(ag_image_format format, ag_err *err)
{
    if (format == AG_IMAGE_UNKNOWN)
        return ag_err_set_code(err, AG_EUNSUPPORTED, "image_format",
                               "This is not a picture; please send a JPEG, PNG or WebP");
    return ag_err_set_code(err, AG_EUNSUPPORTED, "image_format",
                           "%s files are not accepted; please send a JPEG, PNG or WebP",
                           ag_image_format_name(format));
}

static ag_status check_sides(const ag_image_info *info, const ag_image_limits *limits, ag_err *err)
{
    bool is_wide = info->width_px > info->height_px;
    uint32_t shorter_px = is_wide ? info->height_px : info->width_px;
    uint32_t longer_px = is_wide ? info->width_px : info->height_px;
    if (shorter_px < limits->min_side_px)
        return ag_err_set_code(err, AG_ELIMIT, "image_too_small",
                               "The picture is %u×%u pixels; each side needs at least %u",
                               info->width_px, info->height_px, limits->min_side_px);
    if (longer_px > limits->max_side_px)
        return ag_err_set_code(err, AG_ELIMIT, "image_too_large",
                               "The picture is %u×%u pixels; each side may have at most %u",
                               info->width_px, info->height_px, limits->max_side_px);
    return AG_OK;
}

ag_status ag_image_probe(ag_image_info *out, const void *bytes, size_t length,
                         const ag_image_limits *limits, ag_err *err)
{
    ag_image_source source = {bytes, length};
    ag_status status = check_size(&source, limits, err);
    if (status)
        return status;
    ag_image_info info = {.format = ag_image_sniff(bytes, length), .orientation = 1};
    const ag_image_decoder *decoder = find_decoder(info.format);
    if (!decoder)
        return refuse_format(info.format, err);
    status = decoder->read_header(&info, &source, err);
    if (!status)
        status = check_sides(&info, limits, err);
    if (!status)
        *out = info;
    return status;
}

/* Files that are two things at once are how scripts and archives get past a door that only looks
 * for a picture. Anything else behind the picture is padding or what phones keep there. */
static ag_status check_trailer(const ag_image_source *source, size_t used, ag_err *err)
{
    ag_image_format format = ag_image_sniff(source->bytes + used, source->length - used);
    switch (format) {
    case AG_IMAGE_ZIP:
    case AG_IMAGE_PDF:
    case AG_IMAGE_HTML:
    case AG_IMAGE_SVG:
        return ag_err_set_code(err, AG_EFORMAT, "image_trailing_data",
                               "%s content is hidden behind the picture",
                               ag_image_format_name(format));
    default:
        return AG_OK;
    }
}

static ag_status decode_stored(ag_image *out, const ag_image_info *info,
                               const ag_image_source *source, unsigned reduction, ag_err *err)
{
    ag_image image = {0};
    size_t used = source->length;
    ag_status status = find_decoder(info->format)->decode(&image, &used, source, reduction, err);
    if (status)
        return status;
    status = check_trailer(source, used, err);
    if (status)
        ag_image_fini(&image);
    else
        *out = image;
    return status;
}

/* The largest scale to divide side_px by that leaves at least enough_px. */
static unsigned choose_reduction(uint32_t side_px, uint32_t enough_px)
{
    unsigned reduction = 1;
    while (reduction < MAX_REDUCTION && side_px / (reduction * 2) >= enough_px)
        reduction *= 2;
    return reduction;
}

ag_status ag_image_decode(ag_image *out, const void *bytes, size_t length,
                          const ag_image_limits *limits, ag_err *err)
{
    ag_image_source source = {bytes, length};
    ag_image_info info = {0};
    ag_image image = {0};
    ag_status status = ag_image_probe(&info, bytes, length, limits, err);
    if (status)
        return status;
    uint32_t shorter_px = info.width_px < info.height_px ? info.width_px : info.height_px;
    unsigned reduction = limits->enough_px ? choose_reduction(shorter_px, limits->enough_px) : 1;
    status = decode_stored(&image, &info, &source, reduction, err);
    if (!status)
        status = ag_image_orient(&image, info.orientation, err);
    if (status)
        ag_image_fini(&image);
    else
        *out = image;
    return status;
}

ag_status ag_image_check(ag_image_info *out, const void *bytes, size_t length,
                         const ag_image_limits *limits, ag_err *err)
{
    ag_image_source source = {bytes, length};
    ag_image_info info = {0};
    ag_image image = {0};
    ag_quality quality;
    ag_status status = ag_image_probe(&info, bytes, length, limits, err);
    if (status)
        return status;
    uint32_t longer_px = info.width_px > info.height_px ? info.width_px : info.height_px;
    unsigned reduction = choose_reduction(longer_px, CHECK_SIDE_PX);
    status = decode_stored(&image, &info, &source, reduction, err);
    if (!status)
        status = ag_quality_measure(&quality, &image, err);
    if (!status)
        status = ag_quality_check(&quality, err);
    ag_image_fini(&image);
    if (!status)
        *out = info;
    return status;
}

ag_status ag_image_init(ag_image *out, uint32_t width_px, uint32_t height_px, ag_err *err)
{
    size_t pixels;
    uint8_t *rgb = ag_size_mul(&pixels, width_px, height_px) ? ag_try_malloc(pixels, 3) : NULL;
    if (!rgb)
        return ag_err_set(err, AG_ENOMEM, "No memory for %u×%u pixels", width_px, height_px);
    *out = (ag_image){width_px, height_px, rgb};
    return AG_OK;
}

void ag_image_fini(ag_image *image)
{
    free(image->rgb);
    *image = (ag_image){0};
}
