/* Structured log: one line an event, as text or as a JSON object. Any thread.
 *
 * Who handles an error logs it, once; base, image, clip and collection stay silent and return
 * errors. Every line about a request carries its id. A line is written with one write(2), so that
 * lines of several threads and processes never mix. */
#ifndef AG_BASE_LOG_H
#define AG_BASE_LOG_H

#include "base/status.h"

typedef enum ag_log_level {
    AG_LOG_DEBUG, /* for a developer following one request */
    AG_LOG_INFO,  /* what an operator wants to read of a healthy day */
    AG_LOG_WARN,  /* something was wrong and was handled */
    AG_LOG_ERROR, /* something is wrong and needs a person */
} ag_log_level;

typedef enum ag_log_format {
    AG_LOG_TEXT, /* time level program[pid.thread] module: request=… message */
    AG_LOG_JSON, /* an object with time, level, program, pid, thread, module, request_id, message */
} ag_log_format;

typedef struct ag_log ag_log;

/* A log that writes lines of at least `level` to descriptor fd (borrowed, e.g. STDERR_FILENO).
 * program must outlive the log. */
ag_log *ag_log_create(int fd, ag_log_format format, ag_log_level level, const char *program);
void ag_log_destroy(ag_log *log);

/* One line. log may be NULL (nothing is written); request_id may be NULL. Control characters
 * and what is not UTF-8 are escaped, so that no input can forge a line or command a terminal; a
 * line over 4 KiB is cut, and ends with "…". */
void ag_log_write(const ag_log *log, ag_log_level level, const char *module, const char *request_id,
                  const char *format, ...) AG_PRINTF(5, 6);

/* "debug", "info", "warn", "error". */
const char *ag_log_level_name(ag_log_level level);

#endif
