#include "simulate/camera.h"

#include "simulate/maths.h"

#include <math.h>
#include <stdbool.h>

/* How much of the photo's area the picture fills. A long narrow picture seen aslant may need a few
 * draws, or never get there. */
#define MIN_COVERAGE 0.40
#define MAX_COVERAGE 1.00
#define DRAWS        20

/* Distances of the phone from the wall, in the picture's longer sides. */
#define NEAREST  0.75
#define FARTHEST 40.0

#define BISECTIONS 40

/* Shares of the ways that phones take photos, longer by shorter side. */
static const double ASPECTS[] = {4.0 / 3, 16.0 / 9, 3.0 / 2, 1.0};
static const double ASPECT_WEIGHTS[] = {0.65, 0.20, 0.10, 0.05};

/* Most stand to the left or right of a picture, some below or above. */
static const double TOWARDS_DEG[] = {0, 180, 90, 270};
static const double TOWARD_WEIGHTS[] = {0.35, 0.35, 0.15, 0.15};

/* One way of standing there. */
typedef struct pose {
    double tilt_deg, toward_deg, roll_deg;
    double focal;      /* by the photo's longer side */
    double aspect;     /* longer by shorter side */
    double cover;      /* wanted share of the photo */
    double crop;       /* wanted share of the picture outside */
    bool is_matched;   /* held the way the picture hangs */
    ag_point slack;    /* where in the space left over, -1…1 */
    ag_point push;     /* which way it is moved out, as a unit vector */
    double turn[3][2]; /* the first two columns of the rotation */
    double side_px;    /* longer side of the photo */
    double half_width, half_height;
} pose;

/* The picture as such a phone sees it from some distance. */
typedef struct view {
    ag_projection to_photo; /* the picture's middle at 0 */
    ag_quad quad;
    ag_point centring; /* shift that brings the quad's bounds to the photo's middle */
} view;

/* The photo that comes of it. */
typedef struct framing {
    double width, height; /* of the photo, pixels */
    double distance;
    ag_point shift; /* of the view, pixels */
    double coverage, cropped;
} framing;

static double radians(double degrees)
{
    return degrees * (AG_MATHS_PI / 180);
}

/* Rodrigues' formula for the tilt about an axis in the wall, and then the roll. */
static void set_turn(pose *p)
{
    double kx = ag_maths_sin(radians(p->toward_deg)), ky = ag_maths_cos(radians(p->toward_deg));
    double s = ag_maths_sin(radians(p->tilt_deg)), c = ag_maths_cos(radians(p->tilt_deg));
    double tilt[3][2] = {
        {c + kx * kx * (1 - c), kx * ky * (1 - c)},
        {kx * ky * (1 - c), c + ky * ky * (1 - c)},
        {-ky * s, kx * s},
    };
    double rs = ag_maths_sin(radians(p->roll_deg)), rc = ag_maths_cos(radians(p->roll_deg));
    for (int i = 0; i < 2; i++) {
        p->turn[0][i] = rc * tilt[0][i] - rs * tilt[1][i];
        p->turn[1][i] = rs * tilt[0][i] + rc * tilt[1][i];
        p->turn[2][i] = tilt[2][i];
    }
}

static void draw_pose(pose *p, ag_dice *dice, const ag_level *level)
{
    p->aspect = ASPECTS[ag_dice_pick(dice, ASPECT_WEIGHTS, 4)];
    p->tilt_deg = ag_dice_uniform(dice, 0, level->tilt_deg);
    p->toward_deg = TOWARDS_DEG[ag_dice_pick(dice, TOWARD_WEIGHTS, 4)];
    p->toward_deg += ag_dice_uniform(dice, -35, 35);
    p->roll_deg = ag_dice_uniform(dice, -level->roll_deg, level->roll_deg);
    p->focal = ag_dice_uniform(dice, 0.70, 1.10); /* 25 to 40 mm on film */
    p->cover = ag_dice_uniform(dice, MIN_COVERAGE, MAX_COVERAGE);
    p->crop = ag_dice_chance(dice, 0.5) ? ag_dice_uniform(dice, 0, level->crop) : 0;
    p->is_matched = ag_dice_chance(dice, 0.85);
    p->slack.x = ag_dice_uniform(dice, -0.9, 0.9);
    p->slack.y = ag_dice_uniform(dice, -0.9, 0.9);
    double direction = ag_dice_uniform(dice, 0, 2 * AG_MATHS_PI);
    p->push = (ag_point){ag_maths_cos(direction), ag_maths_sin(direction)};
    set_turn(p);
}

static ag_quad picture_corners(double half_width, double half_height)
{
    return (ag_quad){{
        {-half_width, -half_height},
        {half_width, -half_height},
        {half_width, half_height},
        {-half_width, half_height},
    }};
}

static ag_quad project(const ag_projection *projection, const ag_quad *quad)
{
    ag_quad out;
    for (int i = 0; i < 4; i++)
        out.corner[i] = ag_projection_apply(projection, quad->corner[i]);
    return out;
}

