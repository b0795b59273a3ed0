#include "simulate/parameters.h"

#include "base/json.h"

/* Digits of numbers in writing: a pixel of the largest photo in tenths and more. */
#define PRECISION 6

static json_t *write_camera(const ag_camera *c)
{
    const ag_point *p = c->corners.corner;
    return json_pack("{s:i,s:i,s:f,s:f,s:f,s:f,s:f,s:f,s:[[f,f],[f,f],[f,f],[f,f]]}", "width",
                     (int)c->width_px, "height", (int)c->height_px, "tilt", c->tilt_deg,
                     "tilt_toward", c->toward_deg, "roll", c->roll_deg, "focal", c->focal,
                     "coverage", c->coverage, "cropped", c->cropped, "quad", p[0].x, p[0].y, p[1].x,
                     p[1].y, p[2].x, p[2].y, p[3].x, p[3].y);
}

static json_t *write_surroundings(const ag_scene *s)
{
    return json_pack("{s:s,s:s,s:f,s:f,s:i,s:f}", "wall", ag_wall_kind_name(s->wall.kind), "frame",
                     ag_frame_kind_name(s->frame.kind), "frame_width", (double)s->frame.width,
                     "mat", (double)s->frame.mat, "heads", (int)s->visitors.count, "occluded",
                     s->visitors.occluded);
}

/* Each glare as x, y, two radii and its strength. */
static json_t *write_light(const ag_light *l)
{
    json_t *glares = json_array();
    for (size_t i = 0; i < l->glare_count; i++) {
        const ag_glare *g = &l->glares[i];
        json_array_append_new(glares,
                              json_pack("[f,f,f,f,f]", (double)g->x, (double)g->y, (double)g->along,
                                        (double)g->across, (double)g->strength));
    }
    return json_pack("{s:f,s:f,s:o}", "light_gradient", (double)l->gradient, "veil",
                     (double)l->veil, "glare", glares);
}

static json_t *write_phone(const ag_parameters *p)
{
    const ag_sensor *s = &p->sensor;
    return json_pack("{s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:i,s:i}", "motion_px",
                     p->lens.motion_px, "motion_angle", p->lens.motion_deg, "defocus_px",
                     p->lens.defocus_px, "warm", s->warm, "tint", s->tint, "ev", s->exposure_ev,
                     "noise", s->noise, "contrast", s->contrast, "saturation", s->saturation,
                     "quality", (int)p->quality, "orientation", (int)p->orientation);
}

ag_status ag_parameters_write(char **out, const ag_parameters *parameters, ag_err *err)
{
    json_t *parts[] = {
        write_camera(&parameters->scene.camera),
        write_surroundings(&parameters->scene),
        write_light(&parameters->scene.light),
        write_phone(parameters),
    };
    json_t *all = json_object();
    int failures = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        failures += json_object_update(all, parts[i]) != 0;
        json_decref(parts[i]);
    }
    char *text = failures ? NULL : json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(PRECISION));
    json_decref(all);
    if (!text)
        return ag_err_set(err, AG_ENOMEM, "No memory for a photo's parameters");
    *out = text;
    return AG_OK;
}
