/* The watching thread holds a connection of its own. A server that stops closes it, which is
 * noticed at once; one that hangs or is cut off misses a ping. While the server is away nothing
 * else tries to connect, so that every call can fail at once and the server, once back, is not
 * stormed: attempts come after 50 ms, doubling to 2 s, each moved by up to a half at random. */
#include "broker/redis_link.h"

#include "base/memory.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#define PING_EVERY_MS  1000
#define FIRST_RETRY_MS 50
#define LAST_RETRY_MS  2000

/* Connections kept for the next user; more than that many may be borrowed at once. */
#define IDLE_MAX 8

struct ag_redis_link {
    ag_redis_url url;
    const ag_log *log;
    pthread_t watcher;
    int wake_fd; /* eventfd: the watcher has something to look after */
    atomic_bool is_stopping;
    _Atomic uint64_t epoch; /* 0 while away; written by the watcher (and by open, before it) */
    ag_redis *first;        /* what open found, the watcher's to watch; may be NULL */
    uint64_t times_found;   /* the watcher's own */
    char trouble[AG_ERR_MESSAGE_BYTES]; /* the watcher's own: what was logged last, while away */
    struct {
        pthread_mutex_t mutex; /* guards all of shared */
        ag_redis *idle[IDLE_MAX];
        size_t idle_count;
    } shared;
};

static void wake(ag_redis_link *link)
{
    /* A counter that is full already wakes as well. */
    ssize_t written = write(link->wake_fd, &(uint64_t){1}, sizeof(uint64_t));
    (void)written;
}

static void free_link(ag_redis_link *link)
{
    if (link->wake_fd >= 0)
        close(link->wake_fd);
    pthread_mutex_destroy(&link->shared.mutex);
    free(link);
}

static void drop_idle(ag_redis_link *link)
{
    pthread_mutex_lock(&link->shared.mutex);
    while (link->shared.idle_count > 0)
        ag_redis_close(link->shared.idle[--link->shared.idle_count]);
    pthread_mutex_unlock(&link->shared.mutex);
}

/* A new connection of the watcher's; what is wrong is logged when it is news. */
static ag_redis *find_server(ag_redis_link *link)
{
    ag_err err;
    ag_redis *redis = NULL;
    if (ag_redis_connect(&redis, &link->url, &err) == AG_OK) {
        link->trouble[0] = '\0';
        ag_log_write(link->log, AG_LOG_INFO, "broker", NULL, "connected to %s at %s port %d",
                     ag_redis_version(redis), link->url.host, link->url.port);
        atomic_store(&link->epoch, ++link->times_found);
    } else if (strcmp(link->trouble, err.message) != 0) {
        memcpy(link->trouble, err.message, sizeof link->trouble);
        ag_log_write(link->log, AG_LOG_WARN, "broker", NULL, "no broker at %s port %d: %s",
                     link->url.host, link->url.port, err.message);
    }
    return redis;
}

static void lose_server(ag_redis_link *link, const ag_err *why)
{
    atomic_store(&link->epoch, 0);
    drop_idle(link);
    ag_log_write(link->log, AG_LOG_WARN, "broker", NULL, "lost the broker at %s port %d: %s",
                 link->url.host, link->url.port, why->message);
}

/* Sleep until woken or for wait_ms. */
static void rest(ag_redis_link *link, int64_t wait_ms)
{
    struct pollfd fd = {.fd = link->wake_fd, .events = POLLIN};
    uint64_t count;
    if (poll(&fd, 1, (int)wait_ms) > 0 && read(link->wake_fd, &count, sizeof count) < 0)
        return;
}

/* Watch a server that is there, until it is not or the link closes. */
static void watch(ag_redis_link *link, ag_redis *redis)
{
    ag_err err = {0};
    ag_status status = AG_OK;
    while (status == AG_OK && !atomic_load(&link->is_stopping)) {
        redisReply *unasked = NULL;
        status = ag_redis_poll(redis, &unasked, link->wake_fd, PING_EVERY_MS, &err);
        freeReplyObject(unasked);
        rest(link, 0);
        if (status == AG_OK && !atomic_load(&link->is_stopping)) {
            ag_redis_send(redis, "PING");
            status = ag_redis_expect(redis, NULL, &err);
        }
    }
    if (status != AG_OK)
        lose_server(link, &err);
}

