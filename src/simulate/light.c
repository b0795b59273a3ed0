#include "simulate/light.h"

#include "simulate/colour.h"
#include "simulate/maths.h"

/* A blob of glare ends here, in radii: where ag_maths_fade gets to zero. */
#define REACH 2.83f

/* Tries at finding a place on the picture that the photo shows. */
#define TRIES 100

/* A place on the picture, within the photo. */
static ag_point draw_place(ag_dice *dice, const ag_camera *camera)
{
    ag_point p = {0, 0};
    for (int i = 0; i < TRIES; i++) {
        ag_point wall = {
            ag_dice_uniform(dice, -camera->half_width, camera->half_width),
            ag_dice_uniform(dice, -camera->half_height, camera->half_height),
        };
        p = ag_projection_apply(&camera->to_photo, wall);
        if (p.x >= 0 && p.x < camera->width_px && p.y >= 0 && p.y < camera->height_px)
            break;
    }
    return p;
}

static void draw_glare(ag_glare *out, ag_dice *dice, const ag_level *level, const ag_camera *camera)
{
    ag_point p = draw_place(dice, camera);
    out->x = (float)p.x;
    out->y = (float)p.y;
    out->along = (float)ag_dice_uniform(dice, 0.03, 0.14);
    out->across = (float)ag_dice_uniform(dice, 0.03, 0.14);
    double direction = ag_dice_uniform(dice, 0, AG_MATHS_PI);
    out->cosine = (float)ag_maths_cos(direction);
    out->sine = (float)ag_maths_sin(direction);
    out->strength = (float)(ag_dice_uniform(dice, 0.3, 1) * level->glare);
}

void ag_light_draw(ag_light *light, ag_dice *dice, const ag_level *level, const ag_camera *camera)
{
    double direction = ag_dice_uniform(dice, 0, 2 * AG_MATHS_PI);
    *light = (ag_light){
        .gradient = (float)ag_dice_uniform(dice, 0, level->light),
        .toward_x = (float)ag_maths_cos(direction),
        .toward_y = (float)ag_maths_sin(direction),
        .falloff = (float)ag_dice_uniform(dice, 0, 0.4),
        .veil = (float)ag_dice_uniform(dice, 0, level->veil),
        .is_behind_glass = ag_dice_chance(dice, 0.7),
    };
    if (!ag_dice_chance(dice, level->glare_chance))
        return;
    light->glare_count = 1 + ag_dice_below(dice, AG_LIGHT_MAX_GLARES);
    for (size_t i = 0; i < light->glare_count; i++)
        draw_glare(&light->glares[i], dice, level, camera);
}

/* The pixels of row y that a blob may reach. */
static ag_span glare_span(const ag_glare *glare, const ag_places *places, float down)
{
    float longest = glare->along > glare->across ? glare->along : glare->across;
    float reach = REACH * longest * (float)places->count;
    if (down > reach || down < -reach)
        return (ag_span){0, 0};
    float width = (float)places->count;
    return (ag_span){(size_t)ag_maths_clamp(glare->x - reach, 0, width),
                     (size_t)ag_maths_clamp(glare->x + reach, 0, width)};
}

static void add_glare(const ag_glare *glare, const ag_places *places, float down,
                      const float *share, float *restrict added)
{
    ag_span span = glare_span(glare, places, down);
    float to_along = 1 / (glare->along * (float)places->count);
    float to_across = 1 / (glare->across * (float)places->count);
    for (int i = (int)span.first; i < (int)span.end; i++) {
        float right = (float)i + 0.5f - glare->x;
        float p = (right * glare->cosine + down * glare->sine) * to_along;
        float q = (down * glare->cosine - right * glare->sine) * to_across;
        float seen = share ? share[i] : 1;
        added[i] += seen * glare->strength * ag_maths_fade(p * p + q * q);
    }
}

/* exp(x) for |x| below 1, coarsely. */
static float grow(float x)
{
    return 1 + x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4)));
}

void ag_light_shine(const ag_light *light, const ag_places *places, size_t y, float *row)
{
    float *restrict share = places->scratch[0], *restrict added = places->scratch[1];
    float pixel = (float)places->camera->pixel;
    int count = (int)places->count;
    for (int i = 0; i < count; i++) {
        share[i] = ag_places_share(places->outside[i], 0, pixel);
        added[i] = light->veil * share[i];
    }
    for (size_t k = 0; k < light->glare_count; k++) {
        const ag_glare *glare = &light->glares[k];
        add_glare(glare, places, (float)y + 0.5f - glare->y, light->is_behind_glass ? share : NULL,
                  added);
    }
    float v = ((float)y + 0.5f) / (float)places->camera->height_px - 0.5f;
    float *restrict gain = share; /* which is no longer needed */
    for (int i = 0; i < count; i++) {
        float u = ((float)i + 0.5f) / (float)count - 0.5f;
        gain[i] = grow(light->gradient * (u * light->toward_x + v * light->toward_y)) *
                  (1 - light->falloff * light->gradient * (u * u + v * v));
    }
    for (int c = 0; c < AG_COLOUR_CHANNELS; c++)
        for (int i = 0; i < count; i++)
            row[c * count + i] = row[c * count + i] * gain[i] + added[i];
}
