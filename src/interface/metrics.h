/* What the interface counts, in Prometheus's text format 0.0.4. Any thread. */
#ifndef AG_INTERFACE_METRICS_H
#define AG_INTERFACE_METRICS_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ag_metrics ag_metrics;

/* State that is looked at when the metrics are asked for. */
typedef struct ag_metrics_gauges {
    const char *version;       /* of Art Guide */
    bool is_broker_up;         /* can be reached */
    size_t in_hand;            /* recognitions from head to reply */
    size_t waiting;            /* of these, waiting for an answer */
    size_t held_bytes;         /* of uploads in memory */
    uint64_t telemetry_errors; /* rows lost */
} ag_metrics_gauges;

/* All zero. Destroy: NULL is fine. */
ag_metrics *ag_metrics_create(void);
void ag_metrics_destroy(ag_metrics *metrics);

/* A reply was made: HTTP status 100…599, of the route with this number (ag_routes). */
void ag_metrics_count_reply(ag_metrics *metrics, size_t route, unsigned status);

/* A recognition was replied to after this long. */
void ag_metrics_observe_seconds(ag_metrics *metrics, double seconds);

/* Bytes of uploads came in. */
void ag_metrics_add_upload(ag_metrics *metrics, size_t bytes);

/* An answer had this verdict: "confirmed", "likely", "unknown"; others and NULL count as "none". */
void ag_metrics_count_verdict(ag_metrics *metrics, const char *match);

/* Append the text; aborts when memory is out. */
void ag_metrics_write(ag_metrics *metrics, const ag_metrics_gauges *gauges, ag_buffer *out);

#endif
