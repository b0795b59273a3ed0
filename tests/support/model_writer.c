/* Numbers come from splitmix64 (Steele, Lea and Flood, 2014) seeded with the first 8 bytes of the
 * SHA-256 of the tensor's name, its upper 24 bits taken as a float in [-1, 1). */
#include "support/model_writer.h"

#include "base/buffer.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536u /* floats made at once */

struct shape {
    const char *name;
    size_t vision_width, vision_layers, patch, side;
    size_t text_width, text_layers, words, context, dimension;
};

static const struct shape shapes[] = {
    {"tiny", 128, 3, 32, 224, 64, 2, 49408, 77, 64},
    {"vit-b-32", 768, 12, 32, 224, 512, 12, 49408, 77, 512},
    {"vit-b-16", 768, 12, 16, 224, 512, 12, 49408, 77, 512},
    {"vit-l-14", 1024, 24, 14, 224, 768, 12, 49408, 77, 768},
    {"small-14", 192, 2, 14, 112, 64, 1, 8, 4, 48},
    {"small-16", 64, 1, 16, 72, 64, 1, 8, 4, 32},
};

/* What happens to a tensor: its header entry is written, or its numbers. */
struct writer {
    const struct shape *shape;
    ag_buffer header;
    size_t offset;  /* of the next tensor's data */
    FILE *numbers;  /* NULL while the header is made */
    bool is_failed; /* a write failed */
};

static void write_numbers(struct writer *writer, const char *name, size_t count,
                          const float scale_offset[2])
{
    char hex[AG_SHA256_HEX_BYTES];
    const ag_bytes text = {name, strlen(name)};
    ag_sha256_hex(hex, &text, 1);
    uint64_t state = 0;
    for (unsigned i = 0; i < 8; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        state |= (uint64_t)byte << (8 * i);
    }
    float *piece = ag_xcalloc(PIECE, sizeof *piece);
    for (size_t i = 0; i < count && !writer->is_failed;) {
        size_t length = count - i < PIECE ? count - i : PIECE;
        for (size_t j = 0; j < length; j++) {
            state += 0x9e3779b97f4a7c15u;
            uint64_t z = (state ^ state >> 30) * 0xbf58476d1ce4e5b9u;
            z = (z ^ z >> 27) * 0x94d049bb133111ebu;
            z ^= z >> 31;
            piece[j] = ((float)(z >> 40) / 8388608.0f - 1.0f) * scale_offset[0] + scale_offset[1];
        }
        writer->is_failed = fwrite(piece, sizeof *piece, length, writer->numbers) != length;
        i += length;
    }
    free(piece);
}

/* dims ends with 0. */
static void tensor(struct writer *writer, const char *name, const size_t dims[5], double scale,
                   double offset)
{
    size_t count = 1;
    for (size_t i = 0; dims[i] != 0; i++)
        count *= dims[i];
    if (writer->numbers != NULL) {
        const float scale_offset[2] = {(float)scale, (float)offset};
        write_numbers(writer, name, count, scale_offset);
        return;
    }
    ag_buffer_printf(&writer->header, ",\"%s\":{\"dtype\":\"F32\",\"shape\":[", name);
    for (size_t i = 0; dims[i] != 0; i++)
        ag_buffer_printf(&writer->header, "%s%zu", i == 0 ? "" : ",", dims[i]);
    ag_buffer_printf(&writer->header, "],\"data_offsets\":[%zu,%zu]}", writer->offset,
                     writer->offset + 4 * count);
    writer->offset += 4 * count;
}

/* "<prefix>.weight" and "<prefix>.bias" of a layer norm. */
static void norm(struct writer *writer, const char *prefix, size_t width)
{
    char name[128];
    snprintf(name, sizeof name, "%s.weight", prefix);
    tensor(writer, name, (size_t[5]){width}, 0.3, 1);
    snprintf(name, sizeof name, "%s.bias", prefix);
    tensor(writer, name, (size_t[5]){width}, 0.1, 0);
}

