/* calibration.json: whatever is accepted must be monotone, and give probabilities. */
#include "recognize/calibration.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* Values between and around the knots must be within what a curve may claim, and never fall. */
static void check_curve(const ag_calibration_curve *curve)
{
    if (curve->count == 0 || curve->count > AG_CALIBRATION_MAX_KNOTS)
        abort();
    double before = ag_calibration_value(curve, -INFINITY);
    if (!(before >= AG_CALIBRATION_MIN))
        abort();
    for (size_t i = 0; i < curve->count; i++) {
        const double evidence = curve->knots[i].evidence;
        const double at = ag_calibration_value(curve, evidence);
        const double behind = ag_calibration_value(curve, evidence + fabs(evidence) / 16);
        /* rounding of the line's value is no fall */
        if (!(at >= before) || !(behind >= at - 1e-12) || !(behind <= AG_CALIBRATION_MAX))
            abort();
        before = at;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ag_calibration calibration;
    if (ag_calibration_parse(&calibration, data, size, NULL) != AG_OK)
        return 0;
    if (calibration.photos == 0)
        abort();
    check_curve(&calibration.geometry);
    check_curve(&calibration.similarity);
    return 0;
}
