/* Photos that someone has labelled: a table, and the files it names. */
#include "evaluate/photos.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "collection/duckdb_table.h"
#include "collection/fold.h"
#include "evaluate/labels.h"
#include "evaluate/outline.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* More photos than anyone labels; keeps a hostile table from taking all memory. */
#define MAX_ROWS 1000000

/* Larger than any upload may be: limits are the recogniser's business. */
#define MAX_PHOTO_BYTES ((size_t)200 << 20)

typedef enum column {
    COLUMN_FILE,
    COLUMN_ARTWORK,
    COLUMN_ID,
    COLUMN_PATH,
    COLUMN_ARTIST,
    COLUMN_TITLE,
    COLUMN_LEVEL,
    COLUMN_PARAMETERS,
    COLUMNS,
} column;

/* Names in slugs, the likelier first. */
static const char *const NAMES[COLUMNS][4] = {
    [COLUMN_FILE] = {"file", "filename", "file-name", "photo"},
    [COLUMN_ARTWORK] = {"artwork", "work", "label"},
    [COLUMN_ID] = {"artwork-id"},
    [COLUMN_PATH] = {"artwork-path", "image-path"},
    [COLUMN_ARTIST] = {"artist"},
    [COLUMN_TITLE] = {"title"},
    [COLUMN_LEVEL] = {"level"},
    [COLUMN_PARAMETERS] = {"parameters"},
};

/* What the label of a row means, where it is no row of the collection. */
#define STRANGER  SIZE_MAX
#define AMBIGUOUS (SIZE_MAX - 1)

typedef struct labelled {
    ag_photo_source source;
    char *folder; /* that files are relative to; owned */
    ag_table table;
    const ag_table_column *columns[COLUMNS]; /* NULL: the table has none */
    size_t *works; /* of each row: a row of the collection, STRANGER or AMBIGUOUS; owned */
} labelled;

/* A cell's text, "" where there is none. */
static const char *cell(const labelled *photos, column which, size_t row)
{
    const ag_table_column *found = photos->columns[which];
    return found != NULL && found->cells[row] != NULL ? found->cells[row] : "";
}

static ag_status take(const ag_photo_source *source, ag_known_photo *out, size_t i, ag_err *err)
{
    const labelled *photos = (const labelled *)source;
    const char *file = cell(photos, COLUMN_FILE, i);
    struct stat found;

    out->name = ag_xstrdup(file);
    out->about.level = cell(photos, COLUMN_LEVEL, i);
    out->about.work = photos->works[i];
    if (*file == '\0')
        return ag_err_set(err, AG_EINVAL, "row %zu names no file", i + 1);
    if (photos->works[i] == AMBIGUOUS)
        return ag_err_set(err, AG_EINVAL, "its label could mean several works");
    ag_outline_read(&out->about, cell(photos, COLUMN_PARAMETERS, i));

    char *path = *file == '/' ? ag_xstrdup(file) : ag_xasprintf("%s/%s", photos->folder, file);
    /* A named pipe would keep the evaluation waiting for its writer. */
    ag_status status = AG_OK;
    if (stat(path, &found) == 0 && !S_ISREG(found.st_mode))
        status = ag_err_set(err, AG_EUNSUPPORTED, "%s is not a file", path);
    if (status == AG_OK)
        status = ag_file_read(&out->bytes, path, MAX_PHOTO_BYTES, err);
    free(path);
    return status;
}

static void destroy(ag_photo_source *source)
{
    labelled *photos = (labelled *)source;
    ag_table_fini(&photos->table);
    free(photos->folder);
    free(photos->works);
    free(photos);
}

/* Find the table and its folder. Owned. */
static char *find_table(labelled *photos, const char *table_or_folder)
{
    struct stat found;
    if (stat(table_or_folder, &found) == 0 && S_ISDIR(found.st_mode)) {
        photos->folder = ag_xstrdup(table_or_folder);
        return ag_xasprintf("%s/labels.csv", table_or_folder);
    }
    char *copy = ag_xstrdup(table_or_folder); /* dirname writes to its argument */
    photos->folder = ag_xstrdup(dirname(copy));
    free(copy);
    return ag_xstrdup(table_or_folder);
}

static const ag_table_column *find_column(const ag_table *table, const char *name)
{
    const ag_table_column *match = NULL;
    for (size_t i = 0; i < table->column_count && match == NULL; i++) {
        ag_buffer slug = {0};
        ag_fold_slug(&slug, table->columns[i].name);
        if (slug.data != NULL && strcmp((char *)slug.data, name) == 0)
            match = &table->columns[i];
        ag_buffer_fini(&slug);
    }
    return match;
}

static ag_status find_columns(labelled *photos, const char *path, ag_err *err)
{
    const size_t names = sizeof NAMES[0] / sizeof NAMES[0][0];
    const ag_table_column **columns = photos->columns;
    for (size_t which = 0; which < COLUMNS; which++)
        for (size_t n = 0; n < names && NAMES[which][n] != NULL && columns[which] == NULL; n++)
            columns[which] = find_column(&photos->table, NAMES[which][n]);
    if (columns[COLUMN_FILE] == NULL)
        return ag_err_set(err, AG_EINVAL, "%s has no column 'file'", path);
    if (columns[COLUMN_ARTWORK] == NULL && columns[COLUMN_ID] == NULL &&
        columns[COLUMN_PATH] == NULL && columns[COLUMN_TITLE] == NULL)
        return ag_err_set(err, AG_EINVAL,
                          "%s has no column 'artwork', 'artwork_id', 'artwork_path' or 'title'",
                          path);
    return AG_OK;
}

