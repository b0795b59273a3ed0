#include "broker/message.h"

#include "base/clock.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct fixture {
    ag_arena *arena;
    ag_buffer json;
    ag_err err;
} fixture;

static int setup(void **state)
{
    fixture *all = ag_xcalloc(1, sizeof *all);
    all->arena = ag_arena_create(0);
    *state = all;
    return 0;
}

static int teardown(void **state)
{
    fixture *all = *state;
    ag_arena_destroy(all->arena);
    ag_buffer_fini(&all->json);
    free(all);
    return 0;
}

static ag_status read_text(fixture *all, ag_request *out, const char *json)
{
    return ag_request_read(out, all->arena, json, strlen(json), &all->err);
}

static void assert_read_again(fixture *all, const ag_request *request)
{
    ag_request again;
    assert_int_equal(ag_request_write(&all->json, request, NULL), AG_OK);
    assert_int_equal(
        ag_request_read(&again, all->arena, all->json.data, all->json.length, &all->err), AG_OK);
    assert_string_equal(again.request_id, request->request_id);
    assert_int_equal(again.image_length, request->image_length);
    assert_memory_equal(again.image, request->image, request->image_length);
    assert_int_equal(again.show_context, request->show_context);
    assert_int_equal(again.timestamp_us, request->timestamp_us);
    assert_int_equal(again.deadline_us, request->deadline_us);
    const char *const texts[][2] = {{again.lang, request->lang},
                                    {again.style, request->style},
                                    {again.exhibition, request->exhibition},
                                    {again.room, request->room},
                                    {again.reply_to, request->reply_to}};
    assert_int_equal(again.is_limited, request->is_limited);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i][1] == NULL)
            assert_null(texts[i][0]);
        else
            assert_string_equal(texts[i][0], texts[i][1]);
    }
}

static void test_message_round_trip_of_everything(void **state)
{
    assert_read_again(*state, &(ag_request){.request_id = "r.1:a-b_c",
                                            .image = "\xff\xd8\xff\0 \"\\",
                                            .image_length = 7,
                                            .show_context = true,
                                            .lang = "de-AT",
                                            .style = "for \"children\" \\ \xc3\xa9",
                                            .exhibition = "Licht & \xc3\x96l \"1900\"",
                                            .room = "Saal 5",
                                            .is_limited = true,
                                            .reply_to = "host:123",
                                            .timestamp_us = 1795532645123000,
                                            .deadline_us = 1795532655123000});
}

static void test_message_round_trip_of_the_least(void **state)
{
    assert_read_again(*state, &(ag_request){.request_id = "r", .image = "x", .image_length = 1});
}

static void test_message_round_trip_of_a_large_image(void **state)
{
    const size_t length = (size_t)12 << 20;
    uint8_t *image = ag_try_malloc(length, 1);
    assert_non_null(image);
    for (size_t i = 0; i < length; i++)
        image[i] = (uint8_t)(i * 2654435761u >> 11);
    assert_read_again(*state,
                      &(ag_request){.request_id = "r", .image = image, .image_length = length});
    free(image);
}

static void test_message_writes_what_others_read(void **state)
{
    fixture *all = *state;
    const ag_request request = {.request_id = "r",
                                .image = "abc",
                                .image_length = 3,
                                .show_context = true,
                                .timestamp_us = 1795532645123000};
    assert_int_equal(ag_request_write(&all->json, &request, NULL), AG_OK);
    assert_string_equal((char *)all->json.data,
                        "{\"request_id\":\"r\",\"timestamp\":\"2026-11-24T15:04:05.123Z\","
                        "\"show_context\":true,\"image\":\"YWJj\"}");
}

static void test_message_refuses_to_write_bad_ids(void **state)
{
    fixture *all = *state;
    char long_id[AG_REQUEST_ID_MAX + 2];
    memset(long_id, 'a', sizeof long_id);
    long_id[AG_REQUEST_ID_MAX + 1] = '\0';
    const char *const ids[] = {NULL, "", "a b", "a\n", "\xc3\xa9", "a*", "a/b", long_id};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const ag_request request = {.request_id = ids[i], .image = "x", .image_length = 1};
        assert_int_equal(ag_request_write(&all->json, &request, NULL), AG_EINVAL);
        assert_int_equal(all->json.length, 0);
    }
    assert_true(ag_request_id_is_valid(long_id, AG_REQUEST_ID_MAX));
    assert_false(ag_request_id_is_valid("a\0b", 3));
}

