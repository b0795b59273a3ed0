#include "http_client.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define BOUNDARY "----test-boundary"

int http_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

void http_send(int fd, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += sent;
        length -= (size_t)sent;
    }
}

void http_send_text(int fd, const char *text)
{
    http_send(fd, text, strlen(text));
}

http_reply http_receive(int fd)
{
    http_reply reply = {.body = ""};
    char piece[65536];
    ssize_t got;
    while ((got = recv(fd, piece, sizeof piece, 0)) > 0)
        assert_int_equal(ag_buffer_append(&reply.text, piece, (size_t)got, NULL), AG_OK);
    if (reply.text.length == 0)
        return reply;
    assert_int_equal(sscanf((const char *)reply.text.data, "HTTP/1.1 %d", &reply.status), 1);
    const char *blank = strstr((const char *)reply.text.data, "\r\n\r\n");
    if (blank != NULL)
        reply.body = blank + 4;
    return reply;
}

void http_reply_fini(http_reply *reply)
{
    ag_buffer_fini(&reply->text);
}

http_reply http_exchange(uint16_t port, const char *request)
{
    int fd = http_connect(port);
    http_send_text(fd, request);
    http_reply reply = http_receive(fd);
    close(fd);
    return reply;
}

void http_header(const http_reply *reply, const char *name, char *out, size_t size)
{
    char key[64];
    snprintf(key, sizeof key, "\r\n%s: ", name);
    const char *at = reply->status == 0 ? NULL : strcasestr((char *)reply->text.data, key);
    out[0] = '\0';
    if (at == NULL)
        return;
    at += strlen(key);
    snprintf(out, size, "%.*s", (int)strcspn(at, "\r"), at);
}

void http_make_upload(ag_buffer *out, const void *image, size_t length, const char *const *fields)
{
    ag_buffer body = {0};
    for (; fields != NULL && *fields != NULL; fields++) {
        const char *value = strchr(*fields, '=') + 1;
        ag_buffer_printf(&body,
                         "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%.*s\"\r\n\r\n"
                         "%s\r\n",
                         (int)(value - 1 - *fields), *fields, value);
    }
    ag_buffer_printf(&body, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"image\"; "
                            "filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n");
    assert_int_equal(ag_buffer_append(&body, image, length, NULL), AG_OK);
    ag_buffer_printf(&body, "\r\n--" BOUNDARY "--\r\n");
    ag_buffer_printf(out,
                     "POST /api/recognize HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
                     "Content-Type: multipart/form-data; boundary=" BOUNDARY "\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     body.length);
    assert_int_equal(ag_buffer_append(out, body.data, body.length, NULL), AG_OK);
    ag_buffer_fini(&body);
}

http_reply http_upload(uint16_t port, const void *image, size_t length, const char *const *fields)
{
    ag_buffer request = {0};
    http_make_upload(&request, image, length, fields);
    int fd = http_connect(port);
    http_send(fd, request.data, request.length);
    http_reply reply = http_receive(fd);
    close(fd);
    ag_buffer_fini(&request);
    return reply;
}