/* The same of a linear layer of rows × columns. */
static void linear(struct writer *writer, const char *prefix, size_t rows, size_t columns)
{
    char name[128];
    snprintf(name, sizeof name, "%s.weight", prefix);
    tensor(writer, name, (size_t[5]){rows, columns}, sqrt(3.0 / (double)columns), 0);
    snprintf(name, sizeof name, "%s.bias", prefix);
    tensor(writer, name, (size_t[5]){rows}, 0.05, 0);
}

static void encoder(struct writer *writer, const char *tower, size_t width, size_t layers)
{
    const struct {
        const char *name;
        size_t rows, columns; /* times width; rows 0: a layer norm */
    } parts[] = {
        {"self_attn.k_proj", 1, 1}, {"self_attn.out_proj", 1, 1},
        {"self_attn.q_proj", 1, 1}, {"self_attn.v_proj", 1, 1},
        {"layer_norm1", 0, 0},      {"layer_norm2", 0, 0},
        {"mlp.fc1", 4, 1},          {"mlp.fc2", 1, 4},
    };
    for (size_t i = 0; i < layers * (sizeof parts / sizeof *parts); i++) {
        size_t layer = i / (sizeof parts / sizeof *parts),
               part = i % (sizeof parts / sizeof *parts);
        char prefix[96];
        snprintf(prefix, sizeof prefix, "%s.encoder.layers.%zu.%s", tower, layer, parts[part].name);
        if (parts[part].rows == 0)
            norm(writer, prefix, width);
        else
            linear(writer, prefix, parts[part].rows * width, parts[part].columns * width);
    }
}

static size_t positions(const struct shape *shape)
{
    return (shape->side / shape->patch) * (shape->side / shape->patch) + 1;
}

static void tensors(struct writer *writer)
{
    const struct shape *s = writer->shape;
    double pixels = 3.0 * (double)s->patch * (double)s->patch;
    tensor(writer, "vision_model.embeddings.class_embedding", (size_t[5]){s->vision_width}, 0.5, 0);
    tensor(writer, "vision_model.embeddings.patch_embedding.weight",
           (size_t[5]){s->vision_width, 3, s->patch, s->patch}, sqrt(3.0 / pixels), 0);
    tensor(writer, "vision_model.embeddings.position_embedding.weight",
           (size_t[5]){positions(s), s->vision_width}, 0.5, 0);
    norm(writer, "vision_model.pre_layrnorm", s->vision_width); /* the hub's own spelling */
    encoder(writer, "vision_model", s->vision_width, s->vision_layers);
    norm(writer, "vision_model.post_layernorm", s->vision_width);
    tensor(writer, "visual_projection.weight", (size_t[5]){s->dimension, s->vision_width},
           sqrt(3.0 / (double)s->vision_width), 0);
    tensor(writer, "text_model.embeddings.token_embedding.weight",
           (size_t[5]){s->words, s->text_width}, 0.5, 0);
    tensor(writer, "text_model.embeddings.position_embedding.weight",
           (size_t[5]){s->context, s->text_width}, 0.2, 0);
    encoder(writer, "text_model", s->text_width, s->text_layers);
    norm(writer, "text_model.final_layer_norm", s->text_width);
    tensor(writer, "text_projection.weight", (size_t[5]){s->dimension, s->text_width},
           sqrt(3.0 / (double)s->text_width), 0);
    tensor(writer, "logit_scale", (size_t[5]){0}, 0, 4.6052);
}

/* The integer tensors that the hub's files carry, too. */
static void position_ids_header(struct writer *writer, const char *tower, size_t count)
{
    ag_buffer_printf(&writer->header,
                     ",\"%s.embeddings.position_ids\":{\"dtype\":\"I64\",\"shape\":[1,%zu],"
                     "\"data_offsets\":[%zu,%zu]}",
                     tower, count, writer->offset, writer->offset + 8 * count);
    writer->offset += 8 * count;
}

static void write_position_ids(struct writer *writer, size_t count)
{
    for (uint64_t i = 0; i < count && !writer->is_failed; i++)
        writer->is_failed = fwrite(&i, sizeof i, 1, writer->numbers) != 1;
}

