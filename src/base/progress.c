#include "base/progress.h"

#include "base/clock.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const int64_t REDRAW_US = 100 * 1000;

struct ag_progress {
    FILE *stream;
    const char *label, *unit;
    size_t total;
    bool is_visible;
    int64_t start_us;
    struct {
        pthread_mutex_t mutex; /* guards all of shared, and the drawing */
        size_t done;
        int64_t drawn_us;
    } shared;
};

ag_progress *ag_progress_create(FILE *stream, const char *label, const char *unit, size_t total)
{
    ag_progress *progress = ag_xcalloc(1, sizeof *progress);
    *progress = (ag_progress){.stream = stream, .label = label, .unit = unit, .total = total};
    progress->is_visible = stream != NULL && isatty(fileno(stream));
    progress->start_us = ag_clock_monotonic_us();
    pthread_mutex_init(&progress->shared.mutex, NULL);
    return progress;
}

static size_t terminal_columns(FILE *stream)
{
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

static void format_duration(char *out, size_t size, double seconds)
{
    const double longest = 359999; /* 99:59:59 */
    long s = (long)(seconds < longest ? seconds + 0.5 : longest);
    if (s >= 3600)
        snprintf(out, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, size, "%ld:%02ld", s / 60, s % 60);
}

/* "12/24 images  8.1/s  0:02 left"; with all done the time it took. */
static void format_numbers(char *out, size_t size, const ag_progress_state *state)
{
    double seconds = (double)state->elapsed_us / 1e6;
    double rate = seconds > 0 ? (double)state->done / seconds : 0;
    bool is_done = state->done >= state->total;
    char time[32] = "?";
    if (is_done)
        format_duration(time, sizeof time, seconds);
    else if (rate > 0)
        format_duration(time, sizeof time, (double)(state->total - state->done) / rate);
    snprintf(out, size, "%zu/%zu %s  %.1f/s  %s%s", state->done, state->total, state->unit, rate,
             time, is_done ? "" : " left");
}

void ag_progress_format(ag_buffer *out, const ag_progress_state *state, size_t columns)
{
    const size_t widest = 40, narrowest = 8;
    char numbers[160];
    format_numbers(numbers, sizeof numbers, state);
    size_t used = strlen(state->label) + strlen(numbers) + 2; /* and two spaces */
    /* The last column stays free: some terminals begin a new line behind it. */
    size_t width = columns > used + 4 ? columns - used - 4 : 0;
    width = width > widest ? widest : width;
    if (width < narrowest) {
        ag_buffer_printf(out, "%s %s", state->label, numbers);
        return;
    }
    size_t filled = width;
    if (state->done < state->total)
        filled = (size_t)((double)width * (double)state->done / (double)state->total);
    ag_buffer_printf(out, "%s [", state->label);
    for (size_t i = 0; i < width; i++)
        ag_buffer_printf(out, "%c", i < filled ? '=' : ' ');
    ag_buffer_printf(out, "] %s", numbers);
}

/* Over the line drawn before, whose end is overwritten with spaces. */
static void draw(ag_progress *progress, int64_t now_us)
{
    size_t columns = terminal_columns(progress->stream);
    const ag_progress_state state = {.label = progress->label,
                                     .unit = progress->unit,
                                     .done = progress->shared.done,
                                     .total = progress->total,
                                     .elapsed_us = now_us - progress->start_us};
    ag_buffer text = {0};
    ag_progress_format(&text, &state, columns);
    size_t shown = text.length < columns ? text.length : columns - 1;
    fprintf(progress->stream, "\r%-*.*s", (int)(columns - 1), (int)shown, (char *)text.data);
    fflush(progress->stream);
    ag_buffer_fini(&text);
    progress->shared.drawn_us = now_us;
}

void ag_progress_add(ag_progress *progress, size_t steps)
{
    pthread_mutex_lock(&progress->shared.mutex);
    progress->shared.done += steps;
    int64_t now_us = ag_clock_monotonic_us();
    if (progress->is_visible && now_us - progress->shared.drawn_us >= REDRAW_US)
        draw(progress, now_us);
    pthread_mutex_unlock(&progress->shared.mutex);
}

void ag_progress_destroy(ag_progress *progress)
{
    if (progress == NULL)
        return;
    if (progress->is_visible) {
        draw(progress, ag_clock_monotonic_us());
        fputc('\n', progress->stream);
    }
    pthread_mutex_destroy(&progress->shared.mutex);
    free(progress);
}
