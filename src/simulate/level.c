#include "simulate/level.h"

#include <assert.h>

static const ag_level LEVELS[AG_PHOTO_LEVELS] = {
    [AG_PHOTO_EASY] =
        {
            .name = "easy",
            .tilt_deg = 10,
            .roll_deg = 2,
            .crop = 0,
            .light = 0.15,
            .glare = 0.15,
            .glare_chance = 0.2,
            .veil = 0,
            .white_balance = 0.05,
            .exposure_ev = 0.3,
            .tone = 0.05,
            .motion = 0.0015,
            .motion_chance = 0.3,
            .defocus = 0.0006,
            .noise = 0.008,
            .heads = 0,
        },
    [AG_PHOTO_MEDIUM] =
        {
            .name = "medium",
            .tilt_deg = 25,
            .roll_deg = 6,
            .crop = 0.10,
            .light = 0.50,
            .glare = 0.50,
            .glare_chance = 0.5,
            .veil = 0.03,
            .white_balance = 0.15,
            .exposure_ev = 0.7,
            .tone = 0.12,
            .motion = 0.0045,
            .motion_chance = 0.5,
            .defocus = 0.0018,
            .noise = 0.025,
            .heads = 0,
        },
    [AG_PHOTO_HARD] =
        {
            .name = "hard",
            .tilt_deg = 45,
            .roll_deg = 12,
            .crop = 0.30,
            .light = 0.95,
            .glare = 1.20,
            .glare_chance = 0.8,
            .veil = 0.10,
            .white_balance = 0.30,
            .exposure_ev = 1.2,
            .tone = 0.20,
            .motion = 0.0090,
            .motion_chance = 0.7,
            .defocus = 0.0040,
            .noise = 0.060,
            .heads = 3,
        },
};

const ag_level *ag_level_get(ag_photo_level level)
{
    assert(level >= 0 && level < AG_PHOTO_LEVELS);
    return &LEVELS[level];
}

const char *ag_photo_level_name(ag_photo_level level)
{
    return ag_level_get(level)->name;
}
