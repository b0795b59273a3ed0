#include "base/memory.h"
#include "collection/flat.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const ag_flat_isa ISAS[] = {AG_FLAT_PORTABLE, AG_FLAT_AVX2, AG_FLAT_AVX512};

static double naive_score(const float *x, const float *q, size_t D, ag_metric metric)
{
    double sum = 0;

    for (size_t d = 0; d < D; d++) {
        const double difference = (double)x[d] - (double)q[d];
        sum += metric == AG_METRIC_L2 ? difference * difference : (double)x[d] * (double)q[d];
    }
    return metric == AG_METRIC_L2 ? 1.0 - sum / 2.0 : sum;
}

/* Every row's score must be the naive one, and the rows sorted by it. */
static void check_search(const ag_flat *flat, const float *rows, const float *queries, size_t B,
                         size_t k)
{
    ag_hit *hits = ag_xcalloc(B * k, sizeof *hits);

    ag_flat_search(flat, hits, queries, B, k);
    for (size_t b = 0; b < B; b++) {
        for (size_t i = 0; i < k; i++) {
            const ag_hit *hit = &hits[b * k + i];
            if (i >= flat->count) {
                assert_true(hit->row == SIZE_MAX && hit->score == AG_HIT_NO_SCORE);
                continue;
            }
            const double expected =
                naive_score(rows + hit->row * flat->dimension, queries + b * flat->dimension,
                            flat->dimension, flat->metric);
            assert_true(fabs(expected - (double)hit->score) < 1e-5);
            assert_true(i == 0 || hit[-1].score > hit->score ||
                        (hit[-1].score == hit->score && hit[-1].row < hit->row));
        }
        /* No row that was left out is better than the last. */
        const double last = k <= flat->count ? (double)hits[b * k + k - 1].score : -INFINITY;
        size_t better = 0;
        for (size_t row = 0; row < flat->count; row++)
            better += naive_score(rows + row * flat->dimension, queries + b * flat->dimension,
                                  flat->dimension, flat->metric) > last + 1e-5;
        assert_true(better < k || k > flat->count);
    }
    free(hits);
}

static void test_flat_finds_what_a_naive_scan_finds(void **state)
{
    static const size_t DIMENSIONS[] = {1, 3, 8, 15, 16, 17, 100, 512};
    static const size_t COUNTS[] = {0, 1, 3, 4, 5, 103};
    (void)state;

    for (size_t d = 0; d < sizeof DIMENSIONS / sizeof *DIMENSIONS; d++)
        for (size_t n = 0; n < sizeof COUNTS / sizeof *COUNTS; n++)
            for (size_t isa = 0; isa < 3; isa++)
                for (int metric = 0; metric < 2; metric++) {
                    if (!ag_flat_isa_available(ISAS[isa]))
                        continue;
                    float *rows = test_unit_rows(COUNTS[n], DIMENSIONS[d], 1);
                    float *queries = test_unit_rows(7, DIMENSIONS[d], 2);
                    const ag_flat flat = {rows, COUNTS[n], (uint32_t)DIMENSIONS[d],
                                          (ag_metric)metric, ISAS[isa]};
                    check_search(&flat, rows, queries, 7, 10);
                    free(rows);
                    free(queries);
                }
}

static void test_flat_batch_equals_single_queries_to_the_bit(void **state)
{
    float *rows = test_unit_rows(57, 130, 3), *queries = test_unit_rows(9, 130, 4);
    ag_hit together[9 * 5], alone[5];
    (void)state;

    for (size_t isa = 0; isa < 3; isa++) {
        const ag_flat flat = {rows, 57, 130, AG_METRIC_L2, ISAS[isa]};
        if (!ag_flat_isa_available(ISAS[isa]))
            continue;
        ag_flat_search(&flat, together, queries, 9, 5);
        for (size_t b = 0; b < 9; b++) {
            ag_flat_search(&flat, alone, queries + b * 130, 1, 5);
            for (size_t i = 0; i < 5; i++) {
                assert_int_equal(together[b * 5 + i].row, alone[i].row);
                assert_true(together[b * 5 + i].score == alone[i].score);
            }
        }
    }
    free(rows);
    free(queries);
}

static void test_flat_rows_may_start_at_any_address(void **state)
{
    float *rows = test_unit_rows(33, 48, 5);
    uint8_t *odd = malloc(33 * 48 * sizeof(float) + 1);
    (void)state;

    memcpy(odd + 1, rows, 33 * 48 * sizeof(float));
    for (size_t isa = 0; isa < 3; isa++) {
        const ag_flat flat = {odd + 1, 33, 48, AG_METRIC_INNER_PRODUCT, ISAS[isa]};
        double length;
        if (!ag_flat_isa_available(ISAS[isa]))
            continue;
        check_search(&flat, rows, rows, 4, 3);
        assert_true(ag_flat_find_not_unit(&flat, 1e-5, &length) == SIZE_MAX);
    }
    free(odd);
    free(rows);
}

static void test_flat_equal_scores_come_by_row_and_nan_never(void **state)
{
    float *rows = test_unit_rows(20, 16, 6);
    ag_hit hits[20];
    (void)state;

    memcpy(rows + 9 * 16, rows + 2 * 16, 16 * sizeof(float));
    memcpy(rows + 17 * 16, rows + 2 * 16, 16 * sizeof(float));
    rows[5 * 16 + 3] = NAN;
    const ag_flat flat = {rows, 20, 16, AG_METRIC_L2, ag_flat_isa_best()};
    ag_flat_search(&flat, hits, rows + 2 * 16, 1, 20);
    assert_int_equal(hits[0].row, 2);
    assert_int_equal(hits[1].row, 9);
    assert_int_equal(hits[2].row, 17);
    assert_true(hits[0].score == 1.0f && hits[19].row == SIZE_MAX);
    for (size_t i = 0; i < 20; i++)
        assert_int_not_equal(hits[i].row, 5);
    free(rows);
}

static void test_flat_not_unit_names_the_row(void **state)
{
    float *rows = test_unit_rows(10, 40, 7);
    const ag_flat flat = {rows, 10, 40, AG_METRIC_L2, ag_flat_isa_best()};
    double length = 0;
    (void)state;

    for (size_t d = 0; d < 40; d++)
        rows[6 * 40 + d] *= 3;
    assert_int_equal(ag_flat_find_not_unit(&flat, 0.01, &length), 6);
    assert_true(fabs(length - 3) < 1e-4);
    rows[4 * 40 + 39] = NAN;
    assert_int_equal(ag_flat_find_not_unit(&flat, 0.01, &length), 4);
    assert_true(isnan(length));
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flat_finds_what_a_naive_scan_finds),
        cmocka_unit_test(test_flat_batch_equals_single_queries_to_the_bit),
        cmocka_unit_test(test_flat_rows_may_start_at_any_address),
        cmocka_unit_test(test_flat_equal_scores_come_by_row_and_nan_never),
        cmocka_unit_test(test_flat_not_unit_names_the_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
