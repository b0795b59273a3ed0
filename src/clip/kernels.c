/* Written in GCC's vector extension, so that one source serves every instruction set: meson.build
 * compiles it once for each, with AG_KERNELS_TABLE the name of the table it exports and
 * AG_KERNELS_NAME its name for people. */
#include "clip/kernels.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <string.h>

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

/* One register of floats, and integers and bf16 numbers as many; at any float's address. */
typedef float vec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t ivec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef uint32_t uvec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef uint16_t hvec __attribute__((vector_size(LANES * 2), aligned(2), may_alias));

/* The attention's block: rows of queries, and columns of keys or values. Eight sums are in flight,
 * which hides the latency of a fused multiply-add. */
#define ROWS    4
#define COLUMNS (2 * LANES)

/* Columns in the working memory are padded to this, which serves the widest variant. The padding
 * stays zero (the caller hands over zeroed memory) or only reaches results that nobody reads. */
#define PADDING 32

extern const ag_kernels AG_KERNELS_TABLE;

static inline vec splat(float value)
{
    return value - (vec){0};
}

static inline vec load(const float *from)
{
    return *(const vec *)from;
}

static inline void store(float *to, vec value)
{
    *(vec *)to = value;
}

/* Rounded to the nearest, ties to even. NaN stays NaN because a computed one has its top bits set.
 */
static inline hvec to_bf16(vec value)
{
    uvec bits = (uvec)value;
    return __builtin_convertvector((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16, hvec);
}

/* What enters a matrix product: floats or bf16 numbers. */
struct elements {
    void *data;
    bool is_bf16;
};

static inline vec load_elements(const void *from, size_t i, bool is_bf16)
{
    if (!is_bf16)
        return load((const float *)from + i);
    hvec half = *(const hvec *)((const uint16_t *)from + i);
    return (vec)(__builtin_convertvector(half, uvec) << 16);
}

static inline void store_elements(void *to, size_t i, vec value, bool is_bf16)
{
    if (is_bf16)
        *(hvec *)((uint16_t *)to + i) = to_bf16(value);
    else
        store((float *)to + i, value);
}

static inline vec larger(vec a, vec b)
{
    ivec mask = a > b;
    return (vec)((mask & (ivec)a) | (~mask & (ivec)b));
}

static inline float sum_of(vec value)
{
    float sum = 0;
    for (size_t i = 0; i < LANES; i++)
        sum += value[i];
    return sum;
}

/* e^x for x ≤ 0, to two units in the last place; below -87 it is e^-87 and not 0. */
static inline vec exp_negative(vec x)
{
    vec z = larger(x * 1.44269504f, splat(-126.0f));
    ivec n = __builtin_convertvector(z - 0.5f, ivec);
    vec f = (z - __builtin_convertvector(n, vec)) * 0.693147181f;
    vec p = f * (1.0f / 720) + 1.0f / 120;
    p = p * f + 1.0f / 24;
    p = p * f + 1.0f / 6;
    p = p * f + 0.5f;
    p = p * f + 1.0f;
    p = p * f + 1.0f;
    return p * (vec)((n + 127) << 23);
}

/* Of the pixels that CLIP was trained on, red, green, blue. */
static const float deviation[3] = {0.26862954f, 0.26130258f, 0.27577711f};
static const float mean[3] = {0.48145466f, 0.4578275f, 0.40821073f};

/* Every third byte from pixels: one colour of P pixels. */
static inline void patch_row(struct elements out, size_t at, const uint8_t *pixels, size_t P,
                             const float scale_shift[2])
{
    for (size_t x = 0; x < P; x++) {
        float value = (float)pixels[3 * x] * scale_shift[0] + scale_shift[1];
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        if (out.is_bf16)
            ((uint16_t *)out.data)[at + x] = (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
        else
            ((float *)out.data)[at + x] = value;
    }
}

static void patchify(void *out, const uint8_t *crops, const size_t shape_BSP[3], bool is_bf16)
{
    size_t B = shape_BSP[0], S = shape_BSP[1], P = shape_BSP[2];
    size_t side = S / P, patches = side * side;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < B * patches; i++) {
        size_t left = i % side * P, top = i % patches / side * P;
        const uint8_t *crop = crops + i / patches * S * S * 3;
        for (size_t c = 0; c < 3; c++) {
            const float scale_shift[2] = {1 / (255 * deviation[c]), -mean[c] / deviation[c]};
            for (size_t y = 0; y < P; y++)
                patch_row((struct elements){out, is_bf16}, ((i * 3 + c) * P + y) * P,
                          crop + ((top + y) * S + left) * 3 + c, P, scale_shift);
        }
    }
}

static void norm_row(struct elements out, size_t at, const float *x, const ag_norm *norm, size_t W)
{
    vec sum = splat(0), squares = splat(0);
    for (size_t i = 0; i < W; i += LANES)
        sum += load(x + i);
    vec centre = splat(sum_of(sum) / (float)W);
    for (size_t i = 0; i < W; i += LANES) {
        vec d = load(x + i) - centre;
        squares += d * d;
    }
    vec inverse = splat(1 / sqrtf(sum_of(squares) / (float)W + norm->eps));
    for (size_t i = 0; i < W; i += LANES) {
        vec y = (load(x + i) - centre) * inverse * load(norm->scale + i) + load(norm->shift + i);
        store_elements(out.data, at + i, y, out.is_bf16);
    }
}

static void layer_norm(void *out, const float *x, const ag_norm *norm,
                       const size_t rows_W_stride[3], bool is_bf16)
{
    size_t rows = rows_W_stride[0], W = rows_W_stride[1], stride = rows_W_stride[2];
    assert(W % LANES == 0);
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < rows; r++)
        norm_row((struct elements){out, is_bf16}, r * W, x + r * stride, norm, W);
}

