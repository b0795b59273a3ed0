/* Where a work is in a photo, as the parameters of a simulated photo say it: a JSON object with
 * "quad", the work's top left, top right, bottom right and bottom left in pixels of the upright
 * photo, and that photo's "width" and "height". Any thread. */
#ifndef AG_EVALUATE_OUTLINE_H
#define AG_EVALUATE_OUTLINE_H

#include "evaluate/tally.h"

/* Set the trial's corners and size from such JSON. Leaves them as they are where it is none, or not
 * whole: photos need no outline. */
void ag_outline_read(ag_trial *trial, const char *parameters_json);

#endif
