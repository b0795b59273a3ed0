#include "features/hamming.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT 37 /* whole groups of eight, and some left over */

static unsigned naive_distance(const ag_descriptor *a, const ag_descriptor *b)
{
    unsigned sum = 0;
    for (size_t bit = 0; bit < AG_HAMMING_MAX; bit++)
        sum += (a->bits[bit / 8] >> bit % 8 & 1) != (b->bits[bit / 8] >> bit % 8 & 1);
    return sum;
}

static void fill(ag_descriptor *out, size_t count)
{
    uint32_t state = 1;
    for (size_t i = 0; i < count * AG_DESCRIPTOR_BYTES; i++) {
        state = state * 1664525 + 1013904223;
        out[i / AG_DESCRIPTOR_BYTES].bits[i % AG_DESCRIPTOR_BYTES] = (uint8_t)(state >> 24);
    }
}

static void check_kernel(const ag_hamming_kernel *kernel, const ag_descriptor *a,
                         const ag_descriptor *b, size_t count)
{
    uint16_t distances[COUNT + 1];
    memset(distances, 0xee, sizeof distances);
    kernel->distances(distances, a, b, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(distances[i], naive_distance(a, &b[i]));
    assert_int_equal(distances[count], 0xeeee);
}

static void test_hamming_equals_the_naive_count(void **state)
{
    (void)state;
    ag_descriptor a, b[COUNT];
    fill(&a, 1);
    fill(b, COUNT);
    memcpy(&b[3], &a, sizeof a);
    for (size_t i = 0; i < sizeof a; i++)
        b[11].bits[i] = (uint8_t)~a.bits[i];
    for (size_t k = 0; AG_HAMMING_KERNELS[k] != NULL; k++) {
        if (!AG_HAMMING_KERNELS[k]->is_supported())
            continue;
        for (size_t count = 0; count <= COUNT; count++)
            check_kernel(AG_HAMMING_KERNELS[k], &a, b, count);
    }
}

static void test_hamming_best_is_supported(void **state)
{
    (void)state;
    assert_true(ag_hamming_best()->is_supported());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hamming_equals_the_naive_count),
        cmocka_unit_test(test_hamming_best_is_supported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
