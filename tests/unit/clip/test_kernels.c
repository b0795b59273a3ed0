/* Every variant that this CPU can run against plain loops in double precision. */
#include "clip/kernels.h"

#include "base/memory.h"

#include <math.h>
#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Rounding to bf16 is off by at most half of its last of 8 bits. */
#define F32_TOLERANCE  2e-6
#define BF16_TOLERANCE (1.0 / 256)

/* Numbers in [-1, 1). */
static void fill(float *out, size_t count, uint32_t seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        out[i] = (float)(int32_t)seed / 2147483648.0f;
    }
}

static float element(const void *elements, size_t i, bool is_bf16)
{
    if (!is_bf16)
        return ((const float *)elements)[i];
    uint32_t bits = (uint32_t)((const uint16_t *)elements)[i] << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Floats as elements, in place of them. The dropped bits are zero afterwards, so nothing is
 * rounded. */
static void *make_elements(float *values, size_t count, bool is_bf16)
{
    uint16_t *halves = ag_xcalloc(count, sizeof(float));
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        if (is_bf16)
            bits &= 0xffff0000u;
        memcpy(&values[i], &bits, sizeof bits);
        halves[i] = (uint16_t)(bits >> 16);
    }
    if (!is_bf16)
        memcpy(halves, values, count * sizeof *values);
    return halves;
}

static void assert_within(const void *out, size_t i, double wanted, bool is_bf16, double tolerance)
{
    double got = element(out, i, is_bf16);
    if (!(fabs(got - wanted) <= tolerance * fmax(1, fabs(wanted))))
        fail_msg("element %zu is %.9g, not %.9g", i, got, wanted);
}

static void assert_close(const void *out, size_t i, double wanted, bool is_bf16)
{
    assert_within(out, i, wanted, is_bf16, is_bf16 ? BF16_TOLERANCE : F32_TOLERANCE);
}

static void check_layer_norm(const ag_kernels *kernels, bool is_bf16)
{
    enum { ROWS = 7, W = 80, STRIDE = 96 };
    float x[ROWS * STRIDE], scale[W], shift[W], out[ROWS * W];
    const size_t shape[3] = {ROWS, W, STRIDE};
    const ag_norm norm = {scale, shift, 1e-5f};
    fill(x, ROWS * STRIDE, 1);
    fill(scale, W, 2);
    fill(shift, W, 3);
    for (size_t i = 0; i < STRIDE; i++)
        x[3 * STRIDE + i] = 0.25f; /* no variance */
    kernels->layer_norm(out, x, &norm, shape, is_bf16);
    for (size_t r = 0; r < ROWS; r++) {
        double mean = 0, variance = 0;
        for (size_t i = 0; i < W; i++)
            mean += (double)x[r * STRIDE + i] / W;
        for (size_t i = 0; i < W; i++)
            variance += pow(x[r * STRIDE + i] - mean, 2) / W;
        for (size_t i = 0; i < W; i++) {
            double wanted =
                (x[r * STRIDE + i] - mean) / sqrt(variance + 1e-5) * scale[i] + shift[i];
            assert_close(out, r * W + i, wanted, is_bf16);
        }
    }
}

/* One query's output in plain loops. q, k, v: rows of 3W floats, of head h. */
static void attend(double *out, const float *q, const float *k, const float *v,
                   const size_t T_d_W[3])
{
    size_t T = T_d_W[0], d = T_d_W[1], stride = 3 * T_d_W[2];
    double *weights = ag_xcalloc(T, sizeof *weights), sum = 0, most = -INFINITY;
    for (size_t j = 0; j < T; j++) {
        for (size_t i = 0; i < d; i++)
            weights[j] += (double)q[i] * k[j * stride + i] / sqrt((double)d);
        most = fmax(most, weights[j]);
    }
    for (size_t j = 0; j < T; j++)
        sum += weights[j] = exp(weights[j] - most);
    for (size_t i = 0; i < d; i++) {
        out[i] = 0;
        for (size_t j = 0; j < T; j++)
            out[i] += weights[j] / sum * v[j * stride + i];
    }
    free(weights);
}

