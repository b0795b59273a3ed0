#include "orchestrator/report.h"

#include "base/clock.h"
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Columns a name fills at least in the table. */
#define ENCODER_COLUMNS    16
#define COLLECTION_COLUMNS 20

/* Lines being written, each cut to the width and counted. */
typedef struct table {
    ag_buffer *out;
    ag_buffer line; /* the one in hand */
    size_t columns; /* 0: no limit */
    size_t lines;   /* written */
} table;

/* Append at most size bytes of text as printable ASCII; those in `special` are escaped, too. */
static void show(ag_buffer *out, const char *text, size_t size, const char *special)
{
    for (size_t i = 0; i < size && text[i]; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool is_plain = byte >= ' ' && byte <= '~' && byte != '\\' && !strchr(special, byte);
        ag_buffer_printf(out, is_plain ? "%c" : "\\x%02x", byte);
    }
}

/* " key=value" with a value that is one word. */
static void show_pair(ag_buffer *out, const char *key, const char *value, size_t size)
{
    ag_buffer_printf(out, " %s=", key);
    show(out, value, size, " \"'=");
}

/* As show, filled up with spaces to `columns`, and two more. */
static void show_column(ag_buffer *out, const char *text, size_t size, size_t columns)
{
    size_t start = out->length;
    show(out, text, size, "");
    size_t width = out->length - start;
    ag_buffer_printf(out, "%*s", (int)(width < columns ? columns - width : 0) + 2, "");
}

/* The URL without what stands before its last "@": it may hold a password. */
static void put_url(ag_buffer *out, const char *url)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    const char *at = strrchr(host, '@');
    if (at) {
        show(out, url, (size_t)(host - url), " ");
        ag_buffer_printf(out, "***");
    }
    const char *rest = at ? at : url;
    show(out, rest, strlen(rest), " ");
}

static size_t server_count(const ag_broker_stats *stats)
{
    return stats->server_count < AG_BROKER_MAX_SERVERS ? stats->server_count
                                                       : AG_BROKER_MAX_SERVERS;
}

/* A server can claim any rate; one that is no rate counts as none. */
static double rate_of(const ag_broker_server *server)
{
    double rate = server->status.rate_per_s;
    return isfinite(rate) && rate > 0 && rate < 1e9 ? rate : 0;
}

static double total_rate(const ag_broker_stats *stats)
{
    double total = 0;
    for (size_t i = 0; i < server_count(stats); i++)
        total += rate_of(&stats->servers[i]);
    return total;
}

static void end_line(table *t)
{
    size_t length = t->line.length;
    if (t->columns && length > t->columns)
        length = t->columns;
    ag_buffer_printf(t->out, "%.*s\n", (int)length, length ? (char *)t->line.data : "");
    ag_buffer_clear(&t->line);
    t->lines++;
}

static void put_memory(ag_buffer *out, uint64_t bytes)
{
    if (bytes >= 10 << 20)
        ag_buffer_printf(out, "%" PRIu64 " MiB", bytes >> 20);
    else
        ag_buffer_printf(out, "%" PRIu64 " KiB", bytes >> 10);
}

static void put_broker(table *t, const ag_report *report)
{
    const ag_broker_stats *stats = report->stats;
    ag_buffer_printf(&t->line, "Broker      ");
    put_url(&t->line, report->url);
    if (!stats) {
        ag_buffer_printf(&t->line, " is away: ");
        show(&t->line, report->trouble, strlen(report->trouble), "");
        end_line(t);
        return;
    }
    ag_buffer_printf(&t->line, ", ");
    show(&t->line, stats->version, sizeof stats->version, "");
    if (stats->memory_bytes) {
        ag_buffer_printf(&t->line, ", memory ");
        put_memory(&t->line, stats->memory_bytes);
    }
    end_line(t);
    ag_buffer_printf(&t->line, "Requests    %zu waiting, %zu in flight", stats->queued,
                     stats->in_flight);
    end_line(t);
    ag_buffer_printf(&t->line, "Answers     %zu waiting to be fetched", stats->waiting_answers);
    end_line(t);
}

static void put_server(table *t, const ag_broker_server *server)
{
    const ag_server_status *status = &server->status;
    ag_buffer_printf(&t->line, "  %9zu  %9.1f  %9" PRIu64 "  ", server->in_flight, rate_of(server),
                     status->answered);
    show_column(&t->line, status->encoder, sizeof status->encoder, ENCODER_COLUMNS);
    show_column(&t->line, status->collection, sizeof status->collection, COLLECTION_COLUMNS);
    show(&t->line, status->id, sizeof status->id, "");
    end_line(t);
}

/* The servers that fit into `rows` lines, and how many do not. */
static void put_servers(table *t, const ag_broker_stats *stats, size_t rows)
{
    ag_buffer_printf(&t->line, "AI servers  %zu alive, %.1f answers/s", stats->server_count,
                     total_rate(stats));
    end_line(t);
    if (stats->server_count == 0)
        return;
    end_line(t);
    ag_buffer_printf(&t->line, "  in flight  answers/s   answered  %-*s  %-*s  id", ENCODER_COLUMNS,
                     "encoder", COLLECTION_COLUMNS, "collection");
    end_line(t);
    size_t shown = server_count(stats);
    size_t room = rows > t->lines ? rows - t->lines : 0;
    if (rows && stats->server_count > room && shown >= room)
        shown = room > 0 ? room - 1 : 0; /* a line for those left out */
    for (size_t i = 0; i < shown; i++)
        put_server(t, &stats->servers[i]);
    if (shown < stats->server_count) {
        ag_buffer_printf(&t->line, "  and %zu more", stats->server_count - shown);
        end_line(t);
    }
}

