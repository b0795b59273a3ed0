#include "base/base64_kernels.h"

#include <string.h>

const char AG_BASE64_CHARACTERS[65] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// clang-format off
const uint8_t AG_BASE64_VALUES[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};
// clang-format on

static size_t encode_portable(uint8_t *out, const uint8_t *in, size_t length)
{
    size_t i = 0;
    for (; i + 3 <= length; i += 3, out += 4) {
        uint32_t word = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];
        out[0] = (uint8_t)AG_BASE64_CHARACTERS[word >> 18];
        out[1] = (uint8_t)AG_BASE64_CHARACTERS[word >> 12 & 63];
        out[2] = (uint8_t)AG_BASE64_CHARACTERS[word >> 6 & 63];
        out[3] = (uint8_t)AG_BASE64_CHARACTERS[word & 63];
    }
    return i;
}

static size_t decode_portable(uint8_t *out, const uint8_t *in, size_t length)
{
    size_t i = 0;
    for (; i + 4 <= length; i += 4, out += 3) {
        /* What is no base64 character wraps to far above 63. */
        uint32_t a = AG_BASE64_VALUES[in[i]] - 1u, b = AG_BASE64_VALUES[in[i + 1]] - 1u;
        uint32_t c = AG_BASE64_VALUES[in[i + 2]] - 1u, d = AG_BASE64_VALUES[in[i + 3]] - 1u;
        if ((a | b | c | d) > 63)
            break;
        uint32_t word = a << 18 | b << 12 | c << 6 | d;
        out[0] = (uint8_t)(word >> 16);
        out[1] = (uint8_t)(word >> 8);
        out[2] = (uint8_t)word;
    }
    return i;
}

static const ag_base64_kernels PORTABLE = {"portable", encode_portable, decode_portable};

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2   __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi")))

/* Where in the input the bytes of group k of three lie, ordered for the shifts that take sextets
 * out of a 32-bit word; LOW_FIRST for AVX-512, HIGH_FIRST (a zero, then the three reversed) for
 * AVX2. */
#define LOW_FIRST(k)  3 * (k) + 1, 3 * (k), 3 * (k) + 2, 3 * (k) + 1
#define HIGH_FIRST(k) 3 * (k) + 2, 3 * (k) + 1, 3 * (k), -1

/* Four sextets merged into a 32-bit word give three bytes, highest first: where they lie. */
#define MERGED(k) 4 * (k) + 2, 4 * (k) + 1, 4 * (k)

AVX2 static inline __m256i characters_avx2(__m256i sextets)
{
    /* A-Z, a-z, 0-9, + and /: each step above a range's end changes the offset to the next one's.
     */
    __m256i offset = _mm256_set1_epi8('A');
    const char ends[4] = {25, 51, 61, 62};
    const char steps[4] = {'a' - 26 - 'A', '0' - 52 - ('a' - 26), '+' - 62 - ('0' - 52),
                           '/' - 63 - ('+' - 62)};
    for (int i = 0; i < 4; i++) {
        __m256i is_above = _mm256_cmpgt_epi8(sextets, _mm256_set1_epi8(ends[i]));
        offset = _mm256_add_epi8(offset, _mm256_and_si256(is_above, _mm256_set1_epi8(steps[i])));
    }
    return _mm256_add_epi8(sextets, offset);
}

AVX2 static size_t encode_avx2(uint8_t *out, const uint8_t *in, size_t length)
{
    const __m256i order =
        _mm256_setr_epi8(HIGH_FIRST(0), HIGH_FIRST(1), HIGH_FIRST(2), HIGH_FIRST(3), HIGH_FIRST(0),
                         HIGH_FIRST(1), HIGH_FIRST(2), HIGH_FIRST(3));
    size_t i = 0;
    for (; i + 28 <= length; i += 24, out += 32) { /* the upper half's load reads 4 bytes more */
        __m128i low = _mm_loadu_si128((const __m128i *)(in + i));
        __m128i high = _mm_loadu_si128((const __m128i *)(in + i + 12));
        __m256i words = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), order);
        __m256i first = _mm256_and_si256(_mm256_srli_epi32(words, 18), _mm256_set1_epi32(0x3f));
        __m256i second = _mm256_and_si256(_mm256_srli_epi32(words, 4), _mm256_set1_epi32(0x3f00));
        __m256i third = _mm256_and_si256(_mm256_slli_epi32(words, 10), _mm256_set1_epi32(0x3f0000));
        __m256i fourth =
            _mm256_and_si256(_mm256_slli_epi32(words, 24), _mm256_set1_epi32(0x3f000000));
        __m256i sextets =
            _mm256_or_si256(_mm256_or_si256(first, second), _mm256_or_si256(third, fourth));
        _mm256_storeu_si256((__m256i *)out, characters_avx2(sextets));
    }
    return i;
}

/* Adds offset to *offsets and sets *known where low <= character <= high. */
AVX2 static inline void classify_avx2(__m256i *offsets, __m256i *known, __m256i characters,
                                      const char range[3])
{
    __m256i is_in =
        _mm256_and_si256(_mm256_cmpgt_epi8(characters, _mm256_set1_epi8((char)(range[0] - 1))),
                         _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(range[1] + 1)), characters));
    *known = _mm256_or_si256(*known, is_in);
    *offsets = _mm256_or_si256(*offsets, _mm256_and_si256(is_in, _mm256_set1_epi8(range[2])));
}

