#include "cli/cli.h"

#include "ai/answer_json.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "image/image.h"
#include "image/resample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file as the door lets it in: read, and checked as an upload is. */
static ag_status read_photo(ag_buffer *out, const char *path, const ag_image_limits *limits,
                            ag_err *err)
{
    ag_status status = ag_file_read(out, path, limits->max_bytes, err);
    if (status != AG_OK)
        return status;
    ag_image_info info;
    status = ag_image_check(&info, out->data, out->length, limits, err);
    if (status != AG_OK)
        ag_err_prefix(err, "%s", path);
    return status;
}

/* A table cell from metadata: control characters would move the cursor. */
static void print_cell(const char *text)
{
    for (; *text != '\0'; text++)
        putchar((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text);
}

static void print_table(const char *path, const ag_answer *answer)
{
    const ag_timings *t = &answer->timings;
    printf("%s: %s, confidence %.3f (decode %.1f, features %.1f, embed %.1f, search %.1f, "
           "verify %.1f ms)\n",
           path, ag_match_name(answer->match), answer->confidence, t->decode_ms, t->features_ms,
           t->embed_ms, t->search_ms, t->verify_ms);
    for (size_t i = 0; i < answer->candidate_count; i++) {
        const ag_artwork *artwork = answer->candidates[i].artwork;
        char similarity[16] = "     -";
        if (!isnan(answer->candidates[i].similarity))
            snprintf(similarity, sizeof similarity, "%.4f", answer->candidates[i].similarity);
        printf("  %zu  %s  ", i + 1, similarity);
        print_cell(artwork->title);
        printf("  (");
        print_cell(artwork->artist);
        printf(")\n");
    }
}

static ag_status print_json(const char *path, const ag_answer *answer, const char *encoder,
                            ag_err *err)
{
    ag_buffer line = {0};
    ag_status status = ag_answer_json_write(&line, path, answer, encoder, err);
    if (status == AG_OK)
        printf("%s\n", (const char *)line.data);
    ag_buffer_fini(&line);
    return status;
}

static ag_status recognize_file(const ag_cli *cli, const ag_engine *engine, const char *path,
                                ag_err *err)
{
    const ag_image_limits limits = ag_cli_image_limits(cli->config);
    ag_buffer photo = {0};
    ag_arena *arena = ag_arena_create(0);
    ag_status status = read_photo(&photo, path, &limits, err);
    if (status == AG_OK) {
        const ag_query query = {
            .image = photo.data,
            .image_length = photo.length,
            .wants_description = true,
            .exhibition = ag_cli_flag_value(cli, "exhibition"),
            .room = ag_cli_flag_value(cli, "room"),
            .is_limited = ag_cli_flag_value(cli, "only") != NULL,
        };
        ag_answer answer;
        ag_recognize(engine->recognizer, &answer, &query, 1, arena);
        status = answer.status;
        if (status != AG_OK)
            ag_err_set_code(err, status, answer.err.code, "%s: %s", path, answer.err.message);
        else if (ag_cli_flag_value(cli, "json") != NULL)
            status = print_json(path, &answer, engine->name, err);
        else
            print_table(path, &answer);
    }
    ag_arena_destroy(arena);
    ag_buffer_fini(&photo);
    return status;
}

int ag_cli_recognize(const ag_cli *cli)
{
    if (cli->argc == 0)
        return ag_cli_usage_error("recognize: name the photos, or - for standard input");
    if (ag_cli_flag_value(cli, "only") != NULL && ag_cli_flag_value(cli, "exhibition") == NULL &&
        ag_cli_flag_value(cli, "room") == NULL)
        return ag_cli_usage_error("recognize: --only needs --exhibition or --room");
    ag_engine_options options = ag_cli_engine_options(cli->config);
    options.max_batch = 1;
    ag_err err;
    ag_engine engine;
    if (ag_engine_open(&engine, &options, &err) != AG_OK)
        return ag_cli_fail(&err);
    if (engine.notice.status != AG_OK)
        fprintf(stderr, "artguide: %s\n", engine.notice.message);
    int code = AG_EXIT_OK;
    for (int i = 0; i < cli->argc && !atomic_load(cli->stop); i++) {
        if (recognize_file(cli, &engine, cli->argv[i], &err) != AG_OK) {
            ag_cli_fail(&err);
            code = AG_EXIT_FAILED;
        }
    }
    ag_engine_fini(&engine);
    return code;
}

static ag_status embed_file(const ag_cli *cli, ag_clip *clip, float *embedding, const char *path,
                            ag_err *err)
{
    const ag_image_limits limits = ag_cli_image_limits(cli->config);
    uint32_t side_px = ag_clip_info_of(clip)->image_side_px;
    ag_buffer photo = {0};
    ag_image image = {0};
    uint8_t *crop = ag_try_malloc((size_t)side_px * side_px, 3);
    ag_status status = crop != NULL ? ag_file_read(&photo, path, limits.max_bytes, err)
                                    : ag_err_set(err, AG_ENOMEM, "no memory for a crop");
    if (status == AG_OK)
        status = ag_image_decode(&image, photo.data, photo.length, &limits, err);
    if (status == AG_OK)
        status = ag_resample_clip_crop(crop, &image, side_px, err);
    if (status == AG_OK)
        status = ag_clip_encode(clip, embedding, crop, 1, err);
    if (status != AG_OK)
        ag_err_prefix(err, "%s", path);
    ag_image_fini(&image);
    ag_buffer_fini(&photo);
    free(crop);
    return status;
}

static void print_embedding(const char *path, const float *embedding, size_t D)
{
    json_t *name = ag_json_text(path);
    char *quoted = json_dumps(name, JSON_ENCODE_ANY);
    printf("{\"file\":%s,\"embedding\":[", quoted != NULL ? quoted : "null");
    for (size_t d = 0; d < D; d++)
        printf("%s%.9g", d > 0 ? "," : "", (double)embedding[d]);
    printf("]}\n");
    free(quoted);
    json_decref(name);
}

int ag_cli_embed(const ag_cli *cli)
{
    if (cli->argc == 0)
        return ag_cli_usage_error("embed: name the images, or - for standard input");
    ag_clip_options options = ag_cli_clip_options(cli->config);
    options.max_batch = 1;
    ag_err err;
    ag_clip *clip;
    if (ag_clip_open(&clip, ag_config_text(cli->config, AG_OPT_MODEL), &options, &err) != AG_OK)
        return ag_cli_fail(&err);
    size_t D = ag_clip_info_of(clip)->dimension;
    float *embedding = ag_xcalloc(D, sizeof *embedding);
    int code = AG_EXIT_OK;
    for (int i = 0; i < cli->argc && !atomic_load(cli->stop); i++) {
        if (embed_file(cli, clip, embedding, cli->argv[i], &err) != AG_OK) {
            ag_cli_fail(&err);
            code = AG_EXIT_FAILED;
            continue;
        }
        ag_clip_normalise(embedding, 1, D);
        print_embedding(cli->argv[i], embedding, D);
    }
    free(embedding);
    ag_clip_close(clip);
    return code;
}
