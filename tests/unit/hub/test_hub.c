#include "hub/hub.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "fake_hub.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define WEIGHTS_BYTES ((size_t)3000000)
#define CONFIG        "{\"model_type\": \"clip\", \"vision_config\": {}}"

typedef struct fixture {
    fake_hub hub;
    char folder[64];
    uint8_t *weights;
    char sha256[AG_SHA256_HEX_BYTES];
    char quoted[AG_SHA256_HEX_BYTES + 2]; /* sha256 as an ETag */
    ag_hub_options options;
    ag_hub_report report;
    ag_err err;
    atomic_bool stop;
} fixture;

/* A file of the folder; in one of a few buffers that take turns. */
static const char *in_folder(const fixture *f, const char *name)
{
    static char paths[4][128];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof *paths, "%s/%s", f->folder, name);
    return path;
}

static bool is_there(const fixture *f, const char *name)
{
    return access(in_folder(f, name), F_OK) == 0;
}

static size_t size_of(const fixture *f, const char *name)
{
    struct stat info;
    assert_int_equal(stat(in_folder(f, name), &info), 0);
    return (size_t)info.st_size;
}

static void check_file(const fixture *f, const char *name, const void *bytes, size_t length)
{
    ag_buffer found = {0};
    assert_int_equal(ag_file_read(&found, in_folder(f, name), SIZE_MAX, NULL), AG_OK);
    assert_int_equal(found.length, length);
    assert_memory_equal(found.data, bytes, length);
    ag_buffer_fini(&found);
}

static void write_file(const fixture *f, const char *name, const void *bytes, size_t length)
{
    assert_int_equal(ag_file_write_atomic(in_folder(f, name), bytes, length, NULL), AG_OK);
}

static ag_status pull(fixture *f)
{
    f->err.message[0] = '\0';
    return ag_hub_pull(&f->report, f->folder, &f->options, &f->err);
}

/* The model is there, and nothing else. */
static void check_pulled(const fixture *f)
{
    check_file(f, "config.json", CONFIG, strlen(CONFIG));
    check_file(f, "model.safetensors", f->hub.weights, f->hub.weights_length);
    assert_false(is_there(f, "model.safetensors.part"));
    assert_false(is_there(f, "model.safetensors.part.etag"));
    assert_string_equal(f->report.sha256, f->sha256);
    assert_int_equal(f->report.weights_bytes, f->hub.weights_length);
}

