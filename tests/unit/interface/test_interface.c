/* The whole interface in one process: the real HTTP server on a free port, the memory broker, an AI
 * server of our own, and clients on raw sockets. */
#include "interface/interface.h"

#include "base/file.h"
#include "base/json.h"
#include "fake_ai.h"
#include "http_client.h"

#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define MONET                                                                                      \
    "{\"request_id\":\"x\",\"status\":\"success\",\"artist\":\"Claude Monet\",\"title\":\"Water "  \
    "Lilies\",\"period\":\"1906\",\"confidence\":0.91,\"description\":\"Ponds.\","                 \
    "\"match\":\"likely\",\"similar\":[]}"
#define MANY 1000

typedef struct fixture {
    ag_broker *broker;
    ag_interface *interface;
    ag_interface_options options;
    ag_buffer photo; /* a good upload, once a test asked for it */
    char folder[64];
    char telemetry[96];
    const char *shared; /* the test material */
    const char *why_not;
} fixture;

static const char *why_not_ready(void *ctx)
{
    return ((fixture *)ctx)->why_not;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    ag_broker_options options = {.url = "memory:", .heartbeat_ms = 1000, .answer_ttl_s = 60};
    snprintf(f->folder, sizeof f->folder, "/tmp/ag-interface-XXXXXX");
    if (mkdtemp(f->folder) == NULL || ag_broker_open(&f->broker, &options, NULL) != AG_OK)
        return -1;
    snprintf(f->telemetry, sizeof f->telemetry, "%s/telemetry.csv", f->folder);
    f->shared = getenv("ARTGUIDE_TEST_SHARED");
    f->options = AG_INTERFACE_OPTIONS_DEFAULT;
    f->options.listen = "127.0.0.1";
    f->options.port = 0;
    f->options.telemetry_path = f->telemetry;
    f->options.version = "0.0.0-test";
    f->options.broker = f->broker;
    f->options.threads = 2;
    f->options.why_not_ready = why_not_ready;
    f->options.why_not_ready_ctx = f;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    if (f->interface != NULL)
        ag_interface_stop(f->interface);
    ag_broker_close(f->broker);
    ag_interface_destroy(f->interface);
    unlink(f->telemetry);
    rmdir(f->folder);
    ag_buffer_fini(&f->photo);
    free(f);
    return 0;
}

static uint16_t start(fixture *f)
{
    ag_err err;
    if (ag_interface_start(&f->interface, &f->options, &err) != AG_OK)
        fail_msg("%s", err.message);
    return ag_interface_port(f->interface);
}

static void read_input(ag_buffer *out, const fixture *f, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/inputs/%s", f->shared == NULL ? "" : f->shared, name);
    ag_buffer_clear(out);
    if (ag_file_read(out, path, 64 << 20, NULL) != AG_OK) {
        print_message("no %s: set ARTGUIDE_TEST_SHARED\n", path);
        skip();
    }
}

/* A picture that is let in; the fuzzers' seeds have some. */
static void need_photo(fixture *f)
{
    char path[512];
    const char *source = getenv("ARTGUIDE_TEST_SOURCE");
    snprintf(path, sizeof path, "%s/tests/fuzz/seeds/image/baseline.jpg",
             source == NULL ? "." : source);
    assert_int_equal(ag_file_read(&f->photo, path, 1 << 20, NULL), AG_OK);
}

static json_t *body_of(const http_reply *reply)
{
    json_t *object = NULL;
    if (ag_json_parse_object(&object, reply->body, strlen(reply->body), NULL) != AG_OK)
        fail_msg("status %d, no JSON: %s", reply->status, reply->body);
    return object;
}

/* The reply is the error with this status and code (NULL: any); ends the reply. */
static void assert_error(http_reply *reply, int status, const char *code)
{
    json_t *body = body_of(reply);
    assert_int_equal(reply->status, status);
    assert_string_equal(ag_json_string(body, "status", ""), "error");
    assert_true(strlen(ag_json_string(body, "message", "")) > 0);
    if (code != NULL)
        assert_string_equal(ag_json_string(body, "code", ""), code);
    json_decref(body);
    http_reply_fini(reply);
}

