/* Keys are found with SCAN, which holds no one up; what changes meanwhile may be counted or not. */
#include "broker/redis_operator.h"

#include "base/memory.h"
#include "broker/heartbeat.h"
#include "broker/redis_keys.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keys looked at in one step. */
#define SCAN_COUNT "1000"

typedef ag_status visit_fn(void *ctx, ag_redis *redis, const redisReply *keys, ag_err *err);

/* Show every key of ours to visit, some at a time. */
static ag_status scan(ag_redis *redis, visit_fn *visit, void *ctx, ag_err *err)
{
    char cursor[24] = "0";
    do {
        redisReply *page = NULL;
        ag_redis_send(redis, "SCAN %s MATCH " AG_REDIS_PREFIX "* COUNT " SCAN_COUNT, cursor);
        ag_status status = ag_redis_receive(redis, &page, AG_REDIS_COMMAND_MS, err);
        if (status != AG_OK)
            return status;
        snprintf(cursor, sizeof cursor, "%s",
                 page->elements == 2 && page->element[0]->str != NULL ? page->element[0]->str
                                                                      : "0");
        if (page->elements == 2)
            status = visit(ctx, redis, page->element[1], err);
        freeReplyObject(page);
        if (status != AG_OK)
            return status;
    } while (strcmp(cursor, "0") != 0);
    return AG_OK;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The live server whose lease this key is; NULL for a dead one's. */
static ag_broker_server *server_of_lease(ag_broker_stats *stats, const char *key)
{
    const char *id = key + strlen(AG_REDIS_INFLIGHT);
    const char *colon = strrchr(id, ':');
    size_t length = colon != NULL ? (size_t)(colon - id) : 0;
    for (size_t i = 0; i < stats->server_count; i++) {
        const char *known = stats->servers[i].status.id;
        if (strlen(known) == length && memcmp(known, id, length) == 0)
            return &stats->servers[i];
    }
    return NULL;
}

static ag_status count_keys(void *ctx, ag_redis *redis, const redisReply *keys, ag_err *err)
{
    ag_broker_stats *stats = ctx;
    (void)redis;
    (void)err;
    for (size_t i = 0; i < keys->elements; i++) {
        const char *key = keys->element[i]->str;
        if (starts_with(key, AG_REDIS_RESPONSE))
            stats->waiting_answers++;
        if (!starts_with(key, AG_REDIS_INFLIGHT))
            continue;
        ag_broker_server *server = server_of_lease(stats, key);
        stats->in_flight++;
        if (server != NULL)
            server->in_flight++;
    }
    return AG_OK;
}

/* Servers whose heartbeat is there. */
static ag_status read_servers(ag_redis *redis, ag_broker_stats *out, const redisReply *ids,
                              ag_err *err)
{
    ag_status status = AG_OK;
    for (size_t i = 0; i < ids->elements; i++)
        ag_redis_send(redis, "GET " AG_REDIS_SERVER "%s", ids->element[i]->str);
    for (size_t i = 0; i < ids->elements && status == AG_OK; i++) {
        redisReply *beat = NULL;
        status = ag_redis_receive(redis, &beat, AG_REDIS_COMMAND_MS, err);
        if (status == AG_OK && beat->type == REDIS_REPLY_STRING &&
            out->server_count < AG_BROKER_MAX_SERVERS) {
            ag_server_status *server = &out->servers[out->server_count++].status;
            if (ag_heartbeat_read(server, beat->str, beat->len, NULL) != AG_OK)
                *server = (ag_server_status){0}; /* it lives, whatever it says */
            snprintf(server->id, sizeof server->id, "%s", ids->element[i]->str);
        }
        freeReplyObject(beat);
    }
    return status;
}

static ag_status find_servers(ag_redis *redis, ag_broker_stats *out, ag_err *err)
{
    redisReply *ids = NULL;
    ag_redis_send(redis, "HKEYS " AG_REDIS_SERVERS);
    ag_status status = ag_redis_receive(redis, &ids, AG_REDIS_COMMAND_MS, err);
    if (status == AG_OK)
        status = read_servers(redis, out, ids, err);
    freeReplyObject(ids);
    return status;
}

static ag_status read_memory(ag_redis *redis, uint64_t *bytes, ag_err *err)
{
    static const char KEY[] = "used_memory:";
    redisReply *info = NULL;
    ag_redis_send(redis, "INFO memory");
    ag_status status = ag_redis_receive(redis, &info, AG_REDIS_COMMAND_MS, err);
    if (status != AG_OK)
        return status;
    const char *found = info->str != NULL ? strstr(info->str, KEY) : NULL;
    *bytes = found != NULL ? strtoull(found + sizeof KEY - 1, NULL, 10) : 0;
    freeReplyObject(info);
    return AG_OK;
}

static ag_status collect(ag_redis *redis, ag_broker_stats *out, ag_err *err)
{
    long long queued = 0;
    snprintf(out->version, sizeof out->version, "%s", ag_redis_version(redis));
    ag_redis_send(redis, "LLEN " AG_REDIS_REQUESTS);
    ag_status status = ag_redis_expect(redis, &queued, err);
    out->queued = (size_t)queued;
    if (status == AG_OK)
        status = read_memory(redis, &out->memory_bytes, err);
    if (status == AG_OK)
        status = find_servers(redis, out, err);
    if (status == AG_OK)
        status = scan(redis, count_keys, out, err);
    return status;
}

ag_status ag_redis_get_stats(ag_redis *redis, ag_broker_stats *out, ag_err *err)
{
    ag_broker_stats *stats = ag_xcalloc(1, sizeof *stats); /* too large for a stack */
    ag_status status = collect(redis, stats, err);
    if (status == AG_OK)
        *out = *stats;
    free(stats);
    return status;
}

static ag_status remove_keys(void *ctx, ag_redis *redis, const redisReply *keys, ag_err *err)
{
    size_t *removed = ctx;
    size_t sent = 0;
    ag_status status = AG_OK;
    for (size_t i = 0; i < keys->elements; i++) {
        const char *key = keys->element[i]->str;
        if (strcmp(key, AG_REDIS_REQUESTS) != 0 && !starts_with(key, AG_REDIS_INFLIGHT) &&
            !starts_with(key, AG_REDIS_RESPONSE))
            continue;
        ag_redis_send(redis, "UNLINK %b", key, keys->element[i]->len);
        sent++;
    }
    for (; sent > 0 && status == AG_OK; sent--) {
        long long count = 0;
        status = ag_redis_expect(redis, &count, err);
        *removed += (size_t)count;
    }
    return status;
}

ag_status ag_redis_purge(ag_redis *redis, size_t *removed, ag_err *err)
{
    size_t count = 0;
    ag_status status = scan(redis, remove_keys, &count, err);
    if (status == AG_OK)
        *removed = count;
    return status;
}
