/* All weights lie in one block on huge pages: a single image reads every one of them once, which is
 * bound by memory, and address translation on 4 KiB pages would cost several per cent of it. */
#include "clip/vision_weights.h"

#include "base/memory.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE_BYTES ((size_t)2 << 20)
#define MAX_NAME_BYTES  128
#define READ_PIECE      ((size_t)1 << 16) /* floats a thread converts at once */

/* What loading needs at hand. */
struct loader {
    const ag_safetensors *file;
    const ag_model_config *config;
    ag_vision_weights *weights;
    const ag_backend *backend;
    float *staging;        /* the largest matrix as N × K floats */
    size_t used, capacity; /* bytes of weights->block */
};

static size_t round_up(size_t bytes)
{
    return (bytes + AG_MEMORY_ALIGNMENT - 1) / AG_MEMORY_ALIGNMENT * AG_MEMORY_ALIGNMENT;
}

/* The next bytes of the block. */
static void *take(struct loader *loader, size_t bytes)
{
    void *at = loader->weights->block + loader->used;
    loader->used += round_up(bytes);
    assert(loader->used <= loader->capacity);
    return at;
}

/* The tensor "<prefix>.<suffix>", which must have `rows` × columns numbers. */
static ag_status find(const ag_tensor **out, const struct loader *loader, const char *name,
                      const size_t rows_columns[2], ag_err *err)
{
    const ag_tensor *tensor = ag_safetensors_find(loader->file, name);
    if (tensor == NULL)
        return ag_err_set(err, AG_EFORMAT, "the weights have no tensor \"%s\"", name);
    if (tensor->dtype == AG_DTYPE_OTHER)
        return ag_err_set(err, AG_EUNSUPPORTED, "tensor \"%s\" is not F32, F16 or BF16", name);
    if (tensor->rank == 0 || tensor->shape[0] != rows_columns[0] ||
        tensor->elements != rows_columns[0] * rows_columns[1])
        return ag_err_set(err, AG_EFORMAT, "tensor \"%s\" is not %zu × %zu as config.json says",
                          name, rows_columns[0], rows_columns[1]);
    *out = tensor;
    return AG_OK;
}

/* Convert all of a tensor with the backend's threads. */
static void read_tensor(const struct loader *loader, float *out, const ag_tensor *tensor)
{
    size_t pieces = (tensor->elements + READ_PIECE - 1) / READ_PIECE;
    int previous = ag_backend_enter(loader->backend);
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < pieces; i++) {
        size_t first = i * READ_PIECE, left = tensor->elements - first;
        ag_tensor_read(out + first, tensor, first, left < READ_PIECE ? left : READ_PIECE);
    }
    ag_backend_leave(previous);
}

/* rows × columns numbers of a tensor, to out. */
static ag_status load_floats(float *out, const struct loader *loader, const char *name,
                             const size_t rows_columns[2], ag_err *err)
{
    const ag_tensor *tensor = NULL;
    ag_status status = find(&tensor, loader, name, rows_columns, err);
    if (status == AG_OK)
        read_tensor(loader, out, tensor);
    return status;
}

static ag_status load_norm(ag_norm *out, struct loader *loader, const char *prefix, ag_err *err)
{
    const size_t shape[2] = {loader->config->width, 1};
    float *scale = take(loader, shape[0] * sizeof *scale),
          *shift = take(loader, shape[0] * sizeof *shift);
    char name[MAX_NAME_BYTES];
    snprintf(name, sizeof name, "%s.weight", prefix);
    ag_status status = load_floats(scale, loader, name, shape, err);
    snprintf(name, sizeof name, "%s.bias", prefix);
    if (status == AG_OK)
        status = load_floats(shift, loader, name, shape, err);
    *out = (ag_norm){scale, shift, loader->config->layer_norm_eps};
    return status;
}

/* Where a matrix comes from: one or more tensors below each other, "<prefix><names[i]>.weight". */
struct source {
    ag_vision_product product;
    const char *prefix;
    const char *names[4]; /* ends with NULL */
};

/* The weights of a source as N × K floats: in the file where they already are that, else staged. */
static ag_status gather_weights(const float **out, const struct loader *loader,
                                const struct source *source, const size_t part_K[2], ag_err *err)
{
    for (size_t i = 0; source->names[i] != NULL; i++) {
        char name[MAX_NAME_BYTES];
        const ag_tensor *tensor = NULL;
        snprintf(name, sizeof name, "%s%s.weight", source->prefix, source->names[i]);
        ag_status status = find(&tensor, loader, name, part_K, err);
        if (status != AG_OK)
            return status;
        bool is_alone = i == 0 && source->names[1] == NULL;
        if (is_alone && tensor->dtype == AG_DTYPE_F32 &&
            (uintptr_t)tensor->data % sizeof(float) == 0) {
            *out = (const float *)(const void *)tensor->data;
            return AG_OK;
        }
        read_tensor(loader, loader->staging + i * part_K[0] * part_K[1], tensor);
    }
    *out = loader->staging;
    return AG_OK;
}