void ag_report_table(ag_buffer *out, const ag_report *report, size_t columns, size_t rows)
{
    table t = {.out = out, .columns = columns};
    char time[AG_CLOCK_ISO8601_BYTES];
    ag_clock_format_iso8601(time, report->wall_us);
    ag_buffer_printf(&t.line, "Time        %s", time);
    end_line(&t);
    put_broker(&t, report);
    if (report->purged_keys) {
        ag_buffer_printf(&t.line, "Removed     all of these requests and answers: %zu keys",
                         *report->purged_keys);
        end_line(&t);
    }
    if (report->stats)
        put_servers(&t, report->stats, rows);
    ag_buffer_fini(&t.line);
}

static void put_server_line(ag_buffer *out, const char *time, const ag_broker_server *server)
{
    const ag_server_status *status = &server->status;
    ag_buffer_printf(out, "%s server", time);
    show_pair(out, "id", status->id, sizeof status->id);
    ag_buffer_printf(out, " in_flight=%zu rate_per_s=%.1f answered=%" PRIu64, server->in_flight,
                     rate_of(server), status->answered);
    show_pair(out, "encoder", status->encoder, sizeof status->encoder);
    show_pair(out, "collection", status->collection, sizeof status->collection);
    ag_buffer_printf(out, "\n");
}

void ag_report_lines(ag_buffer *out, const ag_report *report)
{
    const ag_broker_stats *stats = report->stats;
    char time[AG_CLOCK_ISO8601_BYTES];
    ag_clock_format_iso8601(time, report->wall_us);
    ag_buffer_printf(out, "%s broker state=%s url=", time, stats ? "connected" : "away");
    put_url(out, report->url);
    if (!stats) {
        ag_buffer_printf(out, " message=\"");
        show(out, report->trouble, strlen(report->trouble), "\"");
        ag_buffer_printf(out, "\"\n");
        return;
    }
    show_pair(out, "version", stats->version, sizeof stats->version);
    ag_buffer_printf(out,
                     " memory_bytes=%" PRIu64 " queued=%zu in_flight=%zu waiting_answers=%zu"
                     " servers=%zu rate_per_s=%.1f\n",
                     stats->memory_bytes, stats->queued, stats->in_flight, stats->waiting_answers,
                     stats->server_count, total_rate(stats));
    for (size_t i = 0; i < server_count(stats); i++)
        put_server_line(out, time, &stats->servers[i]);
}

/* Takes value; false when memory is out, here or where value was made. */
static bool set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

/* Text of a field that fills its array if no NUL ends it. */
static json_t *field_text(const char *field, size_t size)
{
    char text[sizeof((ag_server_status *)0)->collection + 1];
    size_t length = strnlen(field, size < sizeof text ? size : sizeof text - 1);
    memcpy(text, field, length);
    text[length] = '\0';
    return ag_json_text(text);
}

static json_t *server_json(const ag_broker_server *server)
{
    const ag_server_status *status = &server->status;
    json_t *object = json_object();
    if (set(object, "id", field_text(status->id, sizeof status->id)) &&
        set(object, "in_flight", json_integer((json_int_t)server->in_flight)) &&
        set(object, "rate_per_s", json_real(rate_of(server))) &&
        set(object, "answered", json_integer((json_int_t)status->answered)) &&
        set(object, "encoder", field_text(status->encoder, sizeof status->encoder)) &&
        set(object, "collection", field_text(status->collection, sizeof status->collection)))
        return object;
    json_decref(object);
    return NULL;
}

static bool set_stats(json_t *object, const ag_broker_stats *stats)
{
    json_t *servers = json_array();
    for (size_t i = 0; i < server_count(stats); i++) {
        if (json_array_append_new(servers, server_json(&stats->servers[i])) != 0) {
            json_decref(servers);
            return false;
        }
    }
    return set(object, "servers", servers) &&
           set(object, "version", field_text(stats->version, sizeof stats->version)) &&
           set(object, "memory_bytes", json_integer((json_int_t)stats->memory_bytes)) &&
           set(object, "queued", json_integer((json_int_t)stats->queued)) &&
           set(object, "in_flight", json_integer((json_int_t)stats->in_flight)) &&
           set(object, "waiting_answers", json_integer((json_int_t)stats->waiting_answers)) &&
           set(object, "server_count", json_integer((json_int_t)stats->server_count)) &&
           set(object, "rate_per_s", json_real(total_rate(stats)));
}

ag_status ag_report_json(ag_buffer *out, const ag_report *report, ag_err *err)
{
    char time[AG_CLOCK_ISO8601_BYTES];
    ag_clock_format_iso8601(time, report->wall_us);
    ag_buffer url = {0};
    put_url(&url, report->url);
    json_t *object = json_object();
    bool is_built = set(object, "time", ag_json_text(time)) &&
                    set(object, "broker", ag_json_text(url.length ? (char *)url.data : "")) &&
                    set(object, "state", ag_json_text(report->stats ? "connected" : "away"));
    if (is_built && report->stats)
        is_built = set_stats(object, report->stats);
    if (is_built && report->trouble)
        is_built = set(object, "message", ag_json_text(report->trouble));
    if (is_built && report->purged_keys)
        is_built = set(object, "purged_keys", json_integer((json_int_t)*report->purged_keys));
    ag_status status = is_built ? ag_json_write(out, object, err)
                                : ag_err_set(err, AG_ENOMEM, "no memory for the broker's report");
    if (status == AG_OK)
        status = ag_buffer_append(out, "\n", 1, err);
    json_decref(object);
    ag_buffer_fini(&url);
    return status;
}
