#include "conformance.h"

#include "base/memory.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

typedef struct one_answer {
    struct one_answer *next;
    char request_id[129];
    char *json; /* owned, NUL-terminated */
} one_answer;

struct answers {
    pthread_mutex_t mutex; /* guards the list */
    pthread_cond_t came;
    one_answer *newest;
};

answers *answers_create(void)
{
    answers *all = ag_xcalloc(1, sizeof *all);
    pthread_mutex_init(&all->mutex, NULL);
    pthread_cond_init(&all->came, NULL);
    return all;
}

void answers_destroy(answers *all)
{
    for (one_answer *next, *at = all->newest; at != NULL; at = next) {
        next = at->next;
        free(at->json);
        free(at);
    }
    pthread_cond_destroy(&all->came);
    pthread_mutex_destroy(&all->mutex);
    free(all);
}

void answers_take(void *ctx, const char *request_id, const char *json, size_t length)
{
    answers *all = ctx;
    one_answer *added = ag_xcalloc(1, sizeof *added);
    snprintf(added->request_id, sizeof added->request_id, "%s", request_id);
    added->json = ag_xasprintf("%.*s", (int)length, json);
    pthread_mutex_lock(&all->mutex);
    added->next = all->newest;
    all->newest = added;
    pthread_cond_broadcast(&all->came);
    pthread_mutex_unlock(&all->mutex);
}

static const one_answer *find_answer(const answers *all, const char *request_id)
{
    const one_answer *first = NULL;
    for (const one_answer *at = all->newest; at != NULL; at = at->next) {
        if (strcmp(at->request_id, request_id) == 0)
            first = at;
    }
    return first;
}

const char *answers_wait(answers *all, const char *request_id, int64_t timeout_ms)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += (time_t)(timeout_ms / 1000);
    end.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    const one_answer *found;
    int timed_out = 0;
    pthread_mutex_lock(&all->mutex);
    while ((found = find_answer(all, request_id)) == NULL && timed_out == 0)
        timed_out = pthread_cond_timedwait(&all->came, &all->mutex, &end);
    pthread_mutex_unlock(&all->mutex);
    return found != NULL ? found->json : NULL;
}

size_t answers_count(answers *all, const char *request_id)
{
    size_t count = 0;
    pthread_mutex_lock(&all->mutex);
    for (const one_answer *at = all->newest; at != NULL; at = at->next) {
        if (request_id == NULL || strcmp(at->request_id, request_id) == 0)
            count++;
    }
    pthread_mutex_unlock(&all->mutex);
    return count;
}

void pause_ms(int64_t ms)
{
    nanosleep(
        &(struct timespec){.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000},
        NULL);
}

ag_broker *broker_open(const char *url)
{
    ag_broker *broker = NULL;
    const ag_broker_options options = {.url = url, .heartbeat_ms = 100, .answer_ttl_s = 60};
    assert_int_equal(ag_broker_open(&broker, &options, NULL), AG_OK);
    return broker;
}

static void serve(ag_broker *broker, const char *id)
{
    ag_server_status status = {.encoder = "clip-vit-b-32", .collection = "v1"};
    snprintf(status.id, sizeof status.id, "%s", id);
    assert_int_equal(ag_broker_serve(broker, &status, NULL), AG_OK);
}

ag_broker *broker_serve(const char *url, const char *id)
{
    ag_broker *broker = broker_open(url);
    serve(broker, id);
    return broker;
}

void world_open(world *out, const char *url)
{
    size_t removed;
    out->front = broker_open(url);
    out->ai = strcmp(url, "memory:") == 0 ? out->front : broker_open(url);
    out->answers = answers_create();
    assert_int_equal(ag_broker_purge(out->front, &removed, NULL), AG_OK);
    assert_int_equal(ag_broker_listen(out->front, "front-1", answers_take, out->answers, NULL),
                     AG_OK);
    serve(out->ai, "ai-1");
}

void world_close(world *all)
{
    if (all->ai != all->front)
        ag_broker_close(all->ai);
    ag_broker_close(all->front);
    answers_destroy(all->answers);
}

void submit(ag_broker *broker, const char *id)
{
    char json[256];
    int length = snprintf(json, sizeof json, "{\"request_id\":\"%s\"}", id);
    assert_int_equal(ag_broker_submit(broker, id, json, (size_t)length, NULL), AG_OK);
}

