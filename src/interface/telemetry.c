#include "interface/telemetry.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX 512

struct ag_telemetry {
    char *path;
    const ag_log *log;
    _Atomic uint64_t errors;
    _Atomic bool is_torn; /* the last row may lack its end, as on a full disk */
};

static ag_status make_parent(const char *path, ag_err *err)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return AG_OK;
    char *folder = ag_xasprintf("%.*s", (int)(slash - path), path);
    ag_status status = ag_file_make_folder(folder, err);
    free(folder);
    return status;
}

ag_status ag_telemetry_create(ag_telemetry **out, const char *path, const ag_log *log, ag_err *err)
{
    *out = NULL;
    if (path == NULL || path[0] == '\0')
        return AG_OK;
    ag_status status = make_parent(path, err);
    if (status != AG_OK)
        return status;
    ag_telemetry *telemetry = ag_xcalloc(1, sizeof *telemetry);
    telemetry->path = ag_xstrdup(path);
    telemetry->log = log;
    *out = telemetry;
    return AG_OK;
}

void ag_telemetry_destroy(ag_telemetry *telemetry)
{
    if (telemetry == NULL)
        return;
    free(telemetry->path);
    free(telemetry);
}

uint64_t ag_telemetry_errors(const ag_telemetry *telemetry)
{
    return telemetry == NULL ? 0 : telemetry->errors;
}

/* A cell of text: cut, quoted where needed, and with ' before what a spreadsheet would take for a
 * formula. */
static void put_text(ag_buffer *line, const char *text)
{
    size_t length = text == NULL ? 0 : strnlen(text, TEXT_MAX);
    if (length == 0)
        return;
    /* Not in the middle of a UTF-8 character. */
    while (text[length] != '\0' && length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    const char *guard = strchr("=+-@\t\r", text[0]) != NULL ? "'" : "";
    if (strcspn(text, ",\"\r\n") >= length) {
        ag_buffer_printf(line, "%s%.*s", guard, (int)length, text);
        return;
    }
    ag_buffer_printf(line, "\"%s", guard);
    for (size_t i = 0; i < length; i++)
        ag_buffer_printf(line, "%s%c", text[i] == '"' ? "\"" : "", text[i]);
    ag_buffer_printf(line, "\"");
}

static void format_row(ag_buffer *line, const ag_telemetry_row *row)
{
    char timestamp[AG_CLOCK_ISO8601_BYTES];
    ag_clock_format_iso8601(timestamp, row->timestamp_us);
    ag_buffer_printf(line, "%s,", timestamp);
    put_text(line, row->request_id);
    ag_buffer_printf(line, ",");
    put_text(line, row->artist);
    ag_buffer_printf(line, ",");
    if (!isnan(row->confidence))
        ag_buffer_printf(line, "%.4f", row->confidence);
    ag_buffer_printf(line, ",%.4f,", row->response_time_s);
    put_text(line, row->status);
    ag_buffer_printf(line, "\n");
}

/* The bytes in one write; 0 or an errno value. */
static int write_all(int fd, const void *bytes, size_t length)
{
    ssize_t written = write(fd, bytes, length);
    if (written < 0)
        return errno;
    return (size_t)written == length ? 0 : ENOSPC;
}

/* The header into a file that is still empty, once, whoever else tries. 0 or an errno value. */
static int ensure_header(int fd)
{
    static const char HEADER[] = AG_TELEMETRY_HEADER "\n";
    struct stat about;
    int error = 0;
    if (fstat(fd, &about) != 0)
        return errno;
    if (about.st_size > 0)
        return 0;
    if (flock(fd, LOCK_EX) != 0)
        return errno;
    if (fstat(fd, &about) != 0)
        error = errno;
    else if (about.st_size == 0)
        error = write_all(fd, HEADER, sizeof HEADER - 1);
    flock(fd, LOCK_UN);
    return error;
}

static int append(ag_telemetry *telemetry, const ag_buffer *line)
{
    int fd = open(telemetry->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return errno;
    int error = ensure_header(fd);
    if (error == 0)
        error = write_all(fd, line->data, line->length);
    close(fd);
    return error;
}

void ag_telemetry_write(ag_telemetry *telemetry, const ag_telemetry_row *row)
{
    if (telemetry == NULL)
        return;
    ag_buffer line = {0};
    if (atomic_exchange(&telemetry->is_torn, false))
        ag_buffer_printf(&line, "\n");
    format_row(&line, row);
    int error = append(telemetry, &line);
    ag_buffer_fini(&line);
    if (error == 0)
        return;
    if (error == ENOSPC)
        telemetry->is_torn = true;
    if (telemetry->errors++ == 0)
        ag_log_write(telemetry->log, AG_LOG_ERROR, "telemetry", row->request_id,
                     "cannot append to %s: %s; further failures are only counted (/metrics)",
                     telemetry->path, strerror(error));
}
