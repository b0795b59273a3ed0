#include "simulate/scene.h"

#include "base/memory.h"
#include "simulate/colour.h"
#include "simulate/painting.h"
#include "simulate/place.h"

#include <stdlib.h>
#include <string.h>

struct ag_scene_painter {
    const ag_scene *scene; /* borrowed */
    ag_painting painting;
    ag_places places;
    size_t next_row;
};

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

static void paint_row(const ag_scene_painter *p, float *row)
{
    const ag_frame *frame = &p->scene->frame;
    float pixel = (float)p->scene->camera.pixel;
    /* What is a whole pixel within an edge is covered; the edge itself shows what is behind. */
    ag_span behind_frame = ag_places_within(&p->places, frame->mat + frame->width - pixel);
    ag_span behind_picture = ag_places_within(&p->places, -pixel);
    paint_wall(p->scene, &p->places, behind_frame, row);
    paint_frame(p->scene, &p->places, behind_picture, row);
    ag_painting_paint(&p->painting, &p->places, ag_places_within(&p->places, 0), row);
}

static void paint_next(void *maker, float *row)
{
    ag_scene_painter *p = maker;
    const ag_scene *scene = p->scene;
    memset(row, 0, p->places.count * AG_COLOUR_CHANNELS * sizeof *row); /* to be blended with */
    ag_places_set_row(&p->places, p->next_row);
    paint_row(p, row);
    ag_light_shine(&scene->light, &p->places, p->next_row, row);
    ag_visitors_stand(&scene->visitors, &scene->grain, &scene->camera, p->next_row, row);
    p->next_row++;
}

ag_status ag_scene_painter_create(ag_scene_painter **out, const ag_scene *scene,
                                  const ag_image *picture, ag_err *err)
{
    ag_scene_painter *p = ag_xcalloc(1, sizeof *p);
    p->scene = scene;
    ag_status status = ag_painting_init(&p->painting, picture, &scene->camera, err);
    if (status == AG_OK)
        status = ag_places_init(&p->places, &scene->camera, err);
    if (status)
        ag_scene_painter_destroy(p);
    else
        *out = p;
    return status;
}

void ag_scene_painter_destroy(ag_scene_painter *painter)
{
    if (!painter)
        return;
    ag_places_fini(&painter->places);
    ag_painting_fini(&painter->painting);
    free(painter);
}

ag_rows ag_scene_painter_rows(ag_scene_painter *painter)
{
    const ag_camera *camera = &painter->scene->camera;
    return (ag_rows){camera->width_px, camera->height_px, painter, paint_next};
}