static void check_attention(const ag_kernels *kernels, const size_t T_d_queries[3], float gain,
                            bool is_bf16)
{
    enum { B = 2, HEADS = 3 };
    size_t T = T_d_queries[0], d = T_d_queries[1], queries = T_d_queries[2], W = HEADS * d;
    size_t element_bytes = is_bf16 ? 2 : 4;
    float *qkv = ag_xcalloc(B * T * 3 * W, sizeof *qkv);
    fill(qkv, B * T * 3 * W, 5);
    for (size_t i = 0; i < B * T * 3 * W; i++)
        qkv[i] *= gain;
    uint8_t *elements = make_elements(qkv, B * T * 3 * W, is_bf16);
    void *out = ag_xcalloc(B * queries * W, sizeof(float));
    size_t floats = ag_attention_scratch_floats(T, d);
    float *scratch = ag_xcalloc((size_t)omp_get_max_threads() * floats, sizeof *scratch);
    const ag_attention attention = {
        .B = B,
        .T = T,
        .heads = HEADS,
        .head_dim = d,
        .queries = queries,
        .q_stride = queries == 1 ? T * 3 * W : 3 * W,
        .kv_stride = 3 * W,
        .q = elements,
        .k = elements + W * element_bytes,
        .v = elements + 2 * W * element_bytes,
        .out = out,
    };
    kernels->attention(&attention, scratch, is_bf16);
    const size_t shape[3] = {T, d, W};
    /* The scores' own rounding grows with them. */
    double tolerance = is_bf16 ? BF16_TOLERANCE : F32_TOLERANCE * gain * gain;
    for (size_t row = 0; row < B * queries * HEADS; row++) {
        size_t h = row % HEADS, t = row / HEADS % queries, b = row / HEADS / queries;
        const float *image = qkv + b * T * 3 * W + h * d;
        double wanted[128];
        attend(wanted, image + t * 3 * W, image + W, image + 2 * W, shape);
        for (size_t i = 0; i < d; i++)
            assert_within(out, (b * queries + t) * W + h * d + i, wanted[i], is_bf16, tolerance);
    }
    free(scratch);
    free(out);
    free(elements);
    free(qkv);
}

static void check_patchify(const ag_kernels *kernels, bool is_bf16)
{
    enum { B = 2, S = 23, P = 7, SIDE = S / P }; /* two columns and rows are left over */
    static const double MEAN[3] = {0.48145466, 0.4578275, 0.40821073};
    static const double DEVIATION[3] = {0.26862954, 0.26130258, 0.27577711};
    const size_t shape[3] = {B, S, P};
    uint8_t crops[B * S * S * 3];
    float out[B * SIDE * SIDE * 3 * P * P];
    for (size_t i = 0; i < sizeof crops; i++)
        crops[i] = (uint8_t)(i * 97 + i / 7);
    kernels->patchify(out, crops, shape, is_bf16);
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
        size_t x = i % P, y = i / P % P, c = i / P / P % 3, patch = i / P / P / 3 % (SIDE * SIDE);
        size_t b = i / (P * P * 3 * SIDE * SIDE);
        size_t row = patch / SIDE * P + y, column = patch % SIDE * P + x;
        double pixel = crops[((b * S + row) * S + column) * 3 + c] / 255.0;
        assert_close(out, i, (pixel - MEAN[c]) / DEVIATION[c], is_bf16);
    }
}

/* Calls check for each variant and both element types. */
static void for_each_variant(void (*check)(const ag_kernels *kernels, bool is_bf16))
{
    const ag_kernels *usable[AG_KERNELS_VARIANTS];
    size_t count = ag_kernels_usable(usable);
    assert_true(count >= 1);
    for (size_t i = 0; i < 2 * count; i++) {
        print_message("%s, %s\n", usable[i / 2]->name, i % 2 == 1 ? "bf16" : "f32");
        check(usable[i / 2], i % 2 == 1);
    }
}

static void test_kernels_layer_norm_equals_plain_loops(void **state)
{
    (void)state;
    for_each_variant(check_layer_norm);
}

static void check_attentions(const ag_kernels *kernels, bool is_bf16)
{
    static const size_t SHAPES[][3] = {{50, 64, 50}, {50, 64, 1},  {197, 32, 197}, {1, 16, 1},
                                       {5, 48, 5},   {33, 80, 33}, {64, 112, 64}};
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++)
        check_attention(kernels, SHAPES[i], 1, is_bf16);
}

static void test_kernels_attention_equals_plain_loops(void **state)
{
    (void)state;
    for_each_variant(check_attentions);
}

/* Scores of some hundreds: one key takes all the weight, and no exponential over- or underflows. */
static void check_extreme_attention(const ag_kernels *kernels, bool is_bf16)
{
    static const size_t SHAPE[3] = {50, 64, 50};
    check_attention(kernels, SHAPE, 16, is_bf16);
}

static void test_kernels_attention_survives_extreme_scores(void **state)
{
    (void)state;
    for_each_variant(check_extreme_attention);
}

static void test_kernels_patchify_equals_plain_loops(void **state)
{
    (void)state;
    for_each_variant(check_patchify);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels_layer_norm_equals_plain_loops),
        cmocka_unit_test(test_kernels_attention_equals_plain_loops),
        cmocka_unit_test(test_kernels_attention_survives_extreme_scores),
        cmocka_unit_test(test_kernels_patchify_equals_plain_loops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
