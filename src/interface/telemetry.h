/* Telemetry: one row of CSV (RFC 4180, lines ended by LF) for each recognition. Any thread.
 *
 * The file is opened for each row, so that it can be renamed away (rotated) at any time, and each
 * row is one appending write, so that several processes can share it. The header line is a
 * contract: columns may be added at its end, never changed. */
#ifndef AG_INTERFACE_TELEMETRY_H
#define AG_INTERFACE_TELEMETRY_H

#include "base/log.h"
#include "base/status.h"

#include <stdint.h>

#define AG_TELEMETRY_HEADER "timestamp,request_id,artist,confidence,response_time,status"

typedef struct ag_telemetry ag_telemetry;

typedef struct ag_telemetry_row {
    int64_t timestamp_us;   /* wall clock */
    const char *request_id; /* never NULL */
    const char *artist;     /* NULL: none; of long ones the first 512 bytes are kept */
    double confidence;      /* 0…1; NAN: none */
    double response_time_s; /* from the upload's end to the answer */
    const char *status;     /* "success", the error's code, or "client_gone" */
} ag_telemetry_row;

/* Write to path; its folder is made. path NULL or "": *out is NULL, which the calls below take for
 * "none". log (may be NULL) is told of the first failure. AG_EIO when the folder cannot be made. */
AG_MUST_USE ag_status ag_telemetry_create(ag_telemetry **out, const char *path, const ag_log *log,
                                          ag_err *err);
void ag_telemetry_destroy(ag_telemetry *telemetry);

/* Append a row; failures are counted and never the caller's. */
void ag_telemetry_write(ag_telemetry *telemetry, const ag_telemetry_row *row);

/* Rows that could not be written. */
uint64_t ag_telemetry_errors(const ag_telemetry *telemetry);

#endif
