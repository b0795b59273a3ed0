#include "recognize/calibration.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static ag_calibration_sample sample(double evidence, bool is_right)
{
    return (ag_calibration_sample){evidence, is_right};
}

/* Anything that a fitted or read curve promises. */
static void check_curve(const ag_calibration_curve *curve)
{
    assert_in_range(curve->count, 1, AG_CALIBRATION_MAX_KNOTS);
    for (size_t i = 0; i < curve->count; i++) {
        const ag_calibration_knot knot = curve->knots[i];
        assert_true(isfinite(knot.evidence));
        assert_true(knot.probability >= AG_CALIBRATION_MIN);
        assert_true(knot.probability <= AG_CALIBRATION_MAX);
        assert_true(i == 0 || knot.evidence > curve->knots[i - 1].evidence);
        assert_true(i == 0 || knot.probability >= curve->knots[i - 1].probability);
    }
}

static const ag_calibration_curve NO_PRIOR = {0};

static void test_calibration_fit_separates_what_can_be_separated(void **state)
{
    ag_calibration_sample samples[400];
    ag_calibration_curve curve;
    (void)state;

    for (size_t i = 0; i < 200; i++) {
        samples[i] = sample(20 + (double)(i % 50), true);
        samples[200 + i] = sample((double)(i % 8), false);
    }
    assert_int_equal(ag_calibration_fit(&curve, &NO_PRIOR, samples, 400, NULL), AG_OK);
    check_curve(&curve);
    assert_float_equal(ag_calibration_value(&curve, 20), 200.0 / 201, 1e-9);
    assert_float_equal(ag_calibration_value(&curve, 1e6), 200.0 / 201, 1e-9);
    assert_float_equal(ag_calibration_value(&curve, 7), 1.0 / 201, 1e-9);
    assert_float_equal(ag_calibration_value(&curve, -INFINITY), 1.0 / 201, 1e-9);
    assert_float_equal(ag_calibration_value(&curve, NAN), 1.0 / 201, 1e-9);
    assert_float_equal(ag_calibration_value(&curve, 13.5), 0.5, 1e-9); /* half way between */
}

static void test_calibration_fit_pools_what_falls(void **state)
{
    /* At 1: 1 of 10, at 2: 6 of 10, at 3: 4 of 10, at 4: 9 of 10. */
    static const int RIGHT[] = {1, 6, 4, 9};
    ag_calibration_sample samples[40];
    ag_calibration_curve curve;
    (void)state;

    for (int i = 0; i < 40; i++)
        samples[i] = sample(1 + i / 10, i % 10 < RIGHT[i / 10]);
    assert_int_equal(ag_calibration_fit(&curve, &NO_PRIOR, samples, 40, NULL), AG_OK);
    check_curve(&curve);
    assert_int_equal(curve.count, 4);
    assert_float_equal(ag_calibration_value(&curve, 1), 2.0 / 11, 1e-9);
    assert_float_equal(ag_calibration_value(&curve, 2), 0.5, 1e-9);
    assert_float_equal(ag_calibration_value(&curve, 2.7), 0.5, 1e-9);
    assert_float_equal(ag_calibration_value(&curve, 4), 9.0 / 11, 1e-9);
}

/* A cheap generator: 0…1. */
static double next_random(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (double)(*random >> 11) / 9007199254740992.0;
}

static void test_calibration_fit_finds_a_known_curve_within_its_knots(void **state)
{
    enum { COUNT = 20000 };
    ag_calibration_sample *samples = ag_try_malloc(COUNT, sizeof *samples);
    ag_calibration_curve curve;
    uint64_t random = 1;
    (void)state;

    assert_non_null(samples);
    for (size_t i = 0; i < COUNT; i++) {
        const double evidence = next_random(&random);
        samples[i] = sample(evidence, next_random(&random) < evidence * evidence);
    }
    assert_int_equal(ag_calibration_fit(&curve, &NO_PRIOR, samples, COUNT, NULL), AG_OK);
    check_curve(&curve);
    for (double x = 0.05; x < 1; x += 0.05)
        assert_float_equal(ag_calibration_value(&curve, x), x * x, 0.06);
    free(samples);
}

static void test_calibration_fit_wants_enough_of_both(void **state)
{
    ag_calibration_sample samples[100];
    ag_calibration_curve curve;
    ag_err err;
    (void)state;

    for (size_t i = 0; i < 100; i++)
        samples[i] = sample((double)i, i < 91);
    assert_int_equal(ag_calibration_fit(&curve, &NO_PRIOR, samples, 100, &err), AG_EINVAL);
    assert_non_null(strstr(err.message, "91 right and 9 wrong"));
    assert_int_equal(ag_calibration_fit(&curve, &NO_PRIOR, samples, 0, NULL), AG_EINVAL);
    samples[0] = sample(99, false);
    assert_int_equal(ag_calibration_fit(&curve, &NO_PRIOR, samples, 100, NULL), AG_OK);
    samples[50].evidence = NAN;
    assert_int_equal(ag_calibration_fit(&curve, &NO_PRIOR, samples, 100, NULL), AG_EINVAL);
}