/* Row-major floats. */
struct view {
    float *data;
    size_t stride;
};

static size_t round_up(size_t value, size_t step)
{
    return (value + step - 1) / step * step;
}

/* One head's working memory: ag_attention_scratch_floats in all. */
struct head {
    struct view q;      /* T rounded up to ROWS × D padded */
    struct view k;      /* D × T padded: transposed */
    struct view v;      /* T × D padded */
    struct view scores; /* ROWS × T padded */
    struct view out;    /* ROWS × D padded */
};

static struct view carve(float **scratch, size_t rows, size_t columns)
{
    struct view view = {*scratch, columns};
    *scratch += rows * columns;
    return view;
}

static struct head carve_head(float *scratch, size_t T, size_t head_dim)
{
    size_t T_padded = round_up(T, PADDING), D_padded = round_up(head_dim, PADDING);
    return (struct head){
        .q = carve(&scratch, round_up(T, ROWS), D_padded),
        .k = carve(&scratch, D_padded, T_padded),
        .v = carve(&scratch, T, D_padded),
        .scores = carve(&scratch, ROWS, T_padded),
        .out = carve(&scratch, ROWS, D_padded),
    };
}

/* c (ROWS × columns, a multiple of COLUMNS) = a (ROWS × K) b (K × columns). */
static void multiply(struct view c, struct view a, struct view b, size_t K, size_t columns)
{
    for (size_t j = 0; j < columns; j += COLUMNS) {
        vec sums[ROWS][2] = {0};
        for (size_t k = 0; k < K; k++) {
            vec b0 = load(b.data + k * b.stride + j), b1 = load(b.data + k * b.stride + j + LANES);
            for (size_t r = 0; r < ROWS; r++) {
                vec factor = splat(a.data[r * a.stride + k]);
                sums[r][0] += factor * b0;
                sums[r][1] += factor * b1;
            }
        }
        for (size_t r = 0; r < ROWS; r++) {
            store(c.data + r * c.stride + j, sums[r][0]);
            store(c.data + r * c.stride + j + LANES, sums[r][1]);
        }
    }
}

