#include "reference.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "clip/model_config.h"
#include "clip/safetensors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct model {
    ag_model_config config;
    ag_safetensors *file;
    const char *layer; /* prefix of names */
};

/* The numbers of "<layer><name>"; free(). */
static float *numbers(const struct model *model, const char *name)
{
    char full[160];
    snprintf(full, sizeof full, "%s%s", model->layer, name);
    const ag_tensor *tensor = ag_safetensors_find(model->file, full);
    assert_non_null(tensor);
    float *out = ag_xcalloc(tensor->elements, sizeof *out);
    ag_tensor_read(out, tensor, 0, tensor->elements);
    return out;
}

/* y (rows × N) = x (rows × K) Wᵀ [+ b]; free(). */
static double *linear(const struct model *model, const char *name, const double *x,
                      const size_t rows_K_N[3])
{
    size_t rows = rows_K_N[0], K = rows_K_N[1], N = rows_K_N[2];
    char full[96];
    snprintf(full, sizeof full, "%s.weight", name);
    float *weights = numbers(model, full), *bias = NULL;
    snprintf(full, sizeof full, "%s.bias", name);
    if (strcmp(name, "visual_projection") != 0 && strstr(name, "patch_embedding") == NULL)
        bias = numbers(model, full);
    double *y = ag_xcalloc(rows * N, sizeof *y);
    for (size_t i = 0; i < rows * N; i++) {
        for (size_t k = 0; k < K; k++)
            y[i] += x[i / N * K + k] * weights[i % N * K + k];
        y[i] += bias != NULL ? bias[i % N] : 0;
    }
    free(bias);
    free(weights);
    return y;
}

/* Layer norm of rows of W; free(). */
static double *norm(const struct model *model, const char *name, const double *x, size_t rows)
{
    size_t W = model->config.width;
    char full[96];
    snprintf(full, sizeof full, "%s.weight", name);
    float *scale = numbers(model, full);
    snprintf(full, sizeof full, "%s.bias", name);
    float *shift = numbers(model, full);
    double *y = ag_xcalloc(rows * W, sizeof *y);
    for (size_t r = 0; r < rows; r++) {
        double mean = 0, variance = 0;
        for (size_t i = 0; i < W; i++)
            mean += x[r * W + i] / (double)W;
        for (size_t i = 0; i < W; i++)
            variance += pow(x[r * W + i] - mean, 2) / (double)W;
        for (size_t i = 0; i < W; i++)
            y[r * W + i] =
                (x[r * W + i] - mean) / sqrt(variance + model->config.layer_norm_eps) * scale[i] +
                shift[i];
    }
    free(shift);
    free(scale);
    return y;
}

/* Pixels to tokens with positions, normalised; free(). */
static double *embed(const struct model *model, const uint8_t *crop)
{
    static const double MEAN[3] = {0.48145466, 0.4578275, 0.40821073};
    static const double DEVIATION[3] = {0.26862954, 0.26130258, 0.27577711};
    const ag_model_config *c = &model->config;
    size_t S = c->image_side_px, P = c->patch_px, W = c->width, side = S / P;
    size_t pixels = 3 * P * P, patches = side * side;
    double *x = ag_xcalloc(patches * pixels, sizeof *x);
    for (size_t i = 0; i < patches * pixels; i++) {
        size_t patch = i / pixels, colour = i % pixels / (P * P);
        size_t row = patch / side * P + i % (P * P) / P, column = patch % side * P + i % P;
        x[i] = (crop[(row * S + column) * 3 + colour] / 255.0 - MEAN[colour]) / DEVIATION[colour];
    }
    const size_t shape[3] = {patches, pixels, W};
    double *tokens = linear(model, "vision_model.embeddings.patch_embedding", x, shape);
    float *class = numbers(model, "vision_model.embeddings.class_embedding");
    float *positions = numbers(model, "vision_model.embeddings.position_embedding.weight");
    double *all = ag_xcalloc(c->tokens * W, sizeof *all);
    for (size_t i = 0; i < c->tokens * W; i++)
        all[i] = (i < W ? class[i] : tokens[i - W]) + positions[i];
    double *normalised = norm(model, "vision_model.pre_layrnorm", all, c->tokens);
    free(all);
    free(positions);
    free(class);
    free(tokens);
    free(x);
    return normalised;
}

