#include "broker/redis_connection.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_MS 1000

/* BLMOVE and LMOVE came with this version. */
#define OLDEST_MAJOR 6
#define OLDEST_MINOR 2

/* Requests are hundreds of kilobytes: few calls for one. */
#define READ_BYTES (128 * 1024)

struct ag_redis {
    redisContext *context;
    ag_buffer unsent;   /* commands that wait for the next receive */
    size_t outstanding; /* replies still to come */
    bool is_broken;
    char version[64];
    char input[READ_BYTES];
};

static ag_status broken(ag_redis *redis, ag_err *err, const char *why)
{
    redis->is_broken = true;
    return ag_err_set(err, AG_EUNAVAILABLE, "Redis is away: %s", why);
}

void ag_redis_close(ag_redis *redis)
{
    if (redis == NULL)
        return;
    if (redis->context != NULL)
        redisFree(redis->context);
    ag_buffer_fini(&redis->unsent);
    free(redis);
}

const char *ag_redis_version(const ag_redis *redis)
{
    return redis->version;
}

void ag_redis_send(ag_redis *redis, const char *format, ...)
{
    char *command = NULL;
    va_list args;
    va_start(args, format);
    int length = redisvFormatCommand(&command, format, args);
    va_end(args);
    if (length < 0 || ag_buffer_append(&redis->unsent, command, (size_t)length, NULL) != AG_OK)
        redis->is_broken = true;
    redisFreeCommand(command);
    redis->outstanding++;
}

