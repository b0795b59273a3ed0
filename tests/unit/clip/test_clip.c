/* The whole encoder against a plain one, for small models, and against the published model's code,
 * for the reference embeddings in the shared material. */
#include "clip/clip.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "clip/backend.h"
#include "image/image.h"
#include "image/resample.h"
#include "reference.h"
#include "support/model_writer.h"

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

#define MAX_D 512 /* of the models here */

/* What the issue of precision comes to: cosine at least this, and for f32 each number this close.
 */
#define F32_COSINE    0.99999
#define F32_RELATIVE  1e-4
#define BF16_COSINE   0.9995
#define GOLDEN_IMAGES 64

static void write_model(char folder[4096], const char *config)
{
    const char *build = getenv("ARTGUIDE_TEST_BUILD");
    snprintf(folder, 4096, "%s/test-models/%s", build == NULL ? "." : build, config);
    ag_err err;
    if (ag_test_model_write(config, folder, &err) != AG_OK)
        fail_msg("%s", err.message);
}

static ag_clip *open_clip(const char *folder, ag_precision precision, unsigned threads,
                          size_t max_batch)
{
    const ag_clip_options options = {precision, threads, max_batch};
    ag_clip *clip = NULL;
    ag_err err;
    if (ag_clip_open(&clip, folder, &options, &err) != AG_OK)
        fail_msg("%s", err.message);
    return clip;
}

/* B different crops; free(). */
static uint8_t *make_crops(const ag_clip *clip, size_t B)
{
    size_t side = ag_clip_info_of(clip)->image_side_px, bytes = side * side * 3;
    uint8_t *crops = ag_xcalloc(B, bytes);
    uint32_t random = 7;
    for (size_t i = 0; i < B * bytes; i++) {
        random = random * 1664525u + 1013904223u;
        double wave = 60 * sin((double)(i % (3 * side)) / (double)(20 + 9 * (i / bytes)));
        crops[i] = (uint8_t)(128 + wave + (random >> 26));
    }
    return crops;
}

/* Cosine and relative error, as the design wants them. */
static void assert_equals(const float *got, const double *wanted, size_t D, ag_precision precision)
{
    double dot = 0, got2 = 0, wanted2 = 0, error2 = 0;
    for (size_t i = 0; i < D; i++) {
        dot += got[i] * wanted[i];
        got2 += (double)got[i] * got[i];
        wanted2 += wanted[i] * wanted[i];
        error2 += pow(got[i] - wanted[i], 2);
    }
    double cosine = dot / sqrt(got2 * wanted2), relative = sqrt(error2 / wanted2);
    bool is_close = precision == AG_PRECISION_BF16
                        ? cosine >= BF16_COSINE
                        : cosine >= F32_COSINE && relative <= F32_RELATIVE;
    if (!is_close)
        fail_msg("cosine %.9f, relative error %.3g", cosine, relative);
}

/* Embeddings of a small model against plain loops. */
static void check_against_reference(const char *config, ag_precision precision)
{
    enum { B = 2 };
    char folder[4096];
    double wanted[MAX_D];
    float got[B * MAX_D];
    write_model(folder, config);
    ag_clip *clip = open_clip(folder, precision, 2, B);
    size_t D = ag_clip_info_of(clip)->dimension, side = ag_clip_info_of(clip)->image_side_px;
    uint8_t *crops = make_crops(clip, B);
    assert_int_equal(ag_clip_encode(clip, got, crops, B, NULL), AG_OK);
    for (size_t b = 0; b < B; b++) {
        reference_encode(wanted, folder, crops + b * side * side * 3);
        assert_equals(got + b * D, wanted, D, precision);
    }
    free(crops);
    ag_clip_close(clip);
}

static void test_clip_equals_plain_loops_in_f32(void **state)
{
    (void)state;
    check_against_reference("small-14", AG_PRECISION_F32);
    check_against_reference("small-16", AG_PRECISION_F32);
}

static void test_clip_equals_plain_loops_in_bf16(void **state)
{
    (void)state;
    if (!ag_backend_has_bf16()) {
        print_message("skipped: this CPU has no bfloat16 arithmetic\n");
        skip();
    }
    check_against_reference("small-14", AG_PRECISION_BF16);
    check_against_reference("small-16", AG_PRECISION_BF16);
}

