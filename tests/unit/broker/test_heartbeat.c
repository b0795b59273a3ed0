#include "broker/heartbeat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_heartbeat_round_trip(void **state)
{
    const ag_server_status said = {.id = "host:1:ab",
                                   .answered = 1234567890123,
                                   .rate_per_s = 12.5,
                                   .encoder = "clip-vit-l-14-336+local-features",
                                   .collection = "\"quoted\""};
    ag_server_status heard;
    ag_buffer json = {0};
    (void)state;
    assert_int_equal(ag_heartbeat_write(&json, &said, NULL), AG_OK);
    assert_int_equal(ag_heartbeat_read(&heard, json.data, json.length, NULL), AG_OK);
    assert_string_equal(heard.id, said.id);
    assert_int_equal(heard.answered, said.answered);
    assert_true(heard.rate_per_s == said.rate_per_s);
    assert_string_equal(heard.encoder, said.encoder);
    assert_string_equal(heard.collection, said.collection);
    ag_buffer_fini(&json);
}

static void test_heartbeat_bears_foreign_ones(void **state)
{
    static const char ODD[] =
        "{\"id\":7,\"answered\":-1,\"rate_per_s\":\"fast\",\"encoder\":"
        "\"a name much longer than the sixty-three characters that there is room for\"}";
    ag_server_status heard = {.answered = 5};
    (void)state;
    assert_int_equal(ag_heartbeat_read(&heard, "alive", 5, NULL), AG_EFORMAT);
    assert_int_equal(heard.answered, 5);
    assert_int_equal(ag_heartbeat_read(&heard, ODD, sizeof ODD - 1, NULL), AG_OK);
    assert_string_equal(heard.id, "");
    assert_int_equal(heard.answered, 0);
    assert_int_equal(strlen(heard.encoder), sizeof heard.encoder - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heartbeat_round_trip),
        cmocka_unit_test(test_heartbeat_bears_foreign_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
