#include "interface/samples.h"

#include "base/memory.h"
#include "image/sniff.h"
#include "interface/exchange.h"
#include "interface/server.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct sample {
    char *name;       /* the file's, without its extension */
    ag_buffer bytes;  /* the whole file */
    const char *type; /* of its bytes, as in Content-Type */
    char etag[AG_REPLY_ETAG_BYTES];
} sample;

struct ag_samples {
    size_t count, total_bytes;
    sample photos[AG_SAMPLES_MAX_COUNT];
};

static bool is_shown(ag_image_format format)
{
    return format == AG_IMAGE_JPEG || format == AG_IMAGE_PNG || format == AG_IMAGE_WEBP;
}

/* The bytes of a regular file of at most max_bytes; none for any other thing, and for what cannot
 * be read. */
static ag_status read_regular(ag_buffer *out, int folder, const char *name, size_t max_bytes,
                              ag_err *err)
{
    /* Not blocking: opening a named pipe would wait for its writer. */
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return AG_OK;
    struct stat info;
    ag_status status = AG_OK;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && (size_t)info.st_size <= max_bytes) {
        size_t size = (size_t)info.st_size;
        ssize_t got = 1;
        status = ag_buffer_reserve(out, size, err);
        while (status == AG_OK && out->length < size && got > 0) {
            got = read(fd, out->data + out->length, size - out->length);
            out->length += got > 0 ? (size_t)got : 0;
        }
        if (out->length < size)
            ag_buffer_clear(out);
    }
    close(fd);
    return status;
}

static ag_status add(ag_samples *samples, int folder, const char *name, size_t max_bytes,
                     ag_err *err)
{
    ag_buffer bytes = {0};
    ag_status status = read_regular(&bytes, folder, name, max_bytes, err);
    ag_image_format format = ag_image_sniff(bytes.data, bytes.length);
    if (status != AG_OK || !is_shown(format)) {
        ag_buffer_fini(&bytes);
        return status;
    }
    sample *photo = &samples->photos[samples->count++];
    photo->name = ag_xstrdup(name);
    char *extension = strrchr(photo->name, '.');
    if (extension != NULL)
        *extension = '\0';
    photo->bytes = bytes;
    photo->type = ag_image_format_media_type(format);
    ag_reply_make_etag(photo->etag, bytes.data, bytes.length);
    samples->total_bytes += bytes.length;
    if (samples->total_bytes > AG_SAMPLES_MAX_BYTES)
        return ag_err_set(err, AG_ELIMIT, "the samples have more than %zu bytes together",
                          AG_SAMPLES_MAX_BYTES);
    return AG_OK;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static ag_status read_folder(ag_samples *samples, const char *path, size_t max_bytes, ag_err *err)
{
    struct dirent **entries = NULL;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int count = folder < 0 ? -1 : scandirat(folder, ".", &entries, is_visible, alphasort);
    ag_status status = AG_OK;
    if (count < 0)
        status = ag_err_set_errno(err, errno, "cannot read the samples in %s", path);
    for (int i = 0; i < count; i++) {
        if (status == AG_OK && samples->count < AG_SAMPLES_MAX_COUNT)
            status = add(samples, folder, entries[i]->d_name, max_bytes, err);
        free(entries[i]);
    }
    free(entries);
    if (folder >= 0)
        close(folder);
    return status;
}

ag_status ag_samples_open(ag_samples **out, const char *folder, size_t max_bytes, ag_err *err)
{
    ag_samples *samples = ag_xcalloc(1, sizeof *samples);
    ag_status status = AG_OK;
    if (folder != NULL && *folder != '\0')
        status = read_folder(samples, folder, max_bytes, err);
    if (status != AG_OK) {
        ag_samples_destroy(samples);
        return status;
    }
    *out = samples;
    return AG_OK;
}

void ag_samples_destroy(ag_samples *samples)
{
    if (samples == NULL)
        return;
    for (size_t i = 0; i < samples->count; i++) {
        free(samples->photos[i].name);
        ag_buffer_fini(&samples->photos[i].bytes);
    }
    free(samples);
}

static const char *path_of_photos(void)
{
    return ag_route_at(AG_ROUTE_SAMPLE)->path;
}

ag_route_outcome ag_samples_list_run(ag_exchange *exchange)
{
    const ag_samples *samples = exchange->server->samples;
    json_t *list = json_array();
    for (size_t i = 0; i < samples->count; i++)
        json_array_append_new(list,
                              json_pack("{s:o, s:o}", "name", ag_json_text(samples->photos[i].name),
                                        "url", json_sprintf("%s%zu", path_of_photos(), i + 1)));
    ag_reply_json(&exchange->reply, 200, json_pack("{s:o}", "samples", list));
    return AG_ROUTE_REPLIED;
}

/* The photo of a number as the list writes it, from 1 on; NULL for any other text. */
static const sample *find(const ag_samples *samples, const char *number)
{
    size_t digits = strspn(number, "0123456789");
    if (digits == 0 || digits > 3 || number[digits] != '\0' || number[0] == '0')
        return NULL;
    size_t n = strtoul(number, NULL, 10);
    return n <= samples->count ? &samples->photos[n - 1] : NULL;
}

ag_route_outcome ag_samples_photo_run(ag_exchange *exchange)
{
    const char *number = exchange->path + strlen(path_of_photos());
    const sample *photo = find(exchange->server->samples, number);
    if (photo == NULL) {
        ag_reply_error(&exchange->reply, 404, "not_found", "There is no such sample.");
        return AG_ROUTE_REPLIED;
    }
    const ag_reply file = {
        .content_type = photo->type,
        .etag = photo->etag,
        .fixed = photo->bytes.data,
        .fixed_length = photo->bytes.length,
    };
    ag_exchange_reply_file(exchange, &file);
    return AG_ROUTE_REPLIED;
}
