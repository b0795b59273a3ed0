/* artguide: the table of subcommands, and what they share: settings, log, signals, help. */
#include "cli/cli.h"
#include "version.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_OPTIONS 24

typedef struct command {
    const char *name;
    const char *summary;  /* one line of `artguide --help` */
    const char *operands; /* of the usage line */
    const char *help;     /* paragraphs of `artguide <name> --help` */
    bool is_computing;    /* runs the encoder: see restart_without_spinning */
    int (*run)(const ag_cli *cli);
    bool ends_at_once;                   /* on SIGTERM and SIGINT: it does not look at cli->stop */
    ag_cli_flag flags[AG_CLI_MAX_FLAGS]; /* ends with a NULL name */
    ag_option_id options[MAX_OPTIONS];   /* settings that matter to it; ends with AG_OPTION_COUNT */
} command;

#define MODEL_OPTIONS      AG_OPT_MODEL, AG_OPT_PRECISION, AG_OPT_THREADS, AG_OPT_BATCH
#define COLLECTION_OPTIONS AG_OPT_COLLECTION, AG_OPT_INDEX_PATH, AG_OPT_META_PATH
#define BROKER_OPTIONS     AG_OPT_BROKER, AG_OPT_REDIS_HOST, AG_OPT_REDIS_PORT, AG_OPT_HEARTBEAT_MS
#define IMAGE_OPTIONS      AG_OPT_MAX_IMAGE_BYTES, AG_OPT_MIN_IMAGE_PX, AG_OPT_MAX_IMAGE_PX
#define INTERFACE_OPTIONS                                                                          \
    AG_OPT_LISTEN, AG_OPT_PORT, AG_OPT_REQUEST_TIMEOUT_MS, AG_OPT_MAX_WAITING, IMAGE_OPTIONS,      \
        AG_OPT_SAMPLES, AG_OPT_TELEMETRY
#define LOG_OPTIONS AG_OPT_CONFIG, AG_OPT_LOG_LEVEL, AG_OPT_LOG_FORMAT