static void make_header(struct writer *writer)
{
    ag_buffer_printf(&writer->header, "{\"__metadata__\":{\"format\":\"pt\"}");
    position_ids_header(writer, "text_model", writer->shape->context);
    position_ids_header(writer, "vision_model", positions(writer->shape));
    tensors(writer);
    ag_buffer_printf(&writer->header, "}");
    while (writer->header.length % 8 != 0)
        ag_buffer_printf(&writer->header, " ");
}

/* Write the weights beside path and put them in its place when they are complete. */
static ag_status write_weights(struct writer *writer, const char *path, ag_err *err)
{
    char *temporary = ag_xasprintf("%s.%ld", path, (long)getpid());
    ag_status status = AG_OK;
    writer->numbers = fopen(temporary, "wb");
    if (writer->numbers == NULL) {
        status = ag_err_set_errno(err, errno, "cannot write %s", temporary);
        free(temporary);
        return status;
    }
    uint64_t length = writer->header.length;
    writer->is_failed =
        fwrite(&length, sizeof length, 1, writer->numbers) != 1 ||
        fwrite(writer->header.data, 1, writer->header.length, writer->numbers) != length;
    write_position_ids(writer, writer->shape->context);
    write_position_ids(writer, positions(writer->shape));
    tensors(writer);
    if (fclose(writer->numbers) != 0 || writer->is_failed || rename(temporary, path) != 0) {
        status = ag_err_set_errno(err, errno, "cannot write %s", path);
        unlink(temporary);
    }
    free(temporary);
    return status;
}

static void tower_json(ag_buffer *text, size_t width, size_t layers)
{
    ag_buffer_printf(text,
                     "\"hidden_act\": \"quick_gelu\", \"layer_norm_eps\": 1e-05, "
                     "\"hidden_size\": %zu, \"intermediate_size\": %zu, "
                     "\"num_attention_heads\": %zu, \"num_hidden_layers\": %zu",
                     width, 4 * width, width < 128 ? (size_t)1 : width / 64, layers);
}

static ag_status write_config(const struct shape *s, const char *path, ag_err *err)
{
    ag_buffer text = {0};
    ag_buffer_printf(&text,
                     "{\n  \"architectures\": [\"CLIPModel\"],\n  \"model_type\": \"clip\",\n"
                     "  \"projection_dim\": %zu,\n  \"torch_dtype\": \"float32\",\n"
                     "  \"text_config\": {",
                     s->dimension);
    tower_json(&text, s->text_width, s->text_layers);
    ag_buffer_printf(&text,
                     ", \"vocab_size\": %zu, \"max_position_embeddings\": %zu, "
                     "\"bos_token_id\": 49406, \"eos_token_id\": 49407},\n  \"vision_config\": {",
                     s->words, s->context);
    tower_json(&text, s->vision_width, s->vision_layers);
    ag_buffer_printf(&text, ", \"image_size\": %zu, \"patch_size\": %zu}\n}\n", s->side, s->patch);
    ag_status status = ag_file_write_atomic(path, text.data, text.length, err);
    ag_buffer_fini(&text);
    return status;
}

static bool has_size(const char *path, size_t bytes)
{
    struct stat found;
    return stat(path, &found) == 0 && (size_t)found.st_size == bytes;
}

ag_status ag_test_model_write(const char *config, const char *folder, ag_err *err)
{
    struct writer writer = {0};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (strcmp(config, shapes[i].name) == 0)
            writer.shape = &shapes[i];
    }
    if (writer.shape == NULL)
        return ag_err_set(err, AG_EINVAL, "no model configuration \"%s\"", config);
    ag_status status = ag_file_make_folder(folder, err);
    if (status != AG_OK)
        return status;
    char *weights = ag_xasprintf("%s/model.safetensors", folder);
    char *settings = ag_xasprintf("%s/config.json", folder);
    make_header(&writer);
    if (!has_size(weights, 8 + writer.header.length + writer.offset))
        status = write_weights(&writer, weights, err);
    if (status == AG_OK && access(settings, R_OK) != 0)
        status = write_config(writer.shape, settings, err);
    ag_buffer_fini(&writer.header);
    free(weights);
    free(settings);
    return status;
}