/* Is this the request that submit() made of id? */
static void assert_request(const ag_lease *lease, const char *id)
{
    char json[256];
    snprintf(json, sizeof json, "{\"request_id\":\"%s\"}", id);
    assert_string_equal(lease->json, json);
    assert_int_equal(lease->length, strlen(json));
}

ag_lease take_one(ag_broker *broker, const char *id)
{
    ag_lease lease;
    size_t count = 0;
    assert_int_equal(ag_broker_take(broker, &lease, &count, 1, PATIENCE_MS, NULL), AG_OK);
    assert_int_equal(count, 1);
    assert_request(&lease, id);
    return lease;
}

void answer(ag_broker *broker, ag_lease *lease, const char *id, const char *json)
{
    assert_int_equal(ag_broker_answer(broker, lease, id, "front-1", json, strlen(json), NULL),
                     AG_OK);
    assert_null(lease->handle);
}

static void assert_counts(ag_broker *broker, size_t queued, size_t in_flight)
{
    ag_broker_stats *stats = ag_xcalloc(1, sizeof *stats);
    assert_int_equal(ag_broker_get_stats(broker, stats, NULL), AG_OK);
    assert_int_equal(stats->queued, queued);
    assert_int_equal(stats->in_flight, in_flight);
    free(stats);
}

static int open_world(void **state)
{
    world *all = ag_xcalloc(1, sizeof *all);
    const char *url = *state;
    world_open(all, url);
    *state = all;
    return 0;
}

static int close_world(void **state)
{
    world_close(*state);
    free(*state);
    return 0;
}

static void test_broker_answers_its_asker(void **state)
{
    world *all = *state;
    submit(all->front, "r1");
    ag_lease lease = take_one(all->ai, "r1");
    assert_int_equal(answers_count(all->answers, NULL), 0);
    answer(all->ai, &lease, "r1", "{\"status\":\"success\"}");
    assert_string_equal(answers_wait(all->answers, "r1", PATIENCE_MS), "{\"status\":\"success\"}");
    assert_counts(all->front, 0, 0);
}

static void test_broker_takes_a_batch_in_order(void **state)
{
    world *all = *state;
    ag_lease leases[4];
    size_t count = 0, taken = 0;
    const char *const ids[] = {"r1", "r2", "r3", "r4", "r5"};
    for (size_t i = 0; i < 5; i++)
        submit(all->front, ids[i]);
    assert_counts(all->front, 5, 0);
    while (taken < 4) {
        assert_int_equal(
            ag_broker_take(all->ai, leases + taken, &count, 4 - taken, PATIENCE_MS, NULL), AG_OK);
        assert_int_not_equal(count, 0);
        taken += count;
    }
    assert_int_equal(taken, 4);
    assert_counts(all->front, 1, 4);
    for (size_t i = 0; i < 4; i++)
        assert_request(&leases[i], ids[i]);
    for (size_t i = 4; i-- > 0;)
        answer(all->ai, &leases[i], ids[i], ids[i]);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(answers_wait(all->answers, ids[i], PATIENCE_MS), ids[i]);
    assert_counts(all->front, 1, 0);
}

static void test_broker_takes_nothing_from_an_empty_queue(void **state)
{
    world *all = *state;
    ag_lease lease;
    for (int64_t timeout_ms = 0; timeout_ms <= 250; timeout_ms += 125) {
        size_t count = 7;
        assert_int_equal(ag_broker_take(all->ai, &lease, &count, 1, timeout_ms, NULL), AG_OK);
        assert_int_equal(count, 0);
    }
}

static void test_broker_returns_to_the_head(void **state)
{
    world *all = *state;
    submit(all->front, "r1");
    submit(all->front, "r2");
    ag_lease lease = take_one(all->ai, "r1");
    assert_int_equal(ag_broker_return(all->ai, &lease, false, NULL), AG_OK);
    assert_null(lease.handle);
    assert_counts(all->front, 2, 0);
    lease = take_one(all->ai, "r1");
    assert_int_equal(ag_broker_return(all->ai, &lease, true, NULL), AG_OK);
    assert_counts(all->front, 1, 0);
}

static void test_broker_leaving_gives_back_in_order(void **state)
{
    world *all = *state;
    submit(all->front, "r1");
    submit(all->front, "r2");
    submit(all->front, "r3");
    take_one(all->ai, "r1");
    take_one(all->ai, "r2");
    ag_broker_leave(all->ai);
    assert_counts(all->front, 3, 0);
    ag_broker_leave(all->ai); /* of no effect */

    ag_lease lease;
    size_t count;
    assert_int_equal(ag_broker_take(all->ai, &lease, &count, 1, 0, NULL), AG_EINVAL);
}

