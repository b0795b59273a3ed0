/* redis://[user:password@]host[:port][/database] taken apart. Any thread. */
#ifndef AG_BROKER_REDIS_URL_H
#define AG_BROKER_REDIS_URL_H

#include "base/status.h"

typedef struct ag_redis_url {
    char host[256];     /* name or address; IPv6 without its brackets */
    int port;           /* 1…65535 */
    char user[128];     /* empty: the default user */
    char password[256]; /* empty: none */
    int database;       /* 0… */
} ag_redis_url;

/* Parts left out: localhost, 6379, no password, database 0. User and password are percent-decoded.
 * AG_EINVAL, with a message that never shows a password. */
AG_MUST_USE ag_status ag_redis_url_parse(ag_redis_url *out, const char *url, ag_err *err);

#endif
