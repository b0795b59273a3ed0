#include "simulate/dice.h"

static uint64_t splitmix(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15u;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void ag_dice_seed(ag_dice *dice, uint64_t seed, uint64_t stream)
{
    uint64_t state = stream;
    state = splitmix(&state) ^ seed;
    for (size_t i = 0; i < 4; i++)
        dice->state[i] = splitmix(&state);
}

static uint64_t rotate(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

uint64_t ag_dice_bits(ag_dice *dice)
{
    uint64_t *s = dice->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

double ag_dice_uniform(ag_dice *dice, double low, double high)
{
    double unit = (double)(ag_dice_bits(dice) >> 11) * 0x1p-53;
    return low + (high - low) * unit;
}

bool ag_dice_chance(ag_dice *dice, double probability)
{
    return ag_dice_uniform(dice, 0, 1) < probability;
}

size_t ag_dice_below(ag_dice *dice, size_t count)
{
    size_t drawn = (size_t)ag_dice_uniform(dice, 0, (double)count);
    return drawn < count ? drawn : count - 1;
}

size_t ag_dice_pick(ag_dice *dice, const double *weights, size_t count)
{
    double left = ag_dice_uniform(dice, 0, 1);
    for (size_t i = 0; i + 1 < count; i++) {
        left -= weights[i];
        if (left < 0)
            return i;
    }
    return count - 1;
}
