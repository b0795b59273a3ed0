#include "samples.h"

#include "base/file.h"
#include "image/image.h"
#include "studio.h"
#include "support.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Decodes the file, as the page and the guide will. */
static void assert_is_photo(const test_folder *folder, const char *name)
{
    char path[TEST_PATH_BYTES];
    ag_mapping file;
    ag_image image;
    ag_err err;
    assert_int_equal(ag_file_map(&file, test_path(path, folder, name), &err), AG_OK);
    if (ag_image_decode(&image, file.data, file.length, &AG_IMAGE_LIMITS_DEFAULT, &err) != AG_OK)
        fail_msg("%s: %s", name, err.message);
    ag_image_fini(&image);
    ag_file_unmap(&file);
}

static void test_samples_are_photos_of_works_and_of_strangers(void **state)
{
    const ag_studio_order order = {.count = AG_STUDIO_KINDS, .side_px = 200};
    test_folder works, photos;
    ag_err err;
    size_t count = 0, strangers = 0;
    (void)state;

    test_folder_make(&works);
    test_folder_make(&photos);
    assert_int_equal(ag_studio_write(works.path, &order, &err), AG_OK);
    if (ag_samples_write(photos.path, works.path, 240, &err) != AG_OK)
        fail_msg("%s", err.message);
    DIR *entries = opendir(photos.path);
    assert_non_null(entries);
    const struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        assert_is_photo(&photos, entry->d_name);
        strangers += strstr(entry->d_name, "does not hang here") != NULL;
        count++;
    }
    closedir(entries);
    assert_int_equal(count, 14);
    assert_int_equal(strangers, 2);
    test_folder_remove(&works);
    test_folder_remove(&photos);
}

static void test_samples_need_the_works(void **state)
{
    test_folder empty;
    char out[TEST_PATH_BYTES];
    ag_err err;
    (void)state;

    test_folder_make(&empty);
    assert_int_equal(ag_samples_write(test_path(out, &empty, "photos"), empty.path, 240, &err),
                     AG_ENOTFOUND);
    assert_non_null(strstr(err.message, ".jpg"));
    test_folder_remove(&empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_are_photos_of_works_and_of_strangers),
        cmocka_unit_test(test_samples_need_the_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
