#include "redis_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_TRIES    5
#define READY_TRIES    500
#define READY_EVERY_MS 10

struct redis_server {
    pid_t pid; /* 0: not running */
    int port;
    bool is_persistent;
    char url[64];
    char folder[32];
};

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((unsigned short)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

/* A port that was free a moment ago; 0 when there is none. */
static int free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&address, length) == 0 &&
              getsockname(fd, (struct sockaddr *)&address, &length) == 0;
    if (fd >= 0)
        close(fd);
    return ok ? ntohs(address.sin_port) : 0;
}

/* Does it answer, and has it read its files? */
static bool is_ready(int port)
{
    struct sockaddr_in address = loopback(port);
    char reply[8] = "";
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
              send(fd, "PING\r\n", 6, MSG_NOSIGNAL) == 6 && read(fd, reply, 7) == 7 &&
              strcmp(reply, "+PONG\r\n") == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

/* In the new process: be redis-server, and die with the test. */
static void become_server(const redis_server *server)
{
    char port[8];
    int log = open("/dev/null", O_WRONLY);
    const char *append = server->is_persistent ? "yes" : "no";
    snprintf(port, sizeof port, "%d", server->port);
    dup2(log, STDOUT_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execlp("redis-server", "redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "",
           "--appendonly", append, "--appendfsync", "always", "--dir", server->folder,
           (char *)NULL);
    _exit(127);
}

static bool launch(redis_server *server)
{
    server->pid = fork();
    if (server->pid == 0)
        become_server(server);
    for (int i = 0; i < READY_TRIES && server->pid > 0; i++) {
        /* Its end comes first: then another process may have had the port and answer for it. */
        if (waitpid(server->pid, NULL, WNOHANG) == server->pid)
            server->pid = 0;
        else if (is_ready(server->port))
            return true;
        nanosleep(&(struct timespec){.tv_nsec = READY_EVERY_MS * 1000000L}, NULL);
    }
    redis_server_kill(server);
    return false;
}

redis_server *redis_server_start(bool is_persistent)
{
    redis_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return NULL;
    server->is_persistent = is_persistent;
    strcpy(server->folder, "/tmp/artguide-redis-XXXXXX");
    if (mkdtemp(server->folder) == NULL)
        server->folder[0] = '\0';
    for (int i = 0; i < START_TRIES && server->folder[0] != '\0'; i++) {
        server->port = free_port();
        if (launch(server)) {
            snprintf(server->url, sizeof server->url, "redis://127.0.0.1:%d", server->port);
            return server;
        }
    }
    fprintf(stderr, "no redis-server could be started: is it installed?\n");
    redis_server_destroy(server);
    return NULL;
}

const char *redis_server_url(const redis_server *server)
{
    return server->url;
}

int redis_server_port(const redis_server *server)
{
    return server->port;
}

void redis_server_kill(redis_server *server)
{
    if (server->pid <= 0)
        return;
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

bool redis_server_restart(redis_server *server)
{
    redis_server_kill(server);
    return launch(server);
}

void redis_server_suspend(redis_server *server)
{
    kill(server->pid, SIGSTOP);
}

void redis_server_resume(redis_server *server)
{
    kill(server->pid, SIGCONT);
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *place)
{
    (void)about;
    (void)type;
    (void)place;
    return remove(path);
}

void redis_server_destroy(redis_server *server)
{
    if (server == NULL)
        return;
    redis_server_kill(server);
    if (server->folder[0] != '\0')
        nftw(server->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(server);
}
