#include "clip/clip.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "clip/backend.h"
#include "clip/model_config.h"
#include "clip/safetensors.h"
#include "clip/vision.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define CONFIG_FILE      "config.json"
#define WEIGHTS_FILE     "model.safetensors"
#define MAX_CONFIG_BYTES ((size_t)1 << 20)

const ag_clip_options AG_CLIP_OPTIONS_DEFAULT = {
    .precision = AG_PRECISION_AUTO,
    .threads = 0,
    .max_batch = 16,
};

struct ag_clip {
    ag_clip_info info;
    size_t crop_bytes;
    ag_vision *vision;
};

/* The error of a missing file, with the way to get it. */
static ag_status explain_missing(ag_status status, const char *folder, const char *file,
                                 ag_err *err)
{
    if (status != AG_ENOTFOUND)
        return status;
    return ag_err_set(
        err, status,
        "no %s in %s: get a CLIP model with \"artguide model pull\", or point --model "
        "at a folder with %s and %s from the Hugging Face hub",
        file, folder, WEIGHTS_FILE, CONFIG_FILE);
}

static ag_status read_config(ag_model_config *out, const char *folder, ag_err *err)
{
    char *path = ag_xasprintf("%s/%s", folder, CONFIG_FILE);
    ag_buffer text = {0};
    ag_status status = ag_file_read(&text, path, MAX_CONFIG_BYTES, err);
    if (status != AG_OK) {
        status = explain_missing(status, folder, CONFIG_FILE, err);
    } else {
        status = ag_model_config_parse(out, text.data, text.length, err);
        if (status != AG_OK)
            ag_err_prefix(err, "%s", path);
    }
    ag_buffer_fini(&text);
    free(path);
    return status;
}

static ag_status open_weights(ag_safetensors **out, const char *folder, ag_err *err)
{
    char *path = ag_xasprintf("%s/%s", folder, WEIGHTS_FILE);
    ag_status status = ag_safetensors_open(out, path, err);
    free(path);
    return explain_missing(status, folder, WEIGHTS_FILE, err);
}

static ag_precision choose_precision(ag_precision wanted)
{
    if (wanted != AG_PRECISION_AUTO)
        return wanted;
    return ag_backend_has_bf16() ? AG_PRECISION_BF16 : AG_PRECISION_F32;
}

static ag_status load(ag_clip *clip, const char *folder, const ag_clip_options *options,
                      ag_err *err)
{
    ag_model_config config;
    ag_safetensors *file;
    ag_status status = read_config(&config, folder, err);
    if (status == AG_OK)
        status = open_weights(&file, folder, err);
    if (status != AG_OK)
        return status;
    ag_clip_options effective = *options;
    effective.precision = choose_precision(options->precision);
    snprintf(clip->info.name, sizeof clip->info.name, "%s", ag_model_config_name(&config));
    clip->info.image_side_px = (uint32_t)config.image_side_px;
    clip->info.dimension = (uint32_t)config.dimension;
    clip->info.precision = effective.precision;
    clip->crop_bytes = config.image_side_px * config.image_side_px * 3;
    status = ag_vision_create(&clip->vision, &config, file, &effective, err);
    if (status == AG_OK)
        status = ag_safetensors_fingerprint(clip->info.fingerprint, file, err);
    ag_safetensors_close(file);
    if (status != AG_OK)
        ag_err_prefix(err, "%s", folder);
    return status;
}

ag_status ag_clip_open(ag_clip **out, const char *folder, const ag_clip_options *options,
                       ag_err *err)
{
    ag_clip *clip = ag_xcalloc(1, sizeof *clip);
    ag_status status = load(clip, folder, options, err);
    if (status != AG_OK) {
        ag_clip_close(clip);
        return status;
    }
    *out = clip;
    return AG_OK;
}

void ag_clip_close(ag_clip *clip)
{
    if (clip == NULL)
        return;
    ag_vision_destroy(clip->vision);
    free(clip);
}

const ag_clip_info *ag_clip_info_of(const ag_clip *clip)
{
    return &clip->info;
}

ag_status ag_clip_encode(ag_clip *clip, float *embeddings, const uint8_t *crops, size_t B,
                         ag_err *err)
{
    size_t level = ag_vision_levels(clip->vision) - 1;
    while (B > 0) {
        while ((size_t)1 << level > B)
            level--;
        ag_status status = ag_vision_encode(clip->vision, embeddings, crops, level, err);
        if (status != AG_OK)
            return status;
        size_t done = (size_t)1 << level;
        embeddings += done * clip->info.dimension;
        crops += done * clip->crop_bytes;
        B -= done;
    }
    return AG_OK;
}

void ag_clip_normalise(float *embeddings, size_t B, size_t D)
{
    for (size_t b = 0; b < B; b++) {
        float *row = embeddings + b * D;
        double squares = 0;
        for (size_t i = 0; i < D; i++)
            squares += (double)row[i] * row[i];
        double scale = squares > 0 ? 1 / sqrt(squares) : 0;
        for (size_t i = 0; i < D; i++)
            row[i] = (float)(row[i] * scale);
    }
}

ag_status ag_clip_weights_sha256(char out[AG_SHA256_HEX_BYTES], const char *folder, ag_err *err)
{
    char *path = ag_xasprintf("%s/%s", folder, WEIGHTS_FILE);
    ag_mapping mapping;
    ag_status status = ag_file_map(&mapping, path, err);
    free(path);
    if (status != AG_OK)
        return explain_missing(status, folder, WEIGHTS_FILE, err);
    const ag_bytes whole = {mapping.data, mapping.length};
    ag_sha256_hex(out, &whole, 1);
    ag_file_unmap(&mapping);
    return AG_OK;
}
