#include "cli/cli.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *ag_cli_flag_value(const ag_cli *cli, const char *name)
{
    for (size_t i = 0; i < AG_CLI_MAX_FLAGS && cli->flags[i].name != NULL; i++) {
        if (strcmp(cli->flags[i].name, name) == 0)
            return cli->flag_values[i];
    }
    assert(!"a flag that the subcommand's row in main.c does not have");
    return NULL;
}

int ag_cli_fail(const ag_err *err)
{
    fprintf(stderr, "artguide: %s\n", err->message);
    return err->status == AG_EINVAL ? AG_EXIT_USAGE : AG_EXIT_FAILED;
}

int ag_cli_usage_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("artguide: ", stderr);
    vfprintf(stderr, format, args);
    fputs("\n", stderr);
    va_end(args);
    return AG_EXIT_USAGE;
}

static const char *text_or_null(const ag_config *config, ag_option_id option)
{
    const char *text = ag_config_text(config, option);
    return *text != '\0' ? text : NULL;
}

static ag_precision precision(const ag_config *config)
{
    const char *word = ag_config_text(config, AG_OPT_PRECISION);
    if (strcmp(word, "f32") == 0)
        return AG_PRECISION_F32;
    if (strcmp(word, "bf16") == 0)
        return AG_PRECISION_BF16;
    return AG_PRECISION_AUTO;
}

ag_collection_paths ag_cli_collection_paths(const ag_cli *cli)
{
    if (cli->argc == 2)
        return (ag_collection_paths){.folder = cli->argv[1]};
    return ag_cli_engine_options(cli->config).collection;
}

ag_image_limits ag_cli_image_limits(const ag_config *config)
{
    return (ag_image_limits){
        .min_side_px = (uint32_t)ag_config_integer(config, AG_OPT_MIN_IMAGE_PX),
        .max_side_px = (uint32_t)ag_config_integer(config, AG_OPT_MAX_IMAGE_PX),
        .max_bytes = (size_t)ag_config_integer(config, AG_OPT_MAX_IMAGE_BYTES),
    };
}

ag_clip_options ag_cli_clip_options(const ag_config *config)
{
    return (ag_clip_options){
        .precision = precision(config),
        .threads = (unsigned)ag_config_integer(config, AG_OPT_THREADS),
        .max_batch = (size_t)ag_config_integer(config, AG_OPT_BATCH),
    };
}

ag_engine_options ag_cli_engine_options(const ag_config *config)
{
    return (ag_engine_options){
        .model_folder = ag_config_text(config, AG_OPT_MODEL),
        .collection = {.folder = ag_config_text(config, AG_OPT_COLLECTION),
                       .index_path = text_or_null(config, AG_OPT_INDEX_PATH),
                       .meta_path = text_or_null(config, AG_OPT_META_PATH)},
        .precision = precision(config),
        .threads = (unsigned)ag_config_integer(config, AG_OPT_THREADS),
        .max_batch = (size_t)ag_config_integer(config, AG_OPT_BATCH),
        .limits = ag_cli_image_limits(config),
    };
}

void ag_cli_broker_url(char out[AG_CLI_URL_BYTES], const ag_config *config,
                       const char *fallback_url)
{
    const char *url = text_or_null(config, AG_OPT_BROKER);
    if (url == NULL)
        url = fallback_url;
    const char *host = ag_config_text(config, AG_OPT_REDIS_HOST);
    bool is_ipv6 = strchr(host, ':') != NULL && *host != '[';
    if (url != NULL)
        snprintf(out, AG_CLI_URL_BYTES, "%s", url);
    else
        snprintf(out, AG_CLI_URL_BYTES, is_ipv6 ? "redis://[%s]:%lld" : "redis://%s:%lld", host,
                 (long long)ag_config_integer(config, AG_OPT_REDIS_PORT));
}

ag_status ag_cli_open_shared_broker(ag_broker **out, const ag_cli *cli, const char *url,
                                    ag_err *err)
{
    if (strncasecmp(url, "memory:", strlen("memory:")) == 0)
        return ag_err_set(err, AG_EINVAL,
                          "a memory: broker lives inside one process; name the one your servers "
                          "share with --broker redis://…");
    return ag_cli_open_broker(out, cli, url, err);
}

ag_status ag_cli_open_broker(ag_broker **out, const ag_cli *cli, const char *url, ag_err *err)
{
    const ag_broker_options options = {
        .url = url,
        .log = cli->log,
        .heartbeat_ms = ag_config_integer(cli->config, AG_OPT_HEARTBEAT_MS),
        .answer_ttl_s = 60, /* the protocol's own: docs/architecture.md */
    };
    return ag_broker_open(out, &options, err);
}
