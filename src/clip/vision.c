/* A pre-norm transformer (Dosovitskiy et al., 2021, arXiv:2010.11929) as CLIP has it.
 *
 * The residual stream is f32 in either precision; what enters a matrix product is f32 or bf16.
 * Queries, keys and values are one product. Only the class token leaves the last layer, so that the
 * layer computes keys and values of all tokens and everything else for that token alone: 7 % less
 * work. */
#include "clip/vision.h"

#include "base/memory.h"
#include "clip/backend.h"
#include "clip/kernels.h"
#include "clip/vision_weights.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct ag_vision {
    ag_model_config config;
    bool is_bf16;
    size_t levels; /* batches of 1, 2, 4, … 2^(levels - 1) images */
    ag_backend *backend;
    const ag_kernels *kernels;
    ag_vision_weights *weights;

    uint8_t *block; /* owned: all of the following, for the largest batch B */
    float *x;       /* B × T × W: the residual stream */
    float *x_class; /* B × W: the same for the class tokens of the last layer */
    void *h;        /* elements, B × T × W or B × patches × pixels: what enters a product */
    void *h_class;  /* elements, B × W */
    void *q_class;  /* elements, B × W: queries of the last layer */
    void *wide;     /* elements, B × T × 3W or B × T × I; or f32, B × patches × W */
    float *attention_scratch;
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Carve one block for batches of B. Of its pages, those of batches that never come cost nothing. */
static ag_status allocate(ag_vision *vision, size_t B, ag_err *err)
{
    enum { X, X_CLASS, H, H_CLASS, Q_CLASS, WIDE, SCRATCH, PARTS };
    const ag_model_config *c = &vision->config;
    size_t T = c->tokens, W = c->width, pixels = 3 * c->patch_px * c->patch_px;
    size_t element = vision->is_bf16 ? sizeof(uint16_t) : sizeof(float);
    const size_t bytes[PARTS] = {
        [X] = B * T * W * sizeof(float),
        [X_CLASS] = B * W * sizeof(float),
        [H] = B * T * larger(W, pixels) * element,
        [H_CLASS] = B * W * element,
        [Q_CLASS] = B * W * element,
        [WIDE] = B * T * larger(larger(3 * W, c->intermediate) * element, W * sizeof(float)),
        [SCRATCH] = ag_backend_threads(vision->backend) *
                    ag_attention_scratch_floats(T, W / c->heads) * sizeof(float),
    };
    size_t total = 0, offsets[PARTS];
    for (size_t i = 0; i < PARTS; i++) {
        offsets[i] = total;
        total += (bytes[i] + AG_MEMORY_ALIGNMENT - 1) / AG_MEMORY_ALIGNMENT * AG_MEMORY_ALIGNMENT;
    }
    uint8_t *block = ag_try_aligned(total, 1);
    if (block == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for batches of %zu images", B);
    memset(block + offsets[SCRATCH], 0, bytes[SCRATCH]);
    vision->block = block;
    vision->x = (float *)(void *)(block + offsets[X]);
    vision->x_class = (float *)(void *)(block + offsets[X_CLASS]);
    vision->h = block + offsets[H];
    vision->h_class = block + offsets[H_CLASS];
    vision->q_class = block + offsets[Q_CLASS];
    vision->wide = block + offsets[WIDE];
    vision->attention_scratch = (float *)(void *)(block + offsets[SCRATCH]);
    return AG_OK;
}

/* The number of powers of two up to max_batch. */
static size_t count_levels(size_t max_batch)
{
    size_t levels = 1;
    while (levels < AG_BACKEND_MAX_LEVELS && max_batch >> levels != 0)
        levels++;
    return levels;
}

ag_status ag_vision_create(ag_vision **out, const ag_model_config *config,
                           const ag_safetensors *file, const ag_clip_options *options, ag_err *err)
{
    const ag_kernels *usable[AG_KERNELS_VARIANTS];
    ag_kernels_usable(usable);
    ag_vision *vision = ag_xcalloc(1, sizeof *vision);
    vision->config = *config;
    vision->is_bf16 = options->precision == AG_PRECISION_BF16;
    vision->kernels = usable[0];
    vision->levels = count_levels(options->max_batch);
    ag_status status = ag_backend_create(&vision->backend, options->precision, options->threads,
                                         vision->levels, err);
    if (status == AG_OK)
        status = ag_vision_weights_load(&vision->weights, vision->backend, config, file, err);
    if (status == AG_OK)
        status = allocate(vision, (size_t)1 << (vision->levels - 1), err);
    if (status != AG_OK) {
        ag_vision_destroy(vision);
        return status;
    }
    *out = vision;
    return AG_OK;
}

void ag_vision_destroy(ag_vision *vision)
{
    if (vision == NULL)
        return;
    free(vision->block);
    ag_vision_weights_destroy(vision->weights);
    ag_backend_destroy(vision->backend);
    free(vision);
}

size_t ag_vision_levels(const ag_vision *vision)
{
    return vision->levels;
}

/* x = layer norm of patch tokens and class token with their positions added. */
static ag_status embed(ag_vision *vision, const uint8_t *crops, size_t level, ag_err *err)
{
    const ag_model_config *c = &vision->config;
    const ag_vision_weights *weights = vision->weights;
    size_t B = (size_t)1 << level, T = c->tokens, W = c->width;
    const size_t shape[3] = {B, c->image_side_px, c->patch_px};
    vision->kernels->patchify(vision->h, crops, shape, vision->is_bf16);
    ag_status status = ag_matrix_multiply(weights->patches, vision->wide, vision->h, level, err);
    if (status != AG_OK)
        return status;
    const float *patch = vision->wide;
    for (size_t b = 0; b < B; b++) {
        float *x = vision->x + b * T * W;
        memcpy(x, weights->positions, W * sizeof *x);
        for (size_t i = W; i < T * W; i++)
            x[i] = *patch++ + weights->positions[i];
    }
    const size_t rows[3] = {B * T, W, W};
    vision->kernels->layer_norm(vision->x, vision->x, &weights->pre_norm, rows, false);
    return AG_OK;
}

/* The elements at index i. */
static void *at(const ag_vision *vision, void *elements, size_t i)
{
    return (uint8_t *)elements + i * (vision->is_bf16 ? sizeof(uint16_t) : sizeof(float));
}

/* x += attention of every token to every token. */
static ag_status attend(ag_vision *vision, const ag_vision_layer *layer, size_t level, ag_err *err)
{
    const ag_model_config *c = &vision->config;
    size_t B = (size_t)1 << level, T = c->tokens, W = c->width;
    const size_t rows[3] = {B * T, W, W};
    const ag_attention attention = {
        .B = B,
        .T = T,
        .heads = c->heads,
        .head_dim = W / c->heads,
        .queries = T,
        .q_stride = 3 * W,
        .kv_stride = 3 * W,
        .q = vision->wide,
        .k = at(vision, vision->wide, W),
        .v = at(vision, vision->wide, 2 * W),
        .out = vision->h,
    };
    vision->kernels->layer_norm(vision->h, vision->x, &layer->norm1, rows, vision->is_bf16);
    ag_status status = ag_matrix_multiply(layer->qkv, vision->wide, vision->h, level, err);
    if (status != AG_OK)
        return status;
    vision->kernels->attention(&attention, vision->attention_scratch, vision->is_bf16);
    return ag_matrix_multiply(layer->out, vision->x, vision->h, level, err);
}

/* x_class = x of the class tokens + their attention to every token. */
static ag_status attend_class(ag_vision *vision, const ag_vision_layer *layer, size_t level,
                              ag_err *err)
{
    const ag_model_config *c = &vision->config;
    size_t B = (size_t)1 << level, T = c->tokens, W = c->width;
    const size_t rows[3] = {B * T, W, W}, class_rows[3] = {B, W, T * W};
    const ag_attention attention = {
        .B = B,
        .T = T,
        .heads = c->heads,
        .head_dim = W / c->heads,
        .queries = 1,
        .q_stride = W,
        .kv_stride = 2 * W,
        .q = vision->q_class,
        .k = vision->wide,
        .v = at(vision, vision->wide, W),
        .out = vision->h_class,
    };
    vision->kernels->layer_norm(vision->h, vision->x, &layer->norm1, rows, vision->is_bf16);
    vision->kernels->layer_norm(vision->h_class, vision->x, &layer->norm1, class_rows,
                                vision->is_bf16);
    ag_status status = ag_matrix_multiply(layer->q, vision->q_class, vision->h_class, level, err);
    if (status == AG_OK)
        status = ag_matrix_multiply(layer->qkv, vision->wide, vision->h, level, err);
    if (status != AG_OK)
        return status;
    vision->kernels->attention(&attention, vision->attention_scratch, vision->is_bf16);
    for (size_t b = 0; b < B; b++)
        memcpy(vision->x_class + b * W, vision->x + b * T * W, W * sizeof(float));
    return ag_matrix_multiply(layer->out, vision->x_class, vision->h_class, level, err);
}

/* x += MLP of x, for the tokens of all layers but the last, or the class tokens of the last. */
static ag_status mlp(ag_vision *vision, const ag_vision_layer *layer, bool is_last, size_t level,
                     ag_err *err)
{
    size_t B = (size_t)1 << level, W = vision->config.width;
    const size_t rows[3] = {is_last ? B : B * vision->config.tokens, W, W};
    float *x = is_last ? vision->x_class : vision->x;
    void *h = is_last ? vision->h_class : vision->h;
    vision->kernels->layer_norm(h, x, &layer->norm2, rows, vision->is_bf16);
    ag_status status = ag_matrix_multiply(layer->fc1, vision->wide, h, level, err);
    if (status == AG_OK)
        status = ag_matrix_multiply(layer->fc2, x, vision->wide, level, err);
    return status;
}

static ag_status encode(ag_vision *vision, float *embeddings, const uint8_t *crops, size_t level,
                        ag_err *err)
{
    const ag_vision_weights *weights = vision->weights;
    const size_t rows[3] = {(size_t)1 << level, vision->config.width, vision->config.width};
    ag_status status = embed(vision, crops, level, err);
    for (size_t i = 0; i < weights->layer_count && status == AG_OK; i++) {
        const ag_vision_layer *layer = &weights->layers[i];
        bool is_last = i + 1 == weights->layer_count;
        status =
            is_last ? attend_class(vision, layer, level, err) : attend(vision, layer, level, err);
        if (status == AG_OK)
            status = mlp(vision, layer, is_last, level, err);
    }
    if (status != AG_OK)
        return status;
    vision->kernels->layer_norm(vision->h_class, vision->x_class, &weights->post_norm, rows,
                                vision->is_bf16);
    return ag_matrix_multiply(weights->projection, embeddings, vision->h_class, level, err);
}

ag_status ag_vision_encode(ag_vision *vision, float *embeddings, const uint8_t *crops, size_t level,
                           ag_err *err)
{
    int previous = ag_backend_enter(vision->backend);
    ag_status status = encode(vision, embeddings, crops, level, err);
    ag_backend_leave(previous);
    return status;
}