/* wait_ms, moved by up to a half either way. */
static int64_t jittered(int64_t wait_ms)
{
    uint16_t random = 0x8000; /* the middle, should there be no entropy */
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
        return wait_ms;
    return wait_ms / 2 + wait_ms * random / 0x10000;
}

static void *watch_always(void *arg)
{
    ag_redis_link *link = arg;
    ag_redis *redis = link->first;
    int64_t retry_ms = FIRST_RETRY_MS;
    pthread_setname_np(pthread_self(), "redis-watch");
    while (!atomic_load(&link->is_stopping)) {
        if (redis == NULL) {
            rest(link, jittered(retry_ms));
            retry_ms = retry_ms * 2 < LAST_RETRY_MS ? retry_ms * 2 : LAST_RETRY_MS;
            redis = find_server(link);
        } else {
            watch(link, redis);
            ag_redis_close(redis);
            redis = NULL;
            retry_ms = FIRST_RETRY_MS;
        }
    }
    ag_redis_close(redis);
    return NULL;
}

ag_status ag_redis_link_open(ag_redis_link **out, const ag_redis_url *url, const ag_log *log,
                             ag_err *err)
{
    ag_redis_link *link = ag_xcalloc(1, sizeof *link);
    link->url = *url;
    link->log = log;
    pthread_mutex_init(&link->shared.mutex, NULL);
    link->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int reason = link->wake_fd < 0 ? errno : 0;
    if (reason == 0) {
        link->first = find_server(link);
        reason = pthread_create(&link->watcher, NULL, watch_always, link);
    }
    if (reason == 0) {
        *out = link;
        return AG_OK;
    }
    ag_redis_close(link->first);
    free_link(link);
    return ag_err_set_errno(err, reason, "cannot watch the broker");
}

void ag_redis_link_close(ag_redis_link *link)
{
    if (link == NULL)
        return;
    atomic_store(&link->is_stopping, true);
    wake(link);
    pthread_join(link->watcher, NULL);
    drop_idle(link);
    free_link(link);
}

uint64_t ag_redis_link_epoch(ag_redis_link *link)
{
    return atomic_load(&link->epoch);
}

static ag_redis *take_idle(ag_redis_link *link)
{
    ag_redis *redis = NULL;
    pthread_mutex_lock(&link->shared.mutex);
    if (link->shared.idle_count > 0)
        redis = link->shared.idle[--link->shared.idle_count];
    pthread_mutex_unlock(&link->shared.mutex);
    return redis;
}

ag_status ag_redis_link_acquire(ag_redis_link *link, ag_redis **out, ag_err *err)
{
    if (atomic_load(&link->epoch) == 0)
        return ag_err_set(err, AG_EUNAVAILABLE, "the broker is away");
    ag_redis *redis;
    while ((redis = take_idle(link)) != NULL) {
        if (ag_redis_is_usable(redis)) {
            *out = redis;
            return AG_OK;
        }
        ag_redis_close(redis);
    }
    ag_status status = ag_redis_connect(out, &link->url, err);
    if (status != AG_OK)
        wake(link);
    return status;
}

void ag_redis_link_release(ag_redis_link *link, ag_redis *redis)
{
    bool is_usable = ag_redis_is_usable(redis);
    bool is_kept = false;
    if (!is_usable)
        wake(link);
    pthread_mutex_lock(&link->shared.mutex);
    if (is_usable && link->shared.idle_count < IDLE_MAX && atomic_load(&link->epoch) != 0) {
        link->shared.idle[link->shared.idle_count++] = redis;
        is_kept = true;
    }
    pthread_mutex_unlock(&link->shared.mutex);
    if (!is_kept)
        ag_redis_close(redis);
}