static void pause_ms(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* The value of a metric without labels. */
static long metric(uint16_t port, const char *name)
{
    char line[96];
    http_reply reply =
        http_exchange(port, "GET /metrics HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr(reply.body, line);
    assert_non_null(at);
    long value = strtol(at + strlen(line), NULL, 10);
    http_reply_fini(&reply);
    return value;
}

/* Wait until the metric has the value; the test fails after a minute. */
static void await_metric(uint16_t port, const char *name, long value)
{
    for (int i = 0; i < 3000 && metric(port, name) != value; i++)
        pause_ms(20);
    assert_int_equal(metric(port, name), value);
}

static void test_interface_good_upload(void **state)
{
    fixture *f = *state;
    need_photo(f);
    uint16_t port = start(f);
    fake_ai *ai = fake_ai_start(f->broker, MONET);
    static const char *const FIELDS[] = {"lang=pt-BR", "show_context=false",
                                         "exhibition=Luz e \xc3\xb3leo", "scope=only", NULL};
    http_reply reply = http_upload(port, f->photo.data, f->photo.length, FIELDS);
    json_t *body = body_of(&reply);
    char id[64], policy[128];

    assert_int_equal(reply.status, 200);
    assert_string_equal(ag_json_string(body, "status", ""), "success");
    assert_string_equal(ag_json_string(body, "artist", ""), "Claude Monet");
    assert_true(ag_json_number(body, "response_time", -1) >= 0);
    http_header(&reply, "X-Request-Id", id, sizeof id);
    assert_int_equal(strlen(id), 36);
    assert_string_equal(ag_json_string(body, "request_id", ""), id);
    http_header(&reply, "Content-Security-Policy", policy, sizeof policy);
    assert_string_equal(policy, "default-src 'none'; frame-ancestors 'none'");
    fake_ai_request asked = fake_ai_last(ai);
    assert_string_equal(asked.lang, "pt-BR");
    assert_string_equal(asked.exhibition, "Luz e \xc3\xb3leo");
    assert_string_equal(asked.room, "");
    assert_true(asked.is_limited);
    assert_false(asked.show_context);
    assert_int_equal(metric(port, "artguide_upload_held_bytes"), 0);

    ag_buffer csv = {0};
    char tail[96];
    assert_int_equal(ag_file_read(&csv, f->telemetry, 1 << 20, NULL), AG_OK);
    snprintf(tail, sizeof tail, ",%s,Claude Monet,0.9100,", id);
    assert_non_null(strstr((char *)csv.data, tail));
    assert_non_null(strstr((char *)csv.data, ",success\n"));
    ag_buffer_fini(&csv);
    json_decref(body);
    http_reply_fini(&reply);
    fake_ai_stop(ai);
}

/* A photo as the whole body, with everything else behind the ? of the address. */
static void test_interface_takes_the_place_from_the_address(void **state)
{
    fixture *f = *state;
    need_photo(f);
    uint16_t port = start(f);
    fake_ai *ai = fake_ai_start(f->broker, MONET);
    ag_buffer request = {0};
    ag_buffer_printf(&request,
                     "POST /api/recognize?exhibition=Licht+%%26%%20%%C3%%96l&room=Saal%%205 "
                     "HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Type: image/jpeg\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     f->photo.length);
    assert_int_equal(ag_buffer_append(&request, f->photo.data, f->photo.length, NULL), AG_OK);
    int fd = http_connect(port);
    http_send(fd, request.data, request.length);
    http_reply reply = http_receive(fd);
    close(fd);
    assert_int_equal(reply.status, 200);
    fake_ai_request asked = fake_ai_last(ai);
    assert_string_equal(asked.exhibition, "Licht & \xc3\x96l");
    assert_string_equal(asked.room, "Saal 5");
    assert_false(asked.is_limited);
    http_reply_fini(&reply);
    ag_buffer_fini(&request);
    fake_ai_stop(ai);
}

static void test_interface_every_valid_input(void **state)
{
    fixture *f = *state;
    read_input(&f->photo, f, "valid/rgb.png");
    uint16_t port = start(f);
    fake_ai *ai = fake_ai_start(f->broker, MONET);
    char path[512], name[300];
    snprintf(path, sizeof path, "%s/inputs/valid", f->shared);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "valid/%s", entry->d_name);
        read_input(&f->photo, f, name);
        http_reply reply = http_upload(port, f->photo.data, f->photo.length, NULL);
        if (reply.status != 200)
            fail_msg("%s: %d %s", name, reply.status, reply.body);
        http_reply_fini(&reply);
    }
    closedir(folder);
    fake_ai_stop(ai);
}

static void test_interface_refuses_bad_images(void **state)
{
    static const struct {
        const char *name;
        int status;
        const char *code;
    } ROWS[] = {
        {"bad-crc.png", 400, "image_corrupt"},
        {"black.jpg", 422, "image_too_dark"},
        {"bomb-50000x50000.png", 413, "image_too_large"},
        {"corrupt-middle.jpg", 400, "image_corrupt"},
        {"empty.jpg", 400, "no_image"},
        {"gif-named.jpg", 415, "image_format"},
        {"gif.gif", 415, "image_format"},
        {"html-as-jpg.jpg", 415, "image_format"},
        {"jpeg-with-trailing-zip.txt", 415, "image_format"},
        {"svg.svg", 415, "image_format"},
        {"text.jpg", 415, "image_format"},
        {"tiff.tif", 415, "image_format"},
        {"too-large-5001x100.jpg", 413, "image_too_large"},
        {"too-small-49x200.png", 400, "image_too_small"},
        {"truncated-half.jpg", 400, "image_corrupt"},
        {"truncated-header.jpg", 400, "image_corrupt"},
        {"truncated.png", 400, "image_corrupt"},
        {"white.png", 422, "image_too_bright"},
    };
    fixture *f = *state;
    read_input(&f->photo, f, "valid/rgb.png");
    uint16_t port = start(f);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        char name[128];
        snprintf(name, sizeof name, "invalid/%s", ROWS[i].name);
        read_input(&f->photo, f, name);
        http_reply reply = http_upload(port, f->photo.data, f->photo.length, NULL);
        if (reply.status != ROWS[i].status || strstr(reply.body, ROWS[i].code) == NULL)
            fail_msg("%s: %d %s", ROWS[i].name, reply.status, reply.body);
        assert_error(&reply, ROWS[i].status, ROWS[i].code);
    }
    assert_int_equal(metric(port, "artguide_requests_in_hand"), 0);
}

