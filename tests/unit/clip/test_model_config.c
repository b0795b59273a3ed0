#include "clip/model_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static ag_status parse(ag_model_config *out, const char *text, ag_err *err)
{
    return ag_model_config_parse(out, text, strlen(text), err);
}

static void test_model_config_fills_in_the_defaults(void **state)
{
    (void)state;
    ag_model_config config;
    assert_int_equal(parse(&config, "{\"model_type\":\"clip\",\"vision_config\":{}}", NULL), AG_OK);
    assert_int_equal(config.image_side_px, 224);
    assert_int_equal(config.patch_px, 32);
    assert_int_equal(config.width, 768);
    assert_int_equal(config.intermediate, 3072);
    assert_int_equal(config.layers, 12);
    assert_int_equal(config.heads, 12);
    assert_int_equal(config.dimension, 512);
    assert_int_equal(config.tokens, 50);
    assert_true(config.layer_norm_eps == 1e-5f);
    assert_int_equal(config.activation, AG_ACTIVATION_QUICK_GELU);
    assert_string_equal(ag_model_config_name(&config), "clip-vit-b-32");
}

static void test_model_config_reads_the_published_shapes(void **state)
{
    (void)state;
    ag_model_config config;
    assert_int_equal(parse(&config,
                           "{\"model_type\":\"clip\",\"projection_dim\":768,\"vision_config_dict\":"
                           "null,\"vision_config\":{\"hidden_size\":1024,\"intermediate_size\":"
                           "4096,\"num_hidden_layers\":24,\"num_attention_heads\":16,"
                           "\"patch_size\":14,\"dropout\":0.0}}",
                           NULL),
                     AG_OK);
    assert_int_equal(config.tokens, 257);
    assert_int_equal(config.dimension, 768);
    assert_string_equal(ag_model_config_name(&config), "clip-vit-l-14");
    assert_int_equal(
        parse(&config, "{\"model_type\":\"clip\",\"vision_config\":{\"patch_size\":16}}", NULL),
        AG_OK);
    assert_string_equal(ag_model_config_name(&config), "clip-vit-b-16");
    assert_int_equal(parse(&config,
                           "{\"model_type\":\"clip_vision_model\",\"hidden_act\":\"gelu\","
                           "\"num_hidden_layers\":3}",
                           NULL),
                     AG_OK);
    assert_int_equal(config.layers, 3);
    assert_int_equal(config.activation, AG_ACTIVATION_GELU);
    assert_string_equal(ag_model_config_name(&config), "clip-vit");
}

static void test_model_config_refuses_what_it_cannot_compute(void **state)
{
    (void)state;
#define VISION(fields) "{\"model_type\":\"clip\",\"vision_config\":{" fields "}}"
    static const struct {
        const char *text;
        ag_status status;
        const char *says;
    } CASES[] = {
        {"", AG_EFORMAT, ""},
        {"[]", AG_EFORMAT, ""},
        {"{}", AG_EUNSUPPORTED, "CLIP"},
        {"{\"model_type\":\"bert\",\"vision_config\":{}}", AG_EUNSUPPORTED, "CLIP"},
        {"{\"model_type\":\"clip\",\"vision_config\":7}", AG_EUNSUPPORTED, "CLIP"},
        {"{\"model_type\":\"clip\",\"projection_dim\":0,\"vision_config\":{}}", AG_EFORMAT,
         "projection_dim"},
        {VISION("\"hidden_size\":0"), AG_EFORMAT, "hidden_size"},
        {VISION("\"hidden_size\":-768"), AG_EFORMAT, "hidden_size"},
        {VISION("\"hidden_size\":9223372036854775807"), AG_EFORMAT, "hidden_size"},
        {VISION("\"hidden_size\":768.0"), AG_EFORMAT, "hidden_size"},
        {VISION("\"hidden_size\":\"768\""), AG_EFORMAT, "hidden_size"},
        {VISION("\"hidden_size\":776"), AG_EUNSUPPORTED, "multiple"},
        {VISION("\"num_attention_heads\":7"), AG_EUNSUPPORTED, "multiple"},
        {VISION("\"num_attention_heads\":0"), AG_EFORMAT, "num_attention_heads"},
        {VISION("\"num_hidden_layers\":100000"), AG_EFORMAT, "num_hidden_layers"},
        {VISION("\"patch_size\":0"), AG_EFORMAT, "patch_size"},
        {VISION("\"patch_size\":225"), AG_EUNSUPPORTED, "patch_size"},
        {VISION("\"patch_size\":1"), AG_EUNSUPPORTED, "patch_size"},
        {VISION("\"layer_norm_eps\":0"), AG_EFORMAT, "layer_norm_eps"},
        {VISION("\"hidden_act\":\"relu\""), AG_EUNSUPPORTED, "relu"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_model_config config;
        ag_err err = {0};
        ag_status status = parse(&config, CASES[i].text, &err);
        if (status != CASES[i].status || strstr(err.message, CASES[i].says) == NULL)
            fail_msg("%s: status %d, \"%s\"", CASES[i].text, (int)status, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_config_fills_in_the_defaults),
        cmocka_unit_test(test_model_config_reads_the_published_shapes),
        cmocka_unit_test(test_model_config_refuses_what_it_cannot_compute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
