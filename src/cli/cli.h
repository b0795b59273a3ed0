/* The command line: what a subcommand gets, and the subcommands that main.c's table lists. */
#ifndef AG_CLI_CLI_H
#define AG_CLI_CLI_H

#include "base/config.h"
#include "base/log.h"
#include "base/options.h"
#include "base/status.h"
#include "broker/broker.h"
#include "recognize/engine.h"

#include <stdatomic.h>
#include <stddef.h>

/* Exit codes, after sysexits.h where it has one. */
typedef enum ag_exit {
    AG_EXIT_OK = 0,
    AG_EXIT_FAILED = 1, /* it was tried and did not work */
    AG_EXIT_USAGE = 64, /* the command line or a setting is wrong */
} ag_exit;

#define AG_CLI_MAX_FLAGS 24

/* A flag of one subcommand alone (settings are in base/options.h). */
typedef struct ag_cli_flag {
    const char *name;  /* "output": --output */
    char letter;       /* 'o': -o; 0: none */
    const char *value; /* what stands for its value in the help; NULL: a switch */
    const char *doc;   /* one line */
} ag_cli_flag;

/* What a subcommand runs with. All borrowed. */
typedef struct ag_cli {
    const ag_config *config;
    const ag_log *log;
    const atomic_bool *stop;                   /* becomes true on SIGTERM or SIGINT */
    const ag_cli_flag *flags;                  /* of this subcommand */
    const char *flag_values[AG_CLI_MAX_FLAGS]; /* by place in flags; NULL: not given */
    int argc;                                  /* operands left */
    char **argv;
} ag_cli;

/* The flag's value ("" for a switch), or NULL where it was not given. name must be in cli->flags.
 */
const char *ag_cli_flag_value(const ag_cli *cli, const char *name);

/* Say err on stderr, as "artguide: message"; returns AG_EXIT_FAILED, or AG_EXIT_USAGE for
 * AG_EINVAL. */
int ag_cli_fail(const ag_err *err);

/* Say what is wrong with the command line; returns AG_EXIT_USAGE. */
int ag_cli_usage_error(const char *format, ...) AG_PRINTF(1, 2);

/* Settings as the modules want them; strings borrowed from the configuration. */
ag_engine_options ag_cli_engine_options(const ag_config *config);
ag_collection_paths ag_cli_collection_paths(const ag_cli *cli); /* the second operand, if any */
ag_image_limits ag_cli_image_limits(const ag_config *config);
ag_clip_options ag_cli_clip_options(const ag_config *config);

/* More than any URL that a broker takes: a longer one is cut, and then refused. */
#define AG_CLI_URL_BYTES 2048

/* The URL of the broker that the settings name: broker, else fallback_url, else (NULL) redis-host
 * and redis-port. */
void ag_cli_broker_url(char out[AG_CLI_URL_BYTES], const ag_config *config,
                       const char *fallback_url);

/* Open the broker at url. */
AG_MUST_USE ag_status ag_cli_open_broker(ag_broker **out, const ag_cli *cli, const char *url,
                                         ag_err *err);

/* The same for a process that finds others only through the broker: AG_EINVAL for memory:. */
AG_MUST_USE ag_status ag_cli_open_shared_broker(ag_broker **out, const ag_cli *cli, const char *url,
                                                ag_err *err);

/* The subcommands: return the exit code. */
int ag_cli_serve(const ag_cli *cli);
int ag_cli_interface(const ag_cli *cli);
int ag_cli_ai(const ag_cli *cli);
int ag_cli_orchestrator(const ag_cli *cli);
int ag_cli_collection(const ag_cli *cli);
int ag_cli_collection_evaluate(const ag_cli *cli); /* verbs of it, with files of their own */
int ag_cli_collection_calibrate(const ag_cli *cli);

/* Fit the confidence of the collection that the engine's options name, and print how it went. */
AG_MUST_USE ag_status ag_cli_calibrate(const ag_cli *cli, const ag_engine_options *engine,
                                       ag_err *err);
int ag_cli_model(const ag_cli *cli);
int ag_cli_recognize(const ag_cli *cli);
int ag_cli_embed(const ag_cli *cli);
int ag_cli_bench(const ag_cli *cli);
int ag_cli_config(const ag_cli *cli);

#endif
