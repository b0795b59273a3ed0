/* A small HTTP client over raw sockets, so that tests can also misbehave. Any thread. */
#ifndef AG_TESTS_HTTP_CLIENT_H
#define AG_TESTS_HTTP_CLIENT_H

#include "base/buffer.h"

#include <stddef.h>
#include <stdint.h>

typedef struct http_reply {
    int status;       /* 0: the connection was closed without a reply */
    ag_buffer text;   /* head and body, owned */
    const char *body; /* within text; "" without one */
} http_reply;

/* A connection to 127.0.0.1; fails the test when it cannot be made. */
int http_connect(uint16_t port);

/* Send all bytes; what the server no longer reads is no failure. */
void http_send(int fd, const void *bytes, size_t length);
void http_send_text(int fd, const char *text);

/* Read to the end of the connection. */
http_reply http_receive(int fd);
void http_reply_fini(http_reply *reply);

/* Connect, send head and body, receive, close. */
http_reply http_exchange(uint16_t port, const char *request);

/* A header's value into out ("" without it). */
void http_header(const http_reply *reply, const char *name, char *out, size_t size);

/* Append a POST /api/recognize of a form with the picture and further fields ("lang=de"; NULL ends
 * the list) to out; Connection: close. */
void http_make_upload(ag_buffer *out, const void *image, size_t length, const char *const *fields);

/* The same, sent and answered. */
http_reply http_upload(uint16_t port, const void *image, size_t length, const char *const *fields);

#endif
