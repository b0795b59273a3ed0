#include "evaluate/labels.h"

#include "base/buffer.h"
#include "base/json.h"
#include "base/memory.h"
#include "collection/fold.h"
#include "collection/match.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct ag_label_index {
    /* Arrays of rows by slug; JSON's hash tables serve. */
    json_t *by_id, *by_name, *by_title; /* by_name: of "artist title" */
    ag_scan paths;                      /* borrowed text, as ag_matcher wants it */
    ag_matcher *matcher;                /* of the paths */
};

/* Slug of one or two texts, as owned text. */
static char *slug_of(const char *first, const char *second)
{
    char *text = ag_xasprintf("%s %s", first, second);
    ag_buffer slug = {0};

    ag_fold_slug(&slug, text);
    free(text);
    ag_buffer_printf(&slug, "%s", "");
    return (char *)slug.data;
}

/* File a row under a slug, which is freed; the empty one is no name. False when memory is out. */
static bool add_row(json_t *index, char *slug, size_t row)
{
    json_t *rows = json_object_get(index, slug);
    bool is_filed = *slug == '\0';

    if (!is_filed && rows == NULL && json_object_set_new(index, slug, json_array()) == 0)
        rows = json_object_get(index, slug);
    if (rows != NULL)
        is_filed = json_array_append_new(rows, json_integer((json_int_t)row)) == 0;
    free(slug);
    return is_filed;
}

static bool add_work(ag_label_index *index, const ag_artwork *artwork, size_t row)
{
    /* The matcher only reads; its type is that of a folder's listing, which owns its text. */
    index->paths.paths[row] = (char *)(uintptr_t)artwork->image_path;
    return add_row(index->by_id, slug_of(artwork->id, ""), row) &&
           add_row(index->by_name, slug_of(artwork->artist, artwork->title), row) &&
           add_row(index->by_title, slug_of(artwork->title, ""), row);
}

ag_status ag_label_index_create(ag_label_index **out, const ag_artwork *artworks, size_t count,
                                ag_err *err)
{
    ag_label_index *index = ag_xcalloc(1, sizeof *index);
    index->by_id = json_object();
    index->by_name = json_object();
    index->by_title = json_object();
    index->paths = (ag_scan){ag_try_malloc(count, sizeof(char *)), count};
    bool is_full = !index->by_id || !index->by_name || !index->by_title || !index->paths.paths;

    for (size_t row = 0; row < count && !is_full; row++)
        is_full = !add_work(index, &artworks[row], row);
    ag_status status = is_full ? ag_err_set(err, AG_ENOMEM, "no memory for %zu works", count)
                               : ag_matcher_create(&index->matcher, &index->paths, err);
    if (status != AG_OK)
        ag_label_index_destroy(index);
    else
        *out = index;
    return status;
}

void ag_label_index_destroy(ag_label_index *index)
{
    if (index == NULL)
        return;
    ag_matcher_destroy(index->matcher);
    free(index->paths.paths);
    json_decref(index->by_id);
    json_decref(index->by_name);
    json_decref(index->by_title);
    free(index);
}

/* A search under way: what the attempts so far found. */
typedef struct search {
    const ag_label_index *index;
    size_t row; /* SIZE_MAX: none yet */
    bool is_ambiguous;
} search;

static bool is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

/* Look a slug up, which is freed. */
static void try_slug(search *s, const json_t *index, char *slug)
{
    const json_t *rows = s->row == SIZE_MAX ? json_object_get(index, slug) : NULL;

    if (json_array_size(rows) == 1)
        s->row = (size_t)json_integer_value(json_array_get(rows, 0));
    else if (json_array_size(rows) > 1)
        s->is_ambiguous = true;
    free(slug);
}

static void try_path(search *s, const char *path)
{
    if (s->row != SIZE_MAX)
        return;
    size_t row;
    const ag_status status = ag_matcher_find(&row, s->index->matcher, path, NULL);
    s->is_ambiguous = s->is_ambiguous || status == AG_EINVAL;
    /* A label of signs alone is as empty as a path that is missing, and means none. */
    if (status == AG_OK && *s->index->paths.paths[row] != '\0')
        s->row = row;
}

static void try_anything(search *s, const char *artwork)
{
    try_slug(s, s->index->by_id, slug_of(artwork, ""));
    try_path(s, artwork);
    try_slug(s, s->index->by_name, slug_of(artwork, ""));
    try_slug(s, s->index->by_title, slug_of(artwork, ""));
}

ag_status ag_label_index_find(size_t *out, const ag_label_index *index, const ag_label *label,
                              ag_err *err)
{
    search s = {.index = index, .row = SIZE_MAX};

    if (is_given(label->id))
        try_slug(&s, index->by_id, slug_of(label->id, ""));
    if (is_given(label->path))
        try_path(&s, label->path);
    if (is_given(label->artwork))
        try_anything(&s, label->artwork);
    if (is_given(label->artist) && is_given(label->title))
        try_slug(&s, index->by_name, slug_of(label->artist, label->title));
    else if (is_given(label->title))
        try_slug(&s, index->by_title, slug_of(label->title, ""));
    if (s.row == SIZE_MAX)
        return s.is_ambiguous
                   ? ag_err_set(err, AG_EINVAL, "its label could mean several works")
                   : ag_err_set(err, AG_ENOTFOUND, "its label is no work of the collection");
    *out = s.row;
    return AG_OK;
}
