#include "collection/duckdb_table.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int make_folder(void **state)
{
    test_folder *folder = calloc(1, sizeof *folder);
    test_folder_make(folder);
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    test_folder_remove(*state);
    free(*state);
    return 0;
}

static ag_status read_text(ag_table *out, const test_folder *folder, const char *name,
                           const char *text, ag_err *err)
{
    char path[TEST_PATH_BYTES];

    test_write_text(folder, name, text);
    return ag_table_read(out, test_path(path, folder, name), 1000, err);
}

static void test_duckdb_table_csv_of_a_spreadsheet(void **state)
{
    ag_table table;

    /* A byte order mark, semicolons, quotes, a line break in a cell, an empty cell, leading zeros.
     */
    assert_int_equal(read_text(&table, *state, "a.csv",
                               "\xEF\xBB\xBF"
                               "Artist;Title;No\r\n"
                               "Monet;\"Water \"\"Lilies\"\"\";007\r\n"
                               "Émile;\"two\nlines\";\r\n",
                               NULL),
                     AG_OK);
    assert_int_equal(table.column_count, 3);
    assert_int_equal(table.row_count, 2);
    assert_string_equal(table.columns[0].name, "Artist");
    assert_string_equal(table.columns[1].cells[0], "Water \"Lilies\"");
    assert_string_equal(table.columns[1].cells[1], "two\nlines");
    assert_string_equal(table.columns[0].cells[1], "Émile");
    assert_string_equal(table.columns[2].cells[0], "007");
    assert_null(table.columns[2].cells[1]);
    ag_table_fini(&table);
}

static void test_duckdb_table_json_keeps_kinds(void **state)
{
    ag_table table;

    assert_int_equal(
        read_text(&table, *state, "a.json",
                  "[{\"t\":\"x\",\"n\":3,\"r\":1.5,\"b\":true,\"l\":[1,2],\"s\":{\"k\":\"v\"}},"
                  " {\"t\":\"y\",\"n\":null}]",
                  NULL),
        AG_OK);
    static const struct {
        const char *name, *cell;
        ag_cell_kind kind;
    } EXPECTED[] = {
        {"t", "x", AG_CELL_TEXT},     {"n", "3", AG_CELL_INTEGER},
        {"r", "1.5", AG_CELL_REAL},   {"b", "true", AG_CELL_BOOL},
        {"l", "[1,2]", AG_CELL_JSON}, {"s", "{\"k\":\"v\"}", AG_CELL_JSON},
    };
    assert_int_equal(table.column_count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(table.columns[i].name, EXPECTED[i].name);
        assert_string_equal(table.columns[i].cells[0], EXPECTED[i].cell);
        assert_int_equal(table.columns[i].kind, EXPECTED[i].kind);
        assert_true(i == 0 || table.columns[i].cells[1] == NULL);
    }
    ag_table_fini(&table);
}

static void test_duckdb_table_parquet_round_trip(void **state)
{
    static const ag_cell_kind KINDS[] = {AG_CELL_TEXT, AG_CELL_INTEGER, AG_CELL_REAL, AG_CELL_BOOL,
                                         AG_CELL_JSON};
    static const char *const NAMES[] = {"a \"quoted\" name", "n", "r", "b", "j'; DROP TABLE t; --"};
    static const char *const FIRST[] = {"Café \"x\" 'y'", "-7", "2.5", "false", "{\"k\":[1,null]}"};
    char path[TEST_PATH_BYTES];
    ag_table table, back;

    /* More rows than one of DuckDB's chunks. */
    assert_int_equal(ag_table_init(&table, 5, 5000, NULL), AG_OK);
    for (size_t i = 0; i < 5; i++) {
        table.columns[i].name = NAMES[i];
        table.columns[i].kind = KINDS[i];
        table.columns[i].cells[0] = FIRST[i];
        table.columns[i].cells[4999] = FIRST[i];
    }
    test_path(path, *state, "a b's [1]*?.parquet");
    assert_int_equal(ag_table_write_parquet(&table, path, "v1", NULL), AG_OK);
    assert_int_equal(ag_table_read(&back, path, 5000, NULL), AG_OK);
    assert_int_equal(back.column_count, 5);
    assert_int_equal(back.row_count, 5000);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(back.columns[i].name, NAMES[i]);
        assert_int_equal(back.columns[i].kind, KINDS[i]);
        assert_string_equal(back.columns[i].cells[0], FIRST[i]);
        assert_null(back.columns[i].cells[1]);
        assert_string_equal(back.columns[i].cells[4999], FIRST[i]);
    }
    ag_table_fini(&back);
    ag_err err;
    assert_int_equal(ag_table_read(&back, path, 4999, &err), AG_ELIMIT);
    ag_table_fini(&table);
}

