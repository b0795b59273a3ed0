#include "clip/model_config.h"

#include "base/json.h"

#include <string.h>

#define MAX_TOKENS 4096u /* of an image; the largest published CLIP has 577 */

/* Whole-number fields of vision_config: where they go, their default and range. The ranges bound
 * memory before the weights are looked at; published models are far inside. */
static const struct {
    const char *key;
    size_t offset;
    size_t fallback, min, max;
} fields[] = {
    {"image_size", offsetof(ag_model_config, image_side_px), 224, 8, 2048},
    {"patch_size", offsetof(ag_model_config, patch_px), 32, 1, 256},
    {"hidden_size", offsetof(ag_model_config, width), 768, 16, 8192},
    {"intermediate_size", offsetof(ag_model_config, intermediate), 3072, 1, 65536},
    {"num_hidden_layers", offsetof(ag_model_config, layers), 12, 1, 256},
    {"num_attention_heads", offsetof(ag_model_config, heads), 12, 1, 256},
};

static const struct {
    const char *name;
    ag_activation activation;
} activations[] = {
    {"quick_gelu", AG_ACTIVATION_QUICK_GELU},
    {"gelu", AG_ACTIVATION_GELU},
};

/* Published shapes. */
static const struct {
    const char *name;
    size_t side_px, patch_px, width, layers;
} names[] = {
    {"clip-vit-b-32", 224, 32, 768, 12},
    {"clip-vit-b-16", 224, 16, 768, 12},
    {"clip-vit-l-14", 224, 14, 1024, 24},
};

static ag_status read_size(size_t *out, const json_t *object, const char *key,
                           const size_t range[3], ag_err *err)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL || json_is_null(value)) {
        *out = range[0];
        return AG_OK;
    }
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < (json_int_t)range[1] || number > (json_int_t)range[2])
        return ag_err_set(err, AG_EFORMAT, "%s must be a whole number from %zu to %zu", key,
                          range[1], range[2]);
    *out = (size_t)number;
    return AG_OK;
}

static ag_status read_activation(ag_activation *out, const json_t *vision, ag_err *err)
{
    const char *name = ag_json_string(vision, "hidden_act", activations[0].name);
    for (size_t i = 0; i < sizeof activations / sizeof *activations; i++) {
        if (strcmp(name, activations[i].name) == 0) {
            *out = activations[i].activation;
            return AG_OK;
        }
    }
    return ag_err_set(err, AG_EUNSUPPORTED, "hidden_act \"%.40s\" is not known", name);
}

/* What must hold between the fields. */
static ag_status check(ag_model_config *config, ag_err *err)
{
    if (config->width % (16 * config->heads) != 0)
        return ag_err_set(err, AG_EUNSUPPORTED,
                          "hidden_size %zu must be a multiple of 16 times num_attention_heads %zu",
                          config->width, config->heads);
    size_t patches = config->image_side_px / config->patch_px;
    config->tokens = patches * patches + 1;
    if (patches == 0 || config->tokens > MAX_TOKENS)
        return ag_err_set(err, AG_EUNSUPPORTED, "image_size %zu with patch_size %zu is not handled",
                          config->image_side_px, config->patch_px);
    return AG_OK;
}

static ag_status read_vision(ag_model_config *config, const json_t *vision, ag_err *err)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        size_t *field = (size_t *)(void *)((char *)config + fields[i].offset);
        const size_t range[3] = {fields[i].fallback, fields[i].min, fields[i].max};
        ag_status status = read_size(field, vision, fields[i].key, range, err);
        if (status != AG_OK)
            return status;
    }
    double eps = ag_json_number(vision, "layer_norm_eps", 1e-5);
    if (!(eps > 0 && eps < 1))
        return ag_err_set(err, AG_EFORMAT, "layer_norm_eps must be between 0 and 1");
    config->layer_norm_eps = (float)eps;
    ag_status status = read_activation(&config->activation, vision, err);
    return status == AG_OK ? check(config, err) : status;
}

/* The object with the vision fields: vision_config of a whole CLIP, or the file of a vision tower
 * alone. */
static const json_t *find_vision(const json_t *root)
{
    const char *type = ag_json_string(root, "model_type", "");
    if (strcmp(type, "clip_vision_model") == 0)
        return root;
    const json_t *vision = json_object_get(root, "vision_config");
    return strcmp(type, "clip") == 0 && json_is_object(vision) ? vision : NULL;
}

ag_status ag_model_config_parse(ag_model_config *out, const void *bytes, size_t length, ag_err *err)
{
    static const size_t projection_range[3] = {512, 1, 8192};
    json_t *root;
    ag_status status = ag_json_parse_object(&root, bytes, length, err);
    if (status != AG_OK)
        return status;
    ag_model_config config = {0};
    const json_t *vision = find_vision(root);
    if (vision == NULL)
        status = ag_err_set(err, AG_EUNSUPPORTED,
                            "not a CLIP model: model_type must be \"clip\", with a vision_config");
    else
        status = read_vision(&config, vision, err);
    if (status == AG_OK)
        status = read_size(&config.dimension, root, "projection_dim", projection_range, err);
    json_decref(root);
    if (status == AG_OK)
        *out = config;
    return status;
}

const char *ag_model_config_name(const ag_model_config *config)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (config->image_side_px == names[i].side_px && config->patch_px == names[i].patch_px &&
            config->width == names[i].width && config->layers == names[i].layers)
            return names[i].name;
    }
    return "clip-vit";
}
