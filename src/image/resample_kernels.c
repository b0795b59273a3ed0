/* Pillow sums pixel × weight in 32 bits, 22 of them fraction, and shifts once at the end. Every
 * kernel here computes that same sum, only in another order, which integers do not mind.
 *
 * The horizontal pass does nearly all the work: it reads the whole photo. Multiplying 32-bit
 * numbers is slow, so weights are split in two halves of 16 bits, pixels widened to 16 bits, and
 * the processor's "multiply pairs and add" used: in each 128-bit lane is one row's [r0 r1 g0 g1 b0
 * b1 - -]. */
#include "image/resample_kernels.h"

#include <string.h>

#define HALF          (1 << (AG_RESAMPLE_WEIGHT_BITS - 1))
#define CHANNELS      3
#define COLUMNS       128 /* of the vertical pass at once: their sums stay in registers and L1 */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE uint8_t to_byte(int32_t sum)
{
    int32_t value = sum >> AG_RESAMPLE_WEIGHT_BITS;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void horizontal_portable(const ag_resample_rows *out, const ag_resample_rows *in,
                                const ag_resample_axis *axis, size_t y)
{
    const uint8_t *row = in->data + y * in->stride;
    uint8_t *to = out->data + y * out->stride;
    for (size_t i = 0; i < axis->outputs; i++, to += CHANNELS) {
        const uint8_t *pixel = row + (size_t)axis->spans[i].first * CHANNELS;
        const int32_t *weights = axis->weights + i * axis->stride;
        int32_t r = HALF, g = HALF, b = HALF;
        for (size_t k = 0; k < axis->spans[i].length; k++, pixel += CHANNELS) {
            r += pixel[0] * weights[k];
            g += pixel[1] * weights[k];
            b += pixel[2] * weights[k];
        }
        to[0] = to_byte(r);
        to[1] = to_byte(g);
        to[2] = to_byte(b);
    }
}

/* Plain C that the compiler vectorises for whatever instruction set its caller is compiled for. */
ALWAYS_INLINE void vertical_columns(uint8_t *to, const uint8_t *from, size_t stride,
                                    const int32_t *weights, uint32_t length)
{
    int32_t sums[COLUMNS];
    for (size_t x = 0; x < COLUMNS; x++)
        sums[x] = HALF;
    for (size_t k = 0; k < length; k++, from += stride)
        for (size_t x = 0; x < COLUMNS; x++)
            sums[x] += from[x] * weights[k];
    for (size_t x = 0; x < COLUMNS; x++)
        to[x] = to_byte(sums[x]);
}

ALWAYS_INLINE void vertical_any(const ag_resample_rows *out, const ag_resample_rows *in,
                                const ag_resample_axis *axis, size_t y)
{
    ag_resample_span span = axis->spans[y];
    const int32_t *weights = axis->weights + y * axis->stride;
    const uint8_t *from = in->data + span.first * in->stride;
    uint8_t *to = out->data + y * out->stride;
    size_t x = 0;
    for (; x + COLUMNS <= in->width; x += COLUMNS)
        vertical_columns(to + x, from + x, in->stride, weights, span.length);
    for (; x < in->width; x++) {
        int32_t sum = HALF;
        for (size_t k = 0; k < span.length; k++)
            sum += from[k * in->stride + x] * weights[k];
        to[x] = to_byte(sum);
    }
}

static void vertical_portable(const ag_resample_rows *out, const ag_resample_rows *in,
                              const ag_resample_axis *axis, size_t y)
{
    vertical_any(out, in, axis, y);
}

static bool is_always_supported(void)
{
    return true;
}

static const ag_resample_kernel PORTABLE = {
    .name = "portable",
    .is_supported = is_always_supported,
    .block_rows = 1,
    .horizontal = horizontal_portable,
    .vertical = vertical_portable,
};

#if defined(__x86_64__)

#include <immintrin.h>

/* A load takes 16 bytes of which 12 count, and a group may lie wholly behind the row but for one
 * tap. */
#define OVERREAD_BYTES (AG_RESAMPLE_GROUP * CHANNELS + 4)
/* A store puts four bytes where three count; the next output overwrites the fourth. */
#define OVERWRITE_BYTES 1

/* Places of taps 0 and 1, and of taps 2 and 3, of four RGB pixels as 16-bit numbers; -1 gives zero.
 */
#define SPREAD_01 0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1
#define SPREAD_23 6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1

static void store_pixel(uint8_t *to, int rgb)
{
    memcpy(to, &rgb, sizeof rgb);
}

#define AVX2 __attribute__((target("avx2")))

AVX2 static __m256i load_two(const uint8_t *p, size_t stride)
{
    __m128i row0 = _mm_loadu_si128((const __m128i *)p);
    __m128i row1 = _mm_loadu_si128((const __m128i *)(p + stride));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(row0), row1, 1);
}

AVX2 static __m256i multiply_add_two(__m256i sum, __m256i pixels, int32_t pair)
{
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pixels, _mm256_set1_epi32(pair)));
}

