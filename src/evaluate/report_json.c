#include "evaluate/report.h"

#include "base/json.h"

#include <math.h>
#include <stdint.h>

/* JSON has no NAN. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *share_json(size_t hits, size_t count)
{
    const ag_interval interval = ag_wilson_interval(hits, count);
    return json_pack("{s:I, s:o, s:f, s:f}", "count", (json_int_t)hits, "share",
                     number(count > 0 ? (double)hits / (double)count : NAN), "low", interval.low,
                     "high", interval.high);
}

static json_t *present_json(ag_tally_level *level)
{
    const size_t n = level->present;
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "photos", (json_int_t)n,
                     "top1", share_json(level->top1, n), "top5", share_json(level->top5, n),
                     "confirmed_right", share_json(level->confirmed_right, n), "confirmed_wrong",
                     share_json(level->confirmed_wrong, n), "likely_right",
                     share_json(level->likely_right, n), "likely_wrong",
                     share_json(level->likely_wrong, n), "unknown", share_json(level->unknown, n),
                     "corner_error_median",
                     number(ag_series_percentile(&level->corner_errors, 0.5)));
}

static json_t *level_json(ag_tally_level *level)
{
    return json_pack("{s:o, s:o, s:{s:I, s:o, s:o}}", "level", ag_json_text(level->name),
                     "in_collection", present_json(level), "not_in_collection", "photos",
                     (json_int_t)level->absent, "false_confirmed",
                     share_json(level->absent_confirmed, level->absent), "false_likely",
                     share_json(level->absent_likely, level->absent));
}

static json_t *levels_json(ag_tally *tally)
{
    json_t *levels = json_array();
    for (size_t i = 0; i < tally->level_count; i++)
        json_array_append_new(levels, level_json(&tally->levels[i]));
    return levels;
}

static json_t *calibration_json(const ag_tally *tally)
{
    json_t *bins = json_array();
    for (size_t i = 0; i < AG_TALLY_BINS; i++) {
        const ag_tally_bin *bin = &tally->bins[i];
        const double count = bin->count > 0 ? (double)bin->count : NAN;
        json_array_append_new(
            bins, json_pack("{s:f, s:f, s:I, s:o, s:o}", "from", (double)i / AG_TALLY_BINS, "to",
                            (double)(i + 1) / AG_TALLY_BINS, "answers", (json_int_t)bin->count,
                            "mean_confidence", number(bin->confidence / count), "right",
                            number((double)bin->right / count)));
    }
    return json_pack("{s:o, s:o}", "expected_error", number(ag_tally_calibration_error(tally)),
                     "bins", bins);
}

static json_t *stages_json(ag_tally *tally)
{
    json_t *stages = json_object();
    for (size_t i = 0; i < AG_STAGES; i++) {
        ag_series *series = &tally->stages[i];
        json_object_set_new(stages, ag_stage_name((ag_stage)i),
                            json_pack("{s:o, s:o, s:o}", "mean", number(ag_series_mean(series)),
                                      "p50", number(ag_series_percentile(series, 0.5)), "p95",
                                      number(ag_series_percentile(series, 0.95))));
    }
    return stages;
}

static json_t *lines_json(char *const *lines, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, ag_json_text(lines[i]));
    return list;
}

/* A work by what tells it from all others; null where there is none. */
static json_t *work_json(const ag_evaluation_report *report, size_t row)
{
    if (row == SIZE_MAX)
        return json_null();
    const ag_artwork *artwork = ag_collection_artwork(report->collection, row);
    return json_pack("{s:o, s:o, s:o}", "artwork_id", ag_json_text(artwork->id), "artist",
                     ag_json_text(artwork->artist), "title", ag_json_text(artwork->title));
}

static json_t *misses_json(const ag_evaluation_report *report)
{
    const ag_tally *tally = &report->evaluation->tally;
    json_t *misses = json_array();
    for (size_t i = 0; i < tally->miss_count; i++) {
        const ag_miss *miss = &tally->misses[i];
        json_array_append_new(
            misses, json_pack("{s:o, s:s, s:o, s:o, s:s, s:o, s:o, s:o}", "photo",
                              ag_json_text(miss->photo), "kind", ag_miss_kind_name(miss->kind),
                              "shows", work_json(report, miss->work), "answer",
                              work_json(report, miss->answer), "match", ag_match_name(miss->match),
                              "score", number(miss->score), "similarity", number(miss->similarity),
                              "confidence", number(miss->confidence)));
    }
    return misses;
}

/* Where the photos come from. */
static json_t *source_json(const ag_evaluation_report *report)
{
    const ag_simulation *simulation = report->simulation;
    const ag_evaluation *evaluation = report->evaluation;
    json_t *source =
        json_pack("{s:I, s:I, s:I, s:f}", "count", (json_int_t)evaluation->photos, "works",
                  (json_int_t)report->source->works, "refused", (json_int_t)evaluation->refused,
                  "hold_out", report->asked->hold_out);
    json_object_set_new(source, "failures", lines_json(evaluation->failures, evaluation->failed));
    json_object_set_new(source, "unknown_works",
                        lines_json(report->source->strangers, report->source->stranger_count));
    if (simulation == NULL)
        json_object_set_new(source, "from", ag_json_text(report->photos));
    else
        json_object_update_new(source, json_pack("{s:I, s:I}", "seed", (json_int_t)simulation->seed,
                                                 "side_px", (json_int_t)simulation->side_px));
    return source;
}

ag_status ag_evaluation_report_json(ag_buffer *out, const ag_evaluation_report *report, ag_err *err)
{
    const ag_collection_info *info = ag_collection_info_of(report->collection);
    ag_tally *tally = &report->evaluation->tally;
    json_t *all = level_json(&tally->all);
    json_object_del(all, "level");
    json_t *object =
        json_pack("{s:{s:I, s:o}, s:o, s:o, s:o, s:o, s:o, s:I}", "collection", "works",
                  (json_int_t)info->count, "version", ag_json_text(info->version), "photos",
                  source_json(report), "levels", levels_json(tally), "all", all, "calibration",
                  calibration_json(tally), "timings_ms", stages_json(tally), "batch",
                  (json_int_t)report->asked->batch);
    if (report->has_misses && object != NULL)
        json_object_set_new(object, "misses", misses_json(report));
    ag_status status = object != NULL ? ag_json_write(out, object, err)
                                      : ag_err_set(err, AG_ENOMEM, "no memory for the report");
    json_decref(object);
    if (status == AG_OK)
        ag_buffer_printf(out, "\n");
    return status;
}
