/* The vision transformer of CLIP: crops to embeddings, for batches of 2^level images.
 * One thread at a time. */
#ifndef AG_CLIP_VISION_H
#define AG_CLIP_VISION_H

#include "base/status.h"
#include "clip/clip.h"
#include "clip/model_config.h"
#include "clip/safetensors.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ag_vision ag_vision;

/* Load the model's weights and set aside all memory that encoding needs. precision is F32 or BF16.
 * file and config are not needed afterwards. Errors as ag_clip_open. *out is owned. */
AG_MUST_USE ag_status ag_vision_create(ag_vision **out, const ag_model_config *config,
                                       const ag_safetensors *file, const ag_clip_options *options,
                                       ag_err *err);
void ag_vision_destroy(ag_vision *vision);

/* Batch sizes are 1, 2, 4, … 2^(levels - 1) images, at most options' max_batch. */
size_t ag_vision_levels(const ag_vision *vision);

/* embeddings (B × D) of crops (B × S × S × 3), B = 2^level. AG_EIO. */
AG_MUST_USE ag_status ag_vision_encode(ag_vision *vision, float *embeddings, const uint8_t *crops,
                                       size_t level, ag_err *err);

#endif
