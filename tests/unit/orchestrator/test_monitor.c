#include "orchestrator/monitor.h"

#include "fake_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef struct fixture {
    fake_broker *fake;
    atomic_bool stop;
    ag_monitor_options options;
} fixture;

static ag_status run(fixture *f, ag_err *err)
{
    return ag_orchestrator_monitor((ag_broker *)(void *)f->fake, &f->options, err);
}

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    while ((text = strstr(text, word))) {
        count++;
        text += strlen(word);
    }
    return count;
}

static void test_monitor_looks_once(void **state)
{
    fixture *f = *state;
    f->options.is_once = true;
    assert_int_equal(run(f, NULL), AG_OK);
    char *printed = fake_broker_read_back(f->options.out);
    assert_int_equal(f->fake->asked, 1);
    assert_int_equal(count_of(printed, "Requests    12 waiting, 3 in flight\n"), 1);
    assert_null(strchr(printed, '\x1b'));
    free(printed);
}

static void test_monitor_once_fails_when_the_broker_is_away(void **state)
{
    fixture *f = *state;
    ag_err err;
    f->options.is_once = true;
    f->fake->away_first = SIZE_MAX;
    assert_int_equal(run(f, &err), AG_EUNAVAILABLE);
    assert_string_equal(err.message, "no answer from \"localhost:6379\"");
    assert_int_equal(ftell(f->options.out), 0);
}

static void test_monitor_goes_on_while_the_broker_is_away(void **state)
{
    fixture *f = *state;
    f->fake->away_first = 2;
    f->fake->stop_after = 4;
    assert_int_equal(run(f, NULL), AG_OK);
    char *printed = fake_broker_read_back(f->options.out);
    assert_int_equal(count_of(printed, " broker state=away "), 2);
    assert_int_equal(count_of(printed, " broker state=connected "), 2);
    assert_int_equal(count_of(printed, " server id="), 4);
    free(printed);
}

static void test_monitor_prints_json_lines(void **state)
{
    fixture *f = *state;
    f->options.is_json = true;
    f->fake->away_after = 1;
    f->fake->stop_after = 3;
    assert_int_equal(run(f, NULL), AG_OK);
    char *printed = fake_broker_read_back(f->options.out);
    assert_int_equal(count_of(printed, "\n"), 3);
    assert_int_equal(count_of(printed, "\"state\":\"connected\""), 1);
    assert_int_equal(count_of(printed, "\"state\":\"away\""), 2);
    free(printed);
}

static void test_monitor_refuses_no_interval(void **state)
{
    fixture *f = *state;
    f->options.interval_ms = 0;
    assert_int_equal(run(f, NULL), AG_EINVAL);
    assert_int_equal(f->fake->asked, 0);
}

static void test_monitor_ends_when_it_cannot_print(void **state)
{
    fixture *f = *state;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    fclose(f->options.out);
    f->options.out = full;
    f->fake->stop_after = 100;
    assert_int_equal(run(f, NULL), AG_EIO);
    assert_int_equal(f->fake->asked, 1);
}

/* A terminal of this size; *master reads what is drawn. */
static FILE *open_terminal(int *master, unsigned short rows, unsigned short columns)
{
    *master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(*master >= 0 && grantpt(*master) == 0 && unlockpt(*master) == 0);
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    assert_int_equal(ioctl(*master, TIOCSWINSZ, &size), 0);
    FILE *terminal = fopen(ptsname(*master), "w");
    assert_non_null(terminal);
    return terminal;
}

static void test_monitor_redraws_a_terminal_and_gives_it_back(void **state)
{
    fixture *f = *state;
    int master;
    fclose(f->options.out);
    f->options.out = open_terminal(&master, 10, 40);
    f->fake->stats.server_count = 40;
    f->fake->stop_after = 2;
    assert_int_equal(run(f, NULL), AG_OK);
    char drawn[8192] = "";
    size_t length = 0;
    /* A terminal gives what was drawn in pieces. */
    while (!strstr(drawn, "\x1b[?1049l")) {
        ssize_t piece = read(master, drawn + length, sizeof drawn - 1 - length);
        assert_true(piece > 0);
        length += (size_t)piece;
    }
    close(master);
    assert_ptr_equal(strstr(drawn, "\x1b[?1049h\x1b[?25l\x1b[H"), drawn);
    assert_int_equal(count_of(drawn, "\x1b[H"), 2);
    assert_int_equal(count_of(drawn, "\n"), 2 * 9); /* the last row stays empty */
    assert_int_equal(count_of(drawn, "and 39 more"), 2);
    assert_string_equal(drawn + length - strlen("\x1b[?25h\x1b[?1049l"), "\x1b[?25h\x1b[?1049l");
    /* No line is wider than the terminal. */
    for (char *line = strstr(drawn, "\x1b[2K"); line; line = strstr(line, "\x1b[2K")) {
        line += strlen("\x1b[2K");
        assert_true(strcspn(line, "\r") <= 40);
    }
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->fake = fake_broker_create();
    f->fake->stop = &f->stop;
    f->fake->stop_after = 1;
    f->options = (ag_monitor_options){
        .out = tmpfile(), .url = "redis://db", .interval_ms = 1, .stop = &f->stop};
    *state = f;
    return f->options.out ? 0 : -1;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    fclose(f->options.out);
    free(f->fake);
    free(f);
    return 0;
}

#define MONITOR_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MONITOR_TEST(test_monitor_looks_once),
        MONITOR_TEST(test_monitor_once_fails_when_the_broker_is_away),
        MONITOR_TEST(test_monitor_goes_on_while_the_broker_is_away),
        MONITOR_TEST(test_monitor_prints_json_lines),
        MONITOR_TEST(test_monitor_refuses_no_interval),
        MONITOR_TEST(test_monitor_ends_when_it_cannot_print),
        MONITOR_TEST(test_monitor_redraws_a_terminal_and_gives_it_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
