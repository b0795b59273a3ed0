/* The vision transformer in plain loops and double precision, straight from its definition. */
#ifndef AG_TESTS_CLIP_REFERENCE_H
#define AG_TESTS_CLIP_REFERENCE_H

#include <stdint.h>

/* Embedding (D doubles) of one crop with the model in folder. Fails the running test when the model
 * cannot be read. */
void reference_encode(double *embedding, const char *folder, const uint8_t *crop);

#endif
