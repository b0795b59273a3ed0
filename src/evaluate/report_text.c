#include "evaluate/report.h"

#include <math.h>
#include <stdint.h>

/* Failures and unknown labels that are listed; JSON has them all. */
#define MOST_LISTED 20

static double percent(size_t hits, size_t count)
{
    return count > 0 ? 100.0 * (double)hits / (double)count : 0;
}

/* "  99.5 ( 97.1- 99.9)": a share and its 95 % interval in percent; 21 columns. */
static void put_share(ag_buffer *out, size_t hits, size_t count)
{
    const ag_interval interval = ag_wilson_interval(hits, count);
    if (count == 0)
        ag_buffer_printf(out, "%21s", "-");
    else
        ag_buffer_printf(out, "  %5.1f (%5.1f-%5.1f)", percent(hits, count), 100 * interval.low,
                         100 * interval.high);
}

/* Text from tables and file names: control characters would move the cursor. */
static void put_text(ag_buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        ag_buffer_printf(out, "%c", byte < 0x20 || byte == 0x7f ? ' ' : byte);
    }
}

static void put_work(ag_buffer *out, const ag_evaluation_report *report, size_t row,
                     const char *none)
{
    if (row == SIZE_MAX) {
        ag_buffer_printf(out, "%s", none);
        return;
    }
    const ag_artwork *artwork = ag_collection_artwork(report->collection, row);
    put_text(out, *artwork->title != '\0' ? artwork->title : artwork->id);
    if (*artwork->artist != '\0') {
        ag_buffer_printf(out, " (");
        put_text(out, artwork->artist);
        ag_buffer_printf(out, ")");
    }
}

static void put_head(ag_buffer *out, const ag_evaluation_report *report)
{
    const ag_collection_info *info = ag_collection_info_of(report->collection);
    const ag_evaluation *evaluation = report->evaluation;
    ag_buffer_printf(out, "%zu works, version %s\n", info->count,
                     *info->version != '\0' ? info->version : "not known");
    ag_buffer_printf(out, "%zu photos of %zu works, ", evaluation->photos, report->source->works);
    if (report->simulation != NULL) {
        ag_buffer_printf(out, "simulated at %u px with seed %llu\n", report->simulation->side_px,
                         (unsigned long long)report->simulation->seed);
    } else {
        ag_buffer_printf(out, "from ");
        put_text(out, report->photos);
        ag_buffer_printf(out, "\n");
    }
    if (evaluation->refused > 0)
        ag_buffer_printf(out, "%zu refused at the door as too dark, bright, flat or blurred\n",
                         evaluation->refused);
}

/* A level's name, in 10 columns. */
static void put_name(ag_buffer *out, const char *name)
{
    const size_t start = out->length;
    put_text(out, *name != '\0' ? name : "no level");
    const size_t width = out->length - start;
    ag_buffer_printf(out, "%*s", (int)(width < 10 ? 10 - width : 0), "");
}

static void put_present(ag_buffer *out, ag_tally_level *level, const char *name)
{
    const size_t count = level->present;
    if (count == 0)
        return;
    put_name(out, name);
    ag_buffer_printf(out, "%7zu", count);
    put_share(out, level->top1, count);
    ag_buffer_printf(out, "  %5.1f", percent(level->top5, count));
    put_share(out, level->confirmed_right, count);
    put_share(out, level->confirmed_wrong, count);
    ag_buffer_printf(out, "  %6.1f  %7.1f",
                     percent(level->likely_right + level->likely_wrong, count),
                     percent(level->unknown, count));
    if (level->corner_errors.count > 0)
        ag_buffer_printf(out, "  %7.2f", 100 * ag_series_percentile(&level->corner_errors, 0.5));
    ag_buffer_printf(out, "\n");
}

static void put_absent(ag_buffer *out, ag_tally_level *level, const char *name)
{
    if (level->absent == 0)
        return;
    put_name(out, name);
    ag_buffer_printf(out, "%7zu", level->absent);
    put_share(out, level->absent_confirmed, level->absent);
    put_share(out, level->absent_likely, level->absent);
    ag_buffer_printf(out, "\n");
}

/* A line for each level, and for all together where there are several. */
static void put_levels(ag_buffer *out, ag_tally *tally,
                       void (*put)(ag_buffer *out, ag_tally_level *level, const char *name))
{
    for (size_t i = 0; i < tally->level_count; i++)
        put(out, &tally->levels[i], tally->levels[i].name);
    if (tally->level_count > 1)
        put(out, &tally->all, "all");
}

