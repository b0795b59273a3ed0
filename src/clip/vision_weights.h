/* The vision transformer's weights, in the matrix library's layout. One thread at a time. */
#ifndef AG_CLIP_VISION_WEIGHTS_H
#define AG_CLIP_VISION_WEIGHTS_H

#include "base/status.h"
#include "clip/backend.h"
#include "clip/kernels.h"
#include "clip/model_config.h"
#include "clip/safetensors.h"

#include <stddef.h>

/* The shapes of matrix product in the model. Of the last layer only the class token is needed, so
 * that its queries and all behind its attention have one row per image. */
typedef enum ag_vision_product {
    AG_VISION_PATCHES,    /* pixels of a patch to its token */
    AG_VISION_QKV,        /* queries, keys and values side by side */
    AG_VISION_OUT,        /* behind the attention */
    AG_VISION_FC1,        /* into the MLP */
    AG_VISION_FC2,        /* out of it */
    AG_VISION_LAST_Q,     /* the last layer's, from here on */
    AG_VISION_LAST_KV,    /* of all tokens */
    AG_VISION_LAST_OUT,   /* as above */
    AG_VISION_LAST_FC1,   /* as above */
    AG_VISION_LAST_FC2,   /* as above */
    AG_VISION_PROJECTION, /* class token to embedding */
    AG_VISION_PRODUCTS,   /* how many */
} ag_vision_product;

/* One layer. */
typedef struct ag_vision_layer {
    ag_norm norm1, norm2;       /* before the attention and before the MLP */
    ag_matrix *q;               /* of the last layer; else NULL */
    ag_matrix *qkv;             /* keys and values only in the last layer */
    ag_matrix *out, *fc1, *fc2; /* as above */
} ag_vision_layer;

typedef struct ag_vision_weights {
    ag_product *products[AG_VISION_PRODUCTS]; /* owned */
    ag_matrix *patches, *projection;          /* owned */
    const float *positions;      /* T × W; the class token's own embedding is added to row 0 */
    ag_norm pre_norm, post_norm; /* before the first layer and behind the last */
    size_t layer_count;          /* L */
    ag_vision_layer *layers;     /* owned */
    uint8_t *block;              /* owned: everything above lies in it */
} ag_vision_weights;

/* Compile the products and load the weights; the file is not needed afterwards. AG_EFORMAT (a
 * tensor is missing or has the wrong shape), AG_EUNSUPPORTED (its dtype), AG_EIO, AG_ENOMEM. *out
 * is owned. */
AG_MUST_USE ag_status ag_vision_weights_load(ag_vision_weights **out, ag_backend *backend,
                                             const ag_model_config *config,
                                             const ag_safetensors *file, ag_err *err);
void ag_vision_weights_destroy(ag_vision_weights *weights);

#endif
