#include "fake_ai.h"

#include "base/memory.h"
#include "broker/message.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_HELD 2048

struct fake_ai {
    ag_broker *broker;
    pthread_t thread;
    struct {
        pthread_mutex_t mutex; /* held for all below */
        const char *answer;
        bool is_stopping;
        size_t taken;
        fake_ai_request last;
    } shared;
    ag_lease held[MAX_HELD]; /* the thread's */
    size_t held_count;
};

static void copy_text(char out[64], const char *text)
{
    snprintf(out, 64, "%s", text == NULL ? "" : text);
}

static void remember(fake_ai_request *last, const ag_request *request)
{
    copy_text(last->lang, request->lang);
    copy_text(last->exhibition, request->exhibition);
    copy_text(last->room, request->room);
    last->show_context = request->show_context;
    last->is_limited = request->is_limited;
}

static void answer_all(fake_ai *ai, const char *answer)
{
    for (size_t i = 0; i < ai->held_count; i++) {
        ag_arena *arena = ag_arena_create(0);
        ag_request request;
        ag_lease *lease = &ai->held[i];
        if (ag_request_read(&request, arena, lease->json, lease->length, NULL) != AG_OK)
            abort();
        pthread_mutex_lock(&ai->shared.mutex);
        remember(&ai->shared.last, &request);
        pthread_mutex_unlock(&ai->shared.mutex);
        if (ag_broker_answer(ai->broker, lease, request.request_id, request.reply_to, answer,
                             strlen(answer), NULL) != AG_OK)
            abort();
        ag_arena_destroy(arena);
    }
    ai->held_count = 0;
}

static void *serve(void *arg)
{
    fake_ai *ai = arg;
    for (;;) {
        size_t count = 0;
        if (ag_broker_take(ai->broker, ai->held + ai->held_count, &count, MAX_HELD - ai->held_count,
                           20, NULL) != AG_OK)
            abort();
        ai->held_count += count;
        pthread_mutex_lock(&ai->shared.mutex);
        ai->shared.taken += count;
        const char *answer = ai->shared.answer;
        bool is_stopping = ai->shared.is_stopping;
        pthread_mutex_unlock(&ai->shared.mutex);
        if (answer != NULL)
            answer_all(ai, answer);
        if (is_stopping)
            return NULL;
    }
}

fake_ai *fake_ai_start(ag_broker *broker, const char *answer)
{
    fake_ai *ai = ag_xcalloc(1, sizeof *ai);
    ag_server_status status = {
        .id = "fake", .encoder = "clip-fake", .collection = "twenty-four paintings"};
    ai->broker = broker;
    ai->shared.answer = answer;
    pthread_mutex_init(&ai->shared.mutex, NULL);
    assert_int_equal(ag_broker_serve(broker, &status, NULL), AG_OK);
    assert_int_equal(pthread_create(&ai->thread, NULL, serve, ai), 0);
    return ai;
}

void fake_ai_release(fake_ai *ai, const char *answer)
{
    pthread_mutex_lock(&ai->shared.mutex);
    ai->shared.answer = answer;
    pthread_mutex_unlock(&ai->shared.mutex);
}

size_t fake_ai_taken(fake_ai *ai)
{
    pthread_mutex_lock(&ai->shared.mutex);
    size_t taken = ai->shared.taken;
    pthread_mutex_unlock(&ai->shared.mutex);
    return taken;
}

fake_ai_request fake_ai_last(fake_ai *ai)
{
    pthread_mutex_lock(&ai->shared.mutex);
    fake_ai_request last = ai->shared.last;
    pthread_mutex_unlock(&ai->shared.mutex);
    return last;
}

void fake_ai_stop(fake_ai *ai)
{
    pthread_mutex_lock(&ai->shared.mutex);
    ai->shared.is_stopping = true;
    pthread_mutex_unlock(&ai->shared.mutex);
    pthread_join(ai->thread, NULL);
    ag_broker_leave(ai->broker);
    pthread_mutex_destroy(&ai->shared.mutex);
    free(ai);
}
