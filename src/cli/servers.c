#include "cli/cli.h"

#include "ai/ai.h"
#include "base/memory.h"
#include "interface/interface.h"
#include "version.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static const char MODULE[] = "main";

static void wait_for_stop(const atomic_bool *stop)
{
    while (!atomic_load(stop))
        poll(NULL, 0, 100);
}

/* An interface server with the options the settings name and the readiness given. */
static ag_status start_interface(ag_interface **out, const ag_cli *cli, ag_broker *broker,
                                 const ag_interface_options *readiness, ag_err *err)
{
    const ag_config *config = cli->config;
    ag_interface_options options = AG_INTERFACE_OPTIONS_DEFAULT;
    options.listen = ag_config_text(config, AG_OPT_LISTEN);
    options.port = (uint16_t)ag_config_integer(config, AG_OPT_PORT);
    options.limits = ag_cli_image_limits(config);
    options.request_timeout_ms = ag_config_integer(config, AG_OPT_REQUEST_TIMEOUT_MS);
    options.max_waiting = (size_t)ag_config_integer(config, AG_OPT_MAX_WAITING);
    options.threads = (unsigned)ag_config_integer(config, AG_OPT_THREADS);
    options.telemetry_path = ag_config_text(config, AG_OPT_TELEMETRY);
    options.samples_folder = ag_config_text(config, AG_OPT_SAMPLES);
    options.version = AG_VERSION;
    options.log = cli->log;
    options.broker = broker;
    options.why_not_ready = readiness->why_not_ready;
    options.why_not_ready_ctx = readiness->why_not_ready_ctx;
    return ag_interface_start(out, &options, err);
}

/* Finish what is in hand; no visitor waits longer than a request may take. */
static void drain(const ag_cli *cli, ag_interface *interface)
{
    ag_log_write(cli->log, AG_LOG_INFO, MODULE, NULL, "stopping: finishing what is in hand");
    ag_interface_drain(interface, ag_config_integer(cli->config, AG_OPT_REQUEST_TIMEOUT_MS));
}

int ag_cli_interface(const ag_cli *cli)
{
    char url[AG_CLI_URL_BYTES];
    ag_cli_broker_url(url, cli->config, NULL);
    ag_err err;
    ag_broker *broker;
    if (ag_cli_open_shared_broker(&broker, cli, url, &err) != AG_OK)
        return ag_cli_fail(&err);
    ag_interface *interface = NULL;
    const ag_interface_options no_readiness = {0};
    int code = AG_EXIT_OK;
    if (start_interface(&interface, cli, broker, &no_readiness, &err) != AG_OK) {
        code = ag_cli_fail(&err);
    } else {
        wait_for_stop(cli->stop);
        drain(cli, interface);
        ag_interface_stop(interface);
    }
    ag_broker_close(broker);
    ag_interface_destroy(interface);
    return code;
}

static void log_engine(const ag_cli *cli, const ag_engine *engine)
{
    const ag_collection_info *collection = ag_collection_info_of(engine->collection);
    const char *precision = "";
    if (engine->clip != NULL)
        precision =
            ag_clip_info_of(engine->clip)->precision == AG_PRECISION_BF16 ? " in bf16" : " in f32";
    if (engine->notice.status != AG_OK)
        ag_log_write(cli->log, AG_LOG_WARN, MODULE, NULL, "%s", engine->notice.message);
    else if (engine->clip == NULL)
        ag_log_write(cli->log, AG_LOG_INFO, MODULE, NULL,
                     "the collection has no CLIP vectors: photos are recognised by local features "
                     "alone, which know pictures but not sculpture");
    ag_log_write(cli->log, AG_LOG_INFO, MODULE, NULL, "ready: %s%s, %zu artworks (version %s)",
                 engine->name, precision, collection->count,
                 collection->version[0] != '\0' ? collection->version : "not known");
}

/* Serve with what is open until *stop. */
static ag_status run_ai(const ag_cli *cli, const ag_engine *engine, ag_broker *broker,
                        const atomic_bool *stop, ag_err *err)
{
    const ag_ai_parts parts = {
        .engine = engine,
        .broker = broker,
        .log = cli->log,
        .max_batch = (size_t)ag_config_integer(cli->config, AG_OPT_BATCH),
    };
    ag_ai *ai;
    ag_status status = ag_ai_create(&ai, &parts, err);
    if (status != AG_OK)
        return status;
    log_engine(cli, engine);
    ag_ai_run(ai, stop);
    ag_ai_destroy(ai);
    return AG_OK;
}

