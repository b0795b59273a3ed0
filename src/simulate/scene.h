/* What is before the camera: wall, frame, picture, light and other visitors. One thread at a time.
 */
#ifndef AG_SIMULATE_SCENE_H
#define AG_SIMULATE_SCENE_H

#include "base/status.h"
#include "image/image.h"
#include "simulate/camera.h"
#include "simulate/frame.h"
#include "simulate/grain.h"
#include "simulate/light.h"
#include "simulate/rows.h"
#include "simulate/visitors.h"
#include "simulate/wall.h"

typedef struct ag_scene {
    ag_camera camera;
    ag_wall wall;
    ag_frame frame;
    ag_light light;
    ag_visitors visitors;
    ag_grain grain; /* of everything that has one */
} ag_scene;

/* Paints a scene. */
typedef struct ag_scene_painter ag_scene_painter;

/* Get ready to paint the scene with a picture. scene is borrowed. *out is owned:
 * ag_scene_painter_destroy. AG_ENOMEM. */
AG_MUST_USE ag_status ag_scene_painter_create(ag_scene_painter **out, const ag_scene *scene,
                                              const ag_image *picture, ag_err *err);

/* NULL is fine. */
void ag_scene_painter_destroy(ag_scene_painter *painter);

/* The scene, as the camera sees it. */
ag_rows ag_scene_painter_rows(ag_scene_painter *painter);

#endif