static void test_calibration_confidence_takes_the_stronger_evidence(void **state)
{
    const ag_calibration calibration = {
        .geometry = {2, {{10, 0.1}, {20, 0.9}}},
        .similarity = {2, {{0.5, 0.2}, {0.9, 0.6}}},
    };
    (void)state;

    assert_float_equal(ag_calibration_confidence(&calibration, 20, NAN), 0.9, 1e-12);
    assert_float_equal(ag_calibration_confidence(&calibration, 20, 0.9), 0.9, 1e-12);
    assert_float_equal(ag_calibration_confidence(&calibration, 0, 0.9), 0.6, 1e-12);
    assert_float_equal(ag_calibration_confidence(&calibration, 0, 0.7), 0.4, 1e-12);
    assert_float_equal(ag_calibration_confidence(&calibration, 0, NAN), 0.1, 1e-12);
}

static void test_calibration_default_is_sound(void **state)
{
    (void)state;
    check_curve(&AG_CALIBRATION_DEFAULT.geometry);
    check_curve(&AG_CALIBRATION_DEFAULT.similarity);
}

/* A file for a calibration in a folder of its own. */
typedef struct fixture {
    char folder[64];
    char *path;
} fixture;

static int set_up(void **state)
{
    fixture *files = ag_xcalloc(1, sizeof *files);
    snprintf(files->folder, sizeof files->folder, "/tmp/artguide-calibration-XXXXXX");
    assert_non_null(mkdtemp(files->folder));
    files->path = ag_xasprintf("%s/" AG_CALIBRATION_FILE, files->folder);
    *state = files;
    return 0;
}

static int tear_down(void **state)
{
    fixture *files = *state;
    unlink(files->path);
    assert_int_equal(rmdir(files->folder), 0);
    free(files->path);
    free(files);
    return 0;
}

static void test_calibration_written_is_read_again(void **state)
{
    const fixture *files = *state;
    ag_calibration written = AG_CALIBRATION_DEFAULT, read;
    written.photos = 576;
    written.geometry.knots[1].evidence = nextafter(written.geometry.knots[0].evidence, INFINITY);
    snprintf(written.version, sizeof written.version, "2026-01-02T03:04:05Z-0123");

    assert_int_equal(ag_calibration_read(&read, files->path, written.version, NULL), AG_ENOTFOUND);
    assert_int_equal(ag_calibration_write(&written, files->path, NULL), AG_OK);
    assert_int_equal(ag_calibration_read(&read, files->path, written.version, NULL), AG_OK);
    assert_int_equal(read.photos, 576);
    assert_string_equal(read.version, written.version);
    assert_int_equal(read.geometry.count, written.geometry.count);
    assert_memory_equal(read.geometry.knots, written.geometry.knots,
                        read.geometry.count * sizeof *read.geometry.knots);
    assert_memory_equal(read.similarity.knots, written.similarity.knots,
                        read.similarity.count * sizeof *read.similarity.knots);
}

static void test_calibration_of_another_version_is_not_trusted(void **state)
{
    const fixture *files = *state;
    ag_calibration written = AG_CALIBRATION_DEFAULT, read;
    ag_err err;
    written.photos = 1;
    snprintf(written.version, sizeof written.version, "old");

    assert_int_equal(ag_calibration_write(&written, files->path, NULL), AG_OK);
    assert_int_equal(ag_calibration_read(&read, files->path, "new", &err), AG_EUNSUPPORTED);
    assert_non_null(strstr(err.message, "collection calibrate"));
    assert_int_equal(ag_calibration_read(&read, files->path, "", NULL), AG_EUNSUPPORTED);
}

