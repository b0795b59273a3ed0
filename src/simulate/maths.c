#include "simulate/maths.h"

#include <math.h>

#define HALF_PI (AG_MATHS_PI / 2)
#define LN_2    0.69314718055994530942

/* Terms of the series below; each is good to 1e-16 within its reduced range. */
#define SINE_TERMS      11
#define EXPONENT_TERMS  14
#define LOGARITHM_TERMS 12

/* sin(x) + for |x| up to π/4 with first = x, or cos(x) with first = 1. */
static double alternate(double first, double square, int order)
{
    double term = first, sum = first;
    for (int i = 0; i < SINE_TERMS; i++) {
        term *= -square / ((order + 1) * (order + 2));
        sum += term;
        order += 2;
    }
    return sum;
}

double ag_maths_sin(double radians)
{
    double quarters = floor(radians / HALF_PI + 0.5);
    double x = radians - quarters * HALF_PI;
    long quarter = (long)quarters & 3;
    double size = quarter & 1 ? alternate(1, x * x, 0) : alternate(x, x * x, 1);
    return quarter & 2 ? -size : size;
}

double ag_maths_cos(double radians)
{
    return ag_maths_sin(radians + HALF_PI);
}

double ag_maths_exp(double x)
{
    double twos = floor(x / LN_2 + 0.5);
    double rest = x - twos * LN_2;
    double term = 1, sum = 1;
    for (int i = 1; i <= EXPONENT_TERMS; i++) {
        term *= rest / i;
        sum += term;
    }
    return ldexp(sum, (int)twos);
}

/* ln(m) = 2 artanh((m - 1) / (m + 1)), with m within a factor of √2 of 1. */
double ag_maths_log(double x)
{
    int twos;
    double mantissa = frexp(x, &twos);
    if (mantissa < 0.70710678) {
        mantissa *= 2;
        twos--;
    }
    double t = (mantissa - 1) / (mantissa + 1);
    double power = t, sum = 0;
    for (int i = 0; i < LOGARITHM_TERMS; i++) {
        sum += power / (2 * i + 1);
        power *= t * t;
    }
    return 2 * sum + twos * LN_2;
}

double ag_maths_pow(double base, double exponent)
{
    return base > 0 ? ag_maths_exp(exponent * ag_maths_log(base)) : 0;
}
