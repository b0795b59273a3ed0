#include "orchestrator/monitor.h"

#include "base/clock.h"
#include "base/memory.h"
#include "orchestrator/ask.h"
#include "orchestrator/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ECMA-48 and xterm's: the other screen without a cursor, and back to how it was. */
#define ENTER_SCREEN "\x1b[?1049h\x1b[?25l"
#define LEAVE_SCREEN "\x1b[?25h\x1b[?1049l"
#define GO_HOME      "\x1b[H"
#define CLEAR_LINE   "\x1b[2K"
#define CLEAR_REST   "\x1b[J"

typedef enum view { VIEW_SCREEN, VIEW_TABLE, VIEW_LINES, VIEW_JSON } view;

typedef struct monitor {
    const ag_monitor_options *options;
    ag_broker *broker;
    ag_broker_stats *stats; /* owned: too large for a stack */
    ag_buffer text;         /* the look in hand */
    view view;
} monitor;

static ag_status print(monitor *m, const void *text, size_t length, ag_err *err)
{
    FILE *out = m->options->out;
    if (fwrite(text, 1, length, out) != length || fflush(out) != 0)
        return ag_err_set_errno(err, errno, "cannot print");
    return AG_OK;
}

static view choose_view(const ag_monitor_options *options)
{
    if (options->is_json)
        return VIEW_JSON;
    if (options->is_once)
        return VIEW_TABLE;
    return isatty(fileno(options->out)) ? VIEW_SCREEN : VIEW_LINES;
}

/* The table over the one before it: nothing is cleared that is written again, so nothing flickers.
 */
static void draw_screen(monitor *m, const ag_report *report)
{
    struct winsize size = {0};
    ag_buffer table = {0};
    if (ioctl(fileno(m->options->out), TIOCGWINSZ, &size) != 0 || size.ws_row < 2)
        size = (struct winsize){.ws_row = 24, .ws_col = 80};
    /* The last row stays empty: a line end there would scroll. */
    ag_report_table(&table, report, size.ws_col, size.ws_row - 1u);
    ag_buffer_printf(&m->text, GO_HOME);
    size_t rows = 1;
    for (char *line = (char *)table.data; *line && rows < size.ws_row; rows++) {
        size_t length = strcspn(line, "\n");
        ag_buffer_printf(&m->text, CLEAR_LINE "%.*s\r\n", (int)length, line);
        line += length + 1;
    }
    ag_buffer_printf(&m->text, CLEAR_REST);
    ag_buffer_fini(&table);
}

static ag_status render(monitor *m, const ag_report *report, ag_err *err)
{
    switch (m->view) {
    case VIEW_SCREEN:
        draw_screen(m, report);
        break;
    case VIEW_TABLE:
        ag_report_table(&m->text, report, 0, 0);
        break;
    case VIEW_LINES:
        ag_report_lines(&m->text, report);
        break;
    case VIEW_JSON:
        return ag_report_json(&m->text, report, err);
    }
    return AG_OK;
}

/* Ask, and show what came of it. */
static ag_status look(monitor *m, int64_t wait_ms, ag_err *err)
{
    const ag_monitor_options *options = m->options;
    ag_err trouble;
    ag_status status = ag_ask_stats(m->broker, m->stats, wait_ms, options->stop, &trouble);
    if (status != AG_OK && options->is_once)
        return ag_err_set_code(err, status, trouble.code, "%s", trouble.message);
    ag_report report = {.wall_us = ag_clock_wall_us(), .url = options->url};
    if (status == AG_OK)
        report.stats = m->stats;
    else
        report.trouble = trouble.message;
    ag_buffer_clear(&m->text);
    status = render(m, &report, err);
    return status == AG_OK ? print(m, m->text.data, m->text.length, err) : status;
}

static bool is_stopped(const ag_monitor_options *options)
{
    return options->stop && *options->stop;
}

static ag_status look_until_stopped(monitor *m, ag_err *err)
{
    const ag_monitor_options *options = m->options;
    ag_status status = look(m, options->wait_ms, err);
    while (status == AG_OK && !options->is_once && !is_stopped(options)) {
        ag_ask_pause(options->interval_ms, options->stop);
        if (!is_stopped(options))
            status = look(m, 0, err);
    }
    return status;
}

ag_status ag_orchestrator_monitor(ag_broker *broker, const ag_monitor_options *options, ag_err *err)
{
    if (options->interval_ms < 1)
        return ag_err_set(err, AG_EINVAL, "the interval must be at least 1 ms");
    monitor m = {.options = options,
                 .broker = broker,
                 .stats = ag_xcalloc(1, sizeof *m.stats),
                 .view = choose_view(options)};
    ag_status status = AG_OK;
    if (m.view == VIEW_SCREEN)
        status = print(&m, ENTER_SCREEN, strlen(ENTER_SCREEN), err);
    if (status == AG_OK)
        status = look_until_stopped(&m, err);
    if (m.view == VIEW_SCREEN && print(&m, LEAVE_SCREEN, strlen(LEAVE_SCREEN), NULL) != AG_OK &&
        status == AG_OK)
        status = ag_err_set(err, AG_EIO, "cannot give the terminal back as it was");
    ag_buffer_fini(&m.text);
    free(m.stats);
    return status;
}
