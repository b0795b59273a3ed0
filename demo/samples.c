#include "samples.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "image/image.h"
#include "simulate/photo.h"
#include "studio.h"
#include "works.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Works of this round hang nowhere: the demo collection is round 0. */
#define STRANGERS_ROUND 2

/* A photo of a work, or of one like it that the collection does not have. */
typedef struct sample {
    const char *title; /* of the work */
    ag_photo_level level;
    bool is_stranger;
} sample;

static const sample SAMPLES[] = {
    {"Night Windows", AG_PHOTO_MEDIUM, false},
    {"Wind over Wheat", AG_PHOTO_EASY, false},
    {"Fields and Corners", AG_PHOTO_HARD, false},
    {"Northern Lights over the Lake", AG_PHOTO_EASY, false},
    {"Meadow of a Hundred Flowers", AG_PHOTO_HARD, false},
    {"Four Sunflowers, Counting", AG_PHOTO_MEDIUM, false},
    {"Heavy Sea with a Boat", AG_PHOTO_HARD, false},
    {"Bottles, Hatched", AG_PHOTO_EASY, false},
    {"Mountains, Ink", AG_PHOTO_MEDIUM, false},
    {"Court of Changing Stars", AG_PHOTO_MEDIUM, false},
    {"Pebbles, Each with an Idea", AG_PHOTO_HARD, false},
    {"Lightning in a Shell", AG_PHOTO_MEDIUM, false},
    {"Moonrise behind Six Ridges", AG_PHOTO_EASY, true},
    {"Town without Perspective", AG_PHOTO_MEDIUM, true},
};

/* How visitors take photos of each level. */
static const char *const MANNERS[AG_PHOTO_LEVELS] = {
    [AG_PHOTO_EASY] = "from the front",
    [AG_PHOTO_MEDIUM] = "seen aslant",
    [AG_PHOTO_HARD] = "in a hurry",
};

static size_t number_of(const char *title)
{
    size_t number = 0;
    while (number < AG_STUDIO_KINDS &&
           strcmp(AG_DEMO_ROOMS[number / AG_ROOM_WORKS].works[number % AG_ROOM_WORKS].title,
                  title) != 0)
        number++;
    assert(number < AG_STUDIO_KINDS);
    return number;
}

static ag_status read_work(ag_image *out, const char *works_folder, size_t number, ag_err *err)
{
    ag_buffer path = {0};
    ag_mapping file = {0};
    ag_buffer_printf(&path, "%s/", works_folder);
    ag_studio_path(&path, number);
    ag_status status = ag_file_map(&file, (const char *)path.data, err);
    if (status == AG_OK)
        status = ag_image_decode(out, file.data, file.length, &AG_IMAGE_LIMITS_DEFAULT, err);
    ag_file_unmap(&file);
    ag_buffer_fini(&path);
    return status;
}

static ag_status draw_stranger(ag_image *out, size_t number, uint32_t side_px, ag_err *err)
{
    const ag_studio_order order = {.side_px = side_px};
    return ag_studio_draw(out, &order, number + STRANGERS_ROUND * AG_STUDIO_KINDS, err);
}

static ag_status photograph(const char *path, const char *works_folder, const sample *it,
                            const ag_photo_options *options, ag_err *err)
{
    const size_t number = number_of(it->title);
    ag_image work = {0};
    ag_photo photo = {0};
    ag_status status = it->is_stranger ? draw_stranger(&work, number, options->side_px, err)
                                       : read_work(&work, works_folder, number, err);
    if (status == AG_OK)
        status = ag_photo_take(&photo, &work, options, err);
    if (status == AG_OK)
        status = ag_file_write_atomic(path, photo.jpeg.data, photo.jpeg.length, err);
    ag_photo_fini(&photo);
    ag_image_fini(&work);
    return status;
}

ag_status ag_samples_write(const char *folder, const char *works_folder, uint32_t side_px,
                           ag_err *err)
{
    ag_status status = ag_file_make_folder(folder, err);
    for (size_t i = 0; i < AG_COUNT(SAMPLES) && status == AG_OK; i++) {
        const sample *it = &SAMPLES[i];
        const ag_photo_options options = {it->level, side_px, i};
        char *path =
            ag_xasprintf("%s/%s, %s.jpg", folder, it->title,
                         it->is_stranger ? "another that does not hang here" : MANNERS[it->level]);
        status = photograph(path, works_folder, it, &options, err);
        free(path);
    }
    return status;
}
