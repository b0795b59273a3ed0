#include "orchestrator/setup.h"

#include "fake_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

typedef struct fixture {
    fake_broker *fake;
    ag_setup_options options;
} fixture;

static ag_status run(fixture *f, char **printed, ag_err *err)
{
    ag_status status = ag_orchestrator_setup((ag_broker *)(void *)f->fake, &f->options, err);
    *printed = fake_broker_read_back(f->options.out);
    return status;
}

static void test_setup_prints_and_deletes_nothing(void **state)
{
    fixture *f = *state;
    char *printed;
    assert_int_equal(run(f, &printed, NULL), AG_OK);
    assert_non_null(strstr(printed, "Broker      redis://db, redis 7.0.15, memory 12 MiB\n"));
    assert_non_null(strstr(printed, "Requests    12 waiting, 3 in flight\n"));
    assert_non_null(strstr(printed, "AI servers  2 alive"));
    assert_null(strstr(printed, "Removed"));
    assert_int_equal(f->fake->purged, 0);
    free(printed);
}

static void test_setup_purges_when_told_to(void **state)
{
    fixture *f = *state;
    char *printed;
    f->options.is_purge = true;
    assert_int_equal(run(f, &printed, NULL), AG_OK);
    assert_int_equal(f->fake->purged, 1);
    assert_non_null(strstr(printed, "Requests    12 waiting, 3 in flight\n"));
    assert_non_null(strstr(printed, "Removed     all of these requests and answers: 17 keys\n"));
    free(printed);
}

static void test_setup_prints_json(void **state)
{
    fixture *f = *state;
    char *printed;
    f->options.is_json = true;
    assert_int_equal(run(f, &printed, NULL), AG_OK);
    assert_int_equal(printed[0], '{');
    assert_non_null(strstr(printed, "\"queued\":12"));
    assert_ptr_equal(strchr(printed, '\n'), printed + strlen(printed) - 1);
    free(printed);
}

static void test_setup_waits_for_a_broker_that_connects(void **state)
{
    fixture *f = *state;
    char *printed;
    f->fake->away_first = 2;
    f->options.wait_ms = 60000;
    assert_int_equal(run(f, &printed, NULL), AG_OK);
    assert_int_equal(f->fake->asked, 3);
    free(printed);
}

static void test_setup_fails_when_the_broker_stays_away(void **state)
{
    fixture *f = *state;
    char *printed;
    ag_err err;
    f->fake->away_first = SIZE_MAX;
    f->options.wait_ms = 60;
    f->options.is_purge = true;
    assert_int_equal(run(f, &printed, &err), AG_EUNAVAILABLE);
    assert_string_equal(err.message, "no answer from \"localhost:6379\"");
    assert_string_equal(printed, "");
    assert_true(f->fake->asked >= 2);
    assert_int_equal(f->fake->purged, 0);
    free(printed);
}

static void test_setup_fails_when_it_cannot_print(void **state)
{
    fixture *f = *state;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    fclose(f->options.out);
    f->options.out = full;
    assert_int_equal(ag_orchestrator_setup((ag_broker *)(void *)f->fake, &f->options, NULL),
                     AG_EIO);
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->fake = fake_broker_create();
    f->options = (ag_setup_options){.out = tmpfile(), .url = "redis://db"};
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

#define SETUP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SETUP_TEST(test_setup_prints_and_deletes_nothing),
        SETUP_TEST(test_setup_purges_when_told_to),
        SETUP_TEST(test_setup_prints_json),
        SETUP_TEST(test_setup_waits_for_a_broker_that_connects),
        SETUP_TEST(test_setup_fails_when_the_broker_stays_away),
        SETUP_TEST(test_setup_fails_when_it_cannot_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
