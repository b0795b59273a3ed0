#include "chance.h"

#include <math.h>

uint64_t ag_random_bits(ag_random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

float ag_random_unit(ag_random *random)
{
    return (float)(ag_random_bits(random) >> 40) * 0x1p-24F;
}

float ag_random_between(ag_random *random, float low, float high)
{
    return low + (high - low) * ag_random_unit(random);
}

int ag_random_below(ag_random *random, int count)
{
    return (int)(ag_random_bits(random) % (uint64_t)count);
}

bool ag_random_chance(ag_random *random, float probability)
{
    return ag_random_unit(random) < probability;
}

uint32_t ag_hash(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t z = a * 0x9e3779b1U ^ b * 0x85ebca77U ^ c * 0xc2b2ae3dU;
    z = (z ^ z >> 16) * 0x7feb352dU;
    z = (z ^ z >> 15) * 0x846ca68bU;
    return z ^ z >> 16;
}

float ag_hash_unit(uint32_t a, uint32_t b, uint32_t c)
{
    return (float)(ag_hash(a, b, c) >> 8) * 0x1p-24F;
}

/* The slope that a corner of the lattice has, at (x, y) from it: one of eight directions. */
static float slope(uint32_t hash, float x, float y)
{
    const float u = hash & 4 ? y : x;
    const float v = hash & 4 ? x : y;
    return (hash & 1 ? -u : u) + (hash & 2 ? -0.5F * v : 0.5F * v);
}

static float ease(float t)
{
    return t * t * t * (t * (t * 6 - 15) + 10);
}

float ag_noise_at(uint32_t seed, float x, float y)
{
    const float left = floorf(x), top = floorf(y);
    const uint32_t column = (uint32_t)(int32_t)left, row = (uint32_t)(int32_t)top;
    const float u = x - left, v = y - top;
    const float a = slope(ag_hash(seed, column, row), u, v);
    const float b = slope(ag_hash(seed, column + 1, row), u - 1, v);
    const float c = slope(ag_hash(seed, column, row + 1), u, v - 1);
    const float d = slope(ag_hash(seed, column + 1, row + 1), u - 1, v - 1);
    const float across = ease(u);
    const float above = a + (b - a) * across, below = c + (d - c) * across;
    return 1.4F * (above + (below - above) * ease(v));
}

float ag_noise_fractal(uint32_t seed, float x, float y, int octaves)
{
    float sum = 0, weight = 0.6F;
    for (int i = 0; i < octaves; i++) {
        sum += weight * ag_noise_at(seed + (uint32_t)i, x, y);
        weight *= 0.5F;
        x = 2 * x + 17.3F; /* so that the octaves' lattices do not share corners */
        y = 2 * y + 5.7F;
    }
    return sum;
}