/* Where the image cannot be cut out, Jansson reads it; the result is the same. */
static void test_message_reads_every_way_of_writing(void **state)
{
    static const char *const ways[] = {
        "{\"request_id\":\"r\",\"image\":\"YWI/\"}",
        "{\"image\":\"YWI/\",\"request_id\":\"r\"}",
        " {\r\n\t\"image\" \n:\t\"YWI/\" , \"request_id\" : \"r\" } ",
        "{\"request_id\":\"r\",\"image\":\"YWI\\/\"}",
        "{\"request_id\":\"r\",\"ima\\u0067e\":\"YWI/\"}",
        "{\"request_id\":\"r\",\"image\":\"YWI\\u002f\"}",
        "{\"request_id\":\"r\",\"image\":\"data:image/jpeg;base64,YWI/\"}",
        "{\"request_id\":\"r\",\"image\":\"YW\\nI/\"}",
        "{\"a\":{\"image\":\"no\"},\"b\":[{\"image\":\"no\"},\"image\"],\"c\":\"image\","
        "\"request_id\":\"r\",\"image\":\"YWI/\"}",
        "{\"c\":\"\\\"image\\\":\\\\\",\"d\\\"}\":\"}{\",\"request_id\":\"r\",\"image\":\"YWI/\"}",
    };
    fixture *all = *state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        ag_request request;
        assert_int_equal(read_text(all, &request, ways[i]), AG_OK);
        assert_string_equal(request.request_id, "r");
        assert_int_equal(request.image_length, 3);
        assert_memory_equal(request.image, "ab?", 3);
        assert_true(request.show_context);
    }
}

static void test_message_reads_show_context_as_programs_write_it(void **state)
{
    static const struct {
        const char *text;
        bool expected;
    } values[] = {{"true", true},       {"false", false}, {"1", true},    {"0", false},
                  {"\"true\"", true},   {"\"1\"", true},  {"null", true}, {"\"false\"", false},
                  {"\"False\"", false}, {"\"0\"", false}, {"[]", true}};
    fixture *all = *state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char json[128];
        ag_request request;
        snprintf(json, sizeof json, "{\"request_id\":\"r\",\"image\":\"YWJj\",\"show_context\":%s}",
                 values[i].text);
        assert_int_equal(read_text(all, &request, json), AG_OK);
        assert_int_equal(request.show_context, values[i].expected);
    }
}

static void test_message_forgives_what_does_not_matter(void **state)
{
    fixture *all = *state;
    ag_request request;
    assert_int_equal(
        read_text(all, &request,
                  "{\"request_id\":\"r\",\"image\":\"YWJj\",\"timestamp\":\"yesterday\","
                  "\"lang\":7,\"style\":null,\"exhibition\":\"\",\"room\":5,\"scope\":[\"only\"],"
                  "\"reply_to\":\"no such*channel\","
                  "\"deadline\":null,\"more\":[1,{}]}"),
        AG_OK);
    assert_int_equal(request.timestamp_us, 0);
    assert_int_equal(request.deadline_us, 0);
    assert_null(request.lang);
    assert_null(request.style);
    assert_null(request.exhibition);
    assert_null(request.room);
    assert_false(request.is_limited);
    assert_null(request.reply_to);
}