static const command COMMANDS[] = {
    {
        .name = "serve",
        .summary = "everything in one process: web page, recognition, no broker needed",
        .operands = "",
        .help = "Opens the web page on http://localhost:5000/ and recognises photos against the\n"
                "collection. Build one first: artguide collection build FOLDER\n",
        .is_computing = true,
        .run = ag_cli_serve,
        .options = {MODEL_OPTIONS, COLLECTION_OPTIONS, INTERFACE_OPTIONS, AG_OPT_BROKER,
                    LOG_OPTIONS, AG_OPTION_COUNT},
    },
    {
        .name = "interface",
        .summary = "an interface server: HTTP for visitors, requests to the broker",
        .operands = "",
        .help = "Checks uploads, queues them at the broker, and answers when an AI server has.\n"
                "Run as many as you like around one broker.\n",
        .run = ag_cli_interface,
        .options = {INTERFACE_OPTIONS, BROKER_OPTIONS, AG_OPT_THREADS, LOG_OPTIONS,
                    AG_OPTION_COUNT},
    },
    {
        .name = "ai",
        .summary = "an AI server: takes requests from the broker, recognises, answers",
        .operands = "",
        .help =
            "Loads the model and the collection, then serves. Run as many as you like around\n"
            "one broker; what one of them leaves unfinished when it dies, another takes over.\n",
        .is_computing = true,
        .run = ag_cli_ai,
        .options = {MODEL_OPTIONS, COLLECTION_OPTIONS, BROKER_OPTIONS, IMAGE_OPTIONS, LOG_OPTIONS,
                    AG_OPTION_COUNT},
    },
    {
        .name = "orchestrator",
        .summary = "check the broker (setup) or watch it (monitor)",
        .operands = "setup|monitor",
        .help =
            "setup    checks that the broker can be reached and used; prints its version, memory,\n"
            "         queue and AI servers. Deletes nothing unless told to with --purge.\n"
            "monitor  shows queue length, requests in flight, AI servers and their rates, live.\n",
        .run = ag_cli_orchestrator,
        .flags = {{"json", 0, NULL, "print JSON, one object a line"},
                  {"purge", 0, NULL, "setup: delete every queued request and kept answer"},
                  {"once", 0, NULL, "monitor: look once, then end"},
                  {"interval", 'n', "SECONDS", "monitor: time between two looks (default: 1)"}},
        .options = {BROKER_OPTIONS, LOG_OPTIONS, AG_OPTION_COUNT},
    },
    {
        .name = "collection",
        .summary = "build a collection from images and tables, or see what it is worth",
        .operands = "build DIR | build TABLE | add-features [DIR] | info [DIR] | evaluate [DIR] | "
                    "calibrate [DIR]",
        .help =
            "build  reads a folder of images, best in one folder for each artist\n"
            "       (Van_Gogh/The Starry Night.jpg), or a CSV, JSON or Parquet table naming them,\n"
            "       and writes faiss.index, features.bin, metadata.parquet and collection.json.\n"
            "       Without a CLIP model there is no faiss.index: photos are then recognised by\n"
            "       local features alone. Names entries that show the same picture, and ends by\n"
            "       fitting confidence to simulated photos of the works (see calibrate).\n"
            "add-features  computes the local features (features.bin) of a collection that has\n"
            "       none, or another Art Guide's. Needs its images: where they were when it was\n"
            "       built, or below --images, or the collection's folder.\n"
            "info   says what a collection holds.\n"
            "evaluate   makes photos of the works as visitors might, or takes yours (--photos),\n"
            "       and reports how many are recognised, confirmed, or falsely so.\n"
            "calibrate  fits what confidence means to simulated photos of the works.\n",
        .is_computing = true,
        .run = ag_cli_collection,
        .ends_at_once = true,
        .flags =
            {{"output", 'o', "DIR", "build: folder to write (default: the collection's)"},
             {"table", 't', "FILE", "build: table with artist, title, period, image path …"},
             {"index", 0, "KIND", "build: Flat (exact; the default), HNSW32, IVF64,Flat …"},
             {"no-calibration", 0, NULL, "build, add-features: do not fit confidence at the end"},
             {"photos", 0, "PATH", "evaluate: a table of labelled photos, or its folder"},
             {"per-work", 0, "N", "evaluate: photos of each work and level (default: 600 in all)"},
             {"works", 0, "N", "evaluate: works photographed (default: all, at most 200)"},
             {"levels", 0, "LIST", "evaluate: of easy,medium,hard (default: all)"},
             {"side", 0, "PX", "evaluate: longer side of a photo (default: 1600)"},
             {"seed", 0, "S", "evaluate, calibrate: another number, other photos (default: 1)"},
             {"hold-out", 0, "SHARE",
              "evaluate: of photos asked again without their work, 0 to 1 (default: 0.25)"},
             {"images", 0, "DIR", "add-features, evaluate, calibrate: folder of the works' images"},
             {"json", 0, NULL, "evaluate: print one JSON object"},
             {"misses", 0, NULL, "evaluate: list every photo that went wrong"},
             {"save-photos", 0, "DIR", "evaluate: keep the photos, with labels.csv"}},
        .options = {MODEL_OPTIONS, COLLECTION_OPTIONS, LOG_OPTIONS, AG_OPTION_COUNT},
    },
    {
        .name = "model",
        .summary = "download a CLIP model, or say what one is",
        .operands = "pull [NAME] | info [DIR]",
        .help =
            "pull  downloads model.safetensors and config.json from the Hugging Face hub into the\n"
            "      model's folder. NAME is vit-b-32 (the default), vit-b-16, vit-l-14, or any\n"
            "      model of the hub, such as openai/clip-vit-base-patch32. A download that was\n"
            "      cut off goes on where it stopped. HF_ENDPOINT names a mirror as --hub does;\n"
            "      HF_TOKEN is for models that the hub gives out to some alone.\n"
            "info  says what the model in a folder is.\n",
        .run = ag_cli_model,
        .flags = {{"hub", 0, "URL", "pull: a mirror (default: https://huggingface.co)"},
                  {"revision", 0, "NAME", "pull: branch, tag or commit (default: main)"},
                  {"sha256", 0, "HEX", "pull: of model.safetensors (default: what the hub says)"}},
        .options = {MODEL_OPTIONS, LOG_OPTIONS, AG_OPTION_COUNT},
    },
    {
        .name = "recognize",
        .summary = "recognise photos here and now, without a server",
        .operands = "FILE…",
        .help = "Prints what each photo shows, best first. A file called - is standard input.\n",
        .is_computing = true,
        .run = ag_cli_recognize,
        .flags = {{"json", 0, NULL, "print one JSON object a photo"},
                  {"exhibition", 0, "NAME", "prefer what hangs in this exhibition"},
                  {"room", 0, "NAME", "prefer what hangs in this room"},
                  {"only", 0, NULL, "consider nothing else"}},
        .options = {MODEL_OPTIONS, COLLECTION_OPTIONS, IMAGE_OPTIONS, LOG_OPTIONS, AG_OPTION_COUNT},
    },
    {
        .name = "embed",
        .summary = "print each image's CLIP embedding",
        .operands = "FILE…",
        .help = "Prints one JSON line for each image: its name and its unit vector.\n",
        .is_computing = true,
        .run = ag_cli_embed,
        .options = {MODEL_OPTIONS, IMAGE_OPTIONS, LOG_OPTIONS, AG_OPTION_COUNT},
    },
    {
        .name = "config",
        .summary = "print the settings in force and where each comes from",
        .operands = "",
        .help = "Every setting is a flag (--port 80), an environment variable (ARTGUIDE_PORT=80)\n"
                "and a line of the config file (port = 80); the first of these wins.\n"
                "conf/artguide.conf explains them all.\n",
        .run = ag_cli_config,
        .options = {AG_OPT_CONFIG, AG_OPTION_COUNT},
    },
    {
        .name = "bench",
        .summary = "measure this machine; prints JSON lines",
        .operands = "[image] [clip] [search] [features] [broker] [ai]",
        .help =
            "Each line has name, value, unit, and limit: what memory bandwidth or FLOP/s allow.\n"
            "Broker benchmarks need --broker URL of a server that nothing else uses.\n",
        .is_computing = true,
        .run = ag_cli_bench,
        .options = {MODEL_OPTIONS, AG_OPT_COLLECTION, AG_OPT_BROKER, LOG_OPTIONS, AG_OPTION_COUNT},
    },
};
static const size_t COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS;

