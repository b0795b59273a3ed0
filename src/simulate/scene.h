/* What is before the camera: wall, frame, picture, light and other visitors. Any thread. */
#ifndef AG_SIMULATE_SCENE_H
#define AG_SIMULATE_SCENE_H

#include "base/status.h"
#include "simulate/camera.h"
#include "simulate/canvas.h"
#include "simulate/frame.h"
#include "simulate/grain.h"
#include "simulate/light.h"
#include "simulate/painting.h"
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

/* Paint all of the canvas, which has the camera's size. AG_ENOMEM. */
AG_MUST_USE ag_status ag_scene_paint(const ag_scene *scene, const ag_painting *painting,
                                     ag_canvas *canvas, ag_err *err);

#endif
