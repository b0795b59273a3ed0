#include "interface/answer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static json_t *reply_to(const char *json, ag_reply *reply, ag_answer_facts *facts)
{
    json_t *body;
    const ag_answer answer = {json, strlen(json), "our-id", 0.125};
    *reply = (ag_reply){0};
    ag_answer_reply(reply, facts, &answer);
    assert_int_equal(ag_json_parse_object(&body, reply->body.data, reply->body.length, NULL),
                     AG_OK);
    return body;
}

static void test_answer_success(void **state)
{
    (void)state;
    ag_reply reply;
    ag_answer_facts facts;
    json_t *body =
        reply_to("{\"status\":\"success\",\"request_id\":\"theirs\",\"artist\":\"Monet\","
                 "\"title\":\"Water Lilies\",\"confidence\":1.0000001,"
                 "\"match\":\"confirmed\",\"corners\":[[0,0],[1.02,0.5],[1,1],[0,1]],"
                 "\"exhibition\":\"Light\",\"room\":null,\"similarity\":null,\"extra\":[1]}",
                 &reply, &facts);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.code, "success");
    assert_string_equal(ag_json_string(body, "request_id", ""), "our-id");
    assert_true(ag_json_number(body, "response_time", 0) == 0.125);
    assert_true(ag_json_number(body, "confidence", 0) == 1.0);
    assert_true(json_is_null(json_object_get(body, "period")));
    assert_true(json_is_array(json_object_get(body, "extra")));
    assert_int_equal(json_array_size(json_object_get(body, "corners")), 4);
    assert_string_equal(ag_json_string(body, "exhibition", ""), "Light");
    assert_string_equal(facts.artist, "Monet");
    assert_string_equal(facts.match, "confirmed");
    assert_true(facts.confidence == 1.0);
    json_decref(body);
    ag_reply_fini(&reply);
}

/* Telemetry is read by programs that take nothing but UTF-8. */
static void test_answer_facts_are_cut_between_characters(void **state)
{
    (void)state;
    ag_reply reply;
    ag_answer_facts facts;
    ag_buffer json = {0};
    ag_buffer_printf(&json, "{\"status\":\"success\",\"artist\":\"");
    for (size_t i = 0; i < AG_ANSWER_TEXT_BYTES; i++)
        ag_buffer_printf(&json, "\u6f22"); /* three bytes, in which the room does not end */
    ag_buffer_printf(&json, "\"}");
    json_decref(reply_to((const char *)json.data, &reply, &facts));
    assert_int_equal(strlen(facts.artist), (AG_ANSWER_TEXT_BYTES - 1) / 3 * 3);
    ag_reply_fini(&reply);

    ag_buffer_clear(&json);
    ag_buffer_printf(&json, "{\"status\":\"error\",\"code\":\"x");
    for (size_t i = 0; i < AG_REPLY_CODE_BYTES; i++)
        ag_buffer_printf(&json, "\u6f22");
    ag_buffer_printf(&json, "\"}");
    json_decref(reply_to((const char *)json.data, &reply, &facts));
    assert_int_equal(strlen(reply.code), 1 + (AG_REPLY_CODE_BYTES - 2) / 3 * 3);
    ag_reply_fini(&reply);
    ag_buffer_fini(&json);
}

static void test_answer_failures(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        unsigned status;
        const char *code, *message;
    } ROWS[] = {
        {"{\"status\":\"error\",\"message\":\"No luck\"}", 502, "recognition_failed", "No luck"},
        {"{\"status\":\"error\",\"code\":\"image_too_dark\",\"message\":\"m\"}", 422,
         "image_too_dark", "m"},
        {"{\"status\":\"error\",\"code\":\"image_corrupt\",\"message\":\"m\"}", 400,
         "image_corrupt", "m"},
        {"{\"status\":\"error\",\"code\":\"image_format\",\"message\":\"m\"}", 415, "image_format",
         "m"},
        {"{\"status\":\"error\",\"code\":\"timed_out\",\"message\":\"m\"}", 504, "timed_out", "m"},
        {"{\"status\":\"error\",\"code\":\"unavailable\",\"message\":\"m\"}", 503, "unavailable",
         "m"},
        {"{\"status\":\"error\",\"code\":7,\"message\":\"m\"}", 502, "recognition_failed", "m"},
        {"{\"status\":\"success\",\"artist\":7}", 502, "bad_answer", NULL},
        {"{\"status\":\"success\",\"similar\":\"x\"}", 502, "bad_answer", NULL},
        {"{\"status\":\"success\",\"corners\":7}", 502, "bad_answer", NULL},
        {"{\"status\":\"success\",\"corners\":[]}", 502, "bad_answer", NULL},
        {"{\"status\":\"success\",\"corners\":[[0,0],[1,0],[1,1]]}", 502, "bad_answer", NULL},
        {"{\"status\":\"success\",\"corners\":[[0,0],[1,0],[1,1],[0]]}", 502, "bad_answer", NULL},
        {"{\"status\":\"success\",\"corners\":[[0,0],[1,0],[1,1],[0,\"1\"]]}", 502, "bad_answer",
         NULL},
        {"{\"status\":\"success\",\"corners\":[[0,0],[1,0],[1,1],0]}", 502, "bad_answer", NULL},
        {"{\"status\":\"success\",\"corners\":[[0,0],[1,0],[1,1],[0,1],[0,0]]}", 502, "bad_answer",
         NULL},
        {"{\"status\":\"success\",\"exhibition\":[]}", 502, "bad_answer", NULL},
        {"{\"status\":\"success\",\"room\":5}", 502, "bad_answer", NULL},
        {"{\"status\":\"perhaps\"}", 502, "bad_answer", NULL},
        {"{}", 502, "bad_answer", NULL},
        {"[]", 502, "bad_answer", NULL},
        {"{", 502, "bad_answer", NULL},
        {"", 502, "bad_answer", NULL},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        ag_reply reply;
        ag_answer_facts facts;
        json_t *body = reply_to(ROWS[i].json, &reply, &facts);
        assert_int_equal(reply.status, ROWS[i].status);
        assert_string_equal(ag_json_string(body, "status", ""), "error");
        assert_string_equal(ag_json_string(body, "code", ""), ROWS[i].code);
        if (ROWS[i].message != NULL)
            assert_string_equal(ag_json_string(body, "message", ""), ROWS[i].message);
        assert_int_equal(reply.retry_after_s > 0, reply.status == 503);
        assert_true(isnan(facts.confidence));
        json_decref(body);
        ag_reply_fini(&reply);
    }
}

/* As when the JSON could not be made. */
static void test_answer_without_memory_is_no_success(void **state)
{
    (void)state;
    ag_reply reply = {0};
    ag_reply_json(&reply, 200, NULL);
    assert_int_equal(reply.status, 503);
    assert_string_equal(reply.code, "out_of_memory");
    assert_true(reply.retry_after_s > 0);
    ag_reply_fini(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer_success),
        cmocka_unit_test(test_answer_facts_are_cut_between_characters),
        cmocka_unit_test(test_answer_failures),
        cmocka_unit_test(test_answer_without_memory_is_no_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
