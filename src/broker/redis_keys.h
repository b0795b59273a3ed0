/* The keys and channels used in Redis; redis.c tells what each is for. Their names are a contract
 * with other programs: a changed meaning needs a new name. */
#ifndef AG_BROKER_REDIS_KEYS_H
#define AG_BROKER_REDIS_KEYS_H

#define AG_REDIS_PREFIX "artguide:"

#define AG_REDIS_REQUESTS AG_REDIS_PREFIX "requests"  /* list: waiting requests, next first */
#define AG_REDIS_RESPONSE AG_REDIS_PREFIX "response:" /* + request id: an answer, for a minute */
#define AG_REDIS_ANSWERS                                                                           \
    AG_REDIS_PREFIX "answers:"                     /* + interface id: channel of "<id>\n<json>"    \
                                                    */
#define AG_REDIS_SERVERS AG_REDIS_PREFIX "servers" /* hash: AI server id → its lease numbers */
#define AG_REDIS_SERVER  AG_REDIS_PREFIX "server:" /* + AI server id: heartbeat, JSON status */
#define AG_REDIS_INFLIGHT                                                                          \
    AG_REDIS_PREFIX "inflight:" /* + server id ":" number: list of one request */

#endif
