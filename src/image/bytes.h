/* Whole numbers in foreign byte orders; the caller has checked that the bytes are there. Any
 * thread. */
#ifndef AG_IMAGE_BYTES_H
#define AG_IMAGE_BYTES_H

#include <stdint.h>

/* Big-endian, 2 and 4 bytes. */
static inline uint16_t ag_read_be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t ag_read_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Little-endian, 2 and 4 bytes. */
static inline uint16_t ag_read_le16(const uint8_t *p)
{
    return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t ag_read_le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

#endif
