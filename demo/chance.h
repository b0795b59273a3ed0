/* Chance that repeats itself: random numbers and smooth noise, the same for the same seed. Any
 * thread. */
#ifndef AG_DEMO_CHANCE_H
#define AG_DEMO_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/* A stream of random numbers (splitmix64): set state to the seed. */
typedef struct ag_random {
    uint64_t state;
} ag_random;

/* The next 64 bits. */
uint64_t ag_random_bits(ag_random *random);

/* 0 ≤ result < 1. */
float ag_random_unit(ag_random *random);

/* low ≤ result < high. */
float ag_random_between(ag_random *random, float low, float high);

/* 0 ≤ result < count. */
int ag_random_below(ag_random *random, int count);

/* True this often, 0…1. */
bool ag_random_chance(ag_random *random, float probability);

/* Three numbers into one that looks like none of them, the same each time. */
uint32_t ag_hash(uint32_t a, uint32_t b, uint32_t c);

/* As ag_hash, 0 ≤ result < 1. */
float ag_hash_unit(uint32_t a, uint32_t b, uint32_t c);

/* Gradient noise (Perlin 2002): smooth, about -1…1, mean 0, hills as wide as 1. */
float ag_noise_at(uint32_t seed, float x, float y);

/* A sum of ag_noise_at, each octave half as wide and half as high; about -1…1. */
float ag_noise_fractal(uint32_t seed, float x, float y, int octaves);

#endif
