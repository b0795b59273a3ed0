/* make_model CONFIG FOLDER: see support/model_writer.h. */
#include "support/model_writer.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    ag_err err;
    if (argc != 3) {
        fprintf(stderr, "usage: make_model CONFIG FOLDER\n");
        return 2;
    }
    if (ag_test_model_write(argv[1], argv[2], &err) != AG_OK) {
        fprintf(stderr, "make_model: %s\n", err.message);
        return 1;
    }
    return 0;
}