/* Wait until the socket is ready for events, or wake_fd readable; false at end_us. */
static bool wait_for(const ag_redis *redis, short events, int wake_fd, int64_t end_us)
{
    struct pollfd fds[2] = {{.fd = redis->context->fd, .events = events},
                            {.fd = wake_fd, .events = POLLIN}};
    for (;;) {
        int64_t left_us = end_us - ag_clock_monotonic_us();
        int ready = poll(fds, 2, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
        if (ready > 0)
            return fds[0].revents != 0;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

static ag_status flush(ag_redis *redis, ag_err *err)
{
    size_t sent = 0;
    while (sent < redis->unsent.length) {
        ssize_t count = send(redis->context->fd, redis->unsent.data + sent,
                             redis->unsent.length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count > 0) {
            sent += (size_t)count;
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return broken(redis, err, strerror(errno));
        /* However long the command, it is only stuck when nothing of it moves. */
        int64_t end_us = ag_clock_monotonic_us() + AG_REDIS_COMMAND_MS * 1000;
        if (!wait_for(redis, POLLOUT, -1, end_us))
            return broken(redis, err, "it takes no more commands");
    }
    ag_buffer_clear(&redis->unsent);
    return AG_OK;
}

/* Bytes that are there go to the protocol reader. */
static ag_status read_some(ag_redis *redis, ag_err *err)
{
    ssize_t count = recv(redis->context->fd, redis->input, sizeof redis->input, MSG_DONTWAIT);
    if (count > 0) {
        if (redisReaderFeed(redis->context->reader, redis->input, (size_t)count) != REDIS_OK)
            return broken(redis, err, redis->context->reader->errstr);
        return AG_OK;
    }
    if (count == 0)
        return broken(redis, err, "it closed the connection");
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return AG_OK;
    return broken(redis, err, strerror(errno));
}

/* The next whole reply; NULL (AG_OK) at the end of the time or when woken. */
static ag_status next_reply(ag_redis *redis, redisReply **out, int wake_fd, int64_t timeout_ms,
                            ag_err *err)
{
    int64_t end_us = ag_clock_monotonic_us() + timeout_ms * 1000;
    void *reply = NULL;
    if (redis->is_broken)
        return broken(redis, err, "the connection broke");
    ag_status status = flush(redis, err);
    while (status == AG_OK) {
        if (redisReaderGetReply(redis->context->reader, &reply) != REDIS_OK)
            return broken(redis, err, redis->context->reader->errstr);
        if (reply != NULL || !wait_for(redis, POLLIN, wake_fd, end_us))
            break;
        status = read_some(redis, err);
    }
    if (status == AG_OK)
        *out = reply;
    return status;
}

ag_status ag_redis_receive(ag_redis *redis, redisReply **out, int64_t timeout_ms, ag_err *err)
{
    redisReply *reply = NULL;
    ag_status status = next_reply(redis, &reply, -1, timeout_ms, err);
    if (status != AG_OK)
        return status;
    if (reply == NULL)
        return broken(redis, err, "it does not answer");
    redis->outstanding--;
    if (reply->type == REDIS_REPLY_ERROR) {
        status = ag_err_set(err, AG_EUNAVAILABLE, "Redis refuses: %s", reply->str);
        freeReplyObject(reply);
        return status;
    }
    *out = reply;
    return AG_OK;
}

ag_status ag_redis_expect(ag_redis *redis, long long *number, ag_err *err)
{
    redisReply *reply = NULL;
    ag_status status = ag_redis_receive(redis, &reply, AG_REDIS_COMMAND_MS, err);
    if (status == AG_OK && number != NULL)
        *number = reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
    freeReplyObject(reply);
    return status;
}

ag_status ag_redis_poll(ag_redis *redis, redisReply **out, int wake_fd, int64_t timeout_ms,
                        ag_err *err)
{
    return next_reply(redis, out, wake_fd, timeout_ms, err);
}

bool ag_redis_is_broken(const ag_redis *redis)
{
    return redis->is_broken;
}

bool ag_redis_is_usable(const ag_redis *redis)
{
    if (redis->is_broken || redis->outstanding > 0 || redis->unsent.length > 0)
        return false;
    /* A server that hung up made the socket readable; so did bytes no one asked for. */
    struct pollfd fd = {.fd = redis->context->fd, .events = POLLIN};
    return poll(&fd, 1, 0) == 0;
}

/* Version from the reply to INFO server; a server that hides it is taken as new enough. */
static ag_status check_version(ag_redis *redis, const redisReply *info, ag_err *err)
{
    static const char KEY[] = "redis_version:";
    const char *found = info->type == REDIS_REPLY_STRING ? strstr(info->str, KEY) : NULL;
    int major, minor;
    snprintf(redis->version, sizeof redis->version, "redis");
    if (found == NULL || sscanf(found + sizeof KEY - 1, "%d.%d", &major, &minor) != 2)
        return AG_OK;
    found += sizeof KEY - 1;
    snprintf(redis->version, sizeof redis->version, "redis %.*s", (int)strcspn(found, "\r\n"),
             found);
    if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR))
        return ag_err_set(err, AG_EUNAVAILABLE, "Redis %.*s is too old: %d.%d or newer is needed",
                          (int)strcspn(found, "\r\n"), found, OLDEST_MAJOR, OLDEST_MINOR);
    return AG_OK;
}

static ag_status log_in(ag_redis *redis, const ag_redis_url *url, ag_err *err)
{
    ag_status status = AG_OK;
    if (url->user[0] != '\0')
        ag_redis_send(redis, "AUTH %s %s", url->user, url->password);
    else if (url->password[0] != '\0')
        ag_redis_send(redis, "AUTH %s", url->password);
    if (redis->outstanding > 0)
        status = ag_redis_expect(redis, NULL, err);
    if (status == AG_OK && url->database != 0) {
        ag_redis_send(redis, "SELECT %d", url->database);
        status = ag_redis_expect(redis, NULL, err);
    }
    return status;
}

/* Is it the server we need, and has it finished loading? */
static ag_status greet(ag_redis *redis, ag_err *err)
{
    redisReply *info = NULL;
    ag_redis_send(redis, "PING");
    ag_redis_send(redis, "INFO server");
    ag_status status = ag_redis_expect(redis, NULL, err);
    if (status == AG_OK && ag_redis_receive(redis, &info, AG_REDIS_COMMAND_MS, err) == AG_OK)
        status = check_version(redis, info, err);
    else if (status == AG_OK && redis->is_broken)
        status = AG_EUNAVAILABLE;
    freeReplyObject(info);
    return status;
}

ag_status ag_redis_connect(ag_redis **out, const ag_redis_url *url, ag_err *err)
{
    ag_redis *redis = ag_xcalloc(1, sizeof *redis);
    const struct timeval limit = {.tv_sec = CONNECT_MS / 1000, .tv_usec = CONNECT_MS % 1000 * 1000};
    ag_status status = AG_OK;
    redis->context = redisConnectWithTimeout(url->host, url->port, limit);
    if (redis->context == NULL)
        status = ag_err_set(err, AG_ENOMEM, "no memory for a connection to Redis");
    else if (redis->context->err != 0)
        status = broken(redis, err, redis->context->errstr);
    if (status == AG_OK) {
        redisEnableKeepAlive(redis->context);
        fcntl(redis->context->fd, F_SETFD, FD_CLOEXEC);
        status = log_in(redis, url, err);
    }
    if (status == AG_OK)
        status = greet(redis, err);
    if (status == AG_OK)
        *out = redis;
    else
        ag_redis_close(redis);
    return status;
}
