#include "hub/hub.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/progress.h"
#include "hub/model_name.h"
#include "hub/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_FILE      "config.json"
#define WEIGHTS_FILE     "model.safetensors"
#define MAX_CONFIG_BYTES ((size_t)1 << 20)
#define MB_BYTES         UINT64_C(1000000)

const ag_hub_options AG_HUB_OPTIONS_DEFAULT = {
    .url = "https://huggingface.co",
    .name = "vit-b-32",
    .revision = "main",
    .max_weights_bytes = UINT64_C(8) << 30,
};

/* A pull under way. The part's ETag is kept beside it, to be resumed only with the same file. */
typedef struct pull {
    const ag_hub_options *options;
    char *config_path, *weights_path, *part_path, *etag_path;
    int lock_fd;           /* the folder, locked; -1: not yet */
    int part_fd;           /* -1: not open */
    uint64_t part_bytes;   /* in the part */
    uint64_t total_bytes;  /* that it must have in the end; 0: not known */
    ag_buffer config;      /* config.json */
    bool has_weights;      /* they were there, and are what they must be */
    uint64_t shown_mb;     /* by the bar */
    uint64_t first_bytes;  /* that were there when the bar began */
    ag_progress *progress; /* NULL: none */
    ag_hub_report report;
    char wanted[AG_SHA256_HEX_BYTES]; /* SHA-256 of the weights; "": not known */
} pull;

static ag_status take_wanted(pull *p, ag_err *err)
{
    const char *hex = p->options->sha256;
    if (hex == NULL)
        return AG_OK;
    const size_t digits = AG_SHA256_HEX_BYTES - 1;
    if (strlen(hex) != digits || strspn(hex, "0123456789abcdefABCDEF") != digits)
        return ag_err_set(err, AG_EINVAL, "a SHA-256 has 64 hexadecimal digits");
    memcpy(p->wanted, hex, digits + 1);
    p->report.check = AG_HUB_CHECK_CALLER;
    return AG_OK;
}

static ag_status hash_file(char out[AG_SHA256_HEX_BYTES], uint64_t *bytes, const char *path,
                           ag_err *err)
{
    ag_mapping mapping;
    ag_status status = ag_file_map(&mapping, path, err);
    if (status != AG_OK)
        return status;
    const ag_bytes whole = {mapping.data, mapping.length};
    ag_sha256_hex(out, &whole, 1);
    *bytes = mapping.length;
    ag_file_unmap(&mapping);
    return AG_OK;
}

/* Are the wanted weights in their place already? Where it is not known what is wanted, they are
 * not: another model's may be of the same size. */
static bool find_weights(pull *p)
{
    char found[AG_SHA256_HEX_BYTES];
    uint64_t bytes;
    if (p->wanted[0] == '\0' || hash_file(found, &bytes, p->weights_path, NULL) != AG_OK ||
        strcasecmp(found, p->wanted) != 0)
        return false;
    memcpy(p->report.sha256, found, sizeof found);
    p->report.weights_bytes = bytes;
    p->has_weights = true;
    return true;
}

static ag_status begin_config(void *context, bool *is_wanted, const ag_transfer_answer *answer,
                              ag_err *err)
{
    pull *p = context;
    (void)is_wanted;
    if (answer->has_total && answer->total_bytes > MAX_CONFIG_BYTES)
        return ag_err_set(err, AG_ELIMIT, "%s has %" PRIu64 " bytes, far too many", CONFIG_FILE,
                          answer->total_bytes);
    return ag_buffer_reserve(&p->config, 1, err);
}

static ag_status write_config(void *context, const void *bytes, size_t length, ag_err *err)
{
    pull *p = context;
    if (length > MAX_CONFIG_BYTES - p->config.length)
        return ag_err_set(err, AG_ELIMIT, "%s has more than %zu bytes", CONFIG_FILE,
                          MAX_CONFIG_BYTES);
    return ag_buffer_append(&p->config, bytes, length, err);
}

/* So much can be told before hundreds of megabytes are fetched for nothing. */
static ag_status check_config(const pull *p, ag_err *err)
{
    json_t *root;
    ag_status status = ag_json_parse_object(&root, p->config.data, p->config.length, err);
    if (status == AG_OK) {
        const char *type = ag_json_string(root, "model_type", "");
        if (strncmp(type, "clip", 4) != 0)
            status =
                ag_err_set(err, AG_EFORMAT, "not a CLIP model: its model_type is \"%.40s\"", type);
        json_decref(root);
    }
    if (status != AG_OK)
        ag_err_prefix(err, "%s of %s", CONFIG_FILE, ag_model_name_expand(p->options->name));
    return status;
}

static ag_status fetch(pull *p, const char *file, ag_transfer_request request,
                       const ag_transfer_sink *sink, ag_err *err)
{
    const ag_hub_options *options = p->options;
    char *url;
    ag_status status = ag_model_name_url(&url, options->url, ag_model_name_expand(options->name),
                                         options->revision, file, err);
    if (status != AG_OK)
        return status;
    request.url = url;
    request.token = options->token;
    request.stop = options->stop;
    status = ag_transfer_get(&request, sink, err);
    free(url);
    return status;
}