/* Set by the signal handler, read by everyone. */
static atomic_bool stop_requested;

static void request_stop(int signal_number)
{
    (void)signal_number;
    /* A second signal, of either kind, ends the process at once. */
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    atomic_store(&stop_requested, true);
}

static void handle_signals(bool heeds_stop)
{
    const struct sigaction stop = {.sa_handler = request_stop};
    if (heeds_stop) {
        sigaction(SIGTERM, &stop, NULL);
        sigaction(SIGINT, &stop, NULL);
    }
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
}

static void print_help(void)
{
    puts("Art Guide: point a phone at a painting, learn who made it and what it is.\n\n"
         "usage: artguide COMMAND [OPTION…]\n\ncommands:");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-13s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
    puts("\n  artguide COMMAND --help   what a command does, and its options\n"
         "  artguide --version        the version\n\n"
         "A first collection, on one machine:\n"
         "  artguide model pull                    (CLIP; without it, by local features alone)\n"
         "  artguide collection build paintings/   (paintings/Van_Gogh/The Starry Night.jpg …)\n"
         "  artguide serve                         and open http://localhost:5000/");
}

static void print_command_help(const command *chosen, const ag_config *config)
{
    printf("usage: artguide %s %s%s[OPTION…]\n\n%s", chosen->name, chosen->operands,
           *chosen->operands != '\0' ? " " : "", chosen->help);
    puts("\noptions:");
    for (size_t i = 0; i < AG_CLI_MAX_FLAGS && chosen->flags[i].name != NULL; i++) {
        const ag_cli_flag *flag = &chosen->flags[i];
        printf("  --%s%s%s", flag->name, flag->value != NULL ? " " : "",
               flag->value != NULL ? flag->value : "");
        if (flag->letter != 0)
            printf(", -%c", flag->letter);
        printf("\n        %s\n", flag->doc);
    }
    size_t rows[MAX_OPTIONS], count = 0;
    while (count < MAX_OPTIONS && chosen->options[count] != AG_OPTION_COUNT) {
        rows[count] = chosen->options[count];
        count++;
    }
    ag_config_print_help(config, rows, count, stdout);
}

static const command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(COMMANDS[i].name, name) == 0)
            return &COMMANDS[i];
    }
    return NULL;
}

/* Is argv[0] this flag? Then *value is its value and *used the arguments it took (0: value
 * missing). */
static bool match_flag(const ag_cli_flag *flag, const char **value, int *used, int argc,
                       char **argv)
{
    const char *text = argv[0];
    size_t length = strlen(flag->name);
    bool is_long = strncmp(text, "--", 2) == 0 && strncmp(text + 2, flag->name, length) == 0 &&
                   (text[2 + length] == '\0' || (text[2 + length] == '=' && flag->value != NULL));
    bool is_short =
        flag->letter != 0 && text[0] == '-' && text[1] == flag->letter && text[2] == '\0';
    if (!is_long && !is_short)
        return false;
    *used = 1;
    if (flag->value == NULL) {
        *value = "";
    } else if (is_long && text[2 + length] == '=') {
        *value = text + 2 + length + 1;
    } else {
        *used = argc > 1 ? 2 : 0;
        *value = argc > 1 ? argv[1] : NULL;
    }
    return true;
}

