#include "base/json.h"
#include "base/log.h"

#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A log into a pipe that is large enough for what one test writes. */
typedef struct fixture {
    ag_log *log;
    int ends[2];
} fixture;

static fixture open_log(ag_log_format format, ag_log_level level)
{
    fixture out;
    assert_int_equal(pipe(out.ends), 0);
    assert_true(fcntl(out.ends[1], F_SETPIPE_SZ, 1 << 20) > 0);
    out.log = ag_log_create(out.ends[1], format, level, "test");
    return out;
}

/* Everything logged, owned by the caller; the log is gone. */
static ag_buffer close_log(fixture *from)
{
    ag_log_destroy(from->log);
    close(from->ends[1]);
    ag_buffer text = {0};
    assert_int_equal(ag_buffer_append(&text, "", 0, NULL), AG_OK);
    read_to_end(&text, from->ends[0]);
    close(from->ends[0]);
    return text;
}

static void test_log_text_line_has_every_part(void **state)
{
    (void)state;
    fixture out = open_log(AG_LOG_TEXT, AG_LOG_INFO);
    ag_log_write(out.log, AG_LOG_WARN, "module", "id-1", "%d things", 3);
    ag_log_write(out.log, AG_LOG_INFO, "module", NULL, "plain");
    ag_buffer text = close_log(&out);
    const char *line = (char *)text.data;
    assert_int_equal(line[10], 'T');
    assert_int_equal(line[23], 'Z');
    char wanted[128];
    snprintf(wanted, sizeof wanted, " warn  test[%d.%d] module: request=id-1 3 things\n",
             (int)getpid(), (int)gettid());
    assert_memory_equal(line + 24, wanted, strlen(wanted));
    assert_non_null(strstr(line, "] module: plain\n"));
    ag_buffer_fini(&text);
}

static void test_log_leaves_out_lower_levels(void **state)
{
    (void)state;
    fixture out = open_log(AG_LOG_TEXT, AG_LOG_WARN);
    ag_log_write(out.log, AG_LOG_DEBUG, "m", NULL, "no");
    ag_log_write(out.log, AG_LOG_INFO, "m", NULL, "no");
    ag_log_write(out.log, AG_LOG_ERROR, "m", NULL, "yes");
    ag_log_write(NULL, AG_LOG_ERROR, "m", NULL, "no");
    ag_buffer text = close_log(&out);
    assert_null(strstr((char *)text.data, "no"));
    assert_non_null(strstr((char *)text.data, "yes"));
    ag_buffer_fini(&text);
}

static void test_log_text_cannot_be_forged(void **state)
{
    (void)state;
    fixture out = open_log(AG_LOG_TEXT, AG_LOG_INFO);
    ag_log_write(out.log, AG_LOG_INFO, "m", "a b\nc", "%s",
                 "x\ny\r\033[2J\x7f\xc2\x9b|\xff|caf\xc3\xa9\t\"\\");
    ag_buffer text = close_log(&out);
    const char *line = (char *)text.data;
    assert_ptr_equal(strchr(line, '\n'), line + text.length - 1);
    assert_non_null(strstr(line,
                           " request=a\\u0020b\\nc x\\ny\\u000d\\u001b[2J\\u007f\\u009b|\\xff|"
                           "caf\xc3\xa9\\t\"\\\n"));
    ag_buffer_fini(&text);
}

static void test_log_json_lines_are_objects(void **state)
{
    (void)state;
    fixture out = open_log(AG_LOG_JSON, AG_LOG_DEBUG);
    const char *message = "a \"quoted\" \\ line\n\t\x01\xc2\x85 caf\xc3\xa9";
    ag_log_write(out.log, AG_LOG_DEBUG, "m", "id\"1", "%s", message);
    ag_buffer text = close_log(&out);
    json_t *object;
    assert_int_equal(ag_json_parse_object(&object, text.data, text.length, NULL), AG_OK);
    assert_string_equal(ag_json_string(object, "level", ""), "debug");
    assert_string_equal(ag_json_string(object, "program", ""), "test");
    assert_string_equal(ag_json_string(object, "module", ""), "m");
    assert_string_equal(ag_json_string(object, "request_id", ""), "id\"1");
    assert_string_equal(ag_json_string(object, "message", ""), message);
    assert_int_equal(ag_json_number(object, "pid", 0), getpid());
    assert_int_equal(strlen(ag_json_string(object, "time", "")), 24);
    json_decref(object);
    ag_buffer_fini(&text);
}

/* A line of foreign text so long that it must be cut. */
static ag_buffer log_long(ag_log_format format, const char *piece, bool is_in_id)
{
    ag_buffer long_text = {0};
    for (int i = 0; i < 5000; i++)
        ag_buffer_printf(&long_text, "%s", piece);
    const char *text = (char *)long_text.data;
    fixture out = open_log(format, AG_LOG_INFO);
    ag_log_write(out.log, AG_LOG_INFO, "m", is_in_id ? text : "id", "%s", is_in_id ? "x" : text);
    ag_buffer_fini(&long_text);
    return close_log(&out);
}

static void test_log_cuts_long_lines_and_says_so(void **state)
{
    (void)state;
    static const char *const PIECES[] = {"x", "\xc3\xa9", "\xf0\x9f\x8e\xa8", "\n", "\"", "\xff"};
    for (size_t i = 0; i < 2 * sizeof PIECES / sizeof *PIECES; i++) {
        ag_buffer line = log_long(AG_LOG_TEXT, PIECES[i / 2], i % 2 == 1);
        assert_true(line.length <= 4096);
        assert_memory_equal(line.data + line.length - 4, "\xe2\x80\xa6\n", 4);
        ag_buffer_fini(&line);

        line = log_long(AG_LOG_JSON, PIECES[i / 2], i % 2 == 1);
        assert_true(line.length <= 4096);
        assert_memory_equal(line.data + line.length - 6, "\xe2\x80\xa6\"}\n", 6);
        json_t *object;
        assert_int_equal(ag_json_parse_object(&object, line.data, line.length, NULL), AG_OK);
        json_decref(object);
        ag_buffer_fini(&line);
    }
}

static void *log_many(void *arg)
{
    for (int i = 0; i < 500; i++)
        ag_log_write(arg, AG_LOG_INFO, "thread", NULL, "line %d end", i);
    return NULL;
}

static void test_log_lines_of_threads_do_not_mix(void **state)
{
    (void)state;
    fixture out = open_log(AG_LOG_TEXT, AG_LOG_INFO);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_many, out.log), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    ag_buffer text = close_log(&out);
    size_t lines = 0;
    for (char *line = strtok((char *)text.data, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        assert_string_equal(line + strlen(line) - 4, " end");
        assert_int_equal(line[23], 'Z');
        lines++;
    }
    assert_int_equal(lines, 2000);
    ag_buffer_fini(&text);
}

static void test_log_survives_a_closed_descriptor(void **state)
{
    (void)state;
    ag_log *log = ag_log_create(-1, AG_LOG_TEXT, AG_LOG_INFO, "test");
    ag_log_write(log, AG_LOG_INFO, "m", NULL, "nowhere");
    ag_log_destroy(log);
    ag_log_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_text_line_has_every_part),
        cmocka_unit_test(test_log_leaves_out_lower_levels),
        cmocka_unit_test(test_log_text_cannot_be_forged),
        cmocka_unit_test(test_log_json_lines_are_objects),
        cmocka_unit_test(test_log_cuts_long_lines_and_says_so),
        cmocka_unit_test(test_log_lines_of_threads_do_not_mix),
        cmocka_unit_test(test_log_survives_a_closed_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
