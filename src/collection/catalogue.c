#include "collection/catalogue.h"

#include "base/buffer.h"
#include "collection/fold.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Names of columns, most exact first, as ag_fold_slug writes them without its hyphens. */
static const char *const NAMES[AG_FIELD_COUNT][12] = {
    [AG_FIELD_ID] = {"artworkid"},
    [AG_FIELD_ARTIST] = {"artist", "artistname", "artistdisplayname", "artists", "creator",
                         "author", "maker", "painter", "sculptor", "attribution", "creators", "by"},
    [AG_FIELD_TITLE] = {"title", "artworktitle", "paintingtitle", "worktitle", "titleofwork",
                        "name", "artworkname", "work", "artwork", "painting", "caption"},
    [AG_FIELD_PERIOD] = {"period", "movement", "artmovement", "style", "school", "era", "genre"},
    [AG_FIELD_YEARS] = {"years", "year", "yearcreated", "creationyear", "date", "datecreated",
                        "creationdate", "dating", "objectdate", "created"},
    [AG_FIELD_EXHIBITION] = {"exhibition", "exhibitionname", "exhibitiontitle", "exhibit", "show"},
    [AG_FIELD_ROOM] = {"room", "roomname", "gallery", "hall"},
    [AG_FIELD_IMAGE_PATH] = {"imagepath", "imagefile", "image", "imagefilename", "imagename",
                             "path", "filepath", "file", "photo", "picture"},
    [AG_FIELD_FILENAME] = {"filename", "imagefilename", "file"},
    [AG_FIELD_ARTIST_KEY] = {"artistkey"},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* How well a column's name says a field: 0 best, SIZE_MAX not at all. */
static size_t rank_of(ag_field field, const char *name)
{
    ag_buffer slug = {0};
    char plain[32];
    size_t used = 0, rank = SIZE_MAX;

    ag_fold_slug(&slug, name);
    for (size_t i = 0; i < slug.length && used + 1 < sizeof plain; i++)
        if (slug.data[i] != '-')
            plain[used++] = (char)slug.data[i];
    plain[used] = '\0';
    ag_buffer_fini(&slug);
    for (size_t i = 0; i < COUNT(NAMES[field]) && NAMES[field][i] && rank == SIZE_MAX; i++)
        if (strcmp(plain, NAMES[field][i]) == 0)
            rank = i;
    return rank;
}

static bool is_taken(const ag_columns *columns, size_t column)
{
    for (size_t field = 0; field < AG_FIELD_COUNT; field++)
        if (columns->of[field] == column)
            return true;
    return false;
}

void ag_columns_match(ag_columns *out, const ag_table *table)
{
    for (size_t field = 0; field < AG_FIELD_COUNT; field++)
        out->of[field] = SIZE_MAX;
    for (size_t field = 0; field < AG_FIELD_COUNT; field++) {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < table->column_count; i++) {
            const size_t rank = rank_of(field, table->columns[i].name);
            if (rank < best && !is_taken(out, i)) {
                best = rank;
                out->of[field] = i;
            }
        }
    }
}

const char *ag_columns_text(const ag_columns *columns, const ag_table *table, ag_field field,
                            size_t row)
{
    const size_t column = columns->of[field];
    const char *text = column == SIZE_MAX ? NULL : table->columns[column].cells[row];

    if (!text)
        return "";
    const size_t length = strlen(text);
    if (table->columns[column].kind == AG_CELL_REAL && length > 2 &&
        strcmp(text + length - 2, ".0") == 0)
        return ag_arena_strndup(table->arena, text, length - 2);
    return text;
}

/* A JSON string; the text is valid UTF-8. Written here because a catalogue has hundreds of
 * thousands. */
static ag_status append_json_string(ag_buffer *out, const char *text, ag_err *err)
{
    ag_status status = ag_buffer_append(out, "\"", 1, err);

    while (*text && !status) {
        size_t plain = 0;
        while ((unsigned char)text[plain] >= 0x20 && text[plain] != '"' && text[plain] != '\\')
            plain++;
        status = ag_buffer_append(out, text, plain, err);
        text += plain;
        if (*text) {
            char escaped[8];
            const int length = (unsigned char)*text < 0x20
                                   ? snprintf(escaped, sizeof escaped, "\\u%04x", *text)
                                   : snprintf(escaped, sizeof escaped, "\\%c", *text);
            status = status ? status : ag_buffer_append(out, escaped, (size_t)length, err);
            text++;
        }
    }
    return status ? status : ag_buffer_append(out, "\"", 1, err);
}

