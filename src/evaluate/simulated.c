/* Photos simulated from the images that a collection was built from. */
#include "evaluate/photos.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "collection/fold.h"
#include "collection/reference.h"
#include "collection/row_images.h"
#include "image/image.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a work's name that its photos' names begin with. */
#define NAME_BYTES 40

typedef struct simulated {
    ag_photo_source source;
    const ag_collection *collection;
    char *images_folder; /* where images are instead; owned, NULL: where the collection says */
    ag_row_images images;
    ag_photo_level levels[AG_PHOTO_LEVELS];
    size_t level_count;
    size_t per_work;
    uint32_t side_px;
    uint64_t seed;
} simulated;

/* Which photo a number means. */
typedef struct shot {
    const ag_artwork *artwork;
    size_t row;
    ag_photo_level level;
    size_t number; /* among those of its work and level */
} shot;

/* Works are taken at even distances: neighbours in a table are often alike. */
static shot shot_of(const simulated *photos, size_t i)
{
    const size_t per_work = photos->per_work * photos->level_count;
    const size_t count = ag_collection_info_of(photos->collection)->count;
    const size_t row = (i / per_work) * count / photos->source.works;
    return (shot){
        .artwork = ag_collection_artwork(photos->collection, row),
        .row = row,
        .level = photos->levels[i % per_work / photos->per_work],
        .number = i % photos->per_work,
    };
}

/* The finish of SplitMix64 (Steele, Lea, Flood, 2014), for every part more. */
static uint64_t mix(uint64_t hash, uint64_t part)
{
    uint64_t z = (hash ^ part) + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t hash_text(const char *text)
{
    return ag_fnv1a(text, strlen(text));
}

/* "irises-1a2b3c4d_easy_00.jpg". Owned. */
static char *photo_name(const shot *what)
{
    ag_buffer slug = {0};
    ag_fold_slug(&slug, what->artwork->title);
    ag_buffer_printf(&slug, "%s", "");
    /* A slug can hold letters of any script; cutting one in two is avoided by leaving it out. */
    size_t length = slug.length < NAME_BYTES ? slug.length : NAME_BYTES;
    while (length > 0 && length < slug.length && (slug.data[length] & 0xC0) == 0x80)
        length--;
    char *name = ag_xasprintf("%.*s-%08" PRIx32 "_%s_%02zu.jpg", (int)length, (char *)slug.data,
                              (uint32_t)hash_text(what->artwork->image_path),
                              ag_photo_level_name(what->level), what->number);
    ag_buffer_fini(&slug);
    return name;
}

/* Say that an image is neither where it should be nor anywhere else below that folder. */
static ag_status missing_image(const simulated *photos, size_t row, ag_err *err)
{
    char *file = ag_collection_image_file(photos->collection, row, photos->images_folder);
    ag_err_set_errno(err, ENOENT, "cannot open %s", file);
    free(file);
    return AG_ENOTFOUND;
}

/* Decode the work's image: a large one may come out smaller, though not than the photo. */
static ag_status load_picture(ag_image *out, const simulated *photos, size_t row, ag_err *err)
{
    ag_image_limits limits = AG_REFERENCE_LIMITS;
    ag_buffer bytes = {0};
    const char *file = photos->images.files[row];
    if (file == NULL)
        return missing_image(photos, row, err);
    limits.enough_px = photos->side_px;
    ag_status status = ag_file_read(&bytes, file, limits.max_bytes, err);
    if (status == AG_OK) {
        status = ag_image_decode(out, bytes.data, bytes.length, &limits, err);
        if (status != AG_OK)
            ag_err_prefix(err, "%s", file);
    }
    ag_buffer_fini(&bytes);
    return status;
}

/* Hand over what ag_photo_take made. */
static void adopt(ag_known_photo *out, ag_photo *photo)
{
    out->bytes = photo->jpeg;
    out->parameters_json = photo->parameters_json;
    out->about.width_px = photo->width_px;
    out->about.height_px = photo->height_px;
    memcpy(out->about.corners, photo->corners, sizeof photo->corners);
    *photo = (ag_photo){0};
}

static ag_status take(const ag_photo_source *source, ag_known_photo *out, size_t i, ag_err *err)
{
    const simulated *photos = (const simulated *)source;
    const shot what = shot_of(photos, i);
    const uint64_t of_work = mix(photos->seed, hash_text(what.artwork->image_path));
    const ag_photo_options options = {
        .level = what.level,
        .side_px = photos->side_px,
        .seed = mix(mix(of_work, what.level), what.number),
    };
    ag_image picture;
    ag_photo photo;

    out->name = photo_name(&what);
    out->about.level = ag_photo_level_name(what.level);
    out->about.work = what.row;
    ag_status status = load_picture(&picture, photos, what.row, err);
    if (status != AG_OK)
        return status;
    status = ag_photo_take(&photo, &picture, &options, err);
    ag_image_fini(&picture);
    if (status == AG_OK)
        adopt(out, &photo);
    return status;
}

static void destroy(ag_photo_source *source)
{
    simulated *photos = (simulated *)source;
    ag_row_images_fini(&photos->images);
    free(photos->images_folder);
    free(photos);
}

/* How many works, and photos of each at each level. */
static void plan(simulated *photos, const ag_simulation *simulation, size_t count)
{
    const size_t levels = photos->level_count;
    const size_t photos_wanted = simulation->photos > 0 ? simulation->photos : AG_SIMULATION_PHOTOS;
    const size_t affordable = photos_wanted > levels ? photos_wanted / levels : 1;
    const size_t wanted = simulation->works > 0 ? simulation->works : affordable;
    photos->source.works = wanted < count ? wanted : count;
    const size_t spread = affordable / photos->source.works;
    photos->per_work = simulation->per_work > 0 ? simulation->per_work : spread > 0 ? spread : 1;
    photos->source.count = photos->source.works * levels * photos->per_work;
}

/* Where the works' images are. What has none is reported when its turn comes. */
static ag_status find_images(simulated *photos, ag_err *err)
{
    const char *folder = photos->images_folder;
    ag_build_report missing = {0};
    const ag_status status = ag_row_images_find(
        &photos->images, ag_collection_catalogue(photos->collection),
        folder != NULL ? folder : ag_collection_image_root(photos->collection), &missing, err);
    ag_build_report_fini(&missing);
    return status;
}

ag_status ag_photos_simulate(ag_photo_source **out, const ag_collection *collection,
                             const ag_simulation *simulation, ag_err *err)
{
    const size_t count = ag_collection_info_of(collection)->count;
    if (count == 0)
        return ag_err_set(err, AG_EINVAL, "the collection has no works to photograph");
    simulated *photos = ag_xcalloc(1, sizeof *photos);
    *photos = (simulated){
        .source = {.take = take, .destroy = destroy},
        .collection = collection,
        .images_folder = ag_xstrdup(simulation->images_folder),
        .side_px = simulation->side_px,
        .seed = simulation->seed,
    };
    for (size_t level = 0; level < AG_PHOTO_LEVELS; level++)
        if (simulation->levels[level])
            photos->levels[photos->level_count++] = (ag_photo_level)level;
    plan(photos, simulation, count);
    ag_status status = find_images(photos, err);
    if (status != AG_OK) {
        destroy(&photos->source);
        return status;
    }
    *out = &photos->source;
    return AG_OK;
}
