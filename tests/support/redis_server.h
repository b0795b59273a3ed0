/* A real Redis server of a test's own: on a free loopback port, in a temporary folder, ended with
 * the test. One thread at a time. */
#ifndef AG_TESTS_REDIS_SERVER_H
#define AG_TESTS_REDIS_SERVER_H

#include <stdbool.h>

typedef struct redis_server redis_server;

/* Start one that keeps nothing on disk, or (is_persistent) every write. NULL, with the reason on
 * stderr, when there is no redis-server or it does not come up. */
redis_server *redis_server_start(bool is_persistent);

/* "redis://127.0.0.1:PORT" */
const char *redis_server_url(const redis_server *server);
int redis_server_port(const redis_server *server);

/* Kill it, without a chance to tidy up; and start it again on the same port. */
void redis_server_kill(redis_server *server);
bool redis_server_restart(redis_server *server);

/* Make it hang (SIGSTOP), and go on. */
void redis_server_suspend(redis_server *server);
void redis_server_resume(redis_server *server);

/* Kill it and remove its folder. NULL is fine. */
void redis_server_destroy(redis_server *server);

#endif
