#include "interface/connections.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

struct ag_connection {
    int fd;
    int64_t deadline_us; /* under the set's mutex */
    LIST_ENTRY(ag_connection) link;
};

struct ag_connections {
    struct {
        pthread_mutex_t mutex; /* held for all below */
        LIST_HEAD(, ag_connection) open;
    } shared;
};

ag_connections *ag_connections_create(void)
{
    ag_connections *connections = ag_xcalloc(1, sizeof *connections);
    pthread_mutex_init(&connections->shared.mutex, NULL);
    LIST_INIT(&connections->shared.open);
    return connections;
}

void ag_connections_destroy(ag_connections *connections)
{
    if (connections == NULL)
        return;
    pthread_mutex_destroy(&connections->shared.mutex);
    free(connections);
}

ag_connection *ag_connections_open(ag_connections *connections, int fd, int64_t deadline_us)
{
    ag_connection *connection = ag_xcalloc(1, sizeof *connection);
    connection->fd = fd;
    connection->deadline_us = deadline_us;
    pthread_mutex_lock(&connections->shared.mutex);
    LIST_INSERT_HEAD(&connections->shared.open, connection, link);
    pthread_mutex_unlock(&connections->shared.mutex);
    return connection;
}

void ag_connections_close(ag_connections *connections, ag_connection *connection)
{
    pthread_mutex_lock(&connections->shared.mutex);
    LIST_REMOVE(connection, link);
    pthread_mutex_unlock(&connections->shared.mutex);
    free(connection);
}

void ag_connections_set_deadline(ag_connections *connections, ag_connection *connection,
                                 int64_t deadline_us)
{
    pthread_mutex_lock(&connections->shared.mutex);
    connection->deadline_us = deadline_us;
    pthread_mutex_unlock(&connections->shared.mutex);
}

size_t ag_connections_sweep(ag_connections *connections, int64_t now_us)
{
    size_t count = 0;
    ag_connection *connection;
    pthread_mutex_lock(&connections->shared.mutex);
    LIST_FOREACH(connection, &connections->shared.open, link)
    {
        if (connection->deadline_us > now_us)
            continue;
        shutdown(connection->fd, SHUT_RDWR);
        connection->deadline_us = INT64_MAX;
        count++;
    }
    pthread_mutex_unlock(&connections->shared.mutex);
    return count;
}
