#include "studio.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/workers.h"
#include "image/encode_jpeg.h"
#include "works.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define JPEG_QUALITY 92

static_assert(AG_STUDIO_KINDS == AG_ROOMS * AG_ROOM_WORKS, "as many kinds as the rooms have works");

static const ag_room *room_of(size_t number)
{
    return &AG_DEMO_ROOMS[number % AG_STUDIO_KINDS / AG_ROOM_WORKS];
}

static const ag_work *work_of(size_t number)
{
    return &room_of(number)->works[number % AG_ROOM_WORKS];
}

/* "Coral", "Coral 2", "Coral 3", … */
static void append_title(ag_buffer *out, size_t number)
{
    const size_t round = number / AG_STUDIO_KINDS;
    ag_buffer_printf(out, "%s", work_of(number)->title);
    if (round > 0)
        ag_buffer_printf(out, " %zu", round + 1);
}

void ag_studio_path(ag_buffer *out, size_t number)
{
    ag_buffer_printf(out, "%s/", room_of(number)->folder);
    append_title(out, number);
    ag_buffer_printf(out, ".jpg");
}

ag_status ag_studio_draw(ag_image *out, const ag_studio_order *order, size_t number, ag_err *err)
{
    const ag_work *work = work_of(number);
    const uint64_t round = number / AG_STUDIO_KINDS;
    ag_random random = {work->seed + (round << 32) + order->seed * 0xd1342543de82ef95U};
    ag_sheet sheet;
    ag_status status = ag_sheet_init(&sheet, order->side_px, work->aspect, err);
    if (status != AG_OK)
        return status;
    work->draw(&sheet, &random);
    /* The kinds have few palettes, chosen by eye; further works get others of the same harmony. */
    if (round > 0 || order->seed > 0)
        ag_sheet_turn_hues(&sheet, ag_random_between(&random, -1, 1));
    status = ag_sheet_develop(out, &sheet, err);
    ag_sheet_fini(&sheet);
    return status;
}

/* What the workers share. */
typedef struct job {
    const char *folder;
    const ag_studio_order *order;
    ag_progress *progress;
    ag_err *errors; /* one a work; AG_OK where it went well */
} job;

static ag_status write_file(const char *path, const ag_buffer *bytes, ag_err *err)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return ag_err_set_errno(err, errno, "cannot write %s", path);
    const bool is_written = fwrite(bytes->data, 1, bytes->length, file) == bytes->length;
    const bool is_closed = fclose(file) == 0;
    return is_written && is_closed ? AG_OK : ag_err_set_errno(err, errno, "cannot write %s", path);
}

static ag_status write_work(const job *all, size_t number, ag_err *err)
{
    ag_image image = {0};
    ag_buffer jpeg = {0}, path = {0};
    ag_buffer_printf(&path, "%s/", all->folder);
    ag_studio_path(&path, number);
    ag_status status = ag_studio_draw(&image, all->order, number, err);
    if (status == AG_OK)
        status = ag_image_encode_jpeg(&jpeg, &image, JPEG_QUALITY, 1, err);
    if (status == AG_OK)
        status = write_file((const char *)path.data, &jpeg, err);
    ag_buffer_fini(&path);
    ag_buffer_fini(&jpeg);
    ag_image_fini(&image);
    return status;
}

static void do_work(void *ctx, size_t number)
{
    const job *all = ctx;
    if (write_work(all, number, &all->errors[number]) == AG_OK)
        ag_progress_add(all->progress, 1);
}

static ag_status first_error(const job *all, ag_err *err)
{
    for (size_t i = 0; i < all->order->count; i++) {
        if (all->errors[i].status == AG_OK)
            continue;
        if (err != NULL)
            *err = all->errors[i];
        return all->errors[i].status;
    }
    return AG_OK;
}

static ag_status write_works(const char *folder, const ag_studio_order *order, ag_err *err)
{
    ag_workers *workers;
    const size_t threads = ag_workers_count(0);
    ag_status status = ag_workers_create(&workers, "studio", threads, threads, err);
    if (status != AG_OK)
        return status;
    job all = {.folder = folder, .order = order};
    all.errors = ag_xcalloc(order->count, sizeof *all.errors);
    all.progress = ag_progress_create(stderr, "drawing", "works", order->count);
    ag_workers_for_each(workers, do_work, &all, order->count);
    ag_workers_destroy(workers);
    ag_progress_destroy(all.progress);
    status = first_error(&all, err);
    free(all.errors);
    return status;
}

/* The texts have no quotes in them. */
static void append_row(ag_buffer *out, size_t number)
{
    const ag_room *room = room_of(number);
    const ag_work *work = work_of(number);
    ag_buffer_printf(out, "\"%s\",\"", room->artist);
    append_title(out, number);
    ag_buffer_printf(out, "\",\"Generative art\",\"2026\",\"");
    ag_studio_path(out, number);
    ag_buffer_printf(out, "\",\"%s\",\"%s\",\"%s\",\"%s\"\n", room->exhibition, room->name,
                     work->medium, work->description);
}

static ag_status write_table(const char *folder, const ag_studio_order *order, ag_err *err)
{
    ag_buffer table = {0};
    char *path = ag_xasprintf("%s/metadata.csv", folder);
    ag_buffer_printf(&table,
                     "artist,title,period,years,image_path,exhibition,room,medium,description\n");
    for (size_t i = 0; i < order->count; i++)
        append_row(&table, i);
    const ag_status status = write_file(path, &table, err);
    free(path);
    ag_buffer_fini(&table);
    return status;
}

ag_status ag_studio_write(const char *folder, const ag_studio_order *order, ag_err *err)
{
    ag_status status = AG_OK;
    for (size_t i = 0; i < AG_ROOMS && status == AG_OK; i++) {
        char *path = ag_xasprintf("%s/%s", folder, AG_DEMO_ROOMS[i].folder);
        status = ag_file_make_folder(path, err);
        free(path);
    }
    if (status == AG_OK)
        status = write_works(folder, order, err);
    return status == AG_OK ? write_table(folder, order, err) : status;
}