static ag_status fetch_config(pull *p, ag_err *err)
{
    const ag_transfer_sink sink = {p, begin_config, write_config};
    ag_status status = fetch(p, CONFIG_FILE, (ag_transfer_request){0}, &sink, err);
    return status == AG_OK ? check_config(p, err) : status;
}

static void discard_part(pull *p)
{
    unlink(p->etag_path);
    unlink(p->part_path);
    p->part_bytes = 0;
}

/* Make the part end where the answer's bytes begin; from the file's start, it is another file. */
static ag_status cut_part(pull *p, const ag_transfer_answer *answer, ag_err *err)
{
    if (answer->offset == 0)
        unlink(p->etag_path);
    if (ftruncate(p->part_fd, (off_t)answer->offset) != 0)
        return ag_err_set_errno(err, errno, "cannot cut %s", p->part_path);
    p->part_bytes = answer->offset;
    p->report.resumed_bytes = answer->offset;
    if (answer->offset > 0 || answer->etag[0] == '\0')
        return AG_OK;
    return ag_file_write_atomic(p->etag_path, answer->etag, strlen(answer->etag), err);
}

static ag_status begin_weights(void *context, bool *is_wanted, const ag_transfer_answer *answer,
                               ag_err *err)
{
    pull *p = context;
    if (p->report.check != AG_HUB_CHECK_CALLER && answer->sha256[0] != '\0') {
        memcpy(p->wanted, answer->sha256, sizeof p->wanted);
        p->report.check = AG_HUB_CHECK_HUB;
    }
    if (find_weights(p)) {
        *is_wanted = false;
        return AG_OK;
    }
    if (answer->has_total && answer->total_bytes > p->options->max_weights_bytes)
        return ag_err_set(err, AG_ELIMIT, "%s has %" PRIu64 " MB, over the limit of %" PRIu64,
                          WEIGHTS_FILE, answer->total_bytes / MB_BYTES,
                          p->options->max_weights_bytes / MB_BYTES);
    p->total_bytes = answer->has_total ? answer->total_bytes : 0;
    ag_status status = cut_part(p, answer, err);
    if (status != AG_OK || p->options->progress_stream == NULL || !answer->has_total)
        return status;
    /* Of what is left alone, so that the rate and the time left are right after a resumption. */
    p->first_bytes = answer->offset;
    p->progress = ag_progress_create(p->options->progress_stream, WEIGHTS_FILE, "MB",
                                     (size_t)((answer->total_bytes - answer->offset) / MB_BYTES));
    return AG_OK;
}

