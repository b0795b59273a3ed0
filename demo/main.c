/* make_demo: draws the demo collection, for newcomers who have no paintings at hand. */
#include "samples.h"
#include "studio.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 64 };

static const char USAGE[] =
    "usage: make_demo FOLDER [--count N] [--seed S] [--side PX]\n"
    "       make_demo samples FOLDER OUTPUT\n"
    "\n"
    "Draws N works (24) of generative art, each longer side PX pixels (1120), as JPEGs below "
    "FOLDER,\n"
    "with a metadata.csv that `artguide collection build FOLDER` reads. Another seed S (0) draws\n"
    "other pictures; the same arguments give the same files. `samples` takes photos of the works\n"
    "in FOLDER, as visitors do, and writes them into OUTPUT.\n";

/* A whole number in [least, most]. */
static bool read_number(uint64_t *out, const char *text, uint64_t least, uint64_t most)
{
    char *end;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || value < least || value > most)
        return false;
    *out = value;
    return true;
}

static bool read_options(ag_studio_order *order, int argc, char **argv)
{
    static const struct option OPTIONS[] = {{"count", required_argument, NULL, 'c'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"side", required_argument, NULL, 'p'},
                                            {NULL, 0, NULL, 0}};
    uint64_t count = order->count, side = order->side_px;
    bool is_good = true;
    int option;
    while (is_good && (option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
        if (option == 'c')
            is_good = read_number(&count, optarg, 1, 1000000);
        else if (option == 's')
            is_good = read_number(&order->seed, optarg, 0, UINT64_MAX);
        else
            is_good = option == 'p' && read_number(&side, optarg, 64, 5000);
    }
    order->count = (size_t)count;
    order->side_px = (uint32_t)side;
    return is_good;
}

int main(int argc, char **argv)
{
    ag_studio_order order = {.count = AG_STUDIO_KINDS, .side_px = AG_STUDIO_SIDE_PX};
    ag_err err;
    ag_status status;
    if (argc == 4 && strcmp(argv[1], "samples") == 0) {
        status = ag_samples_write(argv[3], argv[2], AG_SAMPLES_SIDE_PX, &err);
    } else if (read_options(&order, argc, argv) && optind == argc - 1) {
        status = ag_studio_write(argv[optind], &order, &err);
    } else {
        fputs(USAGE, stderr);
        return EXIT_USAGE;
    }
    if (status != AG_OK)
        fprintf(stderr, "make_demo: %s\n", err.message);
    return status == AG_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
