#include "simulate/scene.h"

#include "simulate/place.h"

#include <string.h>

/* A row as three spans: left of what hides the middle, the middle, right of it. Where nothing does,
 * the first is all. */
static void paint_wall(const ag_scene *scene, const ag_places *places, ag_span hidden, float *row)
{
    const ag_span spans[] = {{0, hidden.first}, {hidden.end, places->count}};
    for (size_t i = 0; i < 2; i++) {
        ag_wall_paint(&scene->wall, &scene->grain, places, spans[i], row);
        ag_frame_shade(&scene->frame, places, spans[i], row);
    }
}

static void paint_frame(const ag_scene *scene, const ag_places *places, ag_span hidden, float *row)
{
    if (scene->frame.width <= 0)
        return;
    ag_span span = ag_places_within(places, scene->frame.mat + scene->frame.width);
    ag_span left = {span.first, hidden.first < span.end ? hidden.first : span.end};
    ag_span right = {hidden.end, span.end};
    ag_frame_paint(&scene->frame, &scene->grain, places, left, row);
    ag_frame_paint(&scene->frame, &scene->grain, places, right, row);
}

static void paint_row(const ag_scene *scene, const ag_painting *painting, const ag_places *places,
                      float *row)
{
    float pixel = (float)scene->camera.pixel;
    /* What is a whole pixel within an edge is covered; the edge itself shows what is behind. */
    ag_span behind_frame = ag_places_within(places, scene->frame.mat + scene->frame.width - pixel);
    ag_span behind_picture = ag_places_within(places, -pixel);
    paint_wall(scene, places, behind_frame, row);
    paint_frame(scene, places, behind_picture, row);
    ag_painting_paint(painting, places, ag_places_within(places, 0), row);
}

ag_status ag_scene_paint(const ag_scene *scene, const ag_painting *painting, ag_canvas *canvas,
                         ag_err *err)
{
    ag_places places = {0};
    ag_status status = ag_places_init(&places, &scene->camera, err);
    if (status)
        return status;
    for (size_t y = 0; y < canvas->height_px; y++) {
        float *row = ag_canvas_row(canvas, y);
        ag_places_set_row(&places, y);
        memset(row, 0, canvas->width_px * AG_CANVAS_CHANNELS * sizeof *row); /* blended with */
        paint_row(scene, painting, &places, row);
        ag_light_shine(&scene->light, &places, y, row);
        ag_visitors_stand(&scene->visitors, &scene->grain, &scene->camera, y, row);
    }
    ag_places_fini(&places);
    return AG_OK;
}