/* Whatever the batch, the threads and the split, an image's embedding is the same. */
static void test_clip_batches_equal_single_images(void **state)
{
    (void)state;
    enum { B = 11 };
    char folder[4096];
    write_model(folder, "small-14");
    ag_clip *single = open_clip(folder, AG_PRECISION_AUTO, 1, 1);
    ag_clip *batches = open_clip(folder, AG_PRECISION_AUTO, 2, 6);
    size_t D = ag_clip_info_of(single)->dimension, side = ag_clip_info_of(single)->image_side_px;
    uint8_t *crops = make_crops(single, B);
    float one[MAX_D], all[B * MAX_D];
    static const size_t SIZES[] = {0, 1, 3, 5, 6, B};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        memset(all, 0, sizeof all);
        assert_int_equal(ag_clip_encode(batches, all, crops, SIZES[i], NULL), AG_OK);
        assert_true(all[SIZES[i] * D] == 0);
        for (size_t b = 0; b < SIZES[i]; b++) {
            double wanted[MAX_D];
            assert_int_equal(ag_clip_encode(single, one, crops + b * side * side * 3, 1, NULL),
                             AG_OK);
            for (size_t d = 0; d < D; d++)
                wanted[d] = one[d];
            assert_equals(all + b * D, wanted, D, ag_clip_info_of(single)->precision);
        }
    }
    free(crops);
    ag_clip_close(batches);
    ag_clip_close(single);
}

static void test_clip_says_what_is_loaded(void **state)
{
    (void)state;
    char folder[4096], sha256[AG_SHA256_HEX_BYTES];
    write_model(folder, "tiny");
    ag_clip *clip = open_clip(folder, AG_PRECISION_F32, 0, 16);
    const ag_clip_info *info = ag_clip_info_of(clip);
    assert_string_equal(info->name, "clip-vit");
    assert_int_equal(info->image_side_px, 224);
    assert_int_equal(info->dimension, 64);
    assert_int_equal(info->precision, AG_PRECISION_F32);
    assert_int_equal(strlen(info->fingerprint), 64);
    ag_clip_close(clip);
    assert_int_equal(ag_clip_weights_sha256(sha256, folder, NULL), AG_OK);
    assert_memory_equal(sha256, "e2b490a1", 8);
}

static void test_clip_normalise_gives_unit_length(void **state)
{
    (void)state;
    float rows[4] = {3, -4, 0, 0};
    ag_clip_normalise(rows, 2, 2);
    assert_true(fabsf(rows[0] - 0.6f) < 1e-7f && fabsf(rows[1] + 0.8f) < 1e-7f);
    assert_true(rows[2] == 0 && rows[3] == 0);
}

/* A folder with that config.json and the weights of a model (none: NULL); remove_folder. */
static void make_folder(char folder[64], const char *settings, const char *config)
{
    char path[128], weights[4096];
    strcpy(folder, "/tmp/artguide-clip-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/config.json", folder);
    if (settings != NULL)
        assert_int_equal(ag_file_write_atomic(path, settings, strlen(settings), NULL), AG_OK);
    if (config == NULL)
        return;
    write_model(weights, config);
    strcat(weights, "/model.safetensors");
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    assert_int_equal(symlink(weights, path), 0);
}