static void test_interface_refuses_from_the_head(void **state)
{
    fixture *f = *state;
    uint16_t port = start(f);
    http_reply reply = http_exchange(port, "POST /api/recognize HTTP/1.1\r\nHost: t\r\n"
                                           "Content-Type: image/jpeg\r\n"
                                           "Content-Length: 99000000\r\n\r\n");
    assert_error(&reply, 413, "too_large");
    reply = http_exchange(port, "POST /api/recognize HTTP/1.1\r\nHost: t\r\n"
                                "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\n");
    assert_error(&reply, 415, "content_type");
    reply = http_exchange(port, "POST /api/recognize HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
                                "Content-Type: image/jpeg\r\nContent-Length: 0\r\n\r\n");
    assert_error(&reply, 400, "no_image");
    reply = http_exchange(port, "POST /api/recognize?room=%FF HTTP/1.1\r\nHost: t\r\n"
                                "Connection: close\r\nContent-Type: image/jpeg\r\n"
                                "Content-Length: 1\r\n\r\nx");
    assert_error(&reply, 400, "bad_field");
    reply = http_exchange(port, "POST /api/recognize?lang=%3C HTTP/1.1\r\nHost: t\r\n"
                                "Connection: close\r\nContent-Type: image/jpeg\r\n"
                                "Content-Length: 1\r\n\r\nx");
    assert_error(&reply, 400, "bad_field");
}

static void test_interface_bounds_chunked_bodies(void **state)
{
    fixture *f = *state;
    f->options.limits.max_bytes = 1000;
    uint16_t port = start(f);
    static char chunk[100000];
    memset(chunk, 'x', sizeof chunk);
    int fd = http_connect(port);
    http_send_text(fd, "POST /api/recognize HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
                       "Content-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n186A0\r\n");
    http_send(fd, chunk, sizeof chunk);
    http_send_text(fd, "\r\n0\r\n\r\n");
    http_reply reply = http_receive(fd);
    close(fd);
    assert_error(&reply, 413, "too_large");
    assert_int_equal(metric(port, "artguide_upload_held_bytes"), 0);
}

static void test_interface_bounds_held_bytes(void **state)
{
    fixture *f = *state;
    f->options.max_held_bytes = 1000;
    uint16_t port = start(f);
    static const char PICTURE[5000] = "x";
    http_reply reply = http_upload(port, PICTURE, sizeof PICTURE, NULL);
    char retry[16];
    http_header(&reply, "Retry-After", retry, sizeof retry);
    assert_true(strtol(retry, NULL, 10) > 0);
    assert_error(&reply, 503, "overloaded");
}

