#include "evaluate/photos.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "evaluate/save.h"
#include "image/encode_jpeg.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const ag_artwork WORKS[] = {
    {.id = "irises", .artist = "Vincent van Gogh", .title = "Irises", .image_path = "a/Irises.jpg"},
    {.id = "cafe", .artist = "Claude Monet", .title = "Le Café", .image_path = "b/cafe.jpg"},
    {.id = "boats", .artist = "Claude Monet", .title = "Boats", .image_path = "b/Boats.jpg"},
    {.id = "boats2", .artist = "Édouard Manet", .title = "Boats", .image_path = "c/Boats.jpg"},
};

/* Made once for all tests: databases are slow to open. The works' images are in the collection's
 * folder, and the first one's alone below "part" again. */
typedef struct fixture {
    test_folder folder;
    ag_collection *collection;
} fixture;

/* A picture that shows where its sides are. */
static void write_picture(const test_folder *folder, const char *name)
{
    ag_image image;
    ag_buffer jpeg = {0};
    assert_int_equal(ag_image_init(&image, 120, 90, NULL), AG_OK);
    for (size_t i = 0; i < 120 * 90; i++) {
        image.rgb[3 * i] = (uint8_t)(2 * (i % 120));
        image.rgb[3 * i + 1] = (uint8_t)(2 * (i / 120));
        image.rgb[3 * i + 2] = i % 120 / 8 % 2 ? 200 : 30;
    }
    assert_int_equal(ag_image_encode_jpeg(&jpeg, &image, 90, 1, NULL), AG_OK);
    test_write(folder, name, jpeg.data, jpeg.length);
    ag_buffer_fini(&jpeg);
    ag_image_fini(&image);
}

static int set_up(void **state)
{
    fixture *f = ag_xcalloc(1, sizeof *f);
    test_folder_make(&f->folder);
    f->collection = test_collection(&f->folder, WORKS, sizeof WORKS / sizeof *WORKS);
    for (size_t i = 0; i < 4; i++)
        write_picture(&f->folder, WORKS[i].image_path);
    write_picture(&f->folder, "part/a/Irises.jpg");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ag_collection_close(f->collection);
    test_folder_remove(&f->folder);
    free(f);
    return 0;
}

static ag_photo_source *read_labels(const fixture *f, const char *text)
{
    char path[TEST_PATH_BYTES];
    ag_photo_source *source;
    test_write_text(&f->folder, "photos/labels.csv", text);
    test_path(path, &f->folder, "photos");
    assert_int_equal(ag_photos_read(&source, f->collection, path, NULL), AG_OK);
    return source;
}

static void test_photos_read_the_labels_of_a_folder(void **state)
{
    const fixture *f = *state;
    ag_known_photo photo;
    ag_photo_source *source =
        read_labels(f, "file,artwork_path,level,parameters\n"
                       "one.jpg,scans/a/Irises.png,hard,\"{\"\"width\"\": 80, \"\"height\"\": 60, "
                       "\"\"quad\"\": [[1, 2], [70, 2], [70, 50], [1, 50]]}\"\n"
                       "two.jpg,b/Unheard of.jpg,,\n"
                       "three.jpg,,easy,\n"
                       "four.jpg,b/Unheard of.jpg,,{not json\n"
                       "five.jpg,Boats.jpg,,\n"
                       ",b/cafe.jpg,,\n");

    test_write_text(&f->folder, "photos/one.jpg", "bytes");
    assert_int_equal(source->count, 6);
    assert_int_equal(source->works, 2);
    assert_int_equal(source->stranger_count, 1);
    assert_string_equal(source->strangers[0], "b/Unheard of.jpg");

    assert_int_equal(ag_photo_source_take(source, &photo, 0, NULL), AG_OK);
    assert_string_equal(photo.about.photo, "one.jpg");
    assert_string_equal(photo.about.level, "hard");
    assert_string_equal((char *)photo.bytes.data, "bytes");
    assert_int_equal(photo.about.work, 0);
    assert_int_equal(photo.about.width_px, 80);
    assert_float_equal(photo.about.corners[2][0], 70, 1e-12);
    ag_known_photo_fini(&photo);

    static const ag_status FAILURES[] = {AG_OK,        AG_ENOTFOUND, AG_ENOTFOUND,
                                         AG_ENOTFOUND, AG_EINVAL,    AG_EINVAL};
    for (size_t i = 1; i < 6; i++) {
        assert_int_equal(ag_photo_source_take(source, &photo, i, NULL), FAILURES[i]);
        assert_non_null(photo.about.photo);
        assert_int_equal(photo.about.width_px, 0);
        ag_known_photo_fini(&photo);
    }
    ag_photo_source_destroy(source);
}

