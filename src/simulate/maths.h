/* The few functions of mathematics that photos need, made of operations that IEEE 754 rounds in one
 * way only, so that photos come out alike whatever the C library. The inline ones are coarse
 * (good to about a thousandth), for pixels, and vectorise. Any thread. */
#ifndef AG_SIMULATE_MATHS_H
#define AG_SIMULATE_MATHS_H

#define AG_MATHS_PI 3.14159265358979323846

/* Good to about 1e-14 of the result, for |radians| up to some thousands. */
double ag_maths_sin(double radians);
double ag_maths_cos(double radians);

/* Good to about 1e-14 of the result; |x| up to 700. */
double ag_maths_exp(double x);

/* Natural logarithm; x above 0. */
double ag_maths_log(double x);

/* base to the exponent; 0 for a base of 0 or less. */
double ag_maths_pow(double base, double exponent);

/* As fminf and fmaxf, but as one instruction each, since no value here is NaN. */
static inline float ag_maths_smaller(float a, float b)
{
    return a < b ? a : b;
}

static inline float ag_maths_larger(float a, float b)
{
    return a > b ? a : b;
}

static inline float ag_maths_clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

/* Largest whole number up to x, for |x| up to a million. */
static inline float ag_maths_floor(float x)
{
    float whole = (float)(int)x;
    return whole - (whole > x ? 1.0f : 0.0f);
}

/* sin(2π turns). */
static inline float ag_maths_wave(float turns)
{
    float t = turns - ag_maths_floor(turns) - 0.5f; /* half a turn away, hence the signs below */
    float magnitude = t < 0 ? -t : t;
    float arc = t * (16.0f * magnitude - 8.0f);
    float size = arc < 0 ? -arc : arc;
    return arc * (0.775f + 0.225f * size);
}

/* exp(-x) for x from 0, reaching 0 at x = 8. */
static inline float ag_maths_fade(float x)
{
    float t = 1.0f - x * 0.125f;
    t = t < 0 ? 0 : t;
    t *= t;
    t *= t;
    return t * t;
}

#endif
