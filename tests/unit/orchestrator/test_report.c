#include "orchestrator/report.h"

#include "base/json.h"
#include "fake_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define WALL_US 1795532645123000 /* 2026-11-24T15:04:05.123Z */

typedef struct fixture {
    fake_broker *fake;
    ag_report report;
    ag_buffer out;
} fixture;

static void test_report_table(void **state)
{
    fixture *f = *state;
    ag_report_table(&f->out, &f->report, 0, 0);
    assert_string_equal(
        f->out.data,
        "Time        2026-11-24T15:04:05.123Z\n"
        "Broker      redis://***@db:6379/1, redis 7.0.15, memory 12 MiB\n"
        "Requests    12 waiting, 3 in flight\n"
        "Answers     4 waiting to be fetched\n"
        "AI servers  2 alive, 15.2 answers/s\n"
        "\n"
        "  in flight  answers/s   answered  encoder           collection            id\n"
        "          3       15.2       1234  clip-vit-b-32     2026-11-24            host-123-abc\n"
        "          0        0.0          0  x\\x0ay                                  a\\x1b[2J "
        "\"b\"\\xc3\\xa9\n");
}

static void test_report_table_fits_the_terminal(void **state)
{
    fixture *f = *state;
    f->fake->stats.server_count = 300; /* more than it can tell of */
    ag_report_table(&f->out, &f->report, 30, 9);
    assert_string_equal(f->out.data, "Time        2026-11-24T15:04:0\n"
                                     "Broker      redis://***@db:637\n"
                                     "Requests    12 waiting, 3 in f\n"
                                     "Answers     4 waiting to be fe\n"
                                     "AI servers  300 alive, 15.2 an\n"
                                     "\n"
                                     "  in flight  answers/s   answe\n"
                                     "          3       15.2       1\n"
                                     "  and 299 more\n");
    ag_buffer_clear(&f->out);
    f->fake->stats.server_count = 2;
    ag_report_table(&f->out, &f->report, 0, 9);
    assert_null(strstr((char *)f->out.data, "more")); /* both just fit */
    ag_buffer_clear(&f->out);
    f->fake->stats.server_count = 300;
    ag_report_table(&f->out, &f->report, 0, 0);
    assert_non_null(strstr((char *)f->out.data, "\n  and 44 more\n"));
}

static void test_report_table_says_when_empty_or_purged(void **state)
{
    fixture *f = *state;
    size_t purged_keys = 17;
    f->fake->stats = (ag_broker_stats){.version = "memory", .memory_bytes = 0};
    f->report.url = "memory:";
    f->report.purged_keys = &purged_keys;
    ag_report_table(&f->out, &f->report, 0, 0);
    assert_string_equal(f->out.data, "Time        2026-11-24T15:04:05.123Z\n"
                                     "Broker      memory:, memory\n"
                                     "Requests    0 waiting, 0 in flight\n"
                                     "Answers     0 waiting to be fetched\n"
                                     "Removed     all of these requests and answers: 17 keys\n"
                                     "AI servers  0 alive, 0.0 answers/s\n");
}

static void test_report_says_why_the_broker_is_away(void **state)
{
    fixture *f = *state;
    f->report.stats = NULL;
    f->report.trouble = "refused\x1b \"here\"";
    ag_report_table(&f->out, &f->report, 0, 0);
    assert_string_equal(f->out.data,
                        "Time        2026-11-24T15:04:05.123Z\n"
                        "Broker      redis://***@db:6379/1 is away: refused\\x1b \"here\"\n");
    ag_buffer_clear(&f->out);
    ag_report_lines(&f->out, &f->report);
    assert_string_equal(f->out.data,
                        "2026-11-24T15:04:05.123Z broker state=away url=redis://***@db:6379/1 "
                        "message=\"refused\\x1b \\x22here\\x22\"\n");
    ag_buffer_clear(&f->out);
    assert_int_equal(ag_report_json(&f->out, &f->report, NULL), AG_OK);
    assert_string_equal(
        f->out.data, "{\"time\":\"2026-11-24T15:04:05.123Z\",\"broker\":\"redis://***@db:6379/1\","
                     "\"state\":\"away\",\"message\":\"refused\\u001B \\\"here\\\"\"}\n");
}

static void test_report_lines(void **state)
{
    fixture *f = *state;
    ag_report_lines(&f->out, &f->report);
    assert_string_equal(
        f->out.data,
        "2026-11-24T15:04:05.123Z broker state=connected url=redis://***@db:6379/1 "
        "version=redis\\x207.0.15 memory_bytes=12582912 queued=12 in_flight=3 waiting_answers=4 "
        "servers=2 rate_per_s=15.2\n"
        "2026-11-24T15:04:05.123Z server id=host-123-abc in_flight=3 rate_per_s=15.2 "
        "answered=1234 encoder=clip-vit-b-32 collection=2026-11-24\n"
        "2026-11-24T15:04:05.123Z server id=a\\x1b[2J\\x20\\x22b\\x22\\xc3\\xa9 in_flight=0 "
        "rate_per_s=0.0 answered=0 encoder=x\\x0ay collection=\n");
}

static void test_report_json(void **state)
{
    fixture *f = *state;
    size_t purged_keys = 17;
    f->report.purged_keys = &purged_keys;
    memset(f->fake->stats.servers[1].status.id, 'z', sizeof f->fake->stats.servers[1].status.id);
    assert_int_equal(ag_report_json(&f->out, &f->report, NULL), AG_OK);
    json_t *object = NULL;
    assert_int_equal(ag_json_parse_object(&object, f->out.data, f->out.length, NULL), AG_OK);
    assert_string_equal(ag_json_string(object, "state", ""), "connected");
    assert_string_equal(ag_json_string(object, "version", ""), "redis 7.0.15");
    assert_true(ag_json_number(object, "memory_bytes", 0) == 12582912);
    assert_true(ag_json_number(object, "queued", 0) == 12);
    assert_true(ag_json_number(object, "in_flight", 0) == 3);
    assert_true(ag_json_number(object, "waiting_answers", 0) == 4);
    assert_true(ag_json_number(object, "rate_per_s", 0) == 15.25);
    assert_true(ag_json_number(object, "purged_keys", 0) == 17);
    const json_t *servers = json_object_get(object, "servers");
    assert_int_equal(json_array_size(servers), 2);
    const json_t *server = json_array_get(servers, 0);
    assert_string_equal(ag_json_string(server, "id", ""), "host-123-abc");
    assert_string_equal(ag_json_string(server, "encoder", ""), "clip-vit-b-32");
    assert_string_equal(ag_json_string(server, "collection", ""), "2026-11-24");
    assert_true(ag_json_number(server, "answered", 0) == 1234);
    /* A name that fills its field has no NUL behind it. */
    assert_int_equal(strlen(ag_json_string(json_array_get(servers, 1), "id", "")), 64);
    json_decref(object);
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->fake = fake_broker_create();
    f->report = (ag_report){
        .wall_us = WALL_US, .url = "redis://user:p@ss/w@db:6379/1", .stats = &f->fake->stats};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ag_buffer_fini(&f->out);
    free(f->fake);
    free(f);
    return 0;
}

#define REPORT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPORT_TEST(test_report_table),
        REPORT_TEST(test_report_table_fits_the_terminal),
        REPORT_TEST(test_report_table_says_when_empty_or_purged),
        REPORT_TEST(test_report_says_why_the_broker_is_away),
        REPORT_TEST(test_report_lines),
        REPORT_TEST(test_report_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
