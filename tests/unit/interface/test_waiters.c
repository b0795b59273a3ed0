#include "interface/waiters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY 500

typedef struct ends {
    size_t count;
    ag_waiter_end last_why;
    ag_waiter *last;
} ends;

static void note_end(void *ctx, ag_waiter *waiter, ag_waiter_end why)
{
    ends *e = ctx;
    e->count++;
    e->last = waiter;
    e->last_why = why;
}

static ag_waiters *make(void)
{
    ag_waiters *waiters;
    assert_int_equal(ag_waiters_create(&waiters, 10, NULL), AG_OK);
    return waiters;
}

static void test_waiters_take_once(void **state)
{
    (void)state;
    static ag_waiter many[MANY];
    ag_waiters *waiters = make();
    for (int i = 0; i < MANY; i++) {
        snprintf(many[i].id, sizeof many[i].id, "id-%d", i);
        many[i].fd = -1;
        ag_waiters_add(waiters, &many[i]);
    }
    assert_int_equal(ag_waiters_count(waiters), MANY);
    assert_null(ag_waiters_take(waiters, "id-500"));
    for (int i = 0; i < MANY; i++) {
        assert_true(ag_waiters_has(waiters, many[i].id));
        assert_ptr_equal(ag_waiters_take(waiters, many[i].id), &many[i]);
        assert_null(ag_waiters_take(waiters, many[i].id));
        assert_false(ag_waiters_has(waiters, many[i].id));
    }
    assert_int_equal(ag_waiters_count(waiters), 0);
    ag_waiters_destroy(waiters);
}

static void test_waiters_time_out(void **state)
{
    (void)state;
    ag_waiter early = {.id = "early", .deadline_us = 100, .fd = -1};
    ag_waiter late = {.id = "late", .deadline_us = 200, .fd = -1};
    ag_waiters *waiters = make();
    ends e = {0};
    ag_waiters_add(waiters, &early);
    ag_waiters_add(waiters, &late);
    ag_waiters_sweep(waiters, 99, note_end, &e);
    assert_int_equal(e.count, 0);
    ag_waiters_sweep(waiters, 100, note_end, &e);
    assert_int_equal(e.count, 1);
    assert_ptr_equal(e.last, &early);
    assert_int_equal(e.last_why, AG_WAITER_TIMED_OUT);
    assert_null(ag_waiters_take(waiters, "early"));
    assert_ptr_equal(ag_waiters_take(waiters, "late"), &late);
    ag_waiters_destroy(waiters);
}

static void test_waiters_hang_up(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ag_waiter waiter = {.id = "w", .deadline_us = INT64_MAX, .fd = pair[0]};
    ag_waiters *waiters = make();
    ends e = {0};
    ag_waiters_add(waiters, &waiter);
    assert_int_equal(write(pair[1], "x", 1), 1); /* more from the client is no hang-up */
    ag_waiters_sweep(waiters, 0, note_end, &e);
    assert_int_equal(e.count, 0);
    close(pair[1]);
    ag_waiters_sweep(waiters, 0, note_end, &e);
    assert_int_equal(e.count, 1);
    assert_int_equal(e.last_why, AG_WAITER_HUNG_UP);
    close(pair[0]);
    ag_waiters_destroy(waiters);
}

static void test_waiters_stop_ends_all(void **state)
{
    (void)state;
    ag_waiter a = {.id = "a", .fd = -1};
    ag_waiter b = {.id = "b", .fd = -1};
    ag_waiters *waiters = make();
    ends e = {0};
    ag_waiters_add(waiters, &a);
    ag_waiters_add(waiters, &b);
    ag_waiters_stop(waiters, note_end, &e);
    assert_int_equal(e.count, 2);
    assert_int_equal(e.last_why, AG_WAITER_STOPPED);
    assert_int_equal(ag_waiters_count(waiters), 0);
    ag_waiters_destroy(waiters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waiters_take_once),
        cmocka_unit_test(test_waiters_time_out),
        cmocka_unit_test(test_waiters_hang_up),
        cmocka_unit_test(test_waiters_stop_ends_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
