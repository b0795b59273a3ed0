/* Art Guide's own table of options (see base/config.h), in the order of conf/artguide.conf. */
#ifndef AG_BASE_OPTIONS_H
#define AG_BASE_OPTIONS_H

#include "base/config.h"

/* Row numbers of the table. A new option: a value here, a row in options.c, a paragraph in
 * conf/artguide.conf (a test holds the three together). */
typedef enum ag_option_id {
    AG_OPT_CONFIG,             /* config file; empty: the usual places */
    AG_OPT_MODEL,              /* folder with model.safetensors and config.json */
    AG_OPT_COLLECTION,         /* folder with faiss.index, metadata.parquet, collection.json */
    AG_OPT_INDEX_PATH,         /* faiss.index elsewhere (INDEX_PATH) */
    AG_OPT_META_PATH,          /* metadata.parquet elsewhere (META_PATH) */
    AG_OPT_PRECISION,          /* auto|f32|bf16 */
    AG_OPT_THREADS,            /* 0: one per core */
    AG_OPT_BATCH,              /* requests an AI server embeds at once, at most */
    AG_OPT_BROKER,             /* memory: or redis://… */
    AG_OPT_REDIS_HOST,         /* used when broker is not set */
    AG_OPT_REDIS_PORT,         /* used when broker is not set */
    AG_OPT_HEARTBEAT_MS,       /* an AI server says it lives this often; three missed: taken over */
    AG_OPT_LISTEN,             /* address the interface listens on */
    AG_OPT_PORT,               /* port the interface listens on */
    AG_OPT_REQUEST_TIMEOUT_MS, /* a visitor waits this long at most */
    AG_OPT_MAX_WAITING,        /* requests one interface holds at most */
    AG_OPT_MAX_IMAGE_BYTES,    /* of an upload */
    AG_OPT_MIN_IMAGE_PX,       /* of either side */
    AG_OPT_MAX_IMAGE_PX,       /* of either side */
    AG_OPT_SAMPLES,            /* folder with photos to try; empty: none */
    AG_OPT_TELEMETRY,          /* CSV file; empty: none */
    AG_OPT_LOG_LEVEL,          /* debug|info|warn|error */
    AG_OPT_LOG_FORMAT,         /* text|json */
    AG_OPTION_COUNT,
} ag_option_id;

/* The table, AG_OPTION_COUNT rows. */
const ag_option *ag_options(void);

#endif