/* Take the subcommand's own flags out of argv; false after an error was said. */
static bool take_flags(ag_cli *cli, const command *chosen)
{
    int kept = 0;
    bool is_open = true; /* "--" not seen yet */
    for (int i = 0; i < cli->argc;) {
        int used = 0;
        bool is_found = false;
        is_open = is_open && strcmp(cli->argv[i], "--") != 0;
        for (size_t f = 0; is_open && !is_found && f < AG_CLI_MAX_FLAGS; f++) {
            if (chosen->flags[f].name == NULL)
                break;
            is_found = match_flag(&chosen->flags[f], &cli->flag_values[f], &used, cli->argc - i,
                                  cli->argv + i);
        }
        if (is_found && used == 0) {
            ag_cli_usage_error("%s needs a value", cli->argv[i]);
            return false;
        }
        if (!is_found)
            cli->argv[kept++] = cli->argv[i];
        i += is_found ? used : 1;
    }
    cli->argc = kept;
    return true;
}

/* Settings from all their places. The file is found first by its flag and variable alone. */
static ag_status load_config(ag_config *config, ag_cli *cli, ag_err *err)
{
    ag_status status = ag_config_load_environment(config, environ, err);
    if (status == AG_OK)
        status = ag_config_load_flags(config, &cli->argc, cli->argc, cli->argv, err);
    if (status != AG_OK)
        return status;
    const char *path = ag_config_text(config, AG_OPT_CONFIG);
    if (*path != '\0')
        return ag_config_load_file(config, path, err);
    static const char *const USUAL[] = {"artguide.conf", "/etc/artguide/artguide.conf"};
    for (size_t i = 0; i < sizeof USUAL / sizeof *USUAL; i++) {
        if (access(USUAL[i], R_OK) == 0)
            return ag_config_load_file(config, USUAL[i], err);
    }
    return AG_OK;
}

static ag_log *create_log(const ag_config *config)
{
    const char *word = ag_config_text(config, AG_OPT_LOG_LEVEL);
    ag_log_level level = AG_LOG_DEBUG;
    while (level < AG_LOG_ERROR && strcmp(ag_log_level_name(level), word) != 0)
        level++;
    bool is_json = strcmp(ag_config_text(config, AG_OPT_LOG_FORMAT), "json") == 0;
    return ag_log_create(STDERR_FILENO, is_json ? AG_LOG_JSON : AG_LOG_TEXT, level, "artguide");
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    }
    return false;
}

static int run_command(const command *chosen, ag_config *config, int argc, char **argv)
{
    if (wants_help(argc, argv)) {
        print_command_help(chosen, config);
        return AG_EXIT_OK;
    }
    ag_cli cli = {
        .config = config,
        .stop = &stop_requested,
        .flags = chosen->flags,
        .argc = argc,
        .argv = argv,
    };
    if (!take_flags(&cli, chosen))
        return AG_EXIT_USAGE;
    ag_err err;
    if (load_config(config, &cli, &err) != AG_OK)
        return ag_cli_fail(&err);
    if (*chosen->operands == '\0' && cli.argc > 0)
        return ag_cli_usage_error("%s: '%s' is not expected here", chosen->name, cli.argv[0]);
    ag_log *log = create_log(config);
    cli.log = log;
    handle_signals(!chosen->ends_at_once);
    int code = chosen->run(&cli);
    ag_log_destroy(log);
    if (fflush(stdout) != 0 && code == AG_EXIT_OK) {
        perror("artguide: cannot write the output");
        code = AG_EXIT_FAILED;
    }
    return code;
}

/* The threads of GNU OpenMP, which the encoder's matrix library uses, wait for each other by
 * spinning for milliseconds. Beside any other busy program that is several times slower than
 * sleeping soon: docs/performance.md has the numbers. OpenMP reads how long to spin when it is
 * loaded, before main, so the program starts itself anew with that said. Where that cannot be, it
 * goes on as it is. */
static void restart_without_spinning(char **argv)
{
    if (getenv("GOMP_SPINCOUNT") != NULL || getenv("OMP_WAIT_POLICY") != NULL)
        return;
    char *program = realpath("/proc/self/exe", NULL);
    if (program != NULL && setenv("GOMP_SPINCOUNT", "1000", 0) == 0)
        execv(program, argv);
    free(program);
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (strcmp(word, "--version") == 0) {
        puts("artguide " AG_VERSION);
        return AG_EXIT_OK;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        print_help();
        return AG_EXIT_OK;
    }
    if (*word == '\0') {
        print_help();
        return AG_EXIT_USAGE;
    }
    const command *chosen = find_command(word);
    if (chosen == NULL)
        return ag_cli_usage_error("there is no command '%s' (see 'artguide --help')", word);
    if (chosen->is_computing)
        restart_without_spinning(argv);
    ag_config *config = ag_config_create(ag_options(), AG_OPTION_COUNT);
    int code = run_command(chosen, config, argc - 2, argv + 2);
    ag_config_destroy(config);
    return code;
}
