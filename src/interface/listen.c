#include "interface/listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

static int listen_at(const struct addrinfo *address)
{
    const int on = 1;
    const int off = 0;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static bool read_port(uint16_t *port, int fd)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    char text[8];
    if (getsockname(fd, (struct sockaddr *)&bound, &length) != 0 ||
        getnameinfo((struct sockaddr *)&bound, length, NULL, 0, text, sizeof text,
                    NI_NUMERICSERV) != 0)
        return false;
    *port = (uint16_t)strtoul(text, NULL, 10);
    return true;
}

ag_status ag_listen_open(ag_listening *out, const char *host, uint16_t port, ag_err *err)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *address;
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    int failure = getaddrinfo(host, service, &hints, &address);
    if (failure != 0)
        return ag_err_set(err, AG_EINVAL, "cannot listen on \"%s\": %s", host,
                          gai_strerror(failure));
    int fd = listen_at(address);
    int error = errno;
    freeaddrinfo(address);
    if (fd < 0)
        return ag_err_set_errno(err, error, "cannot listen on %s port %u", host, port);
    if (!read_port(&out->port, fd)) {
        close(fd);
        return ag_err_set(err, AG_EIO, "cannot read back the port listened on");
    }
    out->fd = fd;
    return AG_OK;
}
