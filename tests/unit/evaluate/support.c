#include "support.h"

#include "collection/duckdb_table.h"
#include "collection/index_file.h"
#include "collection/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define D 8

static void write_table(const test_folder *folder, const ag_artwork *works, size_t count)
{
    static const char *const COLUMNS[] = {"artwork_id", "artist", "title", "image_path"};
    char path[TEST_PATH_BYTES];
    ag_table table;

    assert_int_equal(ag_table_init(&table, 4, count, NULL), AG_OK);
    for (size_t column = 0; column < 4; column++)
        table.columns[column].name = COLUMNS[column];
    for (size_t i = 0; i < count; i++) {
        table.columns[0].cells[i] = works[i].id;
        table.columns[1].cells[i] = works[i].artist;
        table.columns[2].cells[i] = works[i].title;
        table.columns[3].cells[i] = works[i].image_path;
    }
    test_path(path, folder, AG_MANIFEST_METADATA);
    assert_int_equal(ag_table_write_parquet(&table, path, "", NULL), AG_OK);
    ag_table_fini(&table);
}

ag_collection *test_collection(const test_folder *folder, const ag_artwork *works, size_t count)
{
    char path[TEST_PATH_BYTES];
    float *rows = test_unit_rows(count, D, 1);
    const ag_index_file index = {rows, count, D, AG_METRIC_L2};
    const ag_collection_paths paths = {.folder = folder->path};
    ag_collection *collection;

    write_table(folder, works, count);
    test_path(path, folder, AG_MANIFEST_INDEX);
    assert_int_equal(ag_index_file_write(path, &index, NULL), AG_OK);
    assert_int_equal(ag_collection_open(&collection, &paths, NULL), AG_OK);
    free(rows);
    return collection;
}