/* rows × columns of elements, from one row to the next `stride` of them, as floats. */
static void copy_rows(struct view to, const void *from, size_t at,
                      const size_t rows_columns_stride[3], bool is_bf16)
{
    for (size_t r = 0; r < rows_columns_stride[0]; r++) {
        for (size_t i = 0; i < rows_columns_stride[1]; i += LANES)
            store(to.data + r * to.stride + i,
                  load_elements(from, at + r * rows_columns_stride[2] + i, is_bf16));
    }
}

static void copy_transposed(struct view to, const void *from, size_t at,
                            const size_t rows_columns_stride[3], bool is_bf16)
{
    for (size_t r = 0; r < rows_columns_stride[0]; r++) {
        for (size_t i = 0; i < rows_columns_stride[1]; i += LANES) {
            vec value = load_elements(from, at + r * rows_columns_stride[2] + i, is_bf16);
            for (size_t lane = 0; lane < LANES; lane++)
                to.data[(i + lane) * to.stride + r] = value[lane];
        }
    }
}

/* Scores of T keys, times scale, to weights that sum to 1. */
static void softmax(float *scores, size_t T, float scale)
{
    size_t T_padded = round_up(T, LANES);
    for (size_t i = T; i < T_padded; i++)
        scores[i] = -INFINITY;
    vec most = load(scores), sum = splat(0);
    for (size_t i = LANES; i < T_padded; i += LANES)
        most = larger(most, load(scores + i));
    float top = most[0];
    for (size_t lane = 1; lane < LANES; lane++)
        top = most[lane] > top ? most[lane] : top;
    for (size_t i = 0; i < T_padded; i += LANES) {
        vec weight = exp_negative((load(scores + i) - top) * scale);
        sum += weight;
        store(scores + i, weight);
    }
    vec inverse = splat(1 / sum_of(sum));
    for (size_t i = 0; i < T_padded; i += LANES)
        store(scores + i, load(scores + i) * inverse);
}

static void attend(const ag_attention *a, size_t b, size_t h, float *scratch, bool is_bf16)
{
    struct head head = carve_head(scratch, a->T, a->head_dim);
    size_t first = h * a->head_dim, W = a->heads * a->head_dim;
    const size_t keys[3] = {a->T, a->head_dim, a->kv_stride};
    const size_t queries[3] = {a->queries, a->head_dim, a->q_stride};
    copy_transposed(head.k, a->k, b * a->T * a->kv_stride + first, keys, is_bf16);
    copy_rows(head.v, a->v, b * a->T * a->kv_stride + first, keys, is_bf16);
    copy_rows(head.q, a->q, b * a->queries * a->q_stride + first, queries, is_bf16);

    for (size_t t = 0; t < a->queries; t += ROWS) {
        struct view q = {head.q.data + t * head.q.stride, head.q.stride};
        size_t rows = a->queries - t < ROWS ? a->queries - t : ROWS;
        multiply(head.scores, q, head.k, a->head_dim, round_up(a->T, COLUMNS));
        for (size_t r = 0; r < rows; r++)
            softmax(head.scores.data + r * head.scores.stride, a->T, 1 / sqrtf((float)a->head_dim));
        multiply(head.out, head.scores, head.v, a->T, round_up(a->head_dim, COLUMNS));
        for (size_t r = 0; r < rows; r++) {
            for (size_t i = 0; i < a->head_dim; i += LANES)
                store_elements(a->out, (b * a->queries + t + r) * W + first + i,
                               load(head.out.data + r * head.out.stride + i), is_bf16);
        }
    }
}

static void attention(const ag_attention *a, float *scratch, bool is_bf16)
{
    assert(a->head_dim % LANES == 0);
    size_t floats = ag_attention_scratch_floats(a->T, a->head_dim);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < a->B * a->heads; i++)
        attend(a, i / a->heads, i % a->heads, scratch + (size_t)omp_get_thread_num() * floats,
               is_bf16);
}

const ag_kernels AG_KERNELS_TABLE = {
    .name = AG_KERNELS_NAME,
    .patchify = patchify,
    .layer_norm = layer_norm,
    .attention = attention,
};