static void check_refused(fixture *f, ag_status wanted, const char *words)
{
    assert_int_equal(pull(f), wanted);
    if (strstr(f->err.message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", f->err.message, words);
    assert_int_equal(f->err.status, wanted);
    assert_false(is_there(f, "model.safetensors"));
    assert_false(is_there(f, "config.json"));
}

/* After a transfer that is cut off in the middle. */
static void pull_half(fixture *f)
{
    f->hub.mode = FAKE_HUB_CUT;
    check_refused(f, AG_EUNAVAILABLE, "MB are kept; pull again");
    size_t kept = size_of(f, "model.safetensors.part");
    assert_true(kept > 0 && kept < WEIGHTS_BYTES);
    f->hub.mode = FAKE_HUB_PLAIN;
}

static void test_hub_pulls_both_files(void **state)
{
    fixture *f = *state;
    f->hub.linked = f->quoted;
    assert_int_equal(pull(f), AG_OK);
    check_pulled(f);
    assert_true(f->report.are_weights_new);
    assert_false(f->report.was_complete);
    assert_int_equal(f->report.check, AG_HUB_CHECK_HUB);
    assert_int_equal(f->report.resumed_bytes, 0);
}

static void test_hub_does_nothing_twice(void **state)
{
    fixture *f = *state;
    f->hub.linked = f->quoted;
    assert_int_equal(pull(f), AG_OK);
    struct stat before, after;
    assert_int_equal(stat(in_folder(f, "model.safetensors"), &before), 0);
    assert_int_equal(pull(f), AG_OK);
    assert_int_equal(stat(in_folder(f, "model.safetensors"), &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_true(f->report.was_complete);
    assert_false(f->report.are_weights_new);
    check_pulled(f);

    /* With a checksum from the caller, the weights are not even asked for. */
    f->options.sha256 = f->sha256;
    size_t requests = f->hub.shared.weights_requests;
    assert_int_equal(pull(f), AG_OK);
    assert_true(f->report.was_complete);
    assert_int_equal(f->hub.shared.weights_requests, requests);
    assert_int_equal(f->report.check, AG_HUB_CHECK_CALLER);
}

static void test_hub_replaces_another_model(void **state)
{
    fixture *f = *state;
    write_file(f, "config.json", "{}", 2);
    f->weights[0] ^= 1;
    write_file(f, "model.safetensors", f->weights, WEIGHTS_BYTES);
    f->weights[0] ^= 1;
    assert_int_equal(pull(f), AG_OK);
    assert_true(f->report.are_weights_new);
    check_pulled(f);
}

static void test_hub_resumes_what_was_cut_off(void **state)
{
    fixture *f = *state;
    f->hub.linked = f->quoted;
    pull_half(f);
    size_t kept = size_of(f, "model.safetensors.part");
    assert_int_equal(pull(f), AG_OK);
    assert_int_equal(f->report.resumed_bytes, kept - 1);
    char range[64];
    snprintf(range, sizeof range, "bytes=%zu-", kept - 1);
    assert_string_equal(f->hub.shared.range, range);
    check_pulled(f);
}

static void test_hub_resumes_after_several_cuts_and_redirects(void **state)
{
    fixture *f = *state;
    pull_half(f);
    size_t kept = size_of(f, "model.safetensors.part");
    f->hub.mode = FAKE_HUB_CUT;
    assert_int_equal(pull(f), AG_EUNAVAILABLE);
    assert_true(size_of(f, "model.safetensors.part") > kept);
    kept = size_of(f, "model.safetensors.part");
    f->hub.mode = FAKE_HUB_REDIRECT;
    assert_int_equal(pull(f), AG_OK);
    assert_int_equal(f->report.resumed_bytes, kept - 1);
    check_pulled(f);
}

static void test_hub_finishes_a_complete_part(void **state)
{
    fixture *f = *state;
    write_file(f, "model.safetensors.part", f->weights, WEIGHTS_BYTES);
    write_file(f, "model.safetensors.part.etag", f->hub.etag, strlen(f->hub.etag));
    assert_int_equal(pull(f), AG_OK);
    assert_int_equal(f->report.resumed_bytes, WEIGHTS_BYTES - 1);
    check_pulled(f);
}

static void test_hub_starts_again_where_it_cannot_resume(void **state)
{
    fixture *f = *state;
    static const fake_hub_mode modes[] = {FAKE_HUB_NO_RANGES, FAKE_HUB_WRONG_PART};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        pull_half(f);
        f->hub.mode = modes[i];
        assert_int_equal(pull(f), AG_OK);
        assert_int_equal(f->report.resumed_bytes, 0);
        check_pulled(f);
        assert_int_equal(unlink(in_folder(f, "model.safetensors")), 0);
        assert_int_equal(unlink(in_folder(f, "config.json")), 0);
    }
}

static void test_hub_starts_again_when_the_part_is_longer_than_the_file(void **state)
{
    fixture *f = *state;
    pull_half(f);
    assert_int_equal(truncate(in_folder(f, "model.safetensors.part"), 2 * (off_t)WEIGHTS_BYTES), 0);
    assert_int_equal(pull(f), AG_OK);
    assert_int_equal(f->report.resumed_bytes, 0);
    check_pulled(f);
}

static void test_hub_starts_again_when_the_file_has_changed(void **state)
{
    fixture *f = *state;
    static const fake_hub_mode modes[] = {FAKE_HUB_PLAIN, FAKE_HUB_NO_IF_RANGE};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        f->hub.etag = "\"first\"";
        pull_half(f);
        f->hub.etag = "\"second\"";
        f->hub.mode = modes[i];
        f->weights[0] ^= 1; /* before where it was cut off */
        const ag_bytes whole = {f->weights, WEIGHTS_BYTES};
        ag_sha256_hex(f->sha256, &whole, 1);
        assert_int_equal(pull(f), AG_OK);
        assert_int_equal(f->report.resumed_bytes, 0);
        check_pulled(f);
        assert_int_equal(unlink(in_folder(f, "model.safetensors")), 0);
        assert_int_equal(unlink(in_folder(f, "config.json")), 0);
    }
}

static void test_hub_keeps_no_part_without_a_strong_etag(void **state)
{
    fixture *f = *state;
    static const char *const etags[] = {NULL, "W/\"weak\"", "bare"};
    for (size_t i = 0; i < sizeof etags / sizeof *etags; i++) {
        f->hub.etag = etags[i];
        f->hub.mode = FAKE_HUB_CUT;
        check_refused(f, AG_EUNAVAILABLE, "127.0.0.1");
        assert_null(strstr(f->err.message, "kept"));
        assert_false(is_there(f, "model.safetensors.part"));
    }
}

static void test_hub_refuses_a_wrong_sha256(void **state)
{
    fixture *f = *state;
    f->quoted[1] = f->quoted[1] == 'a' ? 'b' : 'a';
    f->hub.linked = f->quoted;
    check_refused(f, AG_EFORMAT, "thrown away");
    assert_false(is_there(f, "model.safetensors.part"));

    /* What the caller says counts for more than what the hub says. */
    f->options.sha256 = f->sha256;
    assert_int_equal(pull(f), AG_OK);
    assert_int_equal(f->report.check, AG_HUB_CHECK_CALLER);
    check_pulled(f);

    /* Good weights stay when new ones are not what they must be. */
    char other[AG_SHA256_HEX_BYTES];
    memset(other, '0', sizeof other - 1);
    other[sizeof other - 1] = '\0';
    f->options.sha256 = other;
    assert_int_equal(pull(f), AG_EFORMAT);
    check_pulled(f);
}

static void test_hub_takes_a_sha256_from_its_own_etag_alone(void **state)
{
    fixture *f = *state;
    f->hub.etag = f->quoted;
    assert_int_equal(pull(f), AG_OK);
    assert_int_equal(f->report.check, AG_HUB_CHECK_HUB);

    /* Another host's may look like one and be another digest. */
    f->quoted[1] = f->quoted[1] == 'a' ? 'b' : 'a';
    char other[96];
    snprintf(other, sizeof other, "http://localhost:%u/elsewhere", f->hub.port);
    f->hub.mode = FAKE_HUB_REDIRECT;
    f->hub.other_url = other;
    assert_int_equal(pull(f), AG_OK);
    assert_int_equal(f->report.check, AG_HUB_CHECK_NONE);
    check_pulled(f);
}

static void test_hub_takes_the_sha256_of_a_redirect(void **state)
{
    fixture *f = *state;
    f->hub.mode = FAKE_HUB_REDIRECT;
    f->hub.linked = f->quoted;
    assert_int_equal(pull(f), AG_OK);
    assert_int_equal(f->report.check, AG_HUB_CHECK_HUB);
    check_pulled(f);
    assert_int_equal(pull(f), AG_OK);
    assert_true(f->report.was_complete);
}

static void test_hub_says_when_there_is_nothing_to_check_against(void **state)
{
    fixture *f = *state;
    assert_int_equal(pull(f), AG_OK);
    assert_int_equal(f->report.check, AG_HUB_CHECK_NONE);
    check_pulled(f);
}

static void test_hub_refuses_a_sha256_that_is_none(void **state)
{
    fixture *f = *state;
    f->options.sha256 = "abc";
    check_refused(f, AG_EINVAL, "64 hexadecimal digits");
    assert_int_equal(f->hub.shared.config_requests, 0);
}

static void test_hub_explains_refusals(void **state)
{
    fixture *f = *state;
    static const struct {
        unsigned code;
        ag_status status;
        const char *words;
    } cases[] = {
        {404, AG_ENOTFOUND, "model.safetensors: no such model"},
        {401, AG_EUNAVAILABLE, "HF_TOKEN"},
        {403, AG_EUNAVAILABLE, "HF_TOKEN"},
        {500, AG_EUNAVAILABLE, "HTTP 500"},
        {304, AG_EUNAVAILABLE, "HTTP 304"},
        {307, AG_EUNAVAILABLE, "redirects to nowhere"},
    };
    f->hub.mode = FAKE_HUB_STATUS;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f->hub.refusal_status = cases[i].code;
        check_refused(f, cases[i].status, cases[i].words);
    }
    f->options.name = "nobody/nothing";
    check_refused(f, AG_ENOTFOUND, "/nobody/nothing/resolve/main/config.json: no such model");
}

static void test_hub_refuses_bad_redirects(void **state)
{
    fixture *f = *state;
    f->hub.mode = FAKE_HUB_REDIRECT_LOOP;
    check_refused(f, AG_EUNAVAILABLE, "without end");
    assert_true(f->hub.shared.weights_requests < 20);
    f->hub.mode = FAKE_HUB_REDIRECT;
    static const char *const bad[] = {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        f->hub.other_url = bad[i];
        check_refused(f, AG_EUNAVAILABLE, "redirects to");
    }
}

static void test_hub_gives_its_token_to_the_hub_alone(void **state)
{
    fixture *f = *state;
    char other[96];
    snprintf(other, sizeof other, "http://localhost:%u/elsewhere", f->hub.port);
    f->hub.mode = FAKE_HUB_REDIRECT;
    f->hub.other_url = other;
    f->options.token = "hf_secret";
    assert_int_equal(pull(f), AG_OK);
    assert_string_equal(f->hub.shared.token, "Bearer hf_secret");
    assert_string_equal(f->hub.shared.other_token, "");
    assert_int_equal(f->hub.shared.weights_requests, 2);

    f->options.token = "two\r\nlines";
    assert_int_equal(pull(f), AG_EINVAL);
    assert_null(strstr(f->err.message, "two"));
}

static void test_hub_bounds_what_it_takes(void **state)
{
    fixture *f = *state;
    f->options.max_weights_bytes = WEIGHTS_BYTES;
    f->hub.mode = FAKE_HUB_ENDLESS;
    check_refused(f, AG_ELIMIT, "more than 3000000 bytes");
    assert_false(is_there(f, "model.safetensors.part"));
    f->hub.mode = FAKE_HUB_PLAIN;
    f->options.max_weights_bytes = WEIGHTS_BYTES - 1;
    check_refused(f, AG_ELIMIT, "over the limit");
    f->options.max_weights_bytes = WEIGHTS_BYTES;
    assert_int_equal(pull(f), AG_OK);
}

static void test_hub_stops_when_told_to(void **state)
{
    fixture *f = *state;
    f->hub.mode = FAKE_HUB_TRICKLE;
    f->hub.stop = &f->stop;
    f->options.stop = &f->stop;
    check_refused(f, AG_ECANCELED, "interrupted (the first");
    size_t kept = size_of(f, "model.safetensors.part");
    assert_true(kept > 1 && kept < WEIGHTS_BYTES);
    check_refused(f, AG_ECANCELED, "interrupted");
    assert_int_equal(f->hub.shared.weights_requests, 1);
    atomic_store(&f->stop, false);
    f->hub.mode = FAKE_HUB_PLAIN;
    assert_int_equal(pull(f), AG_OK);
    assert_int_equal(f->report.resumed_bytes, kept - 1);
    check_pulled(f);
}

static void test_hub_refuses_a_config_of_no_clip_model(void **state)
{
    fixture *f = *state;
    char *longest = malloc((1 << 20) + 2);
    assert_non_null(longest);
    memset(longest, ' ', (1 << 20) + 1);
    longest[(1 << 20) + 1] = '\0';
    const struct {
        const char *config;
        ag_status status;
    } cases[] = {
        {"<html>sign in</html>", AG_EFORMAT},      {"", AG_EFORMAT},     {"[]", AG_EFORMAT},
        {"{\"model_type\":\"bert\"}", AG_EFORMAT}, {"{\"m", AG_EFORMAT}, {longest, AG_ELIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f->hub.config = cases[i].config;
        check_refused(f, cases[i].status, "config.json");
    }
    free(longest);
    assert_int_equal(f->hub.shared.weights_requests, 0);
}

static void test_hub_refuses_addresses_that_are_none(void **state)
{
    fixture *f = *state;
    static const char *const bad[] = {"",
                                      "huggingface.co",
                                      "ftp://hub",
                                      "file:///etc",
                                      "https://me:secret@hub",
                                      "https://hub?x=",
                                      "https://hub#x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        f->options.url = bad[i];
        check_refused(f, AG_EINVAL, "the hub must be");
        assert_null(strstr(f->err.message, "secret"));
    }
    f->options.url = f->hub.url;
    f->options.name = "../../etc";
    check_refused(f, AG_EINVAL, "name of a model");
}

static void test_hub_says_when_it_cannot_be_reached(void **state)
{
    fixture *f = *state;
    f->options.url = "http://127.0.0.1:1";
    check_refused(f, AG_EUNAVAILABLE, "127.0.0.1");
}

static void test_hub_lets_one_pull_into_a_folder(void **state)
{
    fixture *f = *state;
    int fd = open(f->folder, O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    check_refused(f, AG_EUNAVAILABLE, "another pull");
    close(fd);
    assert_int_equal(pull(f), AG_OK);
}

static void test_hub_keeps_what_fits_when_the_disk_is_full(void **state)
{
    fixture *f = *state;
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = (struct rlimit){WEIGHTS_BYTES / 2, old.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    ag_status status = pull(f);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(status, AG_EIO);
    assert_non_null(strstr(f->err.message, "cannot write"));
    assert_non_null(strstr(f->err.message, "kept"));
    assert_int_equal(size_of(f, "model.safetensors.part"), WEIGHTS_BYTES / 2);
    assert_int_equal(pull(f), AG_OK);
    check_pulled(f);
}

static int set_up(void **state)
{
    fixture *f = ag_xcalloc(1, sizeof *f);
    strcpy(f->folder, "/tmp/artguide-test-XXXXXX");
    f->weights = malloc(WEIGHTS_BYTES);
    if (f->weights == NULL || mkdtemp(f->folder) == NULL)
        return -1;
    uint32_t random = 1;
    for (size_t i = 0; i < WEIGHTS_BYTES; i++) {
        random = random * 1664525 + 1013904223;
        f->weights[i] = (uint8_t)(random >> 24);
    }
    const ag_bytes whole = {f->weights, WEIGHTS_BYTES};
    ag_sha256_hex(f->sha256, &whole, 1);
    snprintf(f->quoted, sizeof f->quoted, "\"%s\"", f->sha256);
    f->hub.config = CONFIG;
    f->hub.weights = f->weights;
    f->hub.weights_length = WEIGHTS_BYTES;
    f->hub.etag = "\"first\"";
    f->hub.other_url = "/elsewhere";
    fake_hub_start(&f->hub);
    f->options = AG_HUB_OPTIONS_DEFAULT;
    f->options.url = f->hub.url;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    static const char *const names[] = {"config.json", "model.safetensors",
                                        "model.safetensors.part", "model.safetensors.part.etag"};
    fake_hub_stop(&f->hub);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(in_folder(f, names[i]));
    int left = rmdir(f->folder); /* not empty: a file nobody expected */
    free(f->weights);
    free(f);
    return left;
}

#define HUB_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(test_hub_pulls_both_files),
        HUB_TEST(test_hub_does_nothing_twice),
        HUB_TEST(test_hub_replaces_another_model),
        HUB_TEST(test_hub_resumes_what_was_cut_off),
        HUB_TEST(test_hub_resumes_after_several_cuts_and_redirects),
        HUB_TEST(test_hub_finishes_a_complete_part),
        HUB_TEST(test_hub_starts_again_where_it_cannot_resume),
        HUB_TEST(test_hub_starts_again_when_the_part_is_longer_than_the_file),
        HUB_TEST(test_hub_starts_again_when_the_file_has_changed),
        HUB_TEST(test_hub_keeps_no_part_without_a_strong_etag),
        HUB_TEST(test_hub_refuses_a_wrong_sha256),
        HUB_TEST(test_hub_takes_a_sha256_from_its_own_etag_alone),
        HUB_TEST(test_hub_takes_the_sha256_of_a_redirect),
        HUB_TEST(test_hub_says_when_there_is_nothing_to_check_against),
        HUB_TEST(test_hub_refuses_a_sha256_that_is_none),
        HUB_TEST(test_hub_explains_refusals),
        HUB_TEST(test_hub_refuses_bad_redirects),
        HUB_TEST(test_hub_gives_its_token_to_the_hub_alone),
        HUB_TEST(test_hub_bounds_what_it_takes),
        HUB_TEST(test_hub_stops_when_told_to),
        HUB_TEST(test_hub_refuses_a_config_of_no_clip_model),
        HUB_TEST(test_hub_refuses_addresses_that_are_none),
        HUB_TEST(test_hub_says_when_it_cannot_be_reached),
        HUB_TEST(test_hub_lets_one_pull_into_a_folder),
        HUB_TEST(test_hub_keeps_what_fits_when_the_disk_is_full),
    };
    setenv("no_proxy", "*", 1); /* the fake hub is here, whatever stands between here and others */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
