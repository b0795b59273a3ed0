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

static int terminal_columns(FILE *stream)
{
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

static void format_left(char *out, size_t size, double seconds)
{
    long s = (long)(seconds + 0.5);
    if (s >= 3600)
        snprintf(out, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, size, "%ld:%02ld", s / 60, s % 60);
}

static void draw(ag_progress *progress, int64_t now_us)
{
    size_t done = progress->shared.done;
    double seconds = (double)(now_us - progress->start_us) / 1e6;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    char left[32] = "?";
    if (rate > 0 && progress->total >= done)
        format_left(left, sizeof left, (double)(progress->total - done) / rate);
    char numbers[128];
    int used = snprintf(numbers, sizeof numbers, "%zu/%zu %s  %.1f/s  %s left", done,
                        progress->total, progress->unit, rate, left);

    int width = terminal_columns(progress->stream) - used - (int)strlen(progress->label) - 6;
    if (width > 40)
        width = 40;
    fprintf(progress->stream, "\r%s ", progress->label);
    if (width >= 8) {
        int filled = progress->total > 0
                         ? (int)((double)width * (double)done / (double)progress->total)
                         : width;
        fputc('[', progress->stream);
        for (int i = 0; i < width; i++)
            fputc(i < filled ? '=' : ' ', progress->stream);
        fputs("] ", progress->stream);
    }
    fprintf(progress->stream, "%s\033[K", numbers);
    fflush(progress->stream);
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
