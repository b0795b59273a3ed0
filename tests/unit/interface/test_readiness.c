#include "interface/readiness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define SECOND_US 1000000

static ag_broker *open_broker(void)
{
    const ag_broker_options options = {.url = "memory:", .heartbeat_ms = 1000, .answer_ttl_s = 60};
    ag_broker *broker;
    assert_int_equal(ag_broker_open(&broker, &options, NULL), AG_OK);
    return broker;
}

static void assert_recognition(ag_readiness *readiness, const char *wanted)
{
    json_t *text = ag_readiness_recognition(readiness);
    if (wanted == NULL)
        assert_true(json_is_null(text));
    else
        assert_string_equal(json_string_value(text), wanted);
    json_decref(text);
}

static void test_readiness_says_how_photos_are_recognised(void **state)
{
    (void)state;
    static const char *const ROWS[][2] = {
        {"clip-vit-b-32", "clip-vit-b-32"},
        {"local-features", "local features"},
        {"clip-vit-b-32+local-features", "clip-vit-b-32 + local features"},
        {"local-features-2", "local-features-2"},
        {"+a++", " + a +  + "},
        {"", NULL},
    };
    ag_broker *broker = open_broker();
    ag_readiness *readiness = ag_readiness_create(broker);
    ag_server_status status = {.id = "one"};
    assert_recognition(readiness, NULL);
    assert_int_equal(ag_broker_serve(broker, &status, NULL), AG_OK);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        snprintf(status.encoder, sizeof status.encoder, "%s", ROWS[i][0]);
        ag_broker_update_status(broker, &status);
        ag_readiness_ask(readiness, 0);
        assert_recognition(readiness, ROWS[i][1]);
    }
    ag_broker_leave(broker);
    ag_readiness_ask(readiness, 0);
    assert_recognition(readiness, NULL);
    ag_readiness_destroy(readiness);
    ag_broker_close(broker);
}

/* The broker is asked by one caller at a time, and once a second. */
static void test_readiness_is_due_once_a_second(void **state)
{
    (void)state;
    ag_broker *broker = open_broker();
    ag_readiness *readiness = ag_readiness_create(broker);
    assert_true(ag_readiness_is_due(readiness, 0));
    assert_false(ag_readiness_is_due(readiness, 5 * SECOND_US)); /* someone is asking */
    ag_readiness_leave(readiness);
    assert_true(ag_readiness_is_due(readiness, 5 * SECOND_US));
    ag_readiness_ask(readiness, 5 * SECOND_US);
    assert_false(ag_readiness_is_due(readiness, 6 * SECOND_US - 1));
    assert_true(ag_readiness_is_due(readiness, 6 * SECOND_US));
    ag_readiness_destroy(readiness);
    ag_broker_close(broker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readiness_says_how_photos_are_recognised),
        cmocka_unit_test(test_readiness_is_due_once_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