static void test_photos_know_other_columns(void **state)
{
    const fixture *f = *state;
    ag_known_photo photo;
    ag_photo_source *source = read_labels(f, "File Name,Artist,Title\n"
                                             "1.jpg,claude monet,boats\n"
                                             "2.jpg,edouard manet,boats\n"
                                             "3.jpg,Nobody,\n");

    test_write_text(&f->folder, "photos/1.jpg", "1");
    test_write_text(&f->folder, "photos/2.jpg", "2");
    test_write_text(&f->folder, "photos/3.jpg", "3");
    static const size_t ROWS[] = {2, 3, SIZE_MAX};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ag_photo_source_take(source, &photo, i, NULL), AG_OK);
        assert_true(photo.about.work == ROWS[i]);
        assert_string_equal(photo.about.level, "");
        ag_known_photo_fini(&photo);
    }
    ag_photo_source_destroy(source);
}

static void test_photos_refuse_tables_that_say_too_little(void **state)
{
    static const struct {
        const char *text;
        ag_status status;
    } CASES[] = {
        {"file,year\na.jpg,1889\n", AG_EINVAL},
        {"artwork,year\nirises,1889\n", AG_EINVAL},
        {"file,artwork\n", AG_EINVAL},
    };
    const fixture *f = *state;
    char path[TEST_PATH_BYTES];
    ag_photo_source *source;

    test_path(path, &f->folder, "few.csv");
    assert_int_equal(ag_photos_read(&source, f->collection, path, NULL), AG_ENOTFOUND);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        test_write_text(&f->folder, "few.csv", CASES[i].text);
        assert_int_equal(ag_photos_read(&source, f->collection, path, NULL), CASES[i].status);
    }
}

static void test_photos_wait_for_no_pipe(void **state)
{
    const fixture *f = *state;
    char path[TEST_PATH_BYTES];
    ag_known_photo photo;
    ag_photo_source *source = read_labels(f, "file,artwork\npipe.jpg,irises\n");

    assert_int_equal(mkfifo(test_path(path, &f->folder, "photos/pipe.jpg"), 0600), 0);
    assert_int_equal(ag_photo_source_take(source, &photo, 0, NULL), AG_EUNSUPPORTED);
    ag_known_photo_fini(&photo);
    ag_photo_source_destroy(source);
}

static ag_simulation simulation_of_all(void)
{
    return (ag_simulation){
        .per_work = 2,
        .levels = {true, false, true},
        .side_px = 200,
        .seed = 3,
    };
}

static void test_photos_simulated_are_spread_over_works_and_levels(void **state)
{
    const fixture *f = *state;
    ag_simulation simulation = simulation_of_all();
    ag_photo_source *source;
    ag_known_photo photo;

    assert_int_equal(ag_photos_simulate(&source, f->collection, &simulation, NULL), AG_OK);
    assert_int_equal(source->count, 4 * 2 * 2);
    assert_int_equal(source->works, 4);
    for (size_t i = 0; i < source->count; i++) {
        assert_int_equal(ag_photo_source_take(source, &photo, i, NULL), AG_OK);
        assert_int_equal(photo.about.work, i / 4);
        assert_string_equal(photo.about.level, i % 4 < 2 ? "easy" : "hard");
        assert_int_equal(fmax(photo.about.width_px, photo.about.height_px), 200);
        ag_known_photo_fini(&photo);
    }
    ag_photo_source_destroy(source);

    simulation.works = 2;
    simulation.per_work = 0;
    assert_int_equal(ag_photos_simulate(&source, f->collection, &simulation, NULL), AG_OK);
    assert_int_equal(source->count, AG_SIMULATION_PHOTOS);
    assert_int_equal(ag_photo_source_take(source, &photo, source->count - 1, NULL), AG_OK);
    assert_int_equal(photo.about.work, 2); /* every second work */
    ag_known_photo_fini(&photo);
    ag_photo_source_destroy(source);
}

