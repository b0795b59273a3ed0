/* What an AI server says of itself, as the JSON of its heartbeat. Any thread. */
#ifndef AG_BROKER_HEARTBEAT_H
#define AG_BROKER_HEARTBEAT_H

#include "base/buffer.h"
#include "broker/broker.h"

/* Append the status as a JSON object. AG_ENOMEM. */
AG_MUST_USE ag_status ag_heartbeat_write(ag_buffer *out, const ag_server_status *status,
                                         ag_err *err);

/* Read it again; missing fields are empty, texts too long are cut. AG_EFORMAT. */
AG_MUST_USE ag_status ag_heartbeat_read(ag_server_status *out, const void *json, size_t length,
                                        ag_err *err);

#endif
