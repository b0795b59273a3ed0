/* Can this server's visitors be answered? Asked of the broker at most once a second. Any thread. */
#ifndef AG_INTERFACE_READINESS_H
#define AG_INTERFACE_READINESS_H

#include "broker/broker.h"
#include "interface/reply.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct ag_readiness ag_readiness;

/* broker is borrowed. Destroy: NULL is fine. */
ag_readiness *ag_readiness_create(ag_broker *broker);
void ag_readiness_destroy(ag_readiness *readiness);

/* Reply 200 {"status":"ready","recognition":…,"ai_servers":…,"encoders":[…],"collections":[…],…},
 * or 503 with status "not_ready" and a message that says what to do. May wait for the broker; not
 * for another caller that does, who gets what was true before. */
void ag_readiness_reply(ag_readiness *readiness, ag_reply *reply, int64_t now_us);

/* For callers who must not wait: is it time to ask the broker again, and no one does? Then the
 * caller is the one who does, and calls ag_readiness_ask (or ag_readiness_leave, when he cannot).
 */
bool ag_readiness_is_due(ag_readiness *readiness, int64_t now_us);
void ag_readiness_ask(ag_readiness *readiness, int64_t now_us);
void ag_readiness_leave(ag_readiness *readiness);

/* How photos are recognised, as when last asked: "clip-vit-b-32 + local features"; JSON's null when
 * that is not known. Owned by the caller. Does not wait. */
json_t *ag_readiness_recognition(ag_readiness *readiness);

/* 503 "not_ready" with this message. */
void ag_readiness_refuse(ag_reply *reply, const char *message);

#endif
