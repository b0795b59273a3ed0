/* Samples as visitors get them: a real server on a free port, and folders with good and hostile
 * things in them. */
#include "interface/samples.h"

#include "base/file.h"
#include "base/json.h"
#include "broker/broker.h"
#include "http_client.h"
#include "interface/interface.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_BYTES 100000

typedef struct fixture {
    char folder[64];
    ag_broker *broker;
    ag_interface *interface;
    ag_buffer photo; /* a JPEG */
} fixture;

/* One of the fuzzers' pictures. */
static void read_seed(ag_buffer *out, const char *name)
{
    char path[512];
    const char *source = getenv("ARTGUIDE_TEST_SOURCE");
    snprintf(path, sizeof path, "%s/tests/fuzz/seeds/image/%s", source == NULL ? "." : source,
             name);
    ag_buffer_clear(out);
    assert_int_equal(ag_file_read(out, path, 1 << 20, NULL), AG_OK);
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    const ag_broker_options options = {.url = "memory:", .heartbeat_ms = 1000, .answer_ttl_s = 60};
    snprintf(f->folder, sizeof f->folder, "/tmp/ag-samples-XXXXXX");
    if (mkdtemp(f->folder) == NULL || ag_broker_open(&f->broker, &options, NULL) != AG_OK)
        return -1;
    read_seed(&f->photo, "baseline.jpg");
    *state = f;
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static int tear_down(void **state)
{
    fixture *f = *state;
    if (f->interface != NULL)
        ag_interface_stop(f->interface);
    ag_broker_close(f->broker);
    ag_interface_destroy(f->interface);
    nftw(f->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    ag_buffer_fini(&f->photo);
    free(f);
    return 0;
}

static const char *path_in(const fixture *f, const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    return path;
}

static void put(const fixture *f, const char *name, const void *bytes, size_t length)
{
    FILE *file = fopen(path_in(f, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static ag_status start(fixture *f, const char *samples, ag_err *err)
{
    ag_interface_options options = AG_INTERFACE_OPTIONS_DEFAULT;
    options.listen = "127.0.0.1";
    options.port = 0;
    options.limits.max_bytes = MAX_BYTES;
    options.threads = 1;
    options.samples_folder = samples;
    options.version = "0.0.0-test";
    options.broker = f->broker;
    return ag_interface_start(&f->interface, &options, err);
}

static http_reply get(const fixture *f, const char *path, const char *header)
{
    ag_buffer request = {0};
    ag_buffer_printf(&request, "GET %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s\r\n", path,
                     header);
    http_reply reply = http_exchange(ag_interface_port(f->interface), (const char *)request.data);
    ag_buffer_fini(&request);
    return reply;
}

/* The served list, owned. */
static json_t *list_of(const fixture *f)
{
    http_reply reply = get(f, "/api/samples", "");
    json_t *object = NULL;
    assert_int_equal(reply.status, 200);
    assert_int_equal(ag_json_parse_object(&object, reply.body, strlen(reply.body), NULL), AG_OK);
    json_t *list = json_incref(json_object_get(object, "samples"));
    assert_true(json_is_array(list));
    json_decref(object);
    http_reply_fini(&reply);
    return list;
}

static void assert_served(const fixture *f, const char *url, const ag_buffer *bytes,
                          const char *type)
{
    char value[64], header[128];
    http_reply reply = get(f, url, "");
    assert_int_equal(reply.status, 200);
    size_t head = (size_t)(reply.body - (const char *)reply.text.data);
    assert_int_equal(reply.text.length - head, bytes->length);
    assert_memory_equal(reply.body, bytes->data, bytes->length);
    http_header(&reply, "Content-Type", value, sizeof value);
    assert_string_equal(value, type);
    http_header(&reply, "Cache-Control", value, sizeof value);
    assert_string_equal(value, "no-cache");
    http_header(&reply, "ETag", value, sizeof value);
    http_reply_fini(&reply);

    snprintf(header, sizeof header, "If-None-Match: %s\r\n", value);
    reply = get(f, url, header);
    assert_int_equal(reply.status, 304);
    assert_string_equal(reply.body, "");
    http_reply_fini(&reply);
}

static void test_samples_are_served(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *file, *seed, *name, *type;
    } ROWS[] = {
        {"A <b> & \"c\".v2.png", "rgb.png", "A <b> & \"c\".v2", "image/png"},
        {"Misnamed.gif", "lossy.webp", "Misnamed", "image/webp"},
        {"no extension", "baseline.jpg", "no extension", "image/jpeg"},
        {"\xc3\x96l.jpg", "baseline.jpg", "\xc3\x96l", "image/jpeg"},
        {"\xff.jpg", "baseline.jpg", "\xef\xbf\xbd", "image/jpeg"},
    };
    ag_buffer bytes = {0};
    for (size_t i = sizeof ROWS / sizeof ROWS[0]; i-- > 0;) {
        read_seed(&bytes, ROWS[i].seed);
        put(f, ROWS[i].file, bytes.data, bytes.length);
    }
    assert_int_equal(start(f, f->folder, NULL), AG_OK);
    json_t *list = list_of(f);
    assert_int_equal(json_array_size(list), sizeof ROWS / sizeof ROWS[0]);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const json_t *row = json_array_get(list, i);
        read_seed(&bytes, ROWS[i].seed);
        assert_string_equal(ag_json_string(row, "name", ""), ROWS[i].name);
        assert_served(f, ag_json_string(row, "url", ""), &bytes, ROWS[i].type);
    }
    ag_buffer_fini(&bytes);
    json_decref(list);
}

/* Only plain files of the folder itself that are pictures and not too large; what comes into the
 * folder or changes there afterwards is not served. */
static void test_samples_leave_all_else_out(void **state)
{
    fixture *f = *state;
    static const char LARGE[MAX_BYTES + 1] = "\xff\xd8\xff";
    static const char PAGE[] = "<html><script>alert(1)</script>";
    char outside[600];
    put(f, "good.jpg", f->photo.data, f->photo.length);
    put(f, ".hidden.jpg", f->photo.data, f->photo.length);
    put(f, "empty.jpg", "", 0);
    put(f, "page.jpg", PAGE, sizeof PAGE);
    put(f, "notes.txt", "notes", 5);
    put(f, "large.jpg", LARGE, sizeof LARGE);
    assert_int_equal(mkdir(path_in(f, "folder.jpg"), 0755), 0);
    put(f, "folder.jpg/inside.jpg", f->photo.data, f->photo.length);
    assert_int_equal(mkfifo(path_in(f, "pipe.jpg"), 0644), 0);
    snprintf(outside, sizeof outside, "%s/good.jpg", f->folder);
    assert_int_equal(symlink(outside, path_in(f, "link.jpg")), 0);
    assert_int_equal(symlink("folder.jpg", path_in(f, "link")), 0);
    assert_int_equal(start(f, f->folder, NULL), AG_OK);

    put(f, "good.jpg", PAGE, sizeof PAGE);
    put(f, "late.jpg", f->photo.data, f->photo.length);
    json_t *list = list_of(f);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(ag_json_string(json_array_get(list, 0), "name", ""), "good");
    assert_served(f, "/api/samples/1", &f->photo, "image/jpeg");
    json_decref(list);
}

static void test_samples_serve_nothing_else(void **state)
{
    fixture *f = *state;
    static const char *const PATHS[] = {
        "/api/samples/",
        "/api/samples/0",
        "/api/samples/2",
        "/api/samples/01",
        "/api/samples/-1",
        "/api/samples/+1",
        "/api/samples/1/",
        "/api/samples/1.jpg",
        "/api/samples/1%20",
        "/api/samples/%201",
        "/api/samples/good.jpg",
        "/api/samples/18446744073709551617",
        "/api/samples/4294967297",
        "/api/samples/..",
        "/api/samples/../good.jpg",
        "/api/samples/..%2f..%2fetc%2fpasswd",
        "/api/samples/%2e%2e/%2e%2e/etc/passwd",
        "/api/samples//etc/passwd",
        "/api/samples/1/../1",
        "/api/samplesx",
    };
    put(f, "good.jpg", f->photo.data, f->photo.length);
    assert_int_equal(start(f, f->folder, NULL), AG_OK);
    for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
        http_reply reply = get(f, PATHS[i], "");
        if (reply.status != 404)
            fail_msg("%s: %d", PATHS[i], reply.status);
        assert_non_null(strstr(reply.body, "\"not_found\""));
        http_reply_fini(&reply);
    }
}

static void test_samples_are_a_hundred_at_most(void **state)
{
    fixture *f = *state;
    char name[32];
    for (int i = 0; i < AG_SAMPLES_MAX_COUNT + 20; i++) {
        snprintf(name, sizeof name, "%03d.jpg", i);
        put(f, name, f->photo.data, f->photo.length);
    }
    assert_int_equal(start(f, f->folder, NULL), AG_OK);
    json_t *list = list_of(f);
    assert_int_equal(json_array_size(list), AG_SAMPLES_MAX_COUNT);
    assert_string_equal(ag_json_string(json_array_get(list, 99), "name", ""), "099");
    assert_served(f, "/api/samples/100", &f->photo, "image/jpeg");
    json_decref(list);
}

static void test_samples_of_no_folder(void **state)
{
    fixture *f = *state;
    assert_int_equal(start(f, "", NULL), AG_OK);
    json_t *list = list_of(f);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
}

static void test_samples_that_cannot_be_read_are_an_error(void **state)
{
    fixture *f = *state;
    ag_err err;
    assert_int_equal(start(f, "/nowhere/at all", &err), AG_ENOTFOUND);
    assert_non_null(strstr(err.message, "/nowhere/at all"));
    put(f, "file", "x", 1);
    assert_int_equal(start(f, path_in(f, "file"), &err), AG_EIO);
    assert_null(f->interface);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(test_samples_are_served),
        SERVED(test_samples_leave_all_else_out),
        SERVED(test_samples_serve_nothing_else),
        SERVED(test_samples_are_a_hundred_at_most),
        SERVED(test_samples_of_no_folder),
        SERVED(test_samples_that_cannot_be_read_are_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