static ag_status write_weights(void *context, const void *bytes, size_t length, ag_err *err)
{
    pull *p = context;
    if (length > p->options->max_weights_bytes - p->part_bytes)
        return ag_err_set(err, AG_ELIMIT, "%s has more than %" PRIu64 " bytes", WEIGHTS_FILE,
                          p->options->max_weights_bytes);
    const char *from = bytes;
    while (length > 0) {
        ssize_t count = write(p->part_fd, from, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return ag_err_set_errno(err, errno, "cannot write %s", p->part_path);
        from += count;
        length -= (size_t)count;
        p->part_bytes += (uint64_t)count;
    }
    uint64_t mb = (p->part_bytes - p->first_bytes) / MB_BYTES;
    if (p->progress != NULL && mb > p->shown_mb) {
        ag_progress_add(p->progress, (size_t)(mb - p->shown_mb));
        p->shown_mb = mb;
    }
    return AG_OK;
}

/* The part's ETag as the server gave it, or NULL: then the part is of no use. Owned. */
static char *read_etag(const pull *p)
{
    ag_buffer text = {0};
    if (ag_file_read(&text, p->etag_path, AG_TRANSFER_ETAG_BYTES, NULL) != AG_OK)
        return NULL;
    const char *etag = (const char *)text.data;
    /* It becomes a header: nothing but one line of printable ASCII. */
    bool is_etag = text.length >= 2 && *etag == '"';
    for (size_t i = 0; i < text.length; i++)
        is_etag = is_etag && etag[i] > ' ' && etag[i] < 0x7f;
    if (!is_etag) {
        ag_buffer_fini(&text);
        return NULL;
    }
    return (char *)text.data;
}

static ag_status open_part(pull *p, ag_err *err)
{
    struct stat info;
    p->part_fd = open(p->part_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (p->part_fd < 0 || fstat(p->part_fd, &info) != 0)
        return ag_err_set_errno(err, errno, "cannot open %s", p->part_path);
    if (!S_ISREG(info.st_mode))
        return ag_err_set(err, AG_EIO, "%s is not a regular file", p->part_path);
    p->part_bytes = (uint64_t)info.st_size;
    return AG_OK;
}

static ag_status close_part(pull *p, ag_status status, ag_err *err)
{
    ag_progress_destroy(p->progress);
    p->progress = NULL;
    if (p->part_fd >= 0 && close(p->part_fd) != 0 && status == AG_OK)
        status = ag_err_set_errno(err, errno, "cannot write %s", p->part_path);
    p->part_fd = -1;
    return status;
}

/* Keep of an unfinished part what the next pull can go on with, and say so. */
static ag_status leave_part(pull *p, ag_status status, ag_err *err)
{
    bool may_go_on = status != AG_ELIMIT && p->part_bytes > 0 && access(p->etag_path, F_OK) == 0;
    if (!may_go_on) {
        discard_part(p);
    } else if (err != NULL && status != AG_ENOTFOUND) {
        ag_err_set_code(err, err->status, err->code,
                        "%s (the first %" PRIu64 " MB are kept; pull again to go on from there)",
                        err->message, p->part_bytes / MB_BYTES);
    }
    return status;
}

static ag_status check_part(pull *p, ag_err *err)
{
    ag_hub_report *report = &p->report;
    ag_status status = hash_file(report->sha256, &report->weights_bytes, p->part_path, err);
    if (status != AG_OK)
        return status;
    if (p->wanted[0] == '\0' || strcasecmp(report->sha256, p->wanted) == 0)
        return AG_OK;
    discard_part(p);
    return ag_err_set(err, AG_EFORMAT,
                      "%s has arrived with SHA-256 %.12s… where %.12s… is wanted; it was thrown "
                      "away",
                      WEIGHTS_FILE, report->sha256, p->wanted);
}

/* The weights, checked, in the part; or found in their place (has_weights). */
static ag_status fetch_weights(pull *p, ag_err *err)
{
    ag_status status = open_part(p, err);
    if (status != AG_OK)
        return close_part(p, status, NULL);
    /* The last byte is asked for again: then a complete part has a rest too. */
    char *etag = p->part_bytes > 1 ? read_etag(p) : NULL;
    const ag_transfer_request request = {
        .offset = etag != NULL ? p->part_bytes - 1 : 0,
        .etag = etag,
    };
    const ag_transfer_sink sink = {p, begin_weights, write_weights};
    status = fetch(p, WEIGHTS_FILE, request, &sink, err);
    free(etag);
    status = close_part(p, status, err);
    if (status == AG_OK && p->part_bytes < p->total_bytes)
        status = ag_err_set(err, AG_EUNAVAILABLE, "%s ended early", WEIGHTS_FILE);
    if (status != AG_OK)
        return leave_part(p, status, err);
    if (p->has_weights) {
        discard_part(p);
        return AG_OK;
    }
    p->report.are_weights_new = true;
    return check_part(p, err);
}

/* Both files in their places, the new ones one behind the other. */
static ag_status place(pull *p, ag_err *err)
{
    ag_status status = AG_OK;
    if (p->report.are_weights_new)
        status = ag_file_commit(p->part_path, p->weights_path, err);
    if (status != AG_OK)
        return status;
    unlink(p->etag_path);
    ag_buffer old = {0};
    bool is_same = ag_file_read(&old, p->config_path, MAX_CONFIG_BYTES, NULL) == AG_OK &&
                   old.length == p->config.length &&
                   memcmp(old.data, p->config.data, old.length) == 0;
    ag_buffer_fini(&old);
    p->report.was_complete = is_same && !p->report.are_weights_new;
    return is_same ? AG_OK
                   : ag_file_write_atomic(p->config_path, p->config.data, p->config.length, err);
}

static ag_status lock_folder(pull *p, const char *folder, ag_err *err)
{
    ag_status status = ag_file_make_folder(folder, err);
    if (status != AG_OK)
        return status;
    p->lock_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->lock_fd < 0)
        return ag_err_set_errno(err, errno, "cannot open %s", folder);
    if (flock(p->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? ag_err_set(err, AG_EUNAVAILABLE, "another pull into %s is under way", folder)
                   : ag_err_set_errno(err, errno, "cannot lock %s", folder);
    return AG_OK;
}

static ag_status run(pull *p, const char *folder, ag_err *err)
{
    ag_status status = take_wanted(p, err);
    if (status == AG_OK)
        status = lock_folder(p, folder, err);
    if (status == AG_OK)
        status = fetch_config(p, err);
    if (status == AG_OK && !find_weights(p))
        status = fetch_weights(p, err);
    return status == AG_OK ? place(p, err) : status;
}

ag_status ag_hub_pull(ag_hub_report *out, const char *folder, const ag_hub_options *options,
                      ag_err *err)
{
    pull p = {
        .options = options,
        .config_path = ag_xasprintf("%s/%s", folder, CONFIG_FILE),
        .weights_path = ag_xasprintf("%s/%s", folder, WEIGHTS_FILE),
        .part_path = ag_xasprintf("%s/%s.part", folder, WEIGHTS_FILE),
        .etag_path = ag_xasprintf("%s/%s.part.etag", folder, WEIGHTS_FILE),
        .lock_fd = -1,
        .part_fd = -1,
    };
    ag_status status = run(&p, folder, err);
    if (status == AG_OK)
        *out = p.report;
    if (p.lock_fd >= 0)
        close(p.lock_fd);
    ag_buffer_fini(&p.config);
    free(p.config_path);
    free(p.weights_path);
    free(p.part_path);
    free(p.etag_path);
    return status;
}
