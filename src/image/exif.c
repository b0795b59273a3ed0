#include "image/exif.h"

#include "image/bytes.h"

#include <stdbool.h>
#include <string.h>

#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT      3
#define ENTRY_BYTES     12
#define UPRIGHT         1

/* The TIFF structure inside an EXIF block. */
typedef struct tiff {
    const uint8_t *bytes;
    size_t length;
    bool is_little_endian;
} tiff;

static uint16_t read16(const tiff *t, size_t at)
{
    return t->is_little_endian ? ag_read_le16(t->bytes + at) : ag_read_be16(t->bytes + at);
}

static uint32_t read32(const tiff *t, size_t at)
{
    return t->is_little_endian ? ag_read_le32(t->bytes + at) : ag_read_be32(t->bytes + at);
}

static bool open_tiff(tiff *out, const uint8_t *bytes, size_t length)
{
    if (length >= 6 && memcmp(bytes, "Exif\0\0", 6) == 0) {
        bytes += 6;
        length -= 6;
    }
    if (length < 8)
        return false;
    bool is_little_endian = memcmp(bytes, "II*\0", 4) == 0;
    if (!is_little_endian && memcmp(bytes, "MM\0*", 4) != 0)
        return false;
    *out = (tiff){bytes, length, is_little_endian};
    return true;
}

unsigned ag_exif_orientation(const void *bytes, size_t length)
{
    tiff t;
    if (!open_tiff(&t, bytes, length))
        return UPRIGHT;
    size_t directory = read32(&t, 4);
    if (directory > t.length - 2)
        return UPRIGHT;
    size_t entries = read16(&t, directory);
    size_t room = (t.length - directory - 2) / ENTRY_BYTES;
    for (size_t i = 0; i < entries && i < room; i++) {
        size_t entry = directory + 2 + i * ENTRY_BYTES;
        if (read16(&t, entry) != TAG_ORIENTATION)
            continue;
        unsigned value = read16(&t, entry + 8);
        bool is_valid = read16(&t, entry + 2) == TYPE_SHORT && value >= 1 && value <= 8;
        return is_valid ? value : UPRIGHT;
    }
    return UPRIGHT;
}
