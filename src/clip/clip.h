/* CLIP's image encoder: 8-bit RGB crops in, embeddings out (Radford et al., 2021,
 * arXiv:2103.00020).
 *
 * Loads model.safetensors and config.json of the Hugging Face hub's layout. One thread at a time
 * for each ag_clip; it uses several threads inside. */
#ifndef AG_CLIP_CLIP_H
#define AG_CLIP_CLIP_H

#include "base/digest.h"
#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ag_clip ag_clip;

typedef enum ag_precision {
    AG_PRECISION_AUTO, /* bf16 where the CPU has AVX512-BF16 or AMX, else f32 */
    AG_PRECISION_F32,
    AG_PRECISION_BF16, /* weights and activations of the matrix products; sums in f32 */
} ag_precision;

typedef struct ag_clip_options {
    ag_precision precision;
    unsigned threads; /* compute threads; 0: one per core */
    size_t max_batch; /* images computed together; larger calls are split */
} ag_clip_options;

/* auto, all cores, 16. */
extern const ag_clip_options AG_CLIP_OPTIONS_DEFAULT;

/* What is loaded, for collection.json, logs and answers. */
typedef struct ag_clip_info {
    char name[32];          /* "clip-vit-b-32", by shape; "clip-vit" for another shape */
    uint32_t image_side_px; /* S: side of the crops */
    uint32_t dimension;     /* D: of the embeddings */
    ag_precision precision; /* in use: F32 or BF16 */
    /* SHA-256 over the safetensors header and the first 4 KiB of every tensor: tells models apart
     * in milliseconds where a whole-file digest takes most of a second. */
    char fingerprint[AG_SHA256_HEX_BYTES];
} ag_clip_info;

/* Load the model in folder. AG_ENOTFOUND (no such files: the message says how to get them),
 * AG_EFORMAT (hostile or damaged), AG_EUNSUPPORTED (not a CLIP ViT, or bf16 asked of a CPU without
 * it), AG_ENOMEM. *out is owned: ag_clip_close. */
AG_MUST_USE ag_status ag_clip_open(ag_clip **out, const char *folder,
                                   const ag_clip_options *options, ag_err *err);
void ag_clip_close(ag_clip *clip);

/* Borrowed until ag_clip_close. */
const ag_clip_info *ag_clip_info_of(const ag_clip *clip);

/* Encode B crops. crops: B × S × S × 3 bytes RGB; embeddings: B × D floats, not normalised.
 * Allocates nothing. AG_EIO when the backend fails. */
AG_MUST_USE ag_status ag_clip_encode(ag_clip *clip, float *embeddings, const uint8_t *crops,
                                     size_t B, ag_err *err);

/* Scale each of B embeddings of D floats to length 1 (a zero vector stays zero). */
void ag_clip_normalise(float *embeddings, size_t B, size_t D);

/* Hex SHA-256 of the whole weights file in folder, as published on the hub. Reads all of it. */
AG_MUST_USE ag_status ag_clip_weights_sha256(char out[AG_SHA256_HEX_BYTES], const char *folder,
                                             ag_err *err);

#endif
