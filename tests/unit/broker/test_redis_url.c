#include "broker/redis_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_redis_url_takes_urls_apart(void **state)
{
    static const struct {
        const char *url;
        ag_redis_url expected;
    } table[] = {
        {"redis://", {"localhost", 6379, "", "", 0}},
        {"redis:///", {"localhost", 6379, "", "", 0}},
        {"redis://:7000", {"localhost", 7000, "", "", 0}},
        {"redis:///15", {"localhost", 6379, "", "", 15}},
        {"REDIS://redis.museum.example:6380/3", {"redis.museum.example", 6380, "", "", 3}},
        {"redis://[::1]", {"::1", 6379, "", "", 0}},
        {"redis://[fe80::1]:65535/1", {"fe80::1", 65535, "", "", 1}},
        {"redis://:pw@h", {"h", 6379, "", "pw", 0}},
        {"redis://u:p%40%2F%3a%25@h:1", {"h", 1, "u", "p@/:%", 0}},
        {"redis://u:a@b@h", {"h", 6379, "u", "a@b", 0}},
        {"redis://u:a:b@h", {"h", 6379, "u", "a:b", 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ag_redis_url url;
        assert_int_equal(ag_redis_url_parse(&url, table[i].url, NULL), AG_OK);
        assert_string_equal(url.host, table[i].expected.host);
        assert_int_equal(url.port, table[i].expected.port);
        assert_string_equal(url.user, table[i].expected.user);
        assert_string_equal(url.password, table[i].expected.password);
        assert_int_equal(url.database, table[i].expected.database);
    }
}

static void test_redis_url_refuses_without_telling_passwords(void **state)
{
    static const char *const table[] = {
        "",
        "redis:",
        "redis:/h",
        "rediss://h",
        "redis://h:",
        "redis://h:0",
        "redis://h:65536",
        "redis://h:+1",
        "redis://h:6379x",
        "redis://h:99999999999999999999",
        "redis://h/x",
        "redis://h/1/2",
        "redis://h/-1",
        "redis://h?db=1",
        "redis://h#1",
        "redis://[::1",
        "redis://[]",
        "redis://[::1]x",
        "redis://secret@h",
        "redis://u:secret%@h",
        "redis://u:secret%4@h",
        "redis://u:secret%zz@h",
        "redis://u:secret%00@h",
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ag_redis_url url;
        ag_err err;
        assert_int_equal(ag_redis_url_parse(&url, table[i], &err), AG_EINVAL);
        assert_null(strstr(err.message, "secret"));
    }
}

static void test_redis_url_refuses_what_is_too_long(void **state)
{
    static const char *const formats[] = {"redis://%s", "redis://%s:x@h", "redis://u:%s@h",
                                          "redis://[%s]"};
    char part[300], text[400];
    (void)state;
    memset(part, 'a', sizeof part - 1);
    part[sizeof part - 1] = '\0';
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        ag_redis_url url;
        const char *mark = strchr(formats[i], '%');
        snprintf(text, sizeof text, "%.*s%s%s", (int)(mark - formats[i]), formats[i], part,
                 mark + 2);
        assert_int_equal(ag_redis_url_parse(&url, text, NULL), AG_EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redis_url_takes_urls_apart),
        cmocka_unit_test(test_redis_url_refuses_without_telling_passwords),
        cmocka_unit_test(test_redis_url_refuses_what_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
