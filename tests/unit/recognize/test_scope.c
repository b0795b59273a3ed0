#include "recognize/scope.h"

#include "../collection/support.h"
#include "collection/duckdb_table.h"
#include "collection/index_file.h"
#include "collection/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Where each work hangs: exhibition and room. NULL: a null in the table. */
static const char *const PLACES[][2] = {
    {"Été à Paris", "1"},
    {"Été à Paris", "2"},
    {"Night", "1"},
    {"Night", "Cabinet, left"},
    {"", "1"},
    {"Night", ""},
    {NULL, "?"},
};

#define COUNT (sizeof PLACES / sizeof *PLACES)

#define D 4

typedef struct fixture {
    test_folder folder;
    ag_collection *collection;
    ag_scope *scope;
} fixture;

/* Index and table as other software leaves them. */
static void write_collection(const test_folder *folder)
{
    char path[TEST_PATH_BYTES];
    float *rows = test_unit_rows(COUNT, D, 1);
    const ag_index_file index = {rows, COUNT, D, AG_METRIC_L2};
    ag_table table;
    assert_int_equal(ag_index_file_write(test_path(path, folder, AG_MANIFEST_INDEX), &index, NULL),
                     AG_OK);
    assert_int_equal(ag_table_init(&table, 3, COUNT, NULL), AG_OK);
    table.columns[0].name = "title";
    table.columns[1].name = "exhibition";
    table.columns[2].name = "room";
    for (size_t i = 0; i < COUNT; i++) {
        table.columns[0].cells[i] = "Work";
        table.columns[1].cells[i] = PLACES[i][0];
        table.columns[2].cells[i] = PLACES[i][1];
    }
    assert_int_equal(ag_table_write_parquet(&table, test_path(path, folder, AG_MANIFEST_METADATA),
                                            "other", NULL),
                     AG_OK);
    ag_table_fini(&table);
    free(rows);
}

static int open_fixture(void **state)
{
    fixture *made = calloc(1, sizeof *made);
    ag_err err;
    test_folder_make(&made->folder);
    write_collection(&made->folder);
    const ag_collection_paths paths = {.folder = made->folder.path};
    if (ag_collection_open(&made->collection, &paths, &err) != AG_OK)
        fail_msg("%s", err.message);
    assert_int_equal(ag_scope_create(&made->scope, made->collection, &err), AG_OK);
    *state = made;
    return 0;
}

static int close_fixture(void **state)
{
    fixture *made = *state;
    ag_scope_destroy(made->scope);
    ag_collection_close(made->collection);
    test_folder_remove(&made->folder);
    free(made);
    return 0;
}

/* What is left of all works must be those of `wanted`: a letter for each, 'x' for one that is. */
static void check_left(void **state, const char *exhibition, const char *room, const char *wanted)
{
    const fixture *at = *state;
    bool flags[COUNT];
    char found[COUNT + 1] = {0};
    size_t count = 0;
    memset(flags, true, sizeof flags);
    const size_t left = ag_scope_restrict(at->scope, flags, exhibition, room);
    for (size_t i = 0; i < COUNT; i++) {
        found[i] = flags[i] ? 'x' : '.';
        count += flags[i];
    }
    assert_string_equal(found, wanted);
    assert_int_equal(left, count);
}

static void test_scope_keeps_an_exhibition_a_room_or_both(void **state)
{
    check_left(state, "Night", NULL, "..xx.x.");
    check_left(state, NULL, "1", "x.x.x..");
    check_left(state, "Night", "1", "..x....");
    check_left(state, "Été à Paris", "2", ".x.....");
    check_left(state, NULL, "?", "......x");
}

static void test_scope_does_not_mind_spelling(void **state)
{
    check_left(state, "ete-a-paris", NULL, "xx.....");
    check_left(state, "  ÉTÉ   À PARIS  ", NULL, "xx.....");
    check_left(state, "E\xCC\x81te\xCC\x81 a\xCC\x80 Paris", NULL, "xx.....");
    check_left(state, "night", "CABINET_LEFT", "...x...");
}

static void test_scope_of_an_unknown_place_is_empty(void **state)
{
    check_left(state, "Day", NULL, ".......");
    check_left(state, NULL, "3", ".......");
    check_left(state, "Night", "2", ".......");
    check_left(state, "Nigh", NULL, ".......");
    check_left(state, "!!!", NULL, ".......");
    check_left(state, "\xFF\xFE", NULL, ".......");
}

static void test_scope_without_a_name_is_everything(void **state)
{
    check_left(state, NULL, NULL, "xxxxxxx");
    check_left(state, "", "", "xxxxxxx");
    check_left(state, "", "1", "x.x.x..");
    check_left(state, "Night", "", "..xx.x.");
}

static void test_scope_only_takes_away(void **state)
{
    const fixture *at = *state;
    bool flags[COUNT] = {[0] = true, [2] = true, [6] = true};
    assert_int_equal(ag_scope_restrict(at->scope, flags, NULL, NULL), 3);
    assert_int_equal(ag_scope_restrict(at->scope, flags, "Night", NULL), 1);
    assert_true(flags[2]);
    assert_false(flags[3]);
    assert_int_equal(ag_scope_restrict(at->scope, flags, NULL, "2"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scope_keeps_an_exhibition_a_room_or_both),
        cmocka_unit_test(test_scope_does_not_mind_spelling),
        cmocka_unit_test(test_scope_of_an_unknown_place_is_empty),
        cmocka_unit_test(test_scope_without_a_name_is_everything),
        cmocka_unit_test(test_scope_only_takes_away),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