/* Token t's attention in head h, to out (W / heads doubles). */
static void attend_one(double *out, const struct model *model, double *const qkv[3], size_t t,
                       size_t h)
{
    size_t T = model->config.tokens, W = model->config.width, d = W / model->config.heads;
    double *scores = ag_xcalloc(T, sizeof *scores), sum = 0;
    for (size_t j = 0; j < T; j++) {
        for (size_t i = h * d; i < (h + 1) * d; i++)
            scores[j] += qkv[0][t * W + i] * qkv[1][j * W + i] / sqrt((double)d);
        sum += scores[j] = exp(scores[j]);
    }
    for (size_t j = 0; j < T; j++) {
        for (size_t i = 0; i < d; i++)
            out[i] += scores[j] / sum * qkv[2][j * W + h * d + i];
    }
    free(scores);
}

static void add(double *x, double *more, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] += more[i];
    free(more);
}

static void attend(const struct model *model, double *x)
{
    static const char *const NAMES[3] = {"self_attn.q_proj", "self_attn.k_proj",
                                         "self_attn.v_proj"};
    size_t T = model->config.tokens, W = model->config.width, heads = model->config.heads;
    const size_t shape[3] = {T, W, W};
    double *h = norm(model, "layer_norm1", x, T), *qkv[3];
    for (size_t i = 0; i < 3; i++)
        qkv[i] = linear(model, NAMES[i], h, shape);
    memset(h, 0, T * W * sizeof *h);
    for (size_t i = 0; i < T * heads; i++)
        attend_one(h + i / heads * W + i % heads * (W / heads), model, qkv, i / heads, i % heads);
    add(x, linear(model, "self_attn.out_proj", h, shape), T * W);
    for (size_t i = 0; i < 3; i++)
        free(qkv[i]);
    free(h);
}

static void mlp(const struct model *model, double *x)
{
    size_t T = model->config.tokens, W = model->config.width, I = model->config.intermediate;
    const size_t in[3] = {T, W, I}, out[3] = {T, I, W};
    double *h = norm(model, "layer_norm2", x, T);
    double *inner = linear(model, "mlp.fc1", h, in);
    for (size_t i = 0; i < T * I; i++)
        inner[i] = model->config.activation == AG_ACTIVATION_GELU
                       ? inner[i] * 0.5 * (1 + erf(inner[i] / sqrt(2)))
                       : inner[i] / (1 + exp(-1.702 * inner[i]));
    add(x, linear(model, "mlp.fc2", inner, out), T * W);
    free(inner);
    free(h);
}

static void open_model(struct model *model, const char *folder)
{
    char path[4096];
    ag_buffer text = {0};
    snprintf(path, sizeof path, "%s/config.json", folder);
    assert_int_equal(ag_file_read(&text, path, 1 << 20, NULL), AG_OK);
    assert_int_equal(ag_model_config_parse(&model->config, text.data, text.length, NULL), AG_OK);
    ag_buffer_fini(&text);
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    assert_int_equal(ag_safetensors_open(&model->file, path, NULL), AG_OK);
    model->layer = "";
}

void reference_encode(double *embedding, const char *folder, const uint8_t *crop)
{
    struct model model;
    open_model(&model, folder);
    double *x = embed(&model, crop);
    for (size_t i = 0; i < model.config.layers; i++) {
        char prefix[64];
        snprintf(prefix, sizeof prefix, "vision_model.encoder.layers.%zu.", i);
        model.layer = prefix;
        attend(&model, x);
        mlp(&model, x);
        model.layer = "";
    }
    const size_t shape[3] = {1, model.config.width, model.config.dimension};
    double *class = norm(&model, "vision_model.post_layernorm", x, 1);
    double *projected = linear(&model, "visual_projection", class, shape);
    memcpy(embedding, projected, model.config.dimension * sizeof *embedding);
    free(projected);
    free(class);
    free(x);
    ag_safetensors_close(model.file);
}