static ag_label label_of(const labelled *photos, size_t row)
{
    return (ag_label){
        .id = cell(photos, COLUMN_ID, row),
        .path = cell(photos, COLUMN_PATH, row),
        .artwork = cell(photos, COLUMN_ARTWORK, row),
        .artist = cell(photos, COLUMN_ARTIST, row),
        .title = cell(photos, COLUMN_TITLE, row),
    };
}

/* What the label says, for people; "" when it says nothing. */
static const char *text_of(const ag_label *label)
{
    return *label->artwork != '\0' ? label->artwork
           : *label->path != '\0'  ? label->path
           : *label->id != '\0'    ? label->id
                                   : label->title;
}

/* Note a row's work among those seen. False when memory is out. */
static bool note_work(json_t *works, size_t work)
{
    char key[24];
    snprintf(key, sizeof key, "%zu", work);
    return json_object_set_new(works, key, json_null()) == 0;
}

static bool note_stranger(json_t *strangers, const ag_label *label)
{
    const char *text = text_of(label);
    return *text == '\0' || json_object_set_new(strangers, text, json_null()) == 0;
}

/* Find every row's work; works and strangers become sets of what was met. */
static ag_status resolve(labelled *photos, const ag_label_index *index, json_t *works,
                         json_t *strangers, ag_err *err)
{
    bool is_noted = works != NULL && strangers != NULL;
    for (size_t row = 0; row < photos->table.row_count && is_noted; row++) {
        const ag_label label = label_of(photos, row);
        size_t *work = &photos->works[row];
        const ag_status status = ag_label_index_find(work, index, &label, NULL);
        if (status == AG_OK)
            is_noted = note_work(works, *work);
        else
            *work = status == AG_EINVAL ? AMBIGUOUS : STRANGER;
        if (*work == STRANGER)
            is_noted = note_stranger(strangers, &label);
    }
    return is_noted ? AG_OK : ag_err_set(err, AG_ENOMEM, "no memory for the labels");
}

static ag_status keep_strangers(ag_photo_source *source, json_t *strangers, ag_err *err)
{
    source->strangers = ag_try_malloc(json_object_size(strangers), sizeof(char *));
    if (source->strangers == NULL && json_object_size(strangers) > 0)
        return ag_err_set(err, AG_ENOMEM, "no memory for the labels");
    for (void *at = json_object_iter(strangers); at; at = json_object_iter_next(strangers, at))
        source->strangers[source->stranger_count++] = ag_xstrdup(json_object_iter_key(at));
    return AG_OK;
}

static ag_status create_index(ag_label_index **out, ag_artwork *artworks,
                              const ag_collection *collection, ag_err *err)
{
    const size_t count = ag_collection_info_of(collection)->count;
    for (size_t row = 0; row < count; row++)
        artworks[row] = *ag_collection_artwork(collection, row);
    return ag_label_index_create(out, artworks, count, err);
}

/* Find out which works the photos show. */
static ag_status label_photos(labelled *photos, const ag_collection *collection, ag_err *err)
{
    const size_t count = ag_collection_info_of(collection)->count;
    ag_artwork *artworks = ag_try_malloc(count, sizeof *artworks);
    ag_label_index *index = NULL;
    json_t *works = json_object(), *strangers = json_object();

    photos->works = ag_try_malloc(photos->table.row_count, sizeof *photos->works);
    ag_status status = artworks == NULL || photos->works == NULL
                           ? ag_err_set(err, AG_ENOMEM, "no memory for the labels")
                           : create_index(&index, artworks, collection, err);
    if (status == AG_OK)
        status = resolve(photos, index, works, strangers, err);
    if (status == AG_OK)
        status = keep_strangers(&photos->source, strangers, err);
    photos->source.works = json_object_size(works);
    json_decref(works);
    json_decref(strangers);
    ag_label_index_destroy(index);
    free(artworks);
    return status;
}

ag_status ag_photos_read(ag_photo_source **out, const ag_collection *collection,
                         const char *table_or_folder, ag_err *err)
{
    labelled *photos = ag_xcalloc(1, sizeof *photos);
    photos->source.take = take;
    photos->source.destroy = destroy;
    char *path = find_table(photos, table_or_folder);

    ag_status status = ag_table_read(&photos->table, path, MAX_ROWS, err);
    if (status == AG_OK)
        status = find_columns(photos, path, err);
    if (status == AG_OK && photos->table.row_count == 0)
        status = ag_err_set(err, AG_EINVAL, "%s has no rows", path);
    if (status == AG_OK)
        status = label_photos(photos, collection, err);
    free(path);
    photos->source.count = photos->table.row_count;
    if (status != AG_OK)
        ag_photo_source_destroy(&photos->source);
    else
        *out = &photos->source;
    return status;
}