static void test_photos_simulated_depend_on_work_level_number_and_seed(void **state)
{
    const fixture *f = *state;
    ag_simulation simulation = simulation_of_all();
    ag_photo_source *source;
    ag_known_photo first, photo;
    char part[TEST_PATH_BYTES];

    simulation.images_folder = test_path(part, &f->folder, "part");
    assert_int_equal(ag_photos_simulate(&source, f->collection, &simulation, NULL), AG_OK);
    assert_int_equal(ag_photo_source_take(source, &first, 0, NULL), AG_OK);
    assert_int_equal(ag_photo_source_take(source, &photo, 0, NULL), AG_OK);
    assert_int_equal(photo.bytes.length, first.bytes.length);
    assert_memory_equal(photo.bytes.data, first.bytes.data, first.bytes.length);
    ag_known_photo_fini(&photo);
    assert_int_equal(ag_photo_source_take(source, &photo, 1, NULL), AG_OK);
    assert_string_not_equal(photo.parameters_json, first.parameters_json);
    assert_string_not_equal(photo.name, first.name);
    ag_known_photo_fini(&photo);
    /* Its image is missing: reported, and no crash. */
    assert_int_equal(ag_photo_source_take(source, &photo, 4, NULL), AG_ENOTFOUND);
    ag_known_photo_fini(&photo);
    ag_photo_source_destroy(source);

    simulation.seed++;
    assert_int_equal(ag_photos_simulate(&source, f->collection, &simulation, NULL), AG_OK);
    assert_int_equal(ag_photo_source_take(source, &photo, 0, NULL), AG_OK);
    assert_string_not_equal(photo.parameters_json, first.parameters_json);
    ag_known_photo_fini(&photo);
    ag_known_photo_fini(&first);
    ag_photo_source_destroy(source);
}

static void test_photos_saved_are_read_again(void **state)
{
    const fixture *f = *state;
    ag_simulation simulation = simulation_of_all();
    char folder[TEST_PATH_BYTES];
    ag_photo_source *source, *again;
    ag_photo_saver *saver;

    simulation.per_work = 1;
    test_path(folder, &f->folder, "kept/photos");
    assert_int_equal(ag_photos_simulate(&source, f->collection, &simulation, NULL), AG_OK);
    assert_int_equal(ag_photo_saver_open(&saver, folder, f->collection, NULL), AG_OK);
    for (size_t i = 0; i < source->count; i++) {
        ag_known_photo photo;
        assert_int_equal(ag_photo_source_take(source, &photo, i, NULL), AG_OK);
        assert_int_equal(ag_photo_saver_add(saver, &photo, NULL), AG_OK);
        ag_known_photo_fini(&photo);
    }
    assert_int_equal(ag_photo_saver_close(saver, NULL), AG_OK);

    assert_int_equal(ag_photos_read(&again, f->collection, folder, NULL), AG_OK);
    assert_int_equal(again->count, source->count);
    assert_int_equal(again->works, 4);
    for (size_t i = 0; i < source->count; i++) {
        ag_known_photo photo, read;
        assert_int_equal(ag_photo_source_take(source, &photo, i, NULL), AG_OK);
        assert_int_equal(ag_photo_source_take(again, &read, i, NULL), AG_OK);
        assert_int_equal(read.about.work, photo.about.work);
        assert_string_equal(read.about.level, photo.about.level);
        assert_int_equal(read.about.width_px, photo.about.width_px);
        assert_int_equal(read.about.height_px, photo.about.height_px);
        for (size_t c = 0; c < 4; c++)
            assert_float_equal(read.about.corners[c][0], photo.about.corners[c][0], 0.1);
        assert_int_equal(read.bytes.length, photo.bytes.length);
        ag_known_photo_fini(&photo);
        ag_known_photo_fini(&read);
    }
    ag_photo_source_destroy(source);
    ag_photo_source_destroy(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_photos_read_the_labels_of_a_folder),
        cmocka_unit_test(test_photos_know_other_columns),
        cmocka_unit_test(test_photos_refuse_tables_that_say_too_little),
        cmocka_unit_test(test_photos_wait_for_no_pipe),
        cmocka_unit_test(test_photos_simulated_are_spread_over_works_and_levels),
        cmocka_unit_test(test_photos_simulated_depend_on_work_level_number_and_seed),
        cmocka_unit_test(test_photos_saved_are_read_again),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