static void test_calibration_parse_checks_every_number(void **state)
{
#define HEAD    "{\"format\":1,\"version\":\"v\",\"photos\":9,"
#define SIMILAR ",\"similarity\":[[0.5,0.1]]}"
    static const struct {
        const char *text;
        ag_status status;
    } CASES[] = {
        {HEAD "\"geometry\":[[1,0.1],[2,0.1],[3,0.9]]" SIMILAR, AG_OK},
        {HEAD "\"geometry\":[[1,0.1],[1,0.2]]" SIMILAR, AG_EFORMAT}, /* not rising */
        {HEAD "\"geometry\":[[1,0.2],[2,0.1]]" SIMILAR, AG_EFORMAT}, /* falling */
        {HEAD "\"geometry\":[[1,0.2],[2,1]]" SIMILAR, AG_EFORMAT},   /* certain */
        {HEAD "\"geometry\":[[1,-0.2]]" SIMILAR, AG_EFORMAT},        /* impossible */
        {HEAD "\"geometry\":[[-1.7e308,0.1],[1.7e308,0.2]]" SIMILAR, AG_EFORMAT},
        {HEAD "\"geometry\":[[1e999,0.2]]" SIMILAR, AG_EFORMAT},
        {HEAD "\"geometry\":[[\"1\",0.2]]" SIMILAR, AG_EFORMAT},
        {HEAD "\"geometry\":[[1,0.2,3]]" SIMILAR, AG_EFORMAT},
        {HEAD "\"geometry\":[[1]]" SIMILAR, AG_EFORMAT},
        {HEAD "\"geometry\":[]" SIMILAR, AG_EFORMAT},
        {HEAD "\"geometry\":{\"1\":0.1}" SIMILAR, AG_EFORMAT},
        {HEAD "\"geometry\":[[1,0.1]]}", AG_EFORMAT},
        {"{\"format\":2}", AG_EUNSUPPORTED},
        {"{\"format\":\"1\"}", AG_EFORMAT},
        {"{\"format\":1,\"photos\":9,\"geometry\":[[1,0.1]]" SIMILAR, AG_EFORMAT},
        {"{\"format\":1,\"version\":\"v\",\"photos\":0,\"geometry\":[[1,0.1]]" SIMILAR, AG_EFORMAT},
        {"{}", AG_EFORMAT},
        {"[]", AG_EFORMAT},
        {"", AG_EFORMAT},
    };
    (void)state;

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_calibration calibration;
        const ag_status status =
            ag_calibration_parse(&calibration, CASES[i].text, strlen(CASES[i].text), NULL);
        if (status != CASES[i].status)
            fail_msg("%s gives %d", CASES[i].text, status);
    }
}

static void test_calibration_parse_refuses_too_many_knots(void **state)
{
    ag_buffer text = {0};
    ag_calibration calibration;
    (void)state;

    ag_buffer_printf(&text, "%s", HEAD "\"geometry\":[[0,0.5]");
    for (int i = 1; i <= AG_CALIBRATION_MAX_KNOTS; i++)
        ag_buffer_printf(&text, ",[%d,0.5]", i);
    ag_buffer_printf(&text, "%s", "]" SIMILAR);
    assert_int_equal(ag_calibration_parse(&calibration, text.data, text.length, NULL), AG_EFORMAT);
    ag_buffer_fini(&text);
}

/* Between wrong answers up to 5 and right ones from 15 on, samples say nothing: the prior does. */
static void test_calibration_prior_decides_where_samples_say_nothing(void **state)
{
    (void)state;
    static const ag_calibration_curve PRIOR = {3, {{8, 0.2}, {9, 0.9}, {20, 0.95}}};
    ag_calibration_sample samples[100];
    ag_calibration_curve curve;
    for (size_t i = 0; i < 100; i++)
        samples[i] = (ag_calibration_sample){(i % 2) * 15.0 + (double)(i % 5), i % 2};
    assert_int_equal(ag_calibration_fit(&curve, &PRIOR, samples, 100, NULL), AG_OK);
    assert_true(fabs(ag_calibration_value(&curve, 8) - 0.2) < 0.01);
    assert_true(fabs(ag_calibration_value(&curve, 9) - 0.9) < 0.01);
    assert_true(ag_calibration_value(&curve, 4) < 0.03);
    assert_true(ag_calibration_value(&curve, 17) > 0.95);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calibration_prior_decides_where_samples_say_nothing),
        cmocka_unit_test(test_calibration_fit_separates_what_can_be_separated),
        cmocka_unit_test(test_calibration_fit_pools_what_falls),
        cmocka_unit_test(test_calibration_fit_finds_a_known_curve_within_its_knots),
        cmocka_unit_test(test_calibration_fit_wants_enough_of_both),
        cmocka_unit_test(test_calibration_confidence_takes_the_stronger_evidence),
        cmocka_unit_test(test_calibration_default_is_sound),
        cmocka_unit_test_setup_teardown(test_calibration_written_is_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_calibration_of_another_version_is_not_trusted, set_up,
                                        tear_down),
        cmocka_unit_test(test_calibration_parse_checks_every_number),
        cmocka_unit_test(test_calibration_parse_refuses_too_many_knots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