static void test_interface_says_what_is_missing(void **state)
{
    fixture *f = *state;
    static const char GET_READY[] = "GET /ready HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    static const char PICTURE[] = "x";
    uint16_t port = start(f);

    f->why_not = "No weights here.";
    http_reply reply = http_exchange(port, GET_READY);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.body, "No weights here."));
    http_reply_fini(&reply);
    reply = http_upload(port, PICTURE, 1, NULL);
    assert_non_null(strstr(reply.body, "No weights here."));
    assert_error(&reply, 503, "no_model");

    f->why_not = NULL;
    reply = http_exchange(port, GET_READY);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.body, "artguide ai"));
    http_reply_fini(&reply);
}

static void test_interface_ready_with_ai_server(void **state)
{
    fixture *f = *state;
    uint16_t port = start(f);
    fake_ai *ai = fake_ai_start(f->broker, MONET);
    http_reply reply =
        http_exchange(port, "GET /ready HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "clip-fake"));
    assert_non_null(strstr(reply.body, "twenty-four paintings"));
    http_reply_fini(&reply);
    fake_ai_stop(ai);
}

static void test_interface_pages_and_methods(void **state)
{
    fixture *f = *state;
    uint16_t port = start(f);
    char value[256], request[512];
    http_reply reply =
        http_exchange(port, "GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "<title>Art Guide</title>"));
    http_header(&reply, "Content-Security-Policy", value, sizeof value);
    assert_non_null(strstr(value, "script-src 'self'"));
    assert_null(strstr(value, "unsafe"));
    http_header(&reply, "ETag", value, sizeof value);
    http_reply_fini(&reply);

    snprintf(request, sizeof request,
             "GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\nIf-None-Match: %s\r\n\r\n", value);
    reply = http_exchange(port, request);
    assert_int_equal(reply.status, 304);
    assert_string_equal(reply.body, "");
    http_reply_fini(&reply);

    reply = http_exchange(port, "HEAD /health HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "");
    http_reply_fini(&reply);

    reply = http_exchange(port, "DELETE /api/recognize HTTP/1.1\r\nHost: t\r\n"
                                "Connection: close\r\n\r\n");
    http_header(&reply, "Allow", value, sizeof value);
    assert_string_equal(value, "POST");
    assert_error(&reply, 405, "method_not_allowed");

    reply = http_exchange(port, "GET /nothing HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
                                "Content-Length: 4\r\n\r\nbody");
    assert_error(&reply, 404, "not_found");
}

static void test_interface_health(void **state)
{
    fixture *f = *state;
    uint16_t port = start(f);
    http_reply reply =
        http_exchange(port, "GET /health HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    json_t *body = body_of(&reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(ag_json_string(body, "status", ""), "healthy");
    assert_string_equal(ag_json_string(body, "orchestrator", ""), "connected");
    assert_true(strlen(ag_json_string(body, "timestamp", "")) > 0);
    assert_true(json_is_null(json_object_get(body, "recognition")));
    json_decref(body);
    http_reply_fini(&reply);
}

/* /health does not wait for the broker: it says soon what has changed. */
static void test_interface_says_how_it_recognises(void **state)
{
    fixture *f = *state;
    uint16_t port = start(f);
    fake_ai *ai = fake_ai_start(f->broker, MONET);
    bool is_said = false;
    for (int i = 0; i < 3000 && !is_said; i++) {
        http_reply reply =
            http_exchange(port, "GET /health HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
        assert_int_equal(reply.status, 200);
        is_said = strstr(reply.body, "\"recognition\":\"clip-fake\"") != NULL;
        http_reply_fini(&reply);
        pause_ms(is_said ? 0 : 20);
    }
    assert_true(is_said);
    fake_ai_stop(ai);
}

/* A Redis that is not there. */
static void test_interface_broker_away(void **state)
{
    fixture *f = *state;
    ag_broker_options options = {
        .url = "redis://127.0.0.1:1", .heartbeat_ms = 1000, .answer_ttl_s = 60};
    ag_broker_close(f->broker);
    assert_int_equal(ag_broker_open(&f->broker, &options, NULL), AG_OK);
    f->options.broker = f->broker;
    uint16_t port = start(f);
    http_reply reply = http_upload(port, "x", 1, NULL);
    char retry[16];
    http_header(&reply, "Retry-After", retry, sizeof retry);
    assert_true(strtol(retry, NULL, 10) > 0);
    assert_error(&reply, 503, "unavailable");
    reply = http_exchange(port, "GET /health HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.body, "\"orchestrator\":\"disconnected\""));
    http_reply_fini(&reply);
    reply = http_exchange(port, "GET /ready HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    assert_int_equal(reply.status, 503);
    http_reply_fini(&reply);
}

static void test_interface_times_out(void **state)
{
    fixture *f = *state;
    need_photo(f);
    f->options.request_timeout_ms = 1000;
    uint16_t port = start(f);
    http_reply reply = http_upload(port, f->photo.data, f->photo.length, NULL);
    assert_error(&reply, 504, "timed_out");
    assert_int_equal(metric(port, "artguide_requests_waiting"), 0);
}

/* Connections that trickle are cut off without a reply. */
static void test_interface_cuts_off_slow_clients(void **state)
{
    fixture *f = *state;
    f->options.head_timeout_ms = 300;
    f->options.body_timeout_ms = 600;
    uint16_t port = start(f);
    int head = http_connect(port);
    int body = http_connect(port);
    http_send_text(head, "GET / HTTP/1.1\r\nHo");
    http_send_text(body, "POST /api/recognize HTTP/1.1\r\nHost: t\r\nContent-Type: image/png\r\n"
                         "Content-Length: 100\r\n\r\nabc");
    http_reply first = http_receive(head);
    http_reply second = http_receive(body);
    assert_int_equal(first.status, 0);
    assert_int_equal(second.status, 0);
    http_reply_fini(&first);
    http_reply_fini(&second);
    close(head);
    close(body);
    await_metric(port, "artguide_requests_in_hand", 0);
}

/* Uploads that are queued, on open connections. */
static int *send_uploads(const fixture *f, uint16_t port, size_t count)
{
    int *fds = calloc(count, sizeof *fds);
    ag_buffer request = {0};
    http_make_upload(&request, f->photo.data, f->photo.length, NULL);
    for (size_t i = 0; i < count; i++) {
        fds[i] = http_connect(port);
        http_send(fds[i], request.data, request.length);
    }
    ag_buffer_fini(&request);
    return fds;
}

static void test_interface_client_hangs_up(void **state)
{
    fixture *f = *state;
    need_photo(f);
    uint16_t port = start(f);
    fake_ai *ai = fake_ai_start(f->broker, NULL);
    int *fds = send_uploads(f, port, 2);
    await_metric(port, "artguide_requests_waiting", 2);
    close(fds[0]);
    await_metric(port, "artguide_requests_waiting", 1);
    fake_ai_release(ai, MONET);
    http_reply reply = http_receive(fds[1]);
    assert_int_equal(reply.status, 200);
    http_reply_fini(&reply);
    close(fds[1]);
    free(fds);
    await_metric(port, "artguide_requests_in_hand", 0);
    fake_ai_stop(ai);

    ag_buffer csv = {0};
    assert_int_equal(ag_file_read(&csv, f->telemetry, 1 << 20, NULL), AG_OK);
    assert_non_null(strstr((char *)csv.data, ",client_gone\n"));
    ag_buffer_fini(&csv);
}

static void test_interface_refuses_more_than_can_wait(void **state)
{
    fixture *f = *state;
    need_photo(f);
    f->options.max_waiting = 2;
    uint16_t port = start(f);
    fake_ai *ai = fake_ai_start(f->broker, NULL);
    int *fds = send_uploads(f, port, 2);
    await_metric(port, "artguide_requests_waiting", 2);
    http_reply reply = http_exchange(port, "POST /api/recognize HTTP/1.1\r\nHost: t\r\n"
                                           "Content-Type: image/jpeg\r\n"
                                           "Content-Length: 1000\r\n\r\n");
    assert_error(&reply, 503, "overloaded");
    fake_ai_release(ai, MONET);
    for (int i = 0; i < 2; i++) {
        reply = http_receive(fds[i]);
        assert_int_equal(reply.status, 200);
        http_reply_fini(&reply);
        close(fds[i]);
    }
    free(fds);
    fake_ai_stop(ai);
}

static long resident_kib(void)
{
    long size, resident;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &size, &resident), 2);
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* The memory broker holds each request's JSON, base64 of the picture, which is its queue's to hold.
 */
static void test_interface_a_thousand_wait(void **state)
{
    fixture *f = *state;
    need_photo(f);
    uint16_t port = start(f);
    fake_ai *ai = fake_ai_start(f->broker, NULL);
    long before = resident_kib();
    int *fds = send_uploads(f, port, MANY);
    await_metric(port, "artguide_requests_waiting", MANY);
    print_message("%d waiting uploads of %zu bytes: %ld KiB resident more\n", MANY, f->photo.length,
                  resident_kib() - before);
    assert_int_equal(metric(port, "artguide_upload_held_bytes"), 0);
    fake_ai_release(ai, MONET);
    for (int i = 0; i < MANY; i++) {
        http_reply reply = http_receive(fds[i]);
        assert_int_equal(reply.status, 200);
        http_reply_fini(&reply);
        close(fds[i]);
    }
    free(fds);
    await_metric(port, "artguide_requests_in_hand", 0);
    fake_ai_stop(ai);
}

static void *drain(void *arg)
{
    ag_interface_drain(arg, 60000);
    return NULL;
}

static void test_interface_drains(void **state)
{
    fixture *f = *state;
    need_photo(f);
    uint16_t port = start(f);
    fake_ai *ai = fake_ai_start(f->broker, NULL);
    int *fds = send_uploads(f, port, 1);
    int idle = http_connect(port);
    pthread_t thread;
    await_metric(port, "artguide_requests_waiting", 1);
    assert_int_equal(pthread_create(&thread, NULL, drain, f->interface), 0);

    /* The open connection is told; it takes a moment until draining has begun. */
    http_reply reply;
    http_send_text(idle, "GET /ready HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    reply = http_receive(idle);
    assert_true(reply.status == 503 || reply.status == 200);
    http_reply_fini(&reply);
    close(idle);

    fake_ai_release(ai, MONET);
    reply = http_receive(fds[0]);
    assert_int_equal(reply.status, 200);
    http_reply_fini(&reply);
    close(fds[0]);
    free(fds);
    pthread_join(thread, NULL);
    fake_ai_stop(ai);
}

/* Whoever still waits when the server stops is told. */
static void test_interface_stops_with_waiters(void **state)
{
    fixture *f = *state;
    need_photo(f);
    uint16_t port = start(f);
    int *fds = send_uploads(f, port, 20);
    await_metric(port, "artguide_requests_in_hand", 20);
    ag_interface_drain(f->interface, 0);
    ag_interface_stop(f->interface);
    for (int i = 0; i < 20; i++) {
        http_reply reply = http_receive(fds[i]);
        assert_error(&reply, 503, "shutting_down");
        close(fds[i]);
    }
    free(fds);
}

static void test_interface_start_failures(void **state)
{
    fixture *f = *state;
    ag_interface *other = NULL;
    ag_err err;
    uint16_t port = start(f);
    f->options.port = port;
    assert_int_equal(ag_interface_start(&other, &f->options, &err), AG_EIO);
    assert_non_null(strstr(err.message, "in use"));
    f->options.listen = "not an address";
    assert_int_equal(ag_interface_start(&other, &f->options, &err), AG_EINVAL);
    f->options.max_waiting = 0;
    assert_int_equal(ag_interface_start(&other, &f->options, &err), AG_EINVAL);
    assert_null(other);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(test_interface_good_upload),
        SERVED(test_interface_takes_the_place_from_the_address),
        SERVED(test_interface_every_valid_input),
        SERVED(test_interface_refuses_bad_images),
        SERVED(test_interface_refuses_from_the_head),
        SERVED(test_interface_bounds_chunked_bodies),
        SERVED(test_interface_bounds_held_bytes),
        SERVED(test_interface_says_what_is_missing),
        SERVED(test_interface_ready_with_ai_server),
        SERVED(test_interface_pages_and_methods),
        SERVED(test_interface_health),
        SERVED(test_interface_says_how_it_recognises),
        SERVED(test_interface_broker_away),
        SERVED(test_interface_times_out),
        SERVED(test_interface_cuts_off_slow_clients),
        SERVED(test_interface_client_hangs_up),
        SERVED(test_interface_refuses_more_than_can_wait),
        SERVED(test_interface_a_thousand_wait),
        SERVED(test_interface_drains),
        SERVED(test_interface_stops_with_waiters),
        SERVED(test_interface_start_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