/* The longest name of a place is read, a longer one refused: its asker can be told. */
static void test_message_bounds_the_names_of_places(void **state)
{
    fixture *all = *state;
    static const char *const KEYS[] = {"exhibition", "room"};
    for (size_t i = 0; i < 2; i++) {
        for (int length = AG_REQUEST_PLACE_MAX; length <= AG_REQUEST_PLACE_MAX + 1; length++) {
            char json[AG_REQUEST_PLACE_MAX + 128];
            ag_request request;
            snprintf(json, sizeof json, "{\"request_id\":\"r\",\"image\":\"YWJj\",\"%s\":\"%0*d\"}",
                     KEYS[i], length, 7);
            bool fits = length <= AG_REQUEST_PLACE_MAX;
            assert_int_equal(read_text(all, &request, json), fits ? AG_OK : AG_EFORMAT);
            assert_string_equal(request.request_id, "r");
        }
    }
}

static void test_message_refuses_hostile_requests(void **state)
{
    /* id: what the asker can still be told by; NULL: nothing */
    static const struct {
        const char *json;
        const char *id;
    } table[] = {
        {"", NULL},
        {"{", NULL},
        {"null", NULL},
        {"[]", NULL},
        {"\"image\":\"YWJj\"", NULL},
        {"[\"image\":\"YWJj\"]", NULL},
        {"{\"image\":\"YWJj\"}", NULL},
        {"{\"image\":\"YWJj", NULL},
        {"{\"image\":\"YWJj\"", NULL},
        {"{\"image\":\"YWJj\\", NULL},
        {"{\"image\":\"YWJj\\\"", NULL},
        {"{\"image\":", NULL},
        {"{\"image\"", NULL},
        {"{\"request_id\":7,\"image\":\"YWJj\"}", NULL},
        {"{\"request_id\":\"\",\"image\":\"YWJj\"}", NULL},
        {"{\"request_id\":\"a b\",\"image\":\"YWJj\"}", NULL},
        {"{\"request_id\":\"a\\u0000b\",\"image\":\"YWJj\"}", NULL},
        {"{\"request_id\":\"r\",\"image\":\"YWJj\"} more", NULL},
        {"{\"request_id\":\"r\",\"image\":\"YWJj\",\"image\":\"YWJj\"}", NULL},
        {"{\"request_id\":\"r\",\"request_id\":\"s\",\"image\":\"YWJj\"}", NULL},
        {"{\"request_id\":\"r\",\"image\":\"YWJj\",}", NULL},
        {"{\"request_id\":\"r\" \"image\":\"YWJj\"}", NULL},
        {"{\"request_id\":\"r\",\"lang\":\"\xff\",\"image\":\"YWJj\"}", NULL},
        {"{\"request_id\":\"r\"}", "r"},
        {"{\"request_id\":\"r\",\"image\":null}", "r"},
        {"{\"request_id\":\"r\",\"image\":42}", "r"},
        {"{\"request_id\":\"r\",\"image\":{\"image\":\"YWJj\"}}", "r"},
        {"{\"request_id\":\"r\",\"image\":\"\"}", "r"},
        {"{\"request_id\":\"r\",\"image\":\"====\"}", "r"},
        {"{\"request_id\":\"r\",\"image\":\"Y\"}", "r"},
        {"{\"request_id\":\"r\",\"image\":\"YW*j\"}", "r"},
        {"{\"request_id\":\"r\",\"image\":\"YW\xff\xfej\"}", "r"},
        {"{\"request_id\":\"r\",\"image\":\"YWJj\",\"deadline\":\"soon\"}", "r"},
    };
    fixture *all = *state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ag_request request;
        all->err = (ag_err){0};
        assert_int_equal(read_text(all, &request, table[i].json), AG_EFORMAT);
        assert_true(all->err.message[0] != '\0');
        if (table[i].id == NULL)
            assert_null(request.request_id);
        else
            assert_string_equal(request.request_id, table[i].id);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_message_round_trip_of_everything),
        CASE(test_message_round_trip_of_the_least),
        CASE(test_message_round_trip_of_a_large_image),
        CASE(test_message_writes_what_others_read),
        CASE(test_message_refuses_to_write_bad_ids),
        CASE(test_message_reads_every_way_of_writing),
        CASE(test_message_reads_show_context_as_programs_write_it),
        CASE(test_message_forgives_what_does_not_matter),
        CASE(test_message_bounds_the_names_of_places),
        CASE(test_message_refuses_hostile_requests),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
