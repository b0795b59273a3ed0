#include "evaluate/outline.h"

#include "base/json.h"

#include <math.h>
#include <string.h>

/* Pixels that a corner or a side may have: far more than any photo's, and no overflow. */
static const double MOST_PX = 1e6;

static bool read_quad(double out[4][2], const json_t *quad)
{
    for (size_t i = 0; i < 4; i++) {
        for (size_t axis = 0; axis < 2; axis++) {
            const json_t *value = json_array_get(json_array_get(quad, i), axis);
            if (!json_is_number(value) || !(fabs(json_number_value(value)) <= MOST_PX))
                return false;
            out[i][axis] = json_number_value(value);
        }
    }
    return json_array_size(quad) == 4;
}

void ag_outline_read(ag_trial *trial, const char *parameters_json)
{
    json_t *object;
    double corners[4][2];

    if (ag_json_parse_object(&object, parameters_json, strlen(parameters_json), NULL) != AG_OK)
        return;
    const double width = ag_json_number(object, "width", 0);
    const double height = ag_json_number(object, "height", 0);
    if (width >= 1 && width <= MOST_PX && height >= 1 && height <= MOST_PX &&
        read_quad(corners, json_object_get(object, "quad"))) {
        memcpy(trial->corners, corners, sizeof corners);
        trial->width_px = (uint32_t)width;
        trial->height_px = (uint32_t)height;
    }
    json_decref(object);
}
