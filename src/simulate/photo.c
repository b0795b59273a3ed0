/* The order is that of the light's way: drawn and painted in linear light, blurred by the lens,
 * measured by the sensor, turned and written to a file.
 *
 * Everything is drawn before anything is painted, each part from a stream of random numbers of its
 * own, so that a change to one leaves the others' photos alike. */
#include "simulate/photo.h"

#include "base/memory.h"
#include "image/encode_jpeg.h"
#include "image/orient.h"
#include "simulate/parameters.h"

#include <stdlib.h>

#define MIN_SIDE_PX 64
#define MAX_SIDE_PX 5000

#define MIN_QUALITY 60
#define MAX_QUALITY 92

/* Photos that are stored turned, most of them as phones held upright do. */
#define TURNED_CHANCE 0.4
static const unsigned TURNS[] = {3, 6, 8};
static const double TURN_WEIGHTS[] = {0.15, 0.65, 0.20};

/* Streams of random numbers. */
enum {
    STREAM_CAMERA,
    STREAM_WALL,
    STREAM_FRAME,
    STREAM_LIGHT,
    STREAM_VISITORS,
    STREAM_GRAIN,
    STREAM_LENS,
    STREAM_SENSOR,
    STREAM_FILE,
    STREAMS,
};

static ag_dice stream(const ag_photo_options *options, unsigned which)
{
    ag_dice dice;
    ag_dice_seed(&dice, options->seed, (uint64_t)options->level * STREAMS + which);
    return dice;
}

static void draw_scene(ag_scene *s, const ag_image *picture, const ag_photo_options *options)
{
    const ag_level *level = ag_level_get(options->level);
    ag_dice dice = stream(options, STREAM_CAMERA);
    ag_camera_draw(&s->camera, &dice, level, picture, options->side_px);
    dice = stream(options, STREAM_WALL);
    ag_wall_draw(&s->wall, &dice);
    dice = stream(options, STREAM_FRAME);
    ag_frame_draw(&s->frame, &dice);
    dice = stream(options, STREAM_LIGHT);
    ag_light_draw(&s->light, &dice, level, &s->camera);
    dice = stream(options, STREAM_VISITORS);
    ag_visitors_draw(&s->visitors, &dice, level, &s->camera);
    dice = stream(options, STREAM_GRAIN);
    ag_grain_draw(&s->grain, &dice);
}

static void draw_phone(ag_parameters *p, const ag_photo_options *options)
{
    const ag_level *level = ag_level_get(options->level);
    ag_dice dice = stream(options, STREAM_LENS);
    ag_lens_draw(&p->lens, &dice, level, options->side_px);
    dice = stream(options, STREAM_SENSOR);
    ag_sensor_draw(&p->sensor, &dice, level);
    dice = stream(options, STREAM_FILE);
    p->quality = MIN_QUALITY + (unsigned)ag_dice_below(&dice, MAX_QUALITY - MIN_QUALITY + 1);
    p->orientation = 1;
    if (ag_dice_chance(&dice, TURNED_CHANCE))
        p->orientation = TURNS[ag_dice_pick(&dice, TURN_WEIGHTS, 3)];
}

/* The photo's pixels, upright. */
static ag_status expose(ag_image *out, const ag_parameters *p, const ag_image *picture, ag_err *err)
{
    ag_scene_painter *painter = NULL;
    ag_lens_blur *blur = NULL;
    ag_status status = ag_scene_painter_create(&painter, &p->scene, picture, err);
    if (status)
        return status;
    status = ag_lens_blur_create(&blur, &p->lens, ag_scene_painter_rows(painter), err);
    if (status == AG_OK)
        status = ag_sensor_expose(out, &p->sensor, ag_lens_blur_rows(blur), err);
    ag_lens_blur_destroy(blur);
    ag_scene_painter_destroy(painter);
    return status;
}

/* Store the pixels so that readers who mind the orientation get them back upright. */
static ag_status store(ag_buffer *out, ag_image *upright, const ag_parameters *p, ag_err *err)
{
    unsigned undo = p->orientation == 6 ? 8 : p->orientation == 8 ? 6 : p->orientation;
    ag_status status = ag_image_orient(upright, undo, err);
    if (status)
        return status;
    return ag_image_encode_jpeg(out, upright, p->quality, p->orientation, err);
}

static ag_status check(const ag_photo_options *options, ag_err *err)
{
    if (options->side_px < MIN_SIDE_PX || options->side_px > MAX_SIDE_PX)
        return ag_err_set(err, AG_EINVAL, "A photo's longer side is %d to %d pixels, not %u",
                          MIN_SIDE_PX, MAX_SIDE_PX, options->side_px);
    return AG_OK;
}

static ag_status take(ag_photo *photo, const ag_parameters *p, const ag_image *picture, ag_err *err)
{
    ag_image upright = {0};
    const ag_camera *camera = &p->scene.camera;
    photo->width_px = camera->width_px;
    photo->height_px = camera->height_px;
    for (int i = 0; i < 4; i++) {
        photo->corners[i][0] = camera->corners.corner[i].x;
        photo->corners[i][1] = camera->corners.corner[i].y;
    }
    ag_status status = expose(&upright, p, picture, err);
    if (status == AG_OK)
        status = store(&photo->jpeg, &upright, p, err);
    if (status == AG_OK)
        status = ag_parameters_write(&photo->parameters_json, p, err);
    ag_image_fini(&upright);
    return status;
}

ag_status ag_photo_take(ag_photo *out, const ag_image *picture, const ag_photo_options *options,
                        ag_err *err)
{
    ag_status status = check(options, err);
    if (status)
        return status;
    ag_photo photo = {0};
    ag_parameters *parameters = ag_xcalloc(1, sizeof *parameters);
    draw_scene(&parameters->scene, picture, options);
    draw_phone(parameters, options);
    status = take(&photo, parameters, picture, err);
    free(parameters);
    if (status)
        ag_photo_fini(&photo);
    else
        *out = photo;
    return status;
}

void ag_photo_fini(ag_photo *photo)
{
    ag_buffer_fini(&photo->jpeg);
    free(photo->parameters_json);
    *photo = (ag_photo){0};
}
