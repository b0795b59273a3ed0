#include "support.h"

#include "collection/build.h"
#include "image/encode_jpeg.h"
#include "studio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

void test_draw(ag_image *out, size_t row)
{
    const ag_studio_order order = {.count = AG_STUDIO_KINDS, .side_px = TEST_WORK_PX};
    assert_int_equal(ag_studio_draw(out, &order, row == TEST_COPY ? 0 : 2 * row, NULL), AG_OK);
}

static void write_work(const test_folder *folder, size_t row)
{
    char name[64];
    ag_image image;
    ag_buffer bytes = {0};
    test_draw(&image, row);
    assert_int_equal(ag_image_encode_jpeg(&bytes, &image, row == TEST_COPY ? 70 : 92, 1, NULL),
                     AG_OK);
    snprintf(name, sizeof name, "works/%zu.jpg", row);
    test_write(folder, name, bytes.data, bytes.length);
    ag_buffer_fini(&bytes);
    ag_image_fini(&image);
}

static const char *exhibition_of(size_t row)
{
    static const char *const EXHIBITIONS[] = {"Été à Paris", "Night", ""};
    return row == TEST_COPY ? "Copies" : EXHIBITIONS[row / 4];
}

void test_draw_works(const test_folder *folder)
{
    ag_buffer table = {0};
    ag_buffer_printf(&table, "artwork_id,artist,title,period,image_path,exhibition,room\n");
    for (size_t row = 0; row < TEST_WORKS; row++) {
        write_work(folder, row);
        ag_buffer_printf(&table, "w%zu,Studio,Work %zu,Now,%zu.jpg,%s,%s\n", row, row, row,
                         exhibition_of(row),
                         row >= 8           ? ""
                         : row / 2 % 2 == 0 ? "1"
                                            : "2");
    }
    test_write(folder, "works/metadata.csv", table.data, table.length);
    ag_buffer_fini(&table);
}

void test_build(const test_folder *folder, const char *name, const char *model)
{
    char works[TEST_PATH_BYTES], output[TEST_PATH_BYTES];
    const ag_build_options options = {
        .source = test_path(works, folder, "works"),
        .output = test_path(output, folder, name),
        .index_kind = "Flat",
        .threads = 2,
    };
    const ag_clip_options clip_options = {AG_PRECISION_F32, 1, TEST_MAX_BATCH};
    ag_clip *clip = NULL;
    ag_build_report report;
    ag_err err;
    if (model && ag_clip_open(&clip, model, &clip_options, &err) != AG_OK)
        fail_msg("%s", err.message);
    if (ag_collection_build(&report, clip, model, &options, &err) != AG_OK)
        fail_msg("%s", err.message);
    assert_int_equal(report.artworks_featured, TEST_WORKS);
    ag_build_report_fini(&report);
    ag_clip_close(clip);
}

ag_status test_open(ag_engine *out, const char *collection, const char *model, ag_err *err)
{
    const ag_engine_options options = {
        .model_folder = model,
        .collection = {.folder = collection},
        .precision = AG_PRECISION_F32,
        .threads = 3,
        .max_batch = TEST_MAX_BATCH,
        .limits = AG_IMAGE_LIMITS_DEFAULT,
    };
    return ag_engine_open(out, &options, err);
}

void test_photograph(ag_photo *out, size_t row, ag_photo_level level, uint64_t seed)
{
    const ag_photo_options options = {level, TEST_PHOTO_PX, seed};
    ag_image work;
    test_draw(&work, row);
    assert_int_equal(ag_photo_take(out, &work, &options, NULL), AG_OK);
    ag_image_fini(&work);
}

ag_query test_query(const ag_photo *photo)
{
    return (ag_query){.image = photo->jpeg.data, .image_length = photo->jpeg.length};
}

void test_check_candidates(const ag_engine *engine, const ag_answer *answer)
{
    assert_true(answer->candidate_count <= AG_RECOGNIZE_TOP);
    for (size_t i = 0; i < answer->candidate_count; i++) {
        const ag_candidate *candidate = &answer->candidates[i];
        assert_ptr_equal(candidate->artwork,
                         ag_collection_artwork(engine->collection, candidate->row));
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(candidate->row, answer->candidates[j].row);
    }
}