static void put_verdicts(ag_buffer *out, ag_tally *tally)
{
    if (tally->all.present > 0) {
        ag_buffer_printf(out, "\nphotos of works in the collection: %% of them (95 %% interval)\n"
                              "level      photos                top-1  top-5      right, confirmed"
                              "     wrong, confirmed  likely  unknown  corners\n");
        put_levels(out, tally, put_present);
        ag_buffer_printf(out, "corners: median distance from where they are, in %% of the work's "
                              "diagonal in the photo\n");
    }
    if (tally->all.absent > 0) {
        ag_buffer_printf(out,
                         "\nphotos of works that are not in the collection, or were held out of it"
                         " for the question\n"
                         "level      photos      false confirmed         false likely\n");
        put_levels(out, tally, put_absent);
    }
}

static void put_calibration(ag_buffer *out, const ag_tally *tally)
{
    if (isnan(ag_tally_calibration_error(tally)))
        return;
    ag_buffer_printf(out, "\nconfidence  answers    mean   right\n");
    for (size_t i = 0; i < AG_TALLY_BINS; i++) {
        const ag_tally_bin *bin = &tally->bins[i];
        if (bin->count > 0)
            ag_buffer_printf(out, "%.1f - %.1f   %7zu  %6.3f  %6.3f\n", (double)i / AG_TALLY_BINS,
                             (double)(i + 1) / AG_TALLY_BINS, bin->count,
                             bin->confidence / (double)bin->count,
                             (double)bin->right / (double)bin->count);
    }
    ag_buffer_printf(out, "expected calibration error: %.4f\n", ag_tally_calibration_error(tally));
}

static void put_stages(ag_buffer *out, const ag_evaluation_report *report)
{
    ag_tally *tally = &report->evaluation->tally;
    if (tally->stages[AG_STAGE_TOTAL].count == 0)
        return;
    ag_buffer_printf(out, "\nmilliseconds     mean     p50     p95   (batches of %zu)\n",
                     report->asked->batch);
    for (size_t i = 0; i < AG_STAGES; i++) {
        ag_series *series = &tally->stages[i];
        ag_buffer_printf(out, "%-12s  %7.1f %7.1f %7.1f\n", ag_stage_name((ag_stage)i),
                         ag_series_mean(series), ag_series_percentile(series, 0.5),
                         ag_series_percentile(series, 0.95));
    }
}

static void put_list(ag_buffer *out, const char *title, char *const *lines, size_t count)
{
    const size_t shown = count < MOST_LISTED ? count : MOST_LISTED;
    if (count == 0)
        return;
    ag_buffer_printf(out, "\n%zu %s\n", count, title);
    for (size_t i = 0; i < shown; i++) {
        ag_buffer_printf(out, "  ");
        put_text(out, lines[i]);
        ag_buffer_printf(out, "\n");
    }
    if (shown < count)
        ag_buffer_printf(out, "  and %zu more (see --json)\n", count - shown);
}

static void put_miss(ag_buffer *out, const ag_evaluation_report *report, const ag_miss *miss)
{
    ag_buffer_printf(out, "  %s: ", ag_miss_kind_name(miss->kind));
    put_text(out, miss->photo);
    ag_buffer_printf(out, "\n    shows ");
    put_work(out, report, miss->work, "no work of the collection");
    ag_buffer_printf(out, "\n    answer ");
    put_work(out, report, miss->answer, "none");
    ag_buffer_printf(out, ", %s, score %.1f", ag_match_name(miss->match), miss->score);
    if (!isnan(miss->similarity))
        ag_buffer_printf(out, ", similarity %.3f", miss->similarity);
    ag_buffer_printf(out, ", confidence %.3f\n", miss->confidence);
}

void ag_evaluation_report_text(ag_buffer *out, const ag_evaluation_report *report)
{
    const ag_evaluation *evaluation = report->evaluation;
    ag_tally *tally = &report->evaluation->tally;
    put_head(out, report);
    put_verdicts(out, tally);
    put_calibration(out, tally);
    put_stages(out, report);
    put_list(out, "photos could not be used:", evaluation->failures, evaluation->failed);
    put_list(out, "works named by labels are not in the collection:", report->source->strangers,
             report->source->stranger_count);
    if (!report->has_misses)
        return;
    ag_buffer_printf(out, "\n%zu misses%s\n", tally->miss_count, tally->miss_count > 0 ? ":" : "");
    for (size_t i = 0; i < tally->miss_count; i++)
        put_miss(out, report, &tally->misses[i]);
}