AVX2 static void horizontal_avx2(const ag_resample_rows *out, const ag_resample_rows *in,
                                 const ag_resample_axis *axis, size_t y)
{
    const __m256i spread01 = _mm256_broadcastsi128_si256(_mm_setr_epi8(SPREAD_01));
    const __m256i spread23 = _mm256_broadcastsi128_si256(_mm_setr_epi8(SPREAD_23));
    const uint8_t *rows = in->data + y * in->stride;
    uint8_t *to = out->data + y * out->stride;
    for (size_t i = 0; i < axis->outputs; i++, to += CHANNELS) {
        const uint8_t *p = rows + (size_t)axis->spans[i].first * CHANNELS;
        const int32_t *w = axis->pairs + i * axis->stride;
        const int32_t *end = w + axis->spans[i].length;
        __m256i high = _mm256_setzero_si256(), low = _mm256_set1_epi32(HALF);
        for (; w < end; w += AG_RESAMPLE_GROUP, p += AG_RESAMPLE_GROUP * CHANNELS) {
            __m256i bytes = load_two(p, in->stride);
            __m256i taps01 = _mm256_shuffle_epi8(bytes, spread01);
            __m256i taps23 = _mm256_shuffle_epi8(bytes, spread23);
            high = multiply_add_two(high, taps01, w[0]);
            high = multiply_add_two(high, taps23, w[1]);
            low = multiply_add_two(low, taps01, w[2]);
            low = multiply_add_two(low, taps23, w[3]);
        }
        __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(high, 15), low);
        sum = _mm256_srai_epi32(sum, AG_RESAMPLE_WEIGHT_BITS);
        sum = _mm256_packs_epi32(sum, sum);
        sum = _mm256_packus_epi16(sum, sum);
        store_pixel(to, _mm256_extract_epi32(sum, 0));
        store_pixel(to + out->stride, _mm256_extract_epi32(sum, 4));
    }
}

AVX2 static void vertical_avx2(const ag_resample_rows *out, const ag_resample_rows *in,
                               const ag_resample_axis *axis, size_t y)
{
    vertical_any(out, in, axis, y);
}

static bool is_avx2_supported(void)
{
    return __builtin_cpu_supports("avx2");
}

static const ag_resample_kernel WITH_AVX2 = {
    .name = "avx2",
    .is_supported = is_avx2_supported,
    .block_rows = 2,
    .overread_bytes = OVERREAD_BYTES,
    .overwrite_bytes = OVERWRITE_BYTES,
    .horizontal = horizontal_avx2,
    .vertical = vertical_avx2,
};

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))

AVX512 static __m512i load_four(const uint8_t *p, size_t stride)
{
    __m512i rows = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)p));
    rows = _mm512_inserti32x4(rows, _mm_loadu_si128((const __m128i *)(p + stride)), 1);
    rows = _mm512_inserti32x4(rows, _mm_loadu_si128((const __m128i *)(p + 2 * stride)), 2);
    return _mm512_inserti32x4(rows, _mm_loadu_si128((const __m128i *)(p + 3 * stride)), 3);
}

AVX512 static __m512i multiply_add_four(__m512i sum, __m512i pixels, int32_t pair)
{
    return _mm512_dpwssd_epi32(sum, pixels, _mm512_set1_epi32(pair));
}

AVX512 static void horizontal_avx512(const ag_resample_rows *out, const ag_resample_rows *in,
                                     const ag_resample_axis *axis, size_t y)
{
    const __m512i spread01 = _mm512_broadcast_i32x4(_mm_setr_epi8(SPREAD_01));
    const __m512i spread23 = _mm512_broadcast_i32x4(_mm_setr_epi8(SPREAD_23));
    const uint8_t *rows = in->data + y * in->stride;
    uint8_t *to = out->data + y * out->stride;
    for (size_t i = 0; i < axis->outputs; i++, to += CHANNELS) {
        const uint8_t *p = rows + (size_t)axis->spans[i].first * CHANNELS;
        const int32_t *w = axis->pairs + i * axis->stride;
        const int32_t *end = w + axis->spans[i].length;
        __m512i high01 = _mm512_setzero_si512(), high23 = high01;
        __m512i low01 = _mm512_set1_epi32(HALF), low23 = high01;
        for (; w < end; w += AG_RESAMPLE_GROUP, p += AG_RESAMPLE_GROUP * CHANNELS) {
            __m512i bytes = load_four(p, in->stride);
            __m512i taps01 = _mm512_shuffle_epi8(bytes, spread01);
            __m512i taps23 = _mm512_shuffle_epi8(bytes, spread23);
            high01 = multiply_add_four(high01, taps01, w[0]);
            high23 = multiply_add_four(high23, taps23, w[1]);
            low01 = multiply_add_four(low01, taps01, w[2]);
            low23 = multiply_add_four(low23, taps23, w[3]);
        }
        __m512i sum = _mm512_slli_epi32(_mm512_add_epi32(high01, high23), 15);
        sum = _mm512_add_epi32(sum, _mm512_add_epi32(low01, low23));
        sum = _mm512_max_epi32(_mm512_srai_epi32(sum, AG_RESAMPLE_WEIGHT_BITS),
                               _mm512_setzero_si512());
        __m128i pixels = _mm512_cvtusepi32_epi8(sum);
        store_pixel(to, _mm_extract_epi32(pixels, 0));
        store_pixel(to + out->stride, _mm_extract_epi32(pixels, 1));
        store_pixel(to + 2 * out->stride, _mm_extract_epi32(pixels, 2));
        store_pixel(to + 3 * out->stride, _mm_extract_epi32(pixels, 3));
    }
}

AVX512 static void vertical_avx512(const ag_resample_rows *out, const ag_resample_rows *in,
                                   const ag_resample_axis *axis, size_t y)
{
    vertical_any(out, in, axis, y);
}

static bool is_avx512_supported(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni");
}

static const ag_resample_kernel WITH_AVX512 = {
    .name = "avx512",
    .is_supported = is_avx512_supported,
    .block_rows = 4,
    .overread_bytes = OVERREAD_BYTES,
    .overwrite_bytes = OVERWRITE_BYTES,
    .horizontal = horizontal_avx512,
    .vertical = vertical_avx512,
};

#endif

const ag_resample_kernel *const AG_RESAMPLE_KERNELS[] = {
#if defined(__x86_64__)
    &WITH_AVX512,
    &WITH_AVX2,
#endif
    &PORTABLE,
    NULL,
};
