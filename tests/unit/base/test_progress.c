#include "base/progress.h"

#include "support.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

static void check_line(size_t done, int64_t elapsed_us, size_t columns, const char *wanted)
{
    const ag_progress_state now = {.label = "Embedding",
                                   .unit = "images",
                                   .done = done,
                                   .total = 24,
                                   .elapsed_us = elapsed_us};
    ag_buffer line = {0};
    ag_progress_format(&line, &now, columns);
    assert_string_equal((char *)line.data, wanted);
    ag_buffer_fini(&line);
}

static void test_progress_line_shows_rate_and_time(void **state)
{
    (void)state;
    check_line(0, 0, 80,
               "Embedding [                                       ] 0/24 images  0.0/s  ? left");
    check_line(12, 6000000, 60, "Embedding [=======        ] 12/24 images  2.0/s  0:06 left");
    check_line(1, 200000000, 40, "Embedding 1/24 images  0.0/s  1:16:40 left");
    check_line(24, 61000000, 60, "Embedding [====================] 24/24 images  0.4/s  1:01");
    check_line(1, INT64_MAX, 20, "Embedding 1/24 images  0.0/s  99:59:59 left");
}

static void test_progress_bar_fits_its_terminal(void **state)
{
    (void)state;
    for (size_t columns = 54; columns < 300; columns++) {
        const ag_progress_state now = {"label", "images", columns % 25, 24, 5000000};
        ag_buffer line = {0};
        ag_progress_format(&line, &now, columns);
        assert_true(line.length < columns);
        ag_buffer_fini(&line);
    }
}

static void test_progress_of_nothing(void **state)
{
    (void)state;
    const ag_progress_state now = {"label", "images", 0, 0, 0};
    ag_buffer line = {0};
    ag_progress_format(&line, &now, 200);
    assert_non_null(strstr((char *)line.data, "0/0 images"));
    ag_buffer_fini(&line);
    ag_progress_destroy(NULL);
}

static void test_progress_is_silent_in_files(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length = 0;
    FILE *stream = tmpfile();
    ag_progress *progress = ag_progress_create(stream, "label", "images", 10);
    ag_progress_add(progress, 10);
    ag_progress_destroy(progress);
    assert_int_equal(ftell(stream), 0);
    fclose(stream);
    stream = open_memstream(&text, &length); /* has no descriptor at all */
    progress = ag_progress_create(stream, "label", "images", 10);
    ag_progress_add(progress, 10);
    ag_progress_destroy(progress);
    fclose(stream);
    assert_int_equal(length, 0);
    free(text);
}

static void test_progress_draws_on_a_terminal(void **state)
{
    (void)state;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
        print_message("no pseudo terminal to be had\n");
        skip();
    }
    const struct winsize size = {.ws_row = 24, .ws_col = 50};
    FILE *stream = fopen(ptsname(terminal), "w");
    assert_non_null(stream);
    assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
    ag_progress *progress = ag_progress_create(stream, "Reading", "files", 3);
    ag_progress_add(progress, 2);
    ag_progress_add(progress, 1);
    ag_progress_destroy(progress);
    fclose(stream); /* what was drawn stays to be read, and then ends */
    ag_buffer drawn = {0};
    read_to_end(&drawn, terminal);
    assert_true(drawn.length > 0);
    assert_int_equal(drawn.data[0], '\r');
    assert_non_null(strstr((char *)drawn.data, "Reading ["));
    assert_non_null(strstr((char *)drawn.data, "3/3 files"));
    assert_int_equal(drawn.data[drawn.length - 1], '\n');
    ag_buffer_fini(&drawn);
    close(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_progress_line_shows_rate_and_time),
        cmocka_unit_test(test_progress_bar_fits_its_terminal),
        cmocka_unit_test(test_progress_of_nothing),
        cmocka_unit_test(test_progress_is_silent_in_files),
        cmocka_unit_test(test_progress_draws_on_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