/* "nan" and "inf" are numbers to DuckDB and not to JSON. */
static bool is_json_number(const char *text)
{
    const size_t length = strlen(text);
    return length > 0 && strspn(text, "+-.eE0123456789") == length;
}

static ag_status append_json_cell(ag_buffer *out, ag_cell_kind kind, const char *text, ag_err *err)
{
    const bool is_literal =
        kind == AG_CELL_BOOL || kind == AG_CELL_JSON ||
        ((kind == AG_CELL_INTEGER || kind == AG_CELL_REAL) && is_json_number(text));

    return is_literal ? ag_buffer_append(out, text, strlen(text), err)
                      : append_json_string(out, text, err);
}

/* Fields that have a place of their own in ag_artwork. */
static bool is_own_field(const ag_columns *columns, size_t column)
{
    for (size_t field = 0; field <= AG_FIELD_IMAGE_PATH; field++)
        if (columns->of[field] == column)
            return true;
    return false;
}

/* Every further column of a row that is not null, as a JSON object. */
static ag_status append_extra(ag_buffer *out, const ag_table *table, const ag_columns *columns,
                              size_t row, ag_err *err)
{
    ag_status status = ag_buffer_append(out, "{", 1, err);

    for (size_t i = 0; i < table->column_count && !status; i++) {
        const ag_table_column *column = &table->columns[i];
        if (!column->cells[row] || is_own_field(columns, i))
            continue;
        if (out->length > 1)
            status = ag_buffer_append(out, ",", 1, err);
        if (!status)
            status = append_json_string(out, column->name, err);
        if (!status)
            status = ag_buffer_append(out, ":", 1, err);
        if (!status)
            status = append_json_cell(out, column->kind, column->cells[row], err);
    }
    return status ? status : ag_buffer_append(out, "}", 1, err);
}

static ag_status load_artwork(ag_artwork *out, const ag_table *table, const ag_columns *columns,
                              size_t row, ag_buffer *scratch)
{
    const char *id = ag_columns_text(columns, table, AG_FIELD_ID, row);

    ag_buffer_clear(scratch);
    if (append_extra(scratch, table, columns, row, NULL))
        return AG_ENOMEM;
    *out = (ag_artwork){
        .id = id && *id ? id : ag_arena_printf(table->arena, "%zu", row),
        .artist = ag_columns_text(columns, table, AG_FIELD_ARTIST, row),
        .title = ag_columns_text(columns, table, AG_FIELD_TITLE, row),
        .period = ag_columns_text(columns, table, AG_FIELD_PERIOD, row),
        .years = ag_columns_text(columns, table, AG_FIELD_YEARS, row),
        .exhibition = ag_columns_text(columns, table, AG_FIELD_EXHIBITION, row),
        .room = ag_columns_text(columns, table, AG_FIELD_ROOM, row),
        .image_path = ag_columns_text(columns, table, AG_FIELD_IMAGE_PATH, row),
        .extra_json = ag_arena_strndup(table->arena, (const char *)scratch->data, scratch->length),
    };
    const bool is_whole = out->id && out->artist && out->title && out->period && out->years &&
                          out->exhibition && out->room && out->image_path && out->extra_json;
    return is_whole ? AG_OK : AG_ENOMEM;
}

ag_status ag_catalogue_load(ag_catalogue *out, const char *path, ag_err *err)
{
    ag_catalogue catalogue = {0};
    ag_columns columns;
    ag_buffer scratch = {0};
    ag_status status = ag_table_read(&catalogue.table, path, AG_CATALOGUE_MAX_ROWS, err);

    if (status)
        return status;
    catalogue.count = catalogue.table.row_count;
    catalogue.artworks =
        ag_arena_alloc(catalogue.table.arena, catalogue.count * sizeof(ag_artwork));
    status = catalogue.artworks ? AG_OK : AG_ENOMEM;
    ag_columns_match(&columns, &catalogue.table);
    for (size_t row = 0; row < catalogue.count && !status; row++)
        status = load_artwork(&catalogue.artworks[row], &catalogue.table, &columns, row, &scratch);
    ag_buffer_fini(&scratch);
    if (status) {
        ag_table_fini(&catalogue.table);
        return ag_err_set(err, status, "%s: not enough memory for %zu rows", path, catalogue.count);
    }
    *out = catalogue;
    return AG_OK;
}

void ag_catalogue_fini(ag_catalogue *catalogue)
{
    ag_table_fini(&catalogue->table);
    *catalogue = (ag_catalogue){0};
}
