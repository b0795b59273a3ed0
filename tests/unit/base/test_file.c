#include "base/file.h"

#include "support.h"

#include <dirent.h>
#include <fcntl.h>
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

static char *in_folder(const char *folder, const char *name)
{
    char *path = NULL;
    assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
    return path;
}

static size_t count_entries(const char *folder)
{
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    size_t count = 0;
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count - 2; /* . and .. */
}

static void test_file_write_then_read_and_map(void **state)
{
    (void)state;
    char *folder = make_temporary_folder(), *path = in_folder(folder, "a b");
    ag_err err;
    assert_int_equal(ag_file_write_atomic(path, "first", 5, &err), AG_OK);
    assert_int_equal(ag_file_write_atomic(path, "second", 6, &err), AG_OK);
    assert_int_equal(count_entries(folder), 1);

    ag_buffer content = {0};
    ag_buffer_printf(&content, "> ");
    assert_int_equal(ag_file_read(&content, path, 6, &err), AG_OK);
    assert_string_equal((char *)content.data, "> second");
    ag_mapping mapping;
    assert_int_equal(ag_file_map(&mapping, path, &err), AG_OK);
    assert_int_equal(mapping.length, 6);
    assert_memory_equal(mapping.data, "second", 6);
    ag_file_unmap(&mapping);
    assert_null(mapping.data);
    ag_file_unmap(&mapping);
    ag_buffer_fini(&content);
    free(path);
    remove_folder(folder);
}

static void test_file_may_be_empty(void **state)
{
    (void)state;
    char *folder = make_temporary_folder(), *path = in_folder(folder, "empty");
    assert_int_equal(ag_file_write_atomic(path, NULL, 0, NULL), AG_OK);
    ag_buffer content = {0};
    assert_int_equal(ag_file_read(&content, path, 0, NULL), AG_OK);
    assert_string_equal((char *)content.data, "");
    ag_mapping mapping;
    assert_int_equal(ag_file_map(&mapping, path, NULL), AG_OK);
    assert_true(mapping.data == NULL && mapping.length == 0);
    ag_buffer_fini(&content);
    free(path);
    remove_folder(folder);
}

static void test_file_read_stops_at_the_limit(void **state)
{
    (void)state;
    char *folder = make_temporary_folder(), *path = in_folder(folder, "big");
    assert_int_equal(ag_file_write_atomic(path, "0123456789", 10, NULL), AG_OK);
    ag_buffer content = {0};
    ag_buffer_printf(&content, "kept");
    ag_err err;
    assert_int_equal(ag_file_read(&content, path, 9, &err), AG_ELIMIT);
    assert_string_equal((char *)content.data, "kept");
    assert_int_equal(ag_file_read(&content, "/dev/zero", 100000, &err), AG_ELIMIT);
    assert_string_equal((char *)content.data, "kept");
    assert_int_equal(content.length, 4);
    ag_buffer_fini(&content);
    free(path);
    remove_folder(folder);
}

static void test_file_says_what_is_missing(void **state)
{
    (void)state;
    ag_err err;
    ag_mapping mapping;
    ag_buffer content = {0};
    assert_int_equal(ag_file_map(&mapping, "/nonexistent/file", &err), AG_ENOTFOUND);
    assert_non_null(strstr(err.message, "/nonexistent/file"));
    assert_int_equal(ag_file_read(&content, "/nonexistent/file", 1, &err), AG_ENOTFOUND);
    assert_int_equal(ag_file_read(&content, "/tmp", 1 << 20, &err), AG_EIO);
    assert_int_equal(ag_file_write_atomic("/nonexistent/file", "x", 1, &err), AG_ENOTFOUND);
    assert_int_equal(ag_file_commit("/nonexistent/a", "/tmp/a", &err), AG_ENOTFOUND);
    ag_buffer_fini(&content);
}

static void test_file_map_refuses_folders_and_pipes(void **state)
{
    (void)state;
    char *folder = make_temporary_folder(), *path = in_folder(folder, "pipe");
    ag_mapping mapping;
    ag_err err;
    assert_int_equal(ag_file_map(&mapping, folder, &err), AG_EUNSUPPORTED);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(ag_file_map(&mapping, path, &err), AG_EUNSUPPORTED);
    free(path);
    remove_folder(folder);
}

static void test_file_failed_write_leaves_nothing_behind(void **state)
{
    (void)state;
    char *folder = make_temporary_folder(), *path = in_folder(folder, "taken");
    assert_int_equal(mkdir(path, 0755), 0); /* a folder cannot be replaced by a file */
    ag_err err;
    assert_int_equal(ag_file_write_atomic(path, "x", 1, &err), AG_EIO);
    assert_int_equal(count_entries(folder), 1);
    free(path);
    remove_folder(folder);
}

static void test_file_reads_standard_input_and_pipes(void **state)
{
    (void)state;
    int ends[2], saved = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped", 5), 5);
    close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    ag_buffer content = {0};
    ag_status status = ag_file_read(&content, "-", 5, NULL);
    if (saved >= 0)
        dup2(saved, STDIN_FILENO);
    close(saved);
    close(ends[0]);
    assert_int_equal(status, AG_OK);
    assert_string_equal((char *)content.data, "piped");
    ag_buffer_fini(&content);
}

static void test_file_makes_folders_on_the_way(void **state)
{
    (void)state;
    char *folder = make_temporary_folder(), *outer = in_folder(folder, "a");
    char *inner = in_folder(folder, "a//b/"), *file = in_folder(folder, "file");
    char *impossible = in_folder(folder, "file/x");
    ag_err err;
    assert_int_equal(ag_file_make_folder(inner, &err), AG_OK);
    assert_int_equal(ag_file_make_folder(inner, &err), AG_OK);
    assert_int_equal(ag_file_make_folder("/", &err), AG_OK);
    assert_int_equal(ag_file_make_folder("", &err), AG_ENOTFOUND);
    assert_int_equal(ag_file_write_atomic(file, "x", 1, NULL), AG_OK);
    assert_int_equal(ag_file_make_folder(impossible, &err), AG_EIO);
    assert_int_equal(rmdir(inner), 0);
    free(outer);
    free(inner);
    free(file);
    free(impossible);
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_write_then_read_and_map),
        cmocka_unit_test(test_file_may_be_empty),
        cmocka_unit_test(test_file_read_stops_at_the_limit),
        cmocka_unit_test(test_file_says_what_is_missing),
        cmocka_unit_test(test_file_map_refuses_folders_and_pipes),
        cmocka_unit_test(test_file_failed_write_leaves_nothing_behind),
        cmocka_unit_test(test_file_reads_standard_input_and_pipes),
        cmocka_unit_test(test_file_makes_folders_on_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
