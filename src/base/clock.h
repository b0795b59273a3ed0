/* Clocks: monotonic microseconds for durations and deadlines, wall clock for what people read.
 * Any thread. */
#ifndef AG_BASE_CLOCK_H
#define AG_BASE_CLOCK_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Microseconds since an arbitrary start; never goes back. */
int64_t ag_clock_monotonic_us(void);

/* Microseconds since 1970-01-01 UTC. */
int64_t ag_clock_wall_us(void);

#define AG_CLOCK_ISO8601_BYTES 32

/* "2026-11-24T15:04:05.123Z" into out. */
void ag_clock_format_iso8601(char out[AG_CLOCK_ISO8601_BYTES], int64_t wall_us);

/* Parse ISO 8601 with optional fraction and "Z", "+hh:mm" or nothing (taken as UTC), as Python's
 * isoformat() writes it. AG_EFORMAT. */
AG_MUST_USE ag_status ag_clock_parse_iso8601(int64_t *wall_us, const char *text, ag_err *err);

#endif
