#include "base/log.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line fits one write(2) to a pipe (PIPE_BUF), which the kernel does not split. */
#define LINE_BYTES    4096
#define MESSAGE_BYTES 3072
#define CUT_MARK      "…"

struct ag_log {
    int fd;
    ag_log_format format;
    ag_log_level level;
    const char *program;
};

/* A line being put together; what does not fit is cut. */
typedef struct line {
    char text[LINE_BYTES];
    size_t used;
} line;

ag_log *ag_log_create(int fd, ag_log_format format, ag_log_level level, const char *program)
{
    ag_log *log = ag_xcalloc(1, sizeof *log);
    *log = (ag_log){fd, format, level, program};
    return log;
}

void ag_log_destroy(ag_log *log)
{
    free(log);
}

const char *ag_log_level_name(ag_log_level level)
{
    static const char *const NAMES[] = {
        [AG_LOG_DEBUG] = "debug",
        [AG_LOG_INFO] = "info",
        [AG_LOG_WARN] = "warn",
        [AG_LOG_ERROR] = "error",
    };
    return NAMES[level];
}

static void add(line *out, const char *bytes, size_t length)
{
    /* Keeps room for the cut mark, a closing quote and brace, and the newline. */
    const size_t reserve = sizeof CUT_MARK + 4;
    if (out->used + length + reserve > sizeof out->text)
        return;
    memcpy(out->text + out->used, bytes, length);
    out->used += length;
}

static void add_text(line *out, const char *text)
{
    add(out, text, strlen(text));
}

static void add_format(line *out, const char *format, ...) AG_PRINTF(2, 3);
static void add_format(line *out, const char *format, ...)
{
    char text[128];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add_text(out, text);
}

/* One character of foreign text: control characters and what JSON must not hold bare are escaped.
 */
static void add_character(line *out, const char *bytes, size_t length, bool is_json)
{
    unsigned char c = (unsigned char)bytes[0];
    if (c == '\n')
        add_text(out, "\\n");
    else if (c == '\t')
        add_text(out, "\\t");
    else if (c < 0x20 || c == 0x7f)
        add_format(out, "\\u%04x", c);
    else if (is_json && (c == '"' || c == '\\'))
        add_format(out, "\\%c", c);
    else
        add(out, bytes, length);
}

static void add_escaped(line *out, const char *text, bool is_json)
{
    size_t left = strlen(text);
    while (left > 0) {
        size_t length = ag_utf8_sequence_length(text, left);
        if (length == 0) {
            add_text(out, "\xef\xbf\xbd"); /* U+FFFD for a byte that is not UTF-8 */
            length = 1;
        } else {
            add_character(out, text, length, is_json);
        }
        text += length;
        left -= length;
    }
}

static void add_json_field(line *out, const char *name, const char *value)
{
    add_format(out, ",\"%s\":\"", name);
    add_escaped(out, value, true);
    add_text(out, "\"");
}

static void write_json(line *out, const ag_log *log, const char *time, const char *level,
                       const char *const fields[3])
{
    add_format(out,
               "{\"time\":\"%s\",\"level\":\"%s\",\"program\":\"%s\",\"pid\":%ld,\"thread\":%ld",
               time, level, log->program, (long)getpid(), (long)gettid());
    add_json_field(out, "module", fields[0]);
    if (fields[1] != NULL)
        add_json_field(out, "request_id", fields[1]);
    add_json_field(out, "message", fields[2]);
    add_text(out, "}");
}

static void write_text(line *out, const ag_log *log, const char *time, const char *level,
                       const char *const fields[3])
{
    add_format(out, "%s %-5s %s[%ld.%ld] %s: ", time, level, log->program, (long)getpid(),
               (long)gettid(), fields[0]);
    if (fields[1] != NULL) {
        add_text(out, "request=");
        add_escaped(out, fields[1], false);
        add_text(out, " ");
    }
    add_escaped(out, fields[2], false);
}

static void write_line(int fd, const line *out)
{
    /* A log that cannot be written has nowhere to say so. */
    ssize_t written;
    do
        written = write(fd, out->text, out->used);
    while (written < 0 && errno == EINTR);
}

void ag_log_write(const ag_log *log, ag_log_level level, const char *module, const char *request_id,
                  const char *format, ...)
{
    if (log == NULL || level < log->level)
        return;
    char message[MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (length >= (int)sizeof message)
        strcpy(message + sizeof message - sizeof CUT_MARK, CUT_MARK);

    char time[AG_CLOCK_ISO8601_BYTES];
    ag_clock_format_iso8601(time, ag_clock_wall_us());
    const char *const fields[3] = {module, request_id, message};
    line out;
    out.used = 0;
    if (log->format == AG_LOG_JSON)
        write_json(&out, log, time, ag_log_level_name(level), fields);
    else
        write_text(&out, log, time, ag_log_level_name(level), fields);
    out.text[out.used++] = '\n';
    write_line(log->fd, &out);
}
