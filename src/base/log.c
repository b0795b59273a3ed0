#include "base/log.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
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

/* A line being put together; from the first piece that does not fit on, nothing is added. */
typedef struct line {
    char text[LINE_BYTES];
    size_t used;
    bool is_cut;
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
    /* Leaves room for the cut mark, a closing quote and brace, and the newline. */
    const size_t end = sizeof out->text - sizeof CUT_MARK - 3;
    out->is_cut = out->is_cut || length > end - out->used;
    if (out->is_cut)
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

/* How foreign text is put into a line. */
typedef enum quoting {
    IN_TEXT, /* to the end of the line */
    IN_WORD, /* between spaces */
    IN_JSON, /* between double quotes */
} quoting;

/* One character: what a terminal or reader could take for something else is escaped. */
static void add_character(line *out, const char *bytes, size_t length, quoting where)
{
    const unsigned char *c = (const unsigned char *)bytes;
    if (length == 0)
        add_format(out, where == IN_JSON ? "\\ufffd" : "\\x%02x", c[0]);
    else if (c[0] == '\n')
        add_text(out, "\\n");
    else if (c[0] == '\t')
        add_text(out, "\\t");
    else if (c[0] < 0x20 || c[0] == 0x7f || (c[0] == ' ' && where == IN_WORD))
        add_format(out, "\\u%04x", c[0]);
    else if (c[0] == 0xc2 && c[1] < 0xa0)
        add_format(out, "\\u%04x", c[1]); /* controls U+0080 to U+009F */
    else if (where == IN_JSON && (c[0] == '"' || c[0] == '\\'))
        add_format(out, "\\%c", c[0]);
    else
        add(out, bytes, length);
}

static void add_foreign(line *out, const char *text, quoting where)
{
    size_t left = strlen(text);
    while (left > 0) {
        size_t length = ag_utf8_sequence_length(text, left);
        add_character(out, text, length, where);
        length = length > 0 ? length : 1;
        text += length;
        left -= length;
    }
}

/* What one line says. */
typedef struct event {
    char time[AG_CLOCK_ISO8601_BYTES];
    const char *level, *module;
    const char *request_id; /* NULL: none */
    char message[MESSAGE_BYTES];
    bool is_cut; /* message is not all of it */
} event;

static void write_json(line *out, const ag_log *log, const event *said)
{
    add_format(out, "{\"time\":\"%s\",\"level\":\"%s\",\"program\":\"", said->time, said->level);
    add_foreign(out, log->program, IN_JSON);
    add_format(out, "\",\"pid\":%ld,\"thread\":%ld,\"module\":\"", (long)getpid(), (long)gettid());
    add_foreign(out, said->module, IN_JSON);
    if (said->request_id != NULL) {
        add_text(out, "\",\"request_id\":\"");
        add_foreign(out, said->request_id, IN_JSON);
    }
    add_text(out, "\",\"message\":\"");
    add_foreign(out, said->message, IN_JSON);
}

static void write_text(line *out, const ag_log *log, const event *said)
{
    add_format(out, "%s %-5s ", said->time, said->level);
    add_foreign(out, log->program, IN_WORD);
    add_format(out, "[%ld.%ld] ", (long)getpid(), (long)gettid());
    add_foreign(out, said->module, IN_WORD);
    add_text(out, ": ");
    if (said->request_id != NULL) {
        add_text(out, "request=");
        add_foreign(out, said->request_id, IN_WORD);
        add_text(out, " ");
    }
    add_foreign(out, said->message, IN_TEXT);
}

static void close_line(line *out, const ag_log *log, bool is_cut)
{
    char end[sizeof CUT_MARK + 3];
    int length = snprintf(end, sizeof end, "%s%s\n", is_cut || out->is_cut ? CUT_MARK : "",
                          log->format == AG_LOG_JSON ? "\"}" : "");
    memcpy(out->text + out->used, end, (size_t)length);
    out->used += (size_t)length;
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
    event said = {.level = ag_log_level_name(level), .module = module, .request_id = request_id};
    va_list args;
    va_start(args, format);
    said.is_cut =
        vsnprintf(said.message, sizeof said.message, format, args) >= (int)sizeof said.message;
    va_end(args);
    if (said.is_cut)
        ag_utf8_trim_partial(said.message);
    ag_clock_format_iso8601(said.time, ag_clock_wall_us());

    line out;
    out.used = 0;
    out.is_cut = false;
    if (log->format == AG_LOG_JSON)
        write_json(&out, log, &said);
    else
        write_text(&out, log, &said);
    close_line(&out, log, said.is_cut);
    write_line(log->fd, &out);
}
