/* The open connections and until when each may take: what comes in or goes out too slowly is cut
 * off, however steadily it trickles. Any thread. */
#ifndef AG_INTERFACE_CONNECTIONS_H
#define AG_INTERFACE_CONNECTIONS_H

#include <stddef.h>
#include <stdint.h>

typedef struct ag_connections ag_connections;
typedef struct ag_connection ag_connection;

/* An empty set. Destroy it empty; NULL is fine. */
ag_connections *ag_connections_create(void);
void ag_connections_destroy(ag_connections *connections);

/* A connection was opened on socket fd (borrowed until it is closed). */
ag_connection *ag_connections_open(ag_connections *connections, int fd, int64_t deadline_us);

/* The socket is about to be closed: forget and free it. */
void ag_connections_close(ag_connections *connections, ag_connection *connection);

/* What it does now must be done by deadline_us (monotonic clock; INT64_MAX: whenever). */
void ag_connections_set_deadline(ag_connections *connections, ag_connection *connection,
                                 int64_t deadline_us);

/* Shut down the sockets whose deadline is at or before now_us; their owner then closes them.
 * Returns how many. */
size_t ag_connections_sweep(ag_connections *connections, int64_t now_us);

#endif
