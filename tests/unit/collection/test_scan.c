#include "collection/build_report.h"
#include "collection/scan.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PNG "\x89PNG\r\n\x1A\n"

static void test_scan_lists_images_sorted(void **state)
{
    static const char *const EXPECTED[] = {"A/1.jpg", "A/deep/er/2", "A/link.png", "B/3.heic"};
    test_folder folder;
    char path[TEST_PATH_BYTES];
    ag_build_report report = {0};
    ag_scan scan;
    (void)state;

    test_folder_make(&folder);
    test_write_text(&folder, "B/3.heic", "not one, but named so");
    test_write_text(&folder, "A/deep/er/2", PNG); /* an image with no suffix */
    test_write_text(&folder, "A/1.jpg", "");
    test_write_text(&folder, "A/notes.txt", "of a curator");
    test_write_text(&folder, "A/.hidden.jpg", PNG);
    test_write_text(&folder, ".git/x.jpg", PNG);
    assert_int_equal(symlink("..", test_path(path, &folder, "A/loop")), 0);
    assert_int_equal(symlink("deep/er/2", test_path(path, &folder, "A/link.png")), 0);
    assert_int_equal(symlink("nowhere", test_path(path, &folder, "A/dangling.jpg")), 0);
    assert_int_equal(ag_scan_images(&scan, folder.path, &report, NULL), AG_OK);
    assert_int_equal(scan.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(scan.paths[i], EXPECTED[i]);
    assert_int_equal(report.failed, 0);
    ag_scan_fini(&scan);
    ag_build_report_fini(&report);
    test_folder_remove(&folder);
}

static void test_scan_reports_what_it_cannot_enter(void **state)
{
    test_folder folder;
    char name[200] = "";
    ag_build_report report = {0};
    ag_scan scan;
    (void)state;

    test_folder_make(&folder);
    for (int i = 0; i <= AG_SCAN_MAX_DEPTH; i++)
        strcat(name, "d/");
    strcat(name, "x.png");
    test_write_text(&folder, name, PNG);
    assert_int_equal(ag_scan_images(&scan, folder.path, &report, NULL), AG_OK);
    assert_int_equal(scan.count, 0);
    assert_int_equal(report.failed, 1);
    assert_int_equal(ag_scan_images(&scan, "/nowhere", &report, NULL), AG_ENOTFOUND);
    ag_build_report_fini(&report);
    test_folder_remove(&folder);
}

static void test_scan_reports_names_that_are_not_utf8(void **state)
{
    test_folder folder;
    ag_build_report report = {0};
    ag_scan scan;
    (void)state;

    test_folder_make(&folder);
    test_write_text(&folder, "Caf\xE9.png", PNG); /* Latin-1 */
    test_write_text(&folder, "Caf\xC3\xA9.png", PNG);
    assert_int_equal(ag_scan_images(&scan, folder.path, &report, NULL), AG_OK);
    assert_int_equal(scan.count, 1);
    assert_string_equal(scan.paths[0], "Caf\xC3\xA9.png");
    assert_int_equal(report.failed, 1);
    assert_non_null(strstr(report.failures[0], "not UTF-8"));
    ag_scan_fini(&scan);
    ag_build_report_fini(&report);
    test_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan_lists_images_sorted),
        cmocka_unit_test(test_scan_reports_what_it_cannot_enter),
        cmocka_unit_test(test_scan_reports_names_that_are_not_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
