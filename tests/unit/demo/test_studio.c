#include "studio.h"

#include "base/file.h"
#include "collection/catalogue.h"
#include "image/resample.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 96, THUMBNAIL = 16, MANY = 40 };

static void write_works(test_folder *folder, const ag_studio_order *order)
{
    ag_err err;
    test_folder_make(folder);
    if (ag_studio_write(folder->path, order, &err) != AG_OK)
        fail_msg("%s", err.message);
}

static void load_catalogue(ag_catalogue *out, const test_folder *folder)
{
    char path[TEST_PATH_BYTES];
    ag_err err;
    if (ag_catalogue_load(out, test_path(path, folder, "metadata.csv"), &err) != AG_OK)
        fail_msg("%s", err.message);
}

static void map_below(ag_mapping *out, const test_folder *folder, const char *name)
{
    char path[TEST_PATH_BYTES];
    ag_err err;
    if (ag_file_map(out, test_path(path, folder, name), &err) != AG_OK)
        fail_msg("%s", err.message);
}

static void assert_same_file(const test_folder *a, const test_folder *b, const char *name)
{
    ag_mapping first, second;
    map_below(&first, a, name);
    map_below(&second, b, name);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    ag_file_unmap(&first);
    ag_file_unmap(&second);
}

static void test_studio_writes_the_same_twice(void **state)
{
    const ag_studio_order order = {.count = AG_STUDIO_KINDS, .side_px = SIDE};
    test_folder first, second;
    ag_catalogue catalogue;
    (void)state;

    write_works(&first, &order);
    write_works(&second, &order);
    load_catalogue(&catalogue, &first);
    assert_same_file(&first, &second, "metadata.csv");
    for (size_t i = 0; i < catalogue.count; i++)
        assert_same_file(&first, &second, catalogue.artworks[i].image_path);
    ag_catalogue_fini(&catalogue);
    test_folder_remove(&first);
    test_folder_remove(&second);
}

/* A work's file at a size at which only the picture as a whole counts. */
static void read_thumbnail(uint8_t *rgb, const test_folder *folder, const char *name)
{
    ag_mapping file;
    ag_image image, small;
    ag_err err;
    map_below(&file, folder, name);
    if (ag_image_decode(&image, file.data, file.length, &AG_IMAGE_LIMITS_DEFAULT, &err) != AG_OK)
        fail_msg("%s: %s", name, err.message);
    assert_int_equal(image.width_px > image.height_px ? image.width_px : image.height_px, SIDE);
    assert_int_equal(ag_resample_resize(&small, &image, THUMBNAIL, THUMBNAIL, &err), AG_OK);
    memcpy(rgb, small.rgb, THUMBNAIL * THUMBNAIL * 3);
    ag_image_fini(&small);
    ag_image_fini(&image);
    ag_file_unmap(&file);
}

/* Mean difference of two thumbnails, in levels of 255. */
static double difference(const uint8_t *a, const uint8_t *b)
{
    double sum = 0;
    for (size_t i = 0; i < THUMBNAIL * THUMBNAIL * 3; i++)
        sum += abs(a[i] - b[i]);
    return sum / (THUMBNAIL * THUMBNAIL * 3);
}

static void assert_all_different(uint8_t (*thumbnails)[THUMBNAIL * THUMBNAIL * 3], size_t count)
{
    double least = INFINITY;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            least = fmin(least, difference(thumbnails[i], thumbnails[j]));
    print_message("the nearest two of %zu differ by %.1f levels\n", count, least);
    assert_true(least > 8);
}

static void test_studio_works_are_catalogued_and_differ(void **state)
{
    const ag_studio_order order = {.count = MANY, .side_px = SIDE};
    static uint8_t thumbnails[MANY][THUMBNAIL * THUMBNAIL * 3];
    test_folder folder;
    ag_catalogue catalogue;
    (void)state;

    write_works(&folder, &order);
    load_catalogue(&catalogue, &folder);
    assert_int_equal(catalogue.count, MANY);
    for (size_t i = 0; i < MANY; i++) {
        const ag_artwork *work = &catalogue.artworks[i];
        read_thumbnail(thumbnails[i], &folder, work->image_path);
        assert_non_null(strstr(work->image_path, work->title));
        assert_memory_equal(work->artist, "Art Guide's ", 12);
        assert_string_equal(work->period, "Generative art");
        assert_string_equal(work->years, "2026");
        assert_non_null(strstr(work->extra_json, "\"exhibition\""));
        assert_non_null(strstr(work->extra_json, "\"room\""));
        assert_non_null(strstr(work->extra_json, "drawn by a program"));
        assert_non_null(strstr(work->extra_json, "\"description\""));
    }
    assert_all_different(thumbnails, MANY);
    ag_catalogue_fini(&catalogue);
    test_folder_remove(&folder);
}

static void test_studio_another_seed_draws_other_pictures(void **state)
{
    const ag_studio_order usual = {.side_px = 64}, other = {.side_px = 64, .seed = 7};
    (void)state;

    for (size_t i = 0; i < AG_STUDIO_KINDS; i++) {
        ag_image a, b;
        ag_err err;
        assert_int_equal(ag_studio_draw(&a, &usual, i, &err), AG_OK);
        assert_int_equal(ag_studio_draw(&b, &other, i, &err), AG_OK);
        assert_int_equal(a.width_px, b.width_px);
        assert_memory_not_equal(a.rgb, b.rgb, (size_t)a.width_px * a.height_px * 3);
        ag_image_fini(&a);
        ag_image_fini(&b);
    }
}

static void test_studio_says_where_it_cannot_write(void **state)
{
    const ag_studio_order order = {.count = 1, .side_px = 64};
    ag_err err;
    (void)state;

    assert_int_equal(ag_studio_write("/proc/nowhere", &order, &err), AG_ENOTFOUND);
    assert_non_null(strstr(err.message, "/proc/nowhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_studio_writes_the_same_twice),
        cmocka_unit_test(test_studio_works_are_catalogued_and_differ),
        cmocka_unit_test(test_studio_another_seed_draws_other_pictures),
        cmocka_unit_test(test_studio_says_where_it_cannot_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
