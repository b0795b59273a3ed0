#include "collection/scan.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "collection/build_report.h"
#include "image/image.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Enough for every format to be told. */
#define SNIFF_BYTES 256

/* A walk through the folders. */
typedef struct walk {
    const char *root;
    ag_scan found;
    size_t capacity; /* of found.paths */
    ag_build_report *report;
} walk;

void ag_scan_fini(ag_scan *scan)
{
    for (size_t i = 0; i < scan->count; i++)
        free(scan->paths[i]);
    free(scan->paths);
    *scan = (ag_scan){0};
}

static ag_status add_path(walk *state, const char *path, ag_err *err)
{
    ag_scan *found = &state->found;

    if (found->count == state->capacity) {
        const size_t capacity = state->capacity ? state->capacity * 2 : 64;
        char **grown = ag_try_realloc(found->paths, capacity, sizeof *grown);
        if (!grown)
            return ag_err_set(err, AG_ENOMEM, "not enough memory for %zu images", capacity);
        found->paths = grown;
        state->capacity = capacity;
    }
    found->paths[found->count++] = ag_xstrdup(path);
    return AG_OK;
}

static bool has_image_name(const char *path)
{
    static const char *const SUFFIXES[] = {".jpg", ".jpeg", ".png", ".webp", ".gif",
                                           ".tif", ".tiff", ".bmp", ".heic", ".heif"};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof SUFFIXES / sizeof SUFFIXES[0]; i++)
        if (strcasecmp(dot, SUFFIXES[i]) == 0)
            return true;
    return false;
}

/* A file is taken for an image when it is one, or when its name says so: a damaged or unsupported
 * image is something the curator wants to hear of. */
static bool is_image(const char *path)
{
    uint8_t bytes[SNIFF_BYTES];
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const ssize_t length = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);

    if (fd >= 0)
        close(fd);
    const ag_image_format format =
        length < 0 ? AG_IMAGE_UNKNOWN : ag_image_sniff(bytes, (size_t)length);
    return (format >= AG_IMAGE_JPEG && format <= AG_IMAGE_HEIF) || has_image_name(path);
}

static bool is_utf8(const char *text)
{
    size_t left = strlen(text), length = 1;

    for (; left > 0 && length > 0; text += length, left -= length)
        length = ag_utf8_sequence_length(text, left);
    return length > 0;
}

static ag_status walk_folder(walk *state, const char *relative, int depth, ag_err *err);

/* What one name in a folder is: a folder to look into, an image, or neither. */
static ag_status visit(walk *state, const char *relative, int depth, ag_err *err)
{
    char *path = ag_xasprintf("%s/%s", state->root, relative);
    struct stat target, link;
    ag_status status = AG_OK;

    if (lstat(path, &link) == 0 && S_ISDIR(link.st_mode)) {
        if (depth < AG_SCAN_MAX_DEPTH)
            status = walk_folder(state, relative, depth + 1, err);
        else
            ag_build_report_fail(state->report, path, "too many folders inside each other");
    } else if (stat(path, &target) == 0 && S_ISREG(target.st_mode) && is_image(path)) {
        if (is_utf8(relative))
            status = add_path(state, relative, err);
        else
            ag_build_report_fail(state->report, path, "its name is not UTF-8; rename it");
    }
    free(path);
    return status;
}

static ag_status walk_folder(walk *state, const char *relative, int depth, ag_err *err)
{
    char *path = *relative ? ag_xasprintf("%s/%s", state->root, relative) : ag_xstrdup(state->root);
    DIR *folder = opendir(path);
    const int problem = errno;
    ag_status status = AG_OK;
    struct dirent *entry;

    if (!folder && depth == 0)
        status = ag_err_set_errno(err, problem, "cannot read the folder %s", path);
    else if (!folder)
        ag_build_report_fail(state->report, path, strerror(problem));
    free(path);
    while (folder && !status && (entry = readdir(folder))) {
        if (entry->d_name[0] == '.')
            continue;
        char *below =
            *relative ? ag_xasprintf("%s/%s", relative, entry->d_name) : ag_xstrdup(entry->d_name);
        status = visit(state, below, depth, err);
        free(below);
    }
    if (folder)
        closedir(folder);
    return status;
}

static int compare_paths(const void *a, const void *b)
{
    const char *const *first = a, *const *second = b;
    return strcmp(*first, *second);
}

ag_status ag_scan_images(ag_scan *out, const char *folder, ag_build_report *report, ag_err *err)
{
    walk state = {.root = folder, .report = report};
    ag_status status = walk_folder(&state, "", 0, err);

    if (status) {
        ag_scan_fini(&state.found);
        return status;
    }
    if (state.found.count > 0)
        qsort(state.found.paths, state.found.count, sizeof *state.found.paths, compare_paths);
    *out = state.found;
    return AG_OK;
}