static void test_broker_tells_like_ids_apart(void **state)
{
    world *all = *state;
    const char *const ids[] = {"a", "a", "ab", "a:b"};
    ag_lease leases[4];
    for (size_t i = 0; i < 4; i++)
        submit(all->front, ids[i]);
    for (size_t i = 0; i < 4; i++)
        leases[i] = take_one(all->ai, ids[i]);
    answer(all->ai, &leases[1], "a", "second");
    assert_counts(all->front, 0, 3);
    answer(all->ai, &leases[2], "ab", "third");
    assert_counts(all->front, 0, 2);
    assert_int_equal(ag_broker_return(all->ai, &leases[0], false, NULL), AG_OK);
    leases[0] = take_one(all->ai, "a");
    answer(all->ai, &leases[3], "a:b", "fourth");
    /* Before the second answer to "a": either may be the one that arrives. */
    assert_string_equal(answers_wait(all->answers, "a", PATIENCE_MS), "second");
    answer(all->ai, &leases[0], "a", "again");
    assert_string_equal(answers_wait(all->answers, "ab", PATIENCE_MS), "third");
    assert_string_equal(answers_wait(all->answers, "a:b", PATIENCE_MS), "fourth");
    assert_counts(all->front, 0, 0);
}

static void test_broker_delivers_once_and_not_to_who_left(void **state)
{
    world *all = *state;
    submit(all->front, "gone");
    submit(all->front, "here");
    ag_broker_forget(all->front, "gone");
    ag_broker_forget(all->front, "never-known");
    ag_lease lease = take_one(all->ai, "gone");
    answer(all->ai, &lease, "gone", "1");
    lease = take_one(all->ai, "here");
    answer(all->ai, &lease, "here", "2");
    assert_string_equal(answers_wait(all->answers, "here", PATIENCE_MS), "2");
    pause_ms(600); /* two sweeps: they would find both */
    assert_int_equal(answers_count(all->answers, "gone"), 0);
    assert_int_equal(answers_count(all->answers, "here"), 1);
}

static void test_broker_carries_any_bytes(void **state)
{
    world *all = *state;
    const size_t length = 8 << 20;
    char *json = ag_try_malloc(length, 1);
    assert_non_null(json);
    for (size_t i = 0; i < length; i++)
        json[i] = (char)(i * 2654435761u >> 13);
    assert_int_equal(ag_broker_submit(all->front, "big", json, length, NULL), AG_OK);
    ag_lease lease;
    size_t count = 0;
    assert_int_equal(ag_broker_take(all->ai, &lease, &count, 1, PATIENCE_MS, NULL), AG_OK);
    assert_int_equal(count, 1);
    assert_int_equal(lease.length, length);
    assert_memory_equal(lease.json, json, length);
    answer(all->ai, &lease, "big", "small");
    assert_string_equal(answers_wait(all->answers, "big", PATIENCE_MS), "small");
    free(json);
}

static void test_broker_refuses_misuse(void **state)
{
    world *all = *state;
    ag_lease lease = {0};
    size_t count;
    ag_server_status status = {.id = "ai-1"};
    assert_true(ag_broker_is_connected(all->front));
    assert_int_equal(ag_broker_submit(all->front, "no spaces", "{}", 2, NULL), AG_EINVAL);
    assert_int_equal(ag_broker_submit(all->front, "", "{}", 2, NULL), AG_EINVAL);
    assert_int_equal(ag_broker_answer(all->ai, &lease, "a*", NULL, "{}", 2, NULL), AG_EINVAL);
    assert_int_equal(ag_broker_answer(all->ai, &lease, "a", "b\n", "{}", 2, NULL), AG_EINVAL);
    assert_int_equal(ag_broker_take(all->ai, &lease, &count, 0, 0, NULL), AG_EINVAL);
    assert_int_equal(ag_broker_serve(all->ai, &status, NULL), AG_EINVAL);
    assert_int_equal(ag_broker_listen(all->front, "x", answers_take, all->answers, NULL),
                     AG_EINVAL);
}

