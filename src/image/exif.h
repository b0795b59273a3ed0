/* The one thing we read from EXIF: which way up the picture is. Any thread. */
#ifndef AG_IMAGE_EXIF_H
#define AG_IMAGE_EXIF_H

#include <stddef.h>

/* Tag 0x0112 of the first directory, 1…8; 1 where it is missing or anything about the block is
 * damaged, since a picture is worth more than its metadata. bytes: a TIFF structure
 * (EXIF 2.32, 4.5), with or without "Exif\0\0" before it. */
unsigned ag_exif_orientation(const void *bytes, size_t length);

#endif
