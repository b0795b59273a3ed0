/* Random draws that come out alike on every machine: xoshiro256** (Blackman and Vigna, 2018),
 * seeded through splitmix64. One thread at a time. */
#ifndef AG_SIMULATE_DICE_H
#define AG_SIMULATE_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the caller's storage; nothing to free. */
typedef struct ag_dice {
    uint64_t state[4];
} ag_dice;

/* Streams of one seed are independent of each other. */
void ag_dice_seed(ag_dice *dice, uint64_t seed, uint64_t stream);

/* 64 even bits. */
uint64_t ag_dice_bits(ag_dice *dice);

/* Uniform in [low, high). */
double ag_dice_uniform(ag_dice *dice, double low, double high);

/* True with the given probability. */
bool ag_dice_chance(ag_dice *dice, double probability);

/* Uniform in 0…count - 1; count at least 1. */
size_t ag_dice_below(ag_dice *dice, size_t count);

/* An index below count, each with its share of the weights (which add up to 1). */
size_t ag_dice_pick(ag_dice *dice, const double *weights, size_t count);

#endif
