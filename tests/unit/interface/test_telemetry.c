#include "interface/telemetry.h"

#include "base/buffer.h"
#include "base/file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WRITERS 6
#define ROWS    200

typedef struct folder {
    char path[64];
    char file[128];    /* logs/telemetry.csv in it */
    char rotated[128]; /* logs/old.csv in it */
    char logs[96];
} folder;

static int make_folder(void **state)
{
    folder *f = calloc(1, sizeof *f);
    snprintf(f->path, sizeof f->path, "/tmp/ag-telemetry-XXXXXX");
    *state = f;
    if (mkdtemp(f->path) == NULL)
        return -1;
    snprintf(f->logs, sizeof f->logs, "%s/logs", f->path);
    snprintf(f->file, sizeof f->file, "%s/telemetry.csv", f->logs);
    snprintf(f->rotated, sizeof f->rotated, "%s/old.csv", f->logs);
    return 0;
}

static int remove_folder(void **state)
{
    folder *f = *state;
    unlink(f->file);
    unlink(f->rotated);
    rmdir(f->logs);
    rmdir(f->path);
    free(f);
    return 0;
}

static ag_telemetry *make(const folder *f)
{
    ag_telemetry *telemetry;
    assert_int_equal(ag_telemetry_create(&telemetry, f->file, NULL, NULL), AG_OK);
    return telemetry;
}

static void assert_content(const char *path, const char *expected)
{
    ag_buffer content = {0};
    assert_int_equal(ag_file_read(&content, path, 1 << 20, NULL), AG_OK);
    assert_string_equal((char *)content.data, expected);
    ag_buffer_fini(&content);
}

static const ag_telemetry_row PLAIN = {.request_id = "id-1",
                                       .artist = "Monet",
                                       .confidence = 0.87654,
                                       .response_time_s = 0.25,
                                       .status = "success"};
#define PLAIN_LINE "1970-01-01T00:00:00.000Z,id-1,Monet,0.8765,0.2500,success\n"

static void test_telemetry_header_once(void **state)
{
    folder *f = *state;
    for (int i = 0; i < 2; i++) {
        ag_telemetry *telemetry = make(f);
        ag_telemetry_write(telemetry, &PLAIN);
        ag_telemetry_destroy(telemetry);
    }
    assert_content(f->file, AG_TELEMETRY_HEADER "\n" PLAIN_LINE PLAIN_LINE);
}

static void test_telemetry_quotes_and_guards(void **state)
{
    folder *f = *state;
    ag_telemetry *telemetry = make(f);
    static const char *const ARTISTS[] = {"a,b",         "say \"x\"", "two\nlines", "=1+1",
                                          "@SUM(A1,A2)", "-",         "",           "Miró"};
    for (size_t i = 0; i < sizeof ARTISTS / sizeof ARTISTS[0]; i++) {
        ag_telemetry_row row = {
            .request_id = "i", .artist = ARTISTS[i], .confidence = NAN, .status = "s"};
        ag_telemetry_write(telemetry, &row);
    }
    ag_telemetry_destroy(telemetry);
#define ROW(cell) "1970-01-01T00:00:00.000Z,i," cell ",,0.0000,s\n"
    assert_content(f->file, AG_TELEMETRY_HEADER "\n" ROW("\"a,b\"") ROW("\"say \"\"x\"\"\"")
                                ROW("\"two\nlines\"") ROW("'=1+1") ROW("\"'@SUM(A1,A2)\"") ROW("'-")
                                    ROW("") ROW("Miró"));
}

static void test_telemetry_rotation(void **state)
{
    folder *f = *state;
    ag_telemetry *telemetry = make(f);
    ag_telemetry_write(telemetry, &PLAIN);
    assert_int_equal(rename(f->file, f->rotated), 0);
    ag_telemetry_write(telemetry, &PLAIN);
    ag_telemetry_destroy(telemetry);
    assert_content(f->rotated, AG_TELEMETRY_HEADER "\n" PLAIN_LINE);
    assert_content(f->file, AG_TELEMETRY_HEADER "\n" PLAIN_LINE);
}

static void write_rows(const folder *f, int writer)
{
    ag_telemetry *telemetry;
    char artist[32];
    if (ag_telemetry_create(&telemetry, f->file, NULL, NULL) != AG_OK)
        _exit(1);
    snprintf(artist, sizeof artist, "writer \"%d\"", writer);
    for (int i = 0; i < ROWS; i++) {
        ag_telemetry_row row = {
            .request_id = "i", .artist = artist, .confidence = NAN, .status = "s"};
        ag_telemetry_write(telemetry, &row);
    }
    _exit(ag_telemetry_errors(telemetry) == 0 ? 0 : 1);
}

static void test_telemetry_several_processes(void **state)
{
    folder *f = *state;
    int counts[WRITERS] = {0};
    for (int i = 0; i < WRITERS; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            write_rows(f, i);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    FILE *file = fopen(f->file, "r");
    char line[256];
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, AG_TELEMETRY_HEADER "\n");
    while (fgets(line, sizeof line, file) != NULL) {
        int writer = -1, end = 0;
        sscanf(line, "1970-01-01T00:00:00.000Z,i,\"writer \"\"%d\"\"\",,0.0000,s\n%n", &writer,
               &end);
        assert_int_equal(line[end], '\0');
        assert_in_range(writer, 0, WRITERS - 1);
        counts[writer]++;
    }
    fclose(file);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(counts[i], ROWS);
}

static void test_telemetry_failure_is_counted(void **state)
{
    folder *f = *state;
    ag_telemetry *telemetry = make(f);
    assert_int_equal(mkdir(f->file, 0700), 0);
    ag_telemetry_write(telemetry, &PLAIN);
    ag_telemetry_write(telemetry, &PLAIN);
    assert_int_equal(ag_telemetry_errors(telemetry), 2);
    assert_int_equal(rmdir(f->file), 0);
    ag_telemetry_destroy(telemetry);
}

static void test_telemetry_none(void **state)
{
    (void)state;
    ag_telemetry *telemetry;
    assert_int_equal(ag_telemetry_create(&telemetry, "", NULL, NULL), AG_OK);
    assert_null(telemetry);
    ag_telemetry_write(telemetry, &PLAIN);
    assert_int_equal(ag_telemetry_errors(telemetry), 0);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_telemetry_header_once),
        WITH_FOLDER(test_telemetry_quotes_and_guards),
        WITH_FOLDER(test_telemetry_rotation),
        WITH_FOLDER(test_telemetry_several_processes),
        WITH_FOLDER(test_telemetry_failure_is_counted),
        cmocka_unit_test(test_telemetry_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
