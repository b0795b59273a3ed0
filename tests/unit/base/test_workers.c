#include "base/workers.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void add_one(void *arg)
{
    atomic_fetch_add((atomic_size_t *)arg, 1);
}

static ag_workers *create(size_t threads, size_t queue_length)
{
    ag_workers *workers = NULL;
    ag_err err;
    assert_int_equal(ag_workers_create(&workers, "a rather long name", threads, queue_length, &err),
                     AG_OK);
    return workers;
}

static void test_workers_destroy_finishes_every_job(void **state)
{
    (void)state;
    atomic_size_t done = 0;
    ag_workers *workers = create(3, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(ag_workers_submit(workers, add_one, &done, NULL), AG_OK);
    ag_workers_destroy(workers);
    assert_int_equal(atomic_load(&done), 1000);
    ag_workers_destroy(NULL);
}

static void test_workers_refuse_bad_numbers(void **state)
{
    (void)state;
    ag_workers *workers = NULL;
    ag_err err;
    assert_int_equal(ag_workers_create(&workers, "x", 0, 1, &err), AG_EINVAL);
    assert_int_equal(ag_workers_create(&workers, "x", 257, 1, &err), AG_EINVAL);
    assert_int_equal(ag_workers_create(&workers, "x", 1, SIZE_MAX / 4, &err), AG_ENOMEM);
    assert_null(workers);
}

/* A job that waits until the test lets it go. */
typedef struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_entered, is_open;
} gate;

static void wait_at_gate(void *arg)
{
    gate *at = arg;
    pthread_mutex_lock(&at->mutex);
    at->is_entered = true;
    pthread_cond_broadcast(&at->changed);
    while (!at->is_open)
        pthread_cond_wait(&at->changed, &at->mutex);
    pthread_mutex_unlock(&at->mutex);
}

static void open_gate(gate *at)
{
    pthread_mutex_lock(&at->mutex);
    at->is_open = true;
    pthread_cond_broadcast(&at->changed);
    pthread_mutex_unlock(&at->mutex);
}

static void await_entry(gate *at)
{
    pthread_mutex_lock(&at->mutex);
    while (!at->is_entered)
        pthread_cond_wait(&at->changed, &at->mutex);
    pthread_mutex_unlock(&at->mutex);
}

static void test_workers_full_queue_refuses_at_once(void **state)
{
    (void)state;
    gate at = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    atomic_size_t done = 0;
    ag_workers *workers = create(1, 2);
    assert_int_equal(ag_workers_submit(workers, wait_at_gate, &at, NULL), AG_OK);
    await_entry(&at);
    assert_int_equal(ag_workers_submit(workers, add_one, &done, NULL), AG_OK);
    assert_int_equal(ag_workers_submit(workers, add_one, &done, NULL), AG_OK);
    ag_err err;
    assert_int_equal(ag_workers_submit(workers, add_one, &done, &err), AG_EUNAVAILABLE);
    open_gate(&at);
    ag_workers_destroy(workers);
    assert_int_equal(atomic_load(&done), 2);
}

static void count_visit(void *ctx, size_t i)
{
    atomic_fetch_add(&((atomic_size_t *)ctx)[i], 1);
}

static void check_for_each(ag_workers *workers, size_t count)
{
    atomic_size_t *visits = calloc(count + 1, sizeof *visits);
    ag_workers_for_each(workers, count_visit, visits, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(atomic_load(&visits[i]), 1);
    assert_int_equal(atomic_load(&visits[count]), 0);
    free(visits);
}

static void test_workers_for_each_visits_every_one_once(void **state)
{
    (void)state;
    ag_workers *workers = create(3, 4);
    for (size_t count = 0; count < 40; count++)
        check_for_each(workers, count);
    check_for_each(workers, 5000);
    ag_workers_destroy(workers);
}

static void test_workers_for_each_does_not_wait_for_other_jobs(void **state)
{
    (void)state;
    gate at = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    ag_workers *workers = create(1, 1);
    assert_int_equal(ag_workers_submit(workers, wait_at_gate, &at, NULL), AG_OK);
    await_entry(&at);
    check_for_each(workers, 100); /* the helper stands behind the gate, then the queue is full */
    check_for_each(workers, 100);
    open_gate(&at);
    ag_workers_destroy(workers);
}

static void *loop_often(void *arg)
{
    for (int i = 0; i < 50; i++)
        check_for_each(arg, 20);
    return NULL;
}

static void test_workers_for_each_from_several_threads(void **state)
{
    (void)state;
    ag_workers *workers = create(2, 8);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, loop_often, workers), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    ag_workers_destroy(workers);
}

static void look_at_signals(void *arg)
{
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    *(bool *)arg = sigismember(&blocked, SIGTERM) && !sigismember(&blocked, SIGSEGV);
}

static void test_workers_leave_signals_to_others(void **state)
{
    (void)state;
    sigset_t before, after;
    bool is_blocked = false;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    ag_workers *workers = create(1, 1);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
    assert_int_equal(ag_workers_submit(workers, look_at_signals, &is_blocked, NULL), AG_OK);
    ag_workers_destroy(workers);
    assert_true(is_blocked);
}

static void test_workers_count_is_what_was_asked_for_or_one_per_core(void **state)
{
    (void)state;
    assert_int_equal(ag_workers_count(3), 3);
    assert_int_equal(ag_workers_count(AG_WORKERS_MAX + 1), AG_WORKERS_MAX);
    assert_in_range(ag_workers_count(0), 1, AG_WORKERS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_workers_destroy_finishes_every_job),
        cmocka_unit_test(test_workers_refuse_bad_numbers),
        cmocka_unit_test(test_workers_full_queue_refuses_at_once),
        cmocka_unit_test(test_workers_for_each_visits_every_one_once),
        cmocka_unit_test(test_workers_for_each_does_not_wait_for_other_jobs),
        cmocka_unit_test(test_workers_for_each_from_several_threads),
        cmocka_unit_test(test_workers_leave_signals_to_others),
        cmocka_unit_test(test_workers_count_is_what_was_asked_for_or_one_per_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
