#include "features/hamming.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static bool always(void)
{
    return true;
}

/* Ones in a word, by adding neighbours up (Warren, Hacker's Delight, 5-1). */
static unsigned count_ones(uint64_t word)
{
    word -= word >> 1 & 0x5555555555555555U;
    word = (word & 0x3333333333333333U) + (word >> 2 & 0x3333333333333333U);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fU;
    return (unsigned)(word * 0x0101010101010101U >> 56);
}

static void portable(uint16_t *out, const ag_descriptor *a, const ag_descriptor *b, size_t count)
{
    uint64_t left[4], right[4];
    memcpy(left, a, sizeof left);
    for (size_t i = 0; i < count; i++) {
        memcpy(right, &b[i], sizeof right);
        unsigned sum = 0;
        for (size_t w = 0; w < 4; w++)
            sum += count_ones(left[w] ^ right[w]);
        out[i] = (uint16_t)sum;
    }
}

static const ag_hamming_kernel PORTABLE = {"portable", always, portable};

#if defined(__x86_64__)
static bool has_popcnt(void)
{
    return __builtin_cpu_supports("popcnt");
}

__attribute__((target("popcnt"))) static void popcnt(uint16_t *out, const ag_descriptor *a,
                                                     const ag_descriptor *b, size_t count)
{
    uint64_t left[4], right[4];
    memcpy(left, a, sizeof left);
    for (size_t i = 0; i < count; i++) {
        memcpy(right, &b[i], sizeof right);
        out[i] = (uint16_t)(__builtin_popcountll(left[0] ^ right[0]) +
                            __builtin_popcountll(left[1] ^ right[1]) +
                            __builtin_popcountll(left[2] ^ right[2]) +
                            __builtin_popcountll(left[3] ^ right[3]));
    }
}

static const ag_hamming_kernel POPCNT = {"popcnt", has_popcnt, popcnt};

#define AVX512 __attribute__((target("avx512f,avx512vl,avx512bw,avx512vpopcntdq")))

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vpopcntdq");
}

/* Eight distances: per descriptor four counts of 64 bits, which never exceed 64, so that they can
 * be packed to 16 bits and added up by pairs. */
AVX512 static __m128i eight(__m256i left, const ag_descriptor *b)
{
    __m128i counts[8];
    for (size_t i = 0; i < 8; i++) {
        const __m256i right = _mm256_loadu_si256((const void *)b[i].bits);
        counts[i] = _mm256_cvtepi64_epi16(_mm256_popcnt_epi64(_mm256_xor_si256(left, right)));
    }
    const __m128i one = _mm_set1_epi16(1);
    __m128i pairs[4];
    for (size_t i = 0; i < 4; i++)
        pairs[i] = _mm_madd_epi16(_mm_unpacklo_epi64(counts[2 * i], counts[2 * i + 1]), one);
    const __m128i low = _mm_hadd_epi32(pairs[0], pairs[1]);
    const __m128i high = _mm_hadd_epi32(pairs[2], pairs[3]);
    return _mm_packus_epi32(low, high);
}

AVX512 static void avx512(uint16_t *out, const ag_descriptor *a, const ag_descriptor *b,
                          size_t count)
{
    const __m256i left = _mm256_loadu_si256((const void *)a->bits);
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        _mm_storeu_si128((void *)(out + i), eight(left, b + i));
    if (i < count)
        popcnt(out + i, a, b + i, count - i);
}

static const ag_hamming_kernel AVX512_KERNEL = {"avx512", has_avx512, avx512};
#endif

const ag_hamming_kernel *const AG_HAMMING_KERNELS[] = {
#if defined(__x86_64__)
    &AVX512_KERNEL,
    &POPCNT,
#endif
    &PORTABLE,
    NULL,
};

const ag_hamming_kernel *ag_hamming_best(void)
{
    const ag_hamming_kernel *const *kernel = AG_HAMMING_KERNELS;
    while (!(*kernel)->is_supported())
        kernel++;
    return *kernel;
}
