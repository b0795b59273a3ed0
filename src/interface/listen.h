/* The socket that a server listens on. Any thread. */
#ifndef AG_INTERFACE_LISTEN_H
#define AG_INTERFACE_LISTEN_H

#include "base/status.h"

#include <stdint.h>

typedef struct ag_listening {
    int fd;        /* owned by the caller; does not block */
    uint16_t port; /* the one that was given, or got for 0 */
} ag_listening;

/* Listen on a TCP port of an address or host name; "::" takes IPv4 too. AG_EINVAL (host), AG_EIO.
 */
AG_MUST_USE ag_status ag_listen_open(ag_listening *out, const char *host, uint16_t port,
                                     ag_err *err);

#endif