int ag_cli_ai(const ag_cli *cli)
{
    char url[AG_CLI_URL_BYTES];
    ag_cli_broker_url(url, cli->config, NULL);
    const ag_engine_options options = ag_cli_engine_options(cli->config);
    ag_err err;
    ag_engine engine;
    ag_broker *broker;
    ag_status status = ag_engine_open(&engine, &options, &err);
    if (status != AG_OK)
        return ag_cli_fail(&err);
    status = ag_cli_open_shared_broker(&broker, cli, url, &err);
    if (status == AG_OK) {
        status = run_ai(cli, &engine, broker, cli->stop, &err);
        ag_broker_close(broker);
    }
    ag_engine_fini(&engine);
    return status == AG_OK ? AG_EXIT_OK : ag_cli_fail(&err);
}

/* The AI server that `serve` runs on a thread of its own. */
typedef struct embedded_ai {
    const ag_cli *cli;
    ag_broker *broker;
    atomic_bool stop;
    char *reason;                        /* why it cannot work; owned; NULL: it can */
    _Atomic(const char *) why_not_ready; /* what visitors are told; NULL: ready */
} embedded_ai;

static const char *why_not_ready(void *ctx)
{
    embedded_ai *embedded = ctx;
    return atomic_load(&embedded->why_not_ready);
}

static void *run_embedded_ai(void *arg)
{
    embedded_ai *embedded = arg;
    const ag_cli *cli = embedded->cli;
    const ag_engine_options options = ag_cli_engine_options(cli->config);
    ag_err err;
    ag_engine engine;
    ag_status status = ag_engine_open(&engine, &options, &err);
    if (status == AG_OK) {
        atomic_store(&embedded->why_not_ready, NULL);
        status = run_ai(cli, &engine, embedded->broker, &embedded->stop, &err);
        ag_engine_fini(&engine);
    }
    if (status != AG_OK) {
        ag_log_write(cli->log, AG_LOG_ERROR, MODULE, NULL, "no photo can be recognised: %s",
                     err.message);
        embedded->reason = ag_xstrdup(err.message);
        atomic_store(&embedded->why_not_ready, embedded->reason);
    }
    return NULL;
}

/* Interface and AI server around one broker until it is time to stop. */
static int serve(const ag_cli *cli, embedded_ai *embedded, ag_interface **interface)
{
    ag_err err;
    const ag_interface_options readiness = {
        .why_not_ready = why_not_ready,
        .why_not_ready_ctx = embedded,
    };
    if (start_interface(interface, cli, embedded->broker, &readiness, &err) != AG_OK)
        return ag_cli_fail(&err);
    pthread_t thread;
    int reason = pthread_create(&thread, NULL, run_embedded_ai, embedded);
    if (reason != 0) {
        ag_err_set_errno(&err, reason, "cannot start the AI server's thread");
        ag_interface_stop(*interface);
        return ag_cli_fail(&err);
    }
    wait_for_stop(cli->stop);
    drain(cli, *interface);
    atomic_store(&embedded->stop, true);
    pthread_join(thread, NULL);
    ag_interface_stop(*interface);
    return AG_EXIT_OK;
}

int ag_cli_serve(const ag_cli *cli)
{
    char url[AG_CLI_URL_BYTES];
    ag_cli_broker_url(url, cli->config, "memory:");
    embedded_ai embedded = {.cli = cli};
    atomic_init(&embedded.stop, false);
    atomic_init(&embedded.why_not_ready, "Art Guide is starting: try again in a moment.");
    ag_err err;
    if (ag_cli_open_broker(&embedded.broker, cli, url, &err) != AG_OK)
        return ag_cli_fail(&err);
    ag_interface *interface = NULL;
    int code = serve(cli, &embedded, &interface);
    ag_broker_close(embedded.broker);
    ag_interface_destroy(interface);
    free(embedded.reason);
    return code;
}
