#include "chance.h"

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

/* The slopes that the corners of the lattice may have, one for each value of three bits. */
static const float SLOPES[8][2] = {{1, 0.5F}, {-1, 0.5F}, {1, -0.5F}, {-1, -0.5F},
                                   {0.5F, 1}, {0.5F, -1}, {-0.5F, 1}, {-0.5F, -1}};

/* What the corner with this key says at (x, y) from it. */
static inline float corner(uint32_t key, float x, float y)
{
    key = (key ^ key >> 15) * 0x2c1b3c6dU;
    const float *slope = SLOPES[key >> 29];
    return slope[0] * x + slope[1] * y;
}

static inline float ease(float t)
{
    return t * t * t * (t * (t * 6 - 15) + 10);
}

float ag_noise_at(uint32_t seed, float x, float y)
{
    const int32_t left = (int32_t)x - (x < 0), top = (int32_t)y - (y < 0);
    const float u = x - (float)left, v = y - (float)top;
    const uint32_t column = (uint32_t)left * 0x9e3779b1U, row = (uint32_t)top * 0x85ebca77U;
    const uint32_t next_column = column + 0x9e3779b1U, next_row = row + 0x85ebca77U;
    const uint32_t own = seed * 0xc2b2ae3dU;
    const float a = corner(own ^ column ^ row, u, v);
    const float b = corner(own ^ next_column ^ row, u - 1, v);
    const float c = corner(own ^ column ^ next_row, u, v - 1);
    const float d = corner(own ^ next_column ^ next_row, u - 1, v - 1);
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
