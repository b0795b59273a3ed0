/* Flat indexes from bytes: what parses must be safe to search. */
#include "collection/flat.h"
#include "collection/index_file.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ag_index_file file;
    ag_hit hits[3];
    double length;

    if (ag_index_file_parse(&file, data, size, NULL))
        return 0;
    float *query = calloc(file.dimension, sizeof *query);
    const ag_flat flat = {file.rows, file.count, file.dimension, file.metric, ag_flat_isa_best()};
    if (query && ag_flat_find_not_unit(&flat, 0.01, &length) > file.count)
        ag_flat_search(&flat, hits, query, 1, 3);
    free(query);
    return 0;
}