AVX2 static size_t decode_avx2(uint8_t *out, const uint8_t *in, size_t length)
{
    static const char RANGES[5][3] = {{'A', 'Z', 0 - 'A'},
                                      {'a', 'z', 26 - 'a'},
                                      {'0', '9', 52 - '0'},
                                      {'+', '+', 62 - '+'},
                                      {'/', '/', 63 - '/'}};
    const __m256i order =
        _mm256_setr_epi8(MERGED(0), MERGED(1), MERGED(2), MERGED(3), -1, -1, -1, -1, MERGED(0),
                         MERGED(1), MERGED(2), MERGED(3), -1, -1, -1, -1);
    size_t i = 0;
    for (; i + 48 <= length; i += 32, out += 24) { /* stores 32 bytes: room for 11 groups is left */
        __m256i characters = _mm256_loadu_si256((const __m256i *)(in + i));
        __m256i offsets = _mm256_setzero_si256(), known = offsets;
        for (int r = 0; r < 5; r++)
            classify_avx2(&offsets, &known, characters, RANGES[r]);
        if (_mm256_movemask_epi8(known) != -1)
            break;
        __m256i sextets = _mm256_add_epi8(characters, offsets);
        __m256i pairs = _mm256_maddubs_epi16(sextets, _mm256_set1_epi32(0x01400140));
        __m256i words = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
        __m256i halves = _mm256_shuffle_epi8(words, order);
        __m256i packed =
            _mm256_permutevar8x32_epi32(halves, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7));
        _mm256_storeu_si256((__m256i *)out, packed);
    }
    return i;
}

static const ag_base64_kernels AVX2_SET = {"avx2", encode_avx2, decode_avx2};

AVX512 static size_t encode_avx512(uint8_t *out, const uint8_t *in, size_t length)
{
    static const uint8_t ORDER[64] = {LOW_FIRST(0),  LOW_FIRST(1),  LOW_FIRST(2),  LOW_FIRST(3),
                                      LOW_FIRST(4),  LOW_FIRST(5),  LOW_FIRST(6),  LOW_FIRST(7),
                                      LOW_FIRST(8),  LOW_FIRST(9),  LOW_FIRST(10), LOW_FIRST(11),
                                      LOW_FIRST(12), LOW_FIRST(13), LOW_FIRST(14), LOW_FIRST(15)};
    const __m512i order = _mm512_loadu_si512(ORDER);
    const __m512i table = _mm512_loadu_si512(AG_BASE64_CHARACTERS);
    /* Bit where each sextet begins in two words of [b1 b0 b2 b1], lowest byte first. */
    const __m512i shifts = _mm512_set1_epi64(0x3036242a1016040a);
    const __mmask64 taken = 0x0000ffffffffffff;
    size_t i = 0;
    for (; i + 48 <= length; i += 48, out += 64) {
        __m512i bytes = _mm512_maskz_loadu_epi8(taken, in + i);
        __m512i words = _mm512_permutexvar_epi8(order, bytes);
        __m512i sextets = _mm512_multishift_epi64_epi8(shifts, words); /* and two bits above each */
        _mm512_storeu_si512(out, _mm512_permutexvar_epi8(sextets, table));
    }
    return i;
}

AVX512 static size_t decode_avx512(uint8_t *out, const uint8_t *in, size_t length)
{
    static const uint8_t ORDER[64] = {MERGED(0),  MERGED(1),  MERGED(2),  MERGED(3),
                                      MERGED(4),  MERGED(5),  MERGED(6),  MERGED(7),
                                      MERGED(8),  MERGED(9),  MERGED(10), MERGED(11),
                                      MERGED(12), MERGED(13), MERGED(14), MERGED(15)};
    const __m512i order = _mm512_loadu_si512(ORDER);
    const __m512i table_low = _mm512_loadu_si512(AG_BASE64_VALUES);
    const __m512i table_high = _mm512_loadu_si512(AG_BASE64_VALUES + 64);
    const __mmask64 made = 0x0000ffffffffffff;
    size_t i = 0;
    for (; i + 64 <= length; i += 64, out += 48) {
        __m512i characters = _mm512_loadu_si512(in + i);
        __m512i values = _mm512_permutex2var_epi8(table_low, characters, table_high);
        __m512i sextets = _mm512_sub_epi8(values, _mm512_set1_epi8(1));
        /* Bit 7 is set where the table had 0, and in characters above 127. */
        if (_mm512_movepi8_mask(_mm512_or_si512(sextets, characters)) != 0)
            break;
        __m512i pairs = _mm512_maddubs_epi16(sextets, _mm512_set1_epi32(0x01400140));
        __m512i words = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00011000));
        _mm512_mask_storeu_epi8(out, made, _mm512_permutexvar_epi8(order, words));
    }
    return i;
}

static const ag_base64_kernels AVX512_SET = {"avx512", encode_avx512, decode_avx512};

const ag_base64_kernels *ag_base64_kernels_at(size_t index)
{
    const bool has_avx512 = __builtin_cpu_supports("avx512vbmi") &&
                            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512f");
    const struct {
        const ag_base64_kernels *kernels;
        bool is_there;
    } sets[] = {
        {&AVX512_SET, has_avx512}, {&AVX2_SET, __builtin_cpu_supports("avx2")}, {&PORTABLE, true}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        if (sets[i].is_there && index-- == 0)
            return sets[i].kernels;
    }
    return NULL;
}

#else

const ag_base64_kernels *ag_base64_kernels_at(size_t index)
{
    return index == 0 ? &PORTABLE : NULL;
}

#endif