static void test_duckdb_table_cell_not_of_its_kind_becomes_null(void **state)
{
    char path[TEST_PATH_BYTES];
    ag_table table;

    assert_int_equal(ag_table_init(&table, 1, 1, NULL), AG_OK);
    table.columns[0] =
        (ag_table_column){.name = "n", .kind = AG_CELL_INTEGER, .cells = table.columns[0].cells};
    table.columns[0].cells[0] = "many";
    test_path(path, *state, "n.parquet");
    assert_int_equal(ag_table_write_parquet(&table, path, "v1", NULL), AG_OK);
    ag_table_fini(&table);
    assert_int_equal(ag_table_read(&table, path, 10, NULL), AG_OK);
    assert_null(table.columns[0].cells[0]);
    ag_table_fini(&table);
}

static void test_duckdb_table_bad_files_are_refused_with_a_reason(void **state)
{
    static const struct {
        const char *name, *text;
        ag_status status;
        const char *says;
    } CASES[] = {
        {"latin1.csv", "title\nCaf\xE9\n", AG_EFORMAT, "UTF-8"},
        {"broken.json", "[{\"a\":", AG_EFORMAT, "JSON"},
        {"broken.parquet", "PAR1 this is no table", AG_EFORMAT, ""},
        {"empty.parquet", "", AG_EFORMAT, ""},
        {"table.xlsx", "PK", AG_EUNSUPPORTED, ".csv"},
        {"no-suffix", "a,b\n1,2\n", AG_EUNSUPPORTED, ".csv"},
    };
    ag_table table = {0};

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_err err = {0};
        assert_int_equal(read_text(&table, *state, CASES[i].name, CASES[i].text, &err),
                         CASES[i].status);
        assert_non_null(strstr(err.message, CASES[i].name));
        assert_non_null(strstr(err.message, CASES[i].says));
        assert_null(strstr(err.message, "/proc/"));
    }
}

static void test_duckdb_table_only_files_are_tables(void **state)
{
    const test_folder *folder = *state;
    ag_table table;
    ag_err err;

    assert_int_equal(ag_table_read(&table, "/nowhere/at all.csv", 10, &err), AG_ENOTFOUND);
    assert_int_equal(ag_table_read(&table, "https://example.org/a.csv", 10, &err), AG_ENOTFOUND);
    assert_int_equal(ag_table_read(&table, "s3://bucket/a.parquet", 10, &err), AG_ENOTFOUND);
    assert_int_equal(ag_table_read(&table, folder->path, 10, &err), AG_EUNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duckdb_table_csv_of_a_spreadsheet),
        cmocka_unit_test(test_duckdb_table_json_keeps_kinds),
        cmocka_unit_test(test_duckdb_table_parquet_round_trip),
        cmocka_unit_test(test_duckdb_table_cell_not_of_its_kind_becomes_null),
        cmocka_unit_test(test_duckdb_table_bad_files_are_refused_with_a_reason),
        cmocka_unit_test(test_duckdb_table_only_files_are_tables),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
