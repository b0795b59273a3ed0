#include "fake_hub.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <microhttpd.h>

/* Bytes on their way to one asker. */
typedef struct stream {
    fake_hub *hub;
    size_t first;  /* byte of the weights */
    size_t length; /* of the body, as announced */
    fake_hub_mode mode;
} stream;

static ssize_t read_stream(void *context, uint64_t at, char *out, size_t size)
{
    const stream *s = context;
    if (s->mode == FAKE_HUB_ENDLESS) {
        memset(out, 'x', size);
        return (ssize_t)size;
    }
    size_t end = s->mode == FAKE_HUB_CUT ? s->length / 2 : s->length;
    if (at >= end)
        return s->mode == FAKE_HUB_CUT ? MHD_CONTENT_READER_END_WITH_ERROR
                                       : MHD_CONTENT_READER_END_OF_STREAM;
    size_t count = end - at < size ? end - at : size;
    if (s->mode == FAKE_HUB_TRICKLE) {
        count = count < 1000 ? count : 1000;
        usleep(1000);
        if (at == 50000) /* once: the asker may have gone when the next piece is made */
            atomic_store(s->hub->stop, true);
    }
    memcpy(out, s->hub->weights + s->first + at, count);
    return (ssize_t)count;
}

static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned status,
                                     struct MHD_Response *response)
{
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status,
                                 const char *text)
{
    return send_response(connection, status,
                         MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text,
                                                         MHD_RESPMEM_MUST_COPY));
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value != NULL ? value : "";
}

/* The first byte asked for, and whether a part will be sent. */
static bool take_range(const fake_hub *hub, size_t *first, struct MHD_Connection *connection,
                       fake_hub_mode mode)
{
    unsigned long long from;
    const char *condition = header_of(connection, "If-Range");
    if (mode == FAKE_HUB_NO_RANGES || mode == FAKE_HUB_ENDLESS ||
        sscanf(header_of(connection, "Range"), "bytes=%llu-", &from) != 1)
        return false;
    if (mode != FAKE_HUB_NO_IF_RANGE && *condition != '\0' &&
        (hub->etag == NULL || strcmp(condition, hub->etag) != 0))
        return false;
    *first = mode == FAKE_HUB_WRONG_PART ? (size_t)from / 2 : (size_t)from;
    return true;
}

static enum MHD_Result send_weights(fake_hub *hub, struct MHD_Connection *connection,
                                    fake_hub_mode mode)
{
    size_t first = 0;
    bool is_part = take_range(hub, &first, connection, mode);
    if (first >= hub->weights_length)
        return send_text(connection, MHD_HTTP_RANGE_NOT_SATISFIABLE, "no such range");
    stream *s = calloc(1, sizeof *s);
    if (s == NULL)
        return MHD_NO;
    *s = (stream){hub, first, hub->weights_length - first, mode};
    struct MHD_Response *response = MHD_create_response_from_callback(
        mode == FAKE_HUB_ENDLESS ? MHD_SIZE_UNKNOWN : s->length, 64 * 1024, read_stream, s, free);
    if (is_part) {
        char range[96];
        snprintf(range, sizeof range, "bytes %zu-%zu/%zu", first, hub->weights_length - 1,
                 hub->weights_length);
        MHD_add_response_header(response, "Content-Range", range);
    }
    if (hub->etag != NULL)
        MHD_add_response_header(response, "ETag", hub->etag);
    if (hub->linked != NULL && mode != FAKE_HUB_REDIRECT)
        MHD_add_response_header(response, "X-Linked-Etag", hub->linked);
    return send_response(connection, is_part ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, response);
}

static enum MHD_Result redirect(const fake_hub *hub, struct MHD_Connection *connection,
                                const char *location)
{
    static char page[] = "this has moved";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof page - 1, page, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Location", location);
    if (hub->linked != NULL)
        MHD_add_response_header(response, "X-Linked-Etag", hub->linked);
    return send_response(connection, MHD_HTTP_FOUND, response);
}

static void note(fake_hub *hub, struct MHD_Connection *connection, bool is_other)
{
    pthread_mutex_lock(&hub->shared.mutex);
    hub->shared.weights_requests++;
    snprintf(hub->shared.range, sizeof hub->shared.range, "%s", header_of(connection, "Range"));
    snprintf(is_other ? hub->shared.other_token : hub->shared.token, sizeof hub->shared.token, "%s",
             header_of(connection, "Authorization"));
    pthread_mutex_unlock(&hub->shared.mutex);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
    fake_hub *hub = context;
    (void)method, (void)version, (void)upload, (void)upload_size, (void)state;
    if (strcmp(url, FAKE_HUB_MODEL "config.json") == 0) {
        pthread_mutex_lock(&hub->shared.mutex);
        hub->shared.config_requests++;
        pthread_mutex_unlock(&hub->shared.mutex);
        return send_text(connection, MHD_HTTP_OK, hub->config);
    }
    bool is_other = strcmp(url, "/elsewhere") == 0;
    if (!is_other && strcmp(url, FAKE_HUB_MODEL "model.safetensors") != 0)
        return send_text(connection, MHD_HTTP_NOT_FOUND, "Entry not found");
    note(hub, connection, is_other);
    if (is_other)
        return send_weights(hub, connection, FAKE_HUB_REDIRECT);
    if (hub->mode == FAKE_HUB_REDIRECT)
        return redirect(hub, connection, hub->other_url);
    if (hub->mode == FAKE_HUB_REDIRECT_LOOP)
        return redirect(hub, connection, url);
    if (hub->mode == FAKE_HUB_STATUS)
        return send_text(connection, hub->refusal_status, "no");
    return send_weights(hub, connection, hub->mode);
}

void fake_hub_start(fake_hub *hub)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    pthread_mutex_init(&hub->shared.mutex, NULL);
    hub->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION,
                                   0, NULL, NULL, handle, hub, MHD_OPTION_SOCK_ADDR,
                                   (struct sockaddr *)&address, MHD_OPTION_END);
    assert_non_null(hub->daemon);
    hub->port = MHD_get_daemon_info(hub->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    snprintf(hub->url, sizeof hub->url, "http://127.0.0.1:%u", hub->port);
}

void fake_hub_stop(fake_hub *hub)
{
    MHD_stop_daemon(hub->daemon);
    pthread_mutex_destroy(&hub->shared.mutex);
}
