#include "collection/match.h"

#include "base/buffer.h"
#include "base/json.h"
#include "base/memory.h"
#include "collection/fold.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct ag_matcher {
    const ag_scan *scan;
    /* Arrays of row numbers, by slug of the file's stem and by "<slug of its folder>/<that>", since
     * all images of a museum may be called "default.jpg"; JSON's hash table serves. */
    json_t *rows_by_key;
};

/* One component of a path, taken from its end. */
typedef struct component {
    const char *start;
    size_t length;
} component;

/* The component that ends before `end`; start == path when it is the first. Both slashes count:
 * tables come from Windows too. */
static component component_before(const char *path, const char *end)
{
    const char *start = end;

    while (start > path && start[-1] != '/' && start[-1] != '\\')
        start--;
    return (component){start, (size_t)(end - start)};
}

/* Slug of a component, as owned text. */
static char *slug_of(component part)
{
    char *text = ag_xasprintf("%.*s", (int)part.length, part.start);
    ag_buffer slug = {0};

    ag_fold_slug(&slug, text);
    free(text);
    ag_buffer_printf(&slug, "%s", "");
    return (char *)slug.data;
}

/* The last component without its suffix. */
static component stem_of(const char *path)
{
    component part = component_before(path, path + strlen(path));

    for (size_t i = part.length; i > 1; i--) {
        if (part.start[i - 1] == '.') {
            part.length = i - 1;
            break;
        }
    }
    return part;
}

/* "<folder>/<stem>" in slugs, "/<stem>" when the path names no folder. Owned. */
static char *key_of(const char *path)
{
    const component file = component_before(path, path + strlen(path));
    const component none = {path, 0};
    char *folder = slug_of(file.start > path ? component_before(path, file.start - 1) : none);
    char *stem = slug_of(stem_of(path));
    char *key = ag_xasprintf("%s/%s", folder, stem);

    free(folder);
    free(stem);
    return key;
}

/* File a row under a key, which is freed. False when memory is out. */
static bool add_row(ag_matcher *matcher, char *key, size_t row)
{
    json_t *rows = json_object_get(matcher->rows_by_key, key);

    if (!rows && json_object_set_new(matcher->rows_by_key, key, json_array()) == 0)
        rows = json_object_get(matcher->rows_by_key, key);
    free(key);
    return rows && json_array_append_new(rows, json_integer((json_int_t)row)) == 0;
}

ag_status ag_matcher_create(ag_matcher **out, const ag_scan *scan, ag_err *err)
{
    ag_matcher *matcher = ag_xcalloc(1, sizeof *matcher);
    bool is_full = (matcher->rows_by_key = json_object()) == NULL;

    matcher->scan = scan;
    for (size_t i = 0; i < scan->count && !is_full; i++)
        is_full = !add_row(matcher, slug_of(stem_of(scan->paths[i])), i) ||
                  !add_row(matcher, key_of(scan->paths[i]), i);
    if (is_full) {
        ag_matcher_destroy(matcher);
        return ag_err_set(err, AG_ENOMEM, "not enough memory for %zu images", scan->count);
    }
    *out = matcher;
    return AG_OK;
}

void ag_matcher_destroy(ag_matcher *matcher)
{
    if (!matcher)
        return;
    json_decref(matcher->rows_by_key);
    free(matcher);
}

static bool same_slug(component a, component b)
{
    char *first = slug_of(a), *second = slug_of(b);
    const bool answer = strcmp(first, second) == 0;

    free(first);
    free(second);
    return answer;
}

/* How alike two paths end whose stems are the same: 0 when folders that both name differ right
 * away, else more for every folder that is the same, and a little for the very same file name. */
static size_t likeness(const char *name, const char *path)
{
    component a = component_before(name, name + strlen(name));
    component b = component_before(path, path + strlen(path));
    size_t score = 2 + (a.length == b.length && memcmp(a.start, b.start, a.length) == 0);

    for (size_t folders = 0; a.start > name && b.start > path; folders++) {
        a = component_before(name, a.start - 1);
        b = component_before(path, b.start - 1);
        if (!same_slug(a, b))
            return folders == 0 ? 0 : score;
        score += 2;
    }
    return score;
}

/* The rows that may be meant: those with the name's folder, else those in no folder; all with its
 * stem when it names no folder. */
static const json_t *candidates(const ag_matcher *matcher, const char *name)
{
    const bool has_folder = strpbrk(name, "/\\") != NULL;
    char *stem = slug_of(stem_of(name));
    char *key = has_folder ? key_of(name) : ag_xstrdup(stem);
    const json_t *rows = json_object_get(matcher->rows_by_key, key);

    if (!rows && has_folder) {
        free(key);
        key = ag_xasprintf("/%s", stem);
        rows = json_object_get(matcher->rows_by_key, key);
    }
    free(key);
    free(stem);
    return rows;
}

ag_status ag_matcher_find(size_t *out, const ag_matcher *matcher, const char *name, ag_err *err)
{
    const json_t *rows = candidates(matcher, name);
    size_t best_score = 0, best_row = SIZE_MAX;
    bool is_shared = false;

    for (size_t i = 0; i < json_array_size(rows); i++) {
        const size_t row = (size_t)json_integer_value(json_array_get(rows, i));
        const size_t score = likeness(name, matcher->scan->paths[row]);
        if (score >= best_score)
            is_shared = score == best_score;
        if (score > best_score) {
            best_score = score;
            best_row = row;
        }
    }
    if (best_score == 0)
        return ag_err_set(err, AG_ENOTFOUND, "no such image in the folder");
    if (is_shared)
        return ag_err_set(err, AG_EINVAL, "several images could be meant; name the folder too");
    *out = best_row;
    return AG_OK;
}