static ag_status load_matrix(ag_matrix **out, struct loader *loader, const struct source *source,
                             ag_err *err)
{
    const ag_product *product = loader->weights->products[source->product];
    const ag_product_spec *spec = ag_product_spec_of(product);
    size_t parts = 0;
    while (source->names[parts] != NULL)
        parts++;
    const size_t part_K[2] = {spec->N / parts, spec->K}, part_1[2] = {spec->N / parts, 1};
    const float *weights;
    ag_status status = gather_weights(&weights, loader, source, part_K, err);
    if (status != AG_OK)
        return status;

    void *storage = take(loader, ag_product_weight_bytes(product));
    float *bias = spec->has_bias ? take(loader, spec->N * sizeof *bias) : NULL;
    for (size_t i = 0; bias != NULL && i < parts; i++) {
        char name[MAX_NAME_BYTES];
        snprintf(name, sizeof name, "%s%s.bias", source->prefix, source->names[i]);
        status = load_floats(bias + i * part_1[0], loader, name, part_1, err);
        if (status != AG_OK)
            return status;
    }
    const ag_matrix_numbers numbers = {weights, bias};
    return ag_matrix_create(out, product, storage, &numbers, err);
}

static ag_status load_layer(struct loader *loader, size_t i, ag_err *err)
{
    ag_vision_layer *layer = &loader->weights->layers[i];
    bool is_last = i + 1 == loader->config->layers;
    char prefix[MAX_NAME_BYTES], norm1[MAX_NAME_BYTES + 16], norm2[MAX_NAME_BYTES + 16];
    snprintf(prefix, sizeof prefix, "vision_model.encoder.layers.%zu.", i);
    snprintf(norm1, sizeof norm1, "%slayer_norm1", prefix);
    snprintf(norm2, sizeof norm2, "%slayer_norm2", prefix);
    const struct source q = {AG_VISION_LAST_Q, prefix, {"self_attn.q_proj"}};
    const struct source kv = {AG_VISION_LAST_KV, prefix, {"self_attn.k_proj", "self_attn.v_proj"}};
    const struct source qkv = {
        AG_VISION_QKV, prefix, {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"}};
    const struct source out = {
        is_last ? AG_VISION_LAST_OUT : AG_VISION_OUT, prefix, {"self_attn.out_proj"}};
    const struct source fc1 = {is_last ? AG_VISION_LAST_FC1 : AG_VISION_FC1, prefix, {"mlp.fc1"}};
    const struct source fc2 = {is_last ? AG_VISION_LAST_FC2 : AG_VISION_FC2, prefix, {"mlp.fc2"}};

    ag_status status = load_norm(&layer->norm1, loader, norm1, err);
    if (status == AG_OK)
        status = load_norm(&layer->norm2, loader, norm2, err);
    if (status == AG_OK && is_last)
        status = load_matrix(&layer->q, loader, &q, err);
    if (status == AG_OK)
        status = load_matrix(&layer->qkv, loader, is_last ? &kv : &qkv, err);
    if (status == AG_OK)
        status = load_matrix(&layer->out, loader, &out, err);
    if (status == AG_OK)
        status = load_matrix(&layer->fc1, loader, &fc1, err);
    if (status == AG_OK)
        status = load_matrix(&layer->fc2, loader, &fc2, err);
    return status;
}

static ag_status load_positions(struct loader *loader, ag_err *err)
{
    size_t T = loader->config->tokens, W = loader->config->width;
    const size_t shape[2] = {T, W}, class_shape[2] = {W, 1};
    float *positions = take(loader, T * W * sizeof *positions);
    ag_status status = load_floats(positions, loader,
                                   "vision_model.embeddings.position_embedding.weight", shape, err);
    if (status == AG_OK)
        status = load_floats(loader->staging, loader, "vision_model.embeddings.class_embedding",
                             class_shape, err);
    for (size_t i = 0; i < W && status == AG_OK; i++)
        positions[i] += loader->staging[i];
    loader->weights->positions = positions;
    return status;
}

static ag_status load_all(struct loader *loader, ag_err *err)
{
    ag_vision_weights *weights = loader->weights;
    const struct source patches = {
        AG_VISION_PATCHES, "vision_model.", {"embeddings.patch_embedding"}};
    const struct source projection = {AG_VISION_PROJECTION, "", {"visual_projection"}};
    ag_status status = load_positions(loader, err);
    if (status == AG_OK)
        status = load_matrix(&weights->patches, loader, &patches, err);
    if (status == AG_OK)
        status = load_norm(&weights->pre_norm, loader, "vision_model.pre_layrnorm", err);
    for (size_t i = 0; i < loader->config->layers && status == AG_OK; i++)
        status = load_layer(loader, i, err);
    if (status == AG_OK)
        status = load_norm(&weights->post_norm, loader, "vision_model.post_layernorm", err);
    if (status == AG_OK)
        status = load_matrix(&weights->projection, loader, &projection, err);
    return status;
}

static ag_status create_products(ag_vision_weights *weights, ag_backend *backend,
                                 const ag_model_config *config, ag_err *err)
{
    size_t T = config->tokens, W = config->width, I = config->intermediate;
    size_t pixels = 3 * config->patch_px * config->patch_px;
    ag_activation act = config->activation;
    const ag_product_spec specs[AG_VISION_PRODUCTS] = {
        [AG_VISION_PATCHES] = {.rows = T - 1, .K = pixels, .N = W, .is_f32 = true},
        [AG_VISION_QKV] = {.rows = T, .K = W, .N = 3 * W, .has_bias = true},
        [AG_VISION_OUT] = {.rows = T, .K = W, .N = W, .has_bias = true, .has_residual = true},
        [AG_VISION_FC1] = {.rows = T, .K = W, .N = I, .activation = act, .has_bias = true},
        [AG_VISION_FC2] = {.rows = T, .K = I, .N = W, .has_bias = true, .has_residual = true},
        [AG_VISION_LAST_Q] = {.rows = 1, .K = W, .N = W, .has_bias = true},
        [AG_VISION_LAST_KV] = {.rows = T, .K = W, .N = 2 * W, .has_bias = true},
        [AG_VISION_LAST_OUT] = {.rows = 1, .K = W, .N = W, .has_bias = true, .has_residual = true},
        [AG_VISION_LAST_FC1] = {.rows = 1, .K = W, .N = I, .activation = act, .has_bias = true},
        [AG_VISION_LAST_FC2] = {.rows = 1, .K = I, .N = W, .has_bias = true, .has_residual = true},
        [AG_VISION_PROJECTION] = {.rows = 1, .K = W, .N = config->dimension, .is_f32 = true},
    };
    ag_status status = AG_OK;
    for (size_t i = 0; i < AG_VISION_PRODUCTS && status == AG_OK; i++)
        status = ag_product_create(&weights->products[i], backend, &specs[i], err);
    return status;
}

/* How often a product's weights occur. */
static size_t occurrences(ag_vision_product product, size_t layers)
{
    bool is_repeated = product == AG_VISION_QKV || product == AG_VISION_OUT ||
                       product == AG_VISION_FC1 || product == AG_VISION_FC2;
    return is_repeated ? layers - 1 : 1;
}

/* One block for all weights, and room to stage the largest of them. */
static ag_status allocate(struct loader *loader, ag_err *err)
{
    const ag_model_config *config = loader->config;
    ag_vision_weights *weights = loader->weights;
    size_t staging = 0, row = round_up(config->width * sizeof(float));
    loader->capacity = row * (config->tokens + 4 * config->layers + 4);
    for (size_t i = 0; i < AG_VISION_PRODUCTS; i++) {
        const ag_product_spec *spec = ag_product_spec_of(weights->products[i]);
        loader->capacity += (round_up(ag_product_weight_bytes(weights->products[i])) +
                             round_up(spec->N * sizeof(float))) *
                            occurrences(i, config->layers);
        if (spec->N * spec->K > staging)
            staging = spec->N * spec->K;
    }
    loader->capacity = (loader->capacity + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    weights->block = aligned_alloc(HUGE_PAGE_BYTES, loader->capacity);
    weights->layers = ag_try_malloc(config->layers, sizeof *weights->layers);
    loader->staging = ag_try_aligned(staging, sizeof *loader->staging);
    if (weights->block == NULL || weights->layers == NULL || loader->staging == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for %zu MiB of weights",
                          loader->capacity >> 20);
    madvise(weights->block, loader->capacity, MADV_HUGEPAGE); /* only a wish: may fail */
    memset(weights->layers, 0, config->layers * sizeof *weights->layers);
    weights->layer_count = config->layers;
    return AG_OK;
}

ag_status ag_vision_weights_load(ag_vision_weights **out, ag_backend *backend,
                                 const ag_model_config *config, const ag_safetensors *file,
                                 ag_err *err)
{
    ag_vision_weights *weights = ag_xcalloc(1, sizeof *weights);
    struct loader loader = {.file = file, .config = config, .weights = weights, .backend = backend};
    ag_status status = create_products(weights, backend, config, err);
    if (status == AG_OK)
        status = allocate(&loader, err);
    if (status == AG_OK)
        status = load_all(&loader, err);
    free(loader.staging);
    if (status != AG_OK) {
        ag_vision_weights_destroy(weights);
        return status;
    }
    *out = weights;
    return AG_OK;
}

void ag_vision_weights_destroy(ag_vision_weights *weights)
{
    if (weights == NULL)
        return;
    for (size_t i = 0; i < weights->layer_count; i++) {
        ag_vision_layer *layer = &weights->layers[i];
        ag_matrix_destroy(layer->q);
        ag_matrix_destroy(layer->qkv);
        ag_matrix_destroy(layer->out);
        ag_matrix_destroy(layer->fc1);
        ag_matrix_destroy(layer->fc2);
    }
    ag_matrix_destroy(weights->patches);
    ag_matrix_destroy(weights->projection);
    for (size_t i = 0; i < AG_VISION_PRODUCTS; i++)
        ag_product_destroy(weights->products[i]);
    free(weights->layers);
    free(weights->block);
    free(weights);
}
