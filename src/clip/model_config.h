/* Shape of a CLIP vision transformer, read from the config.json beside its weights. Any thread. */
#ifndef AG_CLIP_MODEL_CONFIG_H
#define AG_CLIP_MODEL_CONFIG_H

#include "base/status.h"

#include <stddef.h>

typedef enum ag_activation {
    AG_ACTIVATION_NONE,
    AG_ACTIVATION_QUICK_GELU, /* x · sigmoid(1.702 x) */
    AG_ACTIVATION_GELU,       /* x · Φ(x) */
} ag_activation;

/* Dimensions are the letters of the comments in this area: S, P, W, I, L, H, D, and T tokens. */
typedef struct ag_model_config {
    size_t image_side_px;     /* S: side of the square input */
    size_t patch_px;          /* P: side of a patch */
    size_t width;             /* W: floats per token, a multiple of 16 H */
    size_t intermediate;      /* I: width inside the MLP */
    size_t layers;            /* L */
    size_t heads;             /* H, divides W */
    size_t dimension;         /* D: of the embedding */
    size_t tokens;            /* T: patches + the class token */
    float layer_norm_eps;     /* added to the variance */
    ag_activation activation; /* of the MLP */
} ag_model_config;

/* Parse config.json of CLIPModel or CLIPVisionModelWithProjection. Fields that are missing have the
 * defaults of Hugging Face's CLIPVisionConfig, since published files leave those out. AG_EFORMAT
 * (not JSON, a value out of range), AG_EUNSUPPORTED (not a CLIP vision transformer that we
 * compute). */
AG_MUST_USE ag_status ag_model_config_parse(ag_model_config *out, const void *bytes, size_t length,
                                            ag_err *err);

/* "clip-vit-b-32" and so on for the published shapes, else "clip-vit". Static. */
const char *ag_model_config_name(const ag_model_config *config);

#endif
