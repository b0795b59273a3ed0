#include "collection/catalogue.h"
#include "support.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void match(ag_columns *out, const char *const *names, size_t count)
{
    ag_table_column columns[8];
    ag_table table = {.columns = columns, .column_count = count};

    for (size_t i = 0; i < count; i++)
        columns[i] = (ag_table_column){.name = names[i]};
    ag_columns_match(out, &table);
}

static void test_catalogue_columns_match_whatever_the_spelling(void **state)
{
    static const char *const NAMES[] = {"Accession Number", "MAKER", "Object date", "Title",
                                        "Art Movement",     "File",  "Image-Path"};
    ag_columns columns;
    (void)state;

    match(&columns, NAMES, 7);
    assert_true(columns.of[AG_FIELD_ID] == SIZE_MAX);
    assert_int_equal(columns.of[AG_FIELD_ARTIST], 1);
    assert_int_equal(columns.of[AG_FIELD_TITLE], 3);
    assert_int_equal(columns.of[AG_FIELD_PERIOD], 4);
    assert_int_equal(columns.of[AG_FIELD_YEARS], 2);
    assert_int_equal(columns.of[AG_FIELD_IMAGE_PATH], 6);
    assert_int_equal(columns.of[AG_FIELD_FILENAME], 5);
}

static void test_catalogue_columns_prefer_the_exact_name(void **state)
{
    static const char *const NAMES[] = {"name", "style", "creator", "title", "period", "artist"};
    ag_columns columns;
    (void)state;

    match(&columns, NAMES, 6);
    assert_int_equal(columns.of[AG_FIELD_TITLE], 3);
    assert_int_equal(columns.of[AG_FIELD_PERIOD], 4);
    assert_int_equal(columns.of[AG_FIELD_ARTIST], 5);
    assert_true(columns.of[AG_FIELD_IMAGE_PATH] == SIZE_MAX);
}

static void test_catalogue_columns_say_where_a_work_hangs(void **state)
{
    static const char *const NAMES[] = {"Show", "Gallery", "exhibit", "Hall"};
    ag_columns columns;
    (void)state;

    match(&columns, NAMES, 4);
    assert_int_equal(columns.of[AG_FIELD_EXHIBITION], 2);
    assert_int_equal(columns.of[AG_FIELD_ROOM], 1);
}

static void test_catalogue_serves_every_further_column(void **state)
{
    test_folder folder;
    char path[TEST_PATH_BYTES];
    ag_catalogue catalogue;
    (void)state;

    test_folder_make(&folder);
    test_write_text(
        &folder, "meta.json",
        "[{\"artwork_id\":\"m-1\",\"artist\":\"Monet\",\"title\":\"Poppies\",\"year\":1873.0,"
        "\"room\":12,\"note\":\"a \\\"b\\\"\\n\\u0001\",\"tags\":[\"red\"],\"lent\":false},"
        " {\"artist\":null,\"title\":\"Untitled\",\"year\":1880.5,\"room\":null}]");
    assert_int_equal(ag_catalogue_load(&catalogue, test_path(path, &folder, "meta.json"), NULL),
                     AG_OK);
    assert_int_equal(catalogue.count, 2);
    const ag_artwork *first = &catalogue.artworks[0], *second = &catalogue.artworks[1];
    assert_string_equal(first->id, "m-1");
    assert_string_equal(first->artist, "Monet");
    assert_string_equal(first->years, "1873");
    assert_string_equal(first->period, "");
    assert_string_equal(first->room, "12");
    assert_string_equal(first->exhibition, "");
    json_t *extra = json_loads(first->extra_json, 0, NULL);
    assert_int_equal(json_object_size(extra), 3);
    assert_string_equal(json_string_value(json_object_get(extra, "note")), "a \"b\"\n\x01");
    assert_true(json_is_array(json_object_get(extra, "tags")));
    assert_true(json_is_false(json_object_get(extra, "lent")));
    json_decref(extra);
    assert_string_equal(second->id, "1");
    assert_string_equal(second->artist, "");
    assert_string_equal(second->years, "1880.5");
    assert_string_equal(second->extra_json, "{}");
    ag_catalogue_fini(&catalogue);
    test_folder_remove(&folder);
}

static void test_catalogue_loads_a_table_of_other_software(void **state)
{
    const char *shared = test_shared();
    char path[TEST_PATH_BYTES];
    ag_catalogue catalogue;
    (void)state;

    if (!shared)
        skip();
    snprintf(path, sizeof path, "%s/compat/metadata.parquet", shared);
    assert_int_equal(ag_catalogue_load(&catalogue, path, NULL), AG_OK);
    assert_int_equal(catalogue.count, 30);
    assert_string_equal(catalogue.artworks[0].artist, "Leonardo da Vinci");
    assert_string_equal(catalogue.artworks[0].period, "Renaissance");
    assert_string_equal(catalogue.artworks[0].years, "1452-1519");
    assert_string_equal(
        catalogue.artworks[0].extra_json,
        "{\"artist_key\":\"Da_Vinci\",\"filename\":\"Saint John the Baptist.jpg\"}");
    ag_catalogue_fini(&catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_catalogue_columns_match_whatever_the_spelling),
        cmocka_unit_test(test_catalogue_columns_prefer_the_exact_name),
        cmocka_unit_test(test_catalogue_columns_say_where_a_work_hangs),
        cmocka_unit_test(test_catalogue_serves_every_further_column),
        cmocka_unit_test(test_catalogue_loads_a_table_of_other_software),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