static view look(const pose *p, const framing *f, double distance)
{
    view v;
    double focal_px = p->focal * p->side_px;
    for (int i = 0; i < 2; i++) {
        v.to_photo.m[0][i] = focal_px * p->turn[0][i];
        v.to_photo.m[1][i] = focal_px * p->turn[1][i];
        v.to_photo.m[2][i] = p->turn[2][i];
    }
    v.to_photo.m[0][2] = v.to_photo.m[1][2] = 0;
    v.to_photo.m[2][2] = distance;
    ag_quad corners = picture_corners(p->half_width, p->half_height);
    v.quad = project(&v.to_photo, &corners);
    ag_box box = ag_quad_bounds(&v.quad);
    v.centring = (ag_point){(f->width - box.low.x - box.high.x) / 2,
                            (f->height - box.low.y - box.high.y) / 2};
    return v;
}

static double share_outside(const ag_quad *quad, const framing *f)
{
    return 1 - ag_quad_visible_area(quad, f->width, f->height) / ag_quad_area(quad);
}

/* No more of the picture is outside than wanted, and no more of the photo covered. */
static bool is_far_enough(const pose *p, const framing *f, double distance)
{
    view v = look(p, f, distance);
    if (ag_quad_area(&v.quad) > p->cover * f->width * f->height)
        return false;
    ag_box box = ag_quad_bounds(&v.quad);
    if (p->crop <= 0)
        return box.high.x - box.low.x <= 0.99 * f->width &&
               box.high.y - box.low.y <= 0.99 * f->height;
    ag_quad centred = ag_quad_shift(&v.quad, v.centring);
    return share_outside(&centred, f) <= p->crop;
}

static double nearest_distance(const pose *p, const framing *f)
{
    double near = NEAREST, far = FARTHEST;
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = (near + far) / 2;
        if (is_far_enough(p, f, middle))
            far = middle;
        else
            near = middle;
    }
    return far;
}

/* Somewhere in the space that the picture leaves. */
static ag_point place_inside(const pose *p, const framing *f, const view *v)
{
    ag_box box = ag_quad_bounds(&v->quad);
    double x = fmax(0.995 * f->width - (box.high.x - box.low.x), 0) / 2;
    double y = fmax(0.995 * f->height - (box.high.y - box.low.y), 0) / 2;
    return (ag_point){v->centring.x + p->slack.x * x, v->centring.y + p->slack.y * y};
}

/* Out of the photo until the wanted share is cut. */
static ag_point push_outside(const pose *p, const framing *f, const view *v)
{
    double less = 0, more = 2 * p->side_px;
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = (less + more) / 2;
        ag_point shift = {v->centring.x + middle * p->push.x, v->centring.y + middle * p->push.y};
        ag_quad quad = ag_quad_shift(&v->quad, shift);
        if (share_outside(&quad, f) <= p->crop)
            less = middle;
        else
            more = middle;
    }
    return (ag_point){v->centring.x + less * p->push.x, v->centring.y + less * p->push.y};
}

static framing frame_up(const pose *p, bool is_wide)
{
    double shorter = floor(p->side_px / p->aspect + 0.5);
    framing f = {.width = is_wide ? p->side_px : shorter, .height = is_wide ? shorter : p->side_px};
    f.distance = nearest_distance(p, &f);
    view v = look(p, &f, f.distance);
    f.shift = p->crop > 0 ? push_outside(p, &f, &v) : place_inside(p, &f, &v);
    ag_quad quad = ag_quad_shift(&v.quad, f.shift);
    f.coverage = ag_quad_visible_area(&quad, f.width, f.height) / (f.width * f.height);
    f.cropped = fmax(share_outside(&quad, &f), 0);
    return f;
}

/* Hold the phone the other way where this way leaves most of the photo to the wall. */
static framing frame_either_way(const pose *p)
{
    bool is_wide = (p->half_width >= p->half_height) == p->is_matched;
    framing f = frame_up(p, is_wide);
    if (f.coverage >= MIN_COVERAGE)
        return f;
    framing other = frame_up(p, !is_wide);
    return other.coverage > f.coverage ? other : f;
}

static void settle(ag_camera *out, const pose *p, const framing *f)
{
    *out = (ag_camera){
        .width_px = (uint32_t)f->width,
        .height_px = (uint32_t)f->height,
        .tilt_deg = p->tilt_deg,
        .toward_deg = p->toward_deg,
        .roll_deg = p->roll_deg,
        .focal = p->focal,
        .coverage = f->coverage,
        .cropped = f->cropped,
        .half_width = p->half_width,
        .half_height = p->half_height,
    };
    view v = look(p, f, f->distance);
    out->to_photo = ag_projection_shift(&v.to_photo, f->shift);
    out->to_wall = ag_projection_invert(&out->to_photo);
    ag_quad corners = picture_corners(p->half_width, p->half_height);
    out->corners = project(&out->to_photo, &corners);
    out->pixel = sqrt(ag_quad_area(&corners) / ag_quad_area(&out->corners));
}

void ag_camera_draw(ag_camera *out, ag_dice *dice, const ag_level *level, const ag_image *picture,
                    uint32_t side_px)
{
    double longer = fmax(picture->width_px, picture->height_px);
    pose p = {.side_px = side_px,
              .half_width = picture->width_px / longer / 2,
              .half_height = picture->height_px / longer / 2};
    pose best_pose = p;
    framing best = {.coverage = -1};
    for (int i = 0; i < DRAWS && best.coverage < MIN_COVERAGE; i++) {
        draw_pose(&p, dice, level);
        framing f = frame_either_way(&p);
        if (f.coverage > best.coverage) {
            best = f;
            best_pose = p;
        }
    }
    settle(out, &best_pose, &best);
}