static void remove_folder(const char *folder)
{
    char path[128];
    snprintf(path, sizeof path, "%s/config.json", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

static void test_clip_open_refuses_what_does_not_fit(void **state)
{
    (void)state;
#define SMALL_16                                                                                   \
    "\"model_type\":\"clip\",\"projection_dim\":32,\"vision_config\":{\"patch_size\":16,"
    static const struct {
        const char *settings, *config;
        ag_status status;
        const char *says;
    } CASES[] = {
        {NULL, NULL, AG_ENOTFOUND, "artguide model pull"},
        {"{" SMALL_16 "\"image_size\":72}}", NULL, AG_ENOTFOUND, "artguide model pull"},
        {"{", "small-16", AG_EFORMAT, "config.json"},
        {"{" SMALL_16 "\"image_size\":72}}", "small-16", AG_EFORMAT, "config.json says"},
        {"{" SMALL_16 "\"image_size\":72,\"hidden_size\":64,\"intermediate_size\":256,"
         "\"num_attention_heads\":1,\"num_hidden_layers\":2}}",
         "small-16", AG_EFORMAT, "no tensor"},
        {"{\"model_type\":\"clip\",\"vision_config\":{\"num_attention_heads\":7}}", "small-16",
         AG_EUNSUPPORTED, "num_attention_heads"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char folder[64];
        ag_clip *clip = NULL;
        ag_err err = {0};
        make_folder(folder, CASES[i].settings, CASES[i].config);
        ag_status status = ag_clip_open(&clip, folder, &AG_CLIP_OPTIONS_DEFAULT, &err);
        remove_folder(folder);
        if (status != CASES[i].status || strstr(err.message, CASES[i].says) == NULL)
            fail_msg("case %zu: status %d, \"%s\"", i, (int)status, err.message);
        assert_null(clip);
    }
}

/* The painting's crop, to crops[i]. */
static void load_painting(uint8_t *crop, const char *shared, const char *name)
{
    static const ag_image_limits LIMITS = {
        .min_side_px = 1, .max_side_px = 65535, .max_bytes = (size_t)1 << 30};
    char *path = ag_xasprintf("%s/artworks/%s", shared, name);
    ag_buffer bytes = {0};
    ag_image image;
    assert_int_equal(ag_file_read(&bytes, path, LIMITS.max_bytes, NULL), AG_OK);
    assert_int_equal(ag_image_decode(&image, bytes.data, bytes.length, &LIMITS, NULL), AG_OK);
    assert_int_equal(ag_resample_clip_crop(crop, &image, 224, NULL), AG_OK);
    ag_image_fini(&image);
    ag_buffer_fini(&bytes);
    free(path);
}

static json_t *load_golden(const char *shared, const char *config)
{
    char *path = ag_xasprintf("%s/clip/golden/%s.json", shared, config);
    ag_buffer text = {0};
    json_t *golden = NULL;
    if (ag_file_read(&text, path, 1 << 24, NULL) == AG_OK)
        assert_int_equal(ag_json_parse_object(&golden, text.data, text.length, NULL), AG_OK);
    ag_buffer_fini(&text);
    free(path);
    return golden;
}

static void check_golden_embedding(const json_t *entry, const float *got, size_t D,
                                   ag_precision precision)
{
    double wanted[MAX_D];
    const json_t *embedding = json_object_get(entry, "embedding");
    assert_int_equal(json_array_size(embedding), D);
    for (size_t i = 0; i < D; i++)
        wanted[i] = json_number_value(json_array_get(embedding, i));
    assert_equals(got, wanted, D, precision);
}

static void check_golden(const char *config)
{
    const char *shared = getenv("ARTGUIDE_TEST_SHARED");
    json_t *golden = shared == NULL ? NULL : load_golden(shared, config);
    if (golden == NULL) {
        print_message("skipped: no reference embeddings for %s\n", config);
        skip();
    }
    const json_t *images = json_object_get(golden, "images");
    size_t B = json_array_size(images);
    assert_in_range(B, 1, GOLDEN_IMAGES);
    char folder[4096];
    write_model(folder, config);
    uint8_t *crops = ag_xcalloc(B, 224 * 224 * 3);
    float *got = ag_xcalloc(B * MAX_D, sizeof *got);
    for (size_t b = 0; b < B; b++)
        load_painting(crops + b * 224 * 224 * 3, shared,
                      ag_json_string(json_array_get(images, b), "image", ""));
    for (ag_precision precision = AG_PRECISION_F32; precision <= AG_PRECISION_BF16; precision++) {
        if (precision == AG_PRECISION_BF16 && !ag_backend_has_bf16())
            continue;
        ag_clip *clip = open_clip(folder, precision, 0, 16);
        size_t D = ag_clip_info_of(clip)->dimension;
        assert_int_equal(ag_clip_encode(clip, got, crops, B, NULL), AG_OK);
        for (size_t b = 0; b < B; b++)
            check_golden_embedding(json_array_get(images, b), got + b * D, D, precision);
        ag_clip_close(clip);
    }
    free(got);
    free(crops);
    json_decref(golden);
}

static void test_clip_equals_the_published_code_for_a_tiny_model(void **state)
{
    (void)state;
    check_golden("tiny");
}

static void test_clip_equals_the_published_code_for_vit_b_32(void **state)
{
    (void)state;
    check_golden("vit-b-32");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clip_equals_plain_loops_in_f32),
        cmocka_unit_test(test_clip_equals_plain_loops_in_bf16),
        cmocka_unit_test(test_clip_batches_equal_single_images),
        cmocka_unit_test(test_clip_says_what_is_loaded),
        cmocka_unit_test(test_clip_normalise_gives_unit_length),
        cmocka_unit_test(test_clip_open_refuses_what_does_not_fit),
        cmocka_unit_test(test_clip_equals_the_published_code_for_a_tiny_model),
        cmocka_unit_test(test_clip_equals_the_published_code_for_vit_b_32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