static void test_broker_tells_operators(void **state)
{
    world *all = *state;
    ag_broker_stats *stats = ag_xcalloc(1, sizeof *stats);
    ag_server_status status = {
        .id = "ignored", .answered = 12, .rate_per_s = 2.5, .encoder = "e\"1", .collection = "c"};
    submit(all->front, "r1");
    submit(all->front, "r2");
    take_one(all->ai, "r1");
    if (all->ai == all->front)
        snprintf(status.id, sizeof status.id, "ai-1");
    ag_broker_update_status(all->ai, &status);
    for (int i = 0; i < 200 && (stats->server_count < 1 || stats->servers[0].status.answered != 12);
         i++) {
        assert_int_equal(ag_broker_get_stats(all->front, stats, NULL), AG_OK);
        pause_ms(10);
    }
    assert_int_equal(stats->queued, 1);
    assert_int_equal(stats->in_flight, 1);
    assert_int_equal(stats->server_count, 1);
    assert_string_equal(stats->servers[0].status.id, "ai-1");
    assert_string_equal(stats->servers[0].status.encoder, "e\"1");
    assert_string_equal(stats->servers[0].status.collection, "c");
    assert_int_equal(stats->servers[0].status.answered, 12);
    assert_true(stats->servers[0].status.rate_per_s == 2.5);
    assert_int_equal(stats->servers[0].in_flight, 1);

    size_t removed = 0;
    assert_int_equal(ag_broker_purge(all->front, &removed, NULL), AG_OK);
    assert_true(removed >= 1);
    assert_int_equal(ag_broker_get_stats(all->front, stats, NULL), AG_OK);
    assert_int_equal(stats->queued, 0);
    free(stats);
}

enum { SUBMITTERS = 4, EACH = 50 };

typedef struct submitter {
    ag_broker *front;
    unsigned number;
} submitter;

static void *submit_many(void *arg)
{
    const submitter *self = arg;
    for (unsigned i = 0; i < EACH; i++) {
        char id[32];
        snprintf(id, sizeof id, "t%u-%u", self->number, i);
        submit(self->front, id);
    }
    return NULL;
}

/* The id inside {"request_id":"…"}. */
static void id_of(char out[32], const ag_lease *lease)
{
    assert_int_equal(sscanf(lease->json, "{\"request_id\":\"%31[^\"]", out), 1);
}

static void test_broker_serves_many_threads(void **state)
{
    world *all = *state;
    pthread_t threads[SUBMITTERS];
    submitter submitters[SUBMITTERS];
    for (unsigned i = 0; i < SUBMITTERS; i++) {
        submitters[i] = (submitter){all->front, i};
        assert_int_equal(pthread_create(&threads[i], NULL, submit_many, &submitters[i]), 0);
    }
    for (size_t answered = 0, count; answered < (size_t)SUBMITTERS * EACH; answered += count) {
        ag_lease leases[16];
        assert_int_equal(ag_broker_take(all->ai, leases, &count, 16, PATIENCE_MS, NULL), AG_OK);
        assert_int_not_equal(count, 0);
        for (size_t i = 0; i < count; i++) {
            char id[32];
            id_of(id, &leases[i]);
            answer(all->ai, &leases[i], id, id);
        }
    }
    for (unsigned i = 0; i < SUBMITTERS; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < SUBMITTERS * EACH; i++) {
        char id[32];
        snprintf(id, sizeof id, "t%u-%u", i / EACH, i % EACH);
        const char *json = answers_wait(all->answers, id, PATIENCE_MS);
        assert_non_null(json);
        assert_string_equal(json, id);
    }
    assert_int_equal(answers_count(all->answers, NULL), SUBMITTERS * EACH);
    assert_counts(all->front, 0, 0);
}

int conformance_run(const char *group, const char *url)
{
#define CASE(name)                                                                                 \
    cmocka_unit_test_prestate_setup_teardown(name, open_world, close_world, (void *)(uintptr_t)url)
    const struct CMUnitTest tests[] = {
        CASE(test_broker_answers_its_asker),
        CASE(test_broker_takes_a_batch_in_order),
        CASE(test_broker_takes_nothing_from_an_empty_queue),
        CASE(test_broker_returns_to_the_head),
        CASE(test_broker_leaving_gives_back_in_order),
        CASE(test_broker_tells_like_ids_apart),
        CASE(test_broker_delivers_once_and_not_to_who_left),
        CASE(test_broker_carries_any_bytes),
        CASE(test_broker_refuses_misuse),
        CASE(test_broker_tells_operators),
        CASE(test_broker_serves_many_threads),
    };
#undef CASE
    return cmocka_run_group_tests_name(group, tests, NULL, NULL);
}
