#include "broker/redis_url.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int hex_value(char c)
{
    static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = c != '\0' ? strchr(DIGITS, c) : NULL;
    return found != NULL ? (int)(found - DIGITS) % 16 : -1;
}

/* Percent-decode [from, end) into out; false when malformed, too long or with a NUL in it. */
static bool decode(char *out, size_t size, const char *from, const char *end)
{
    size_t length = 0;
    for (const char *at = from; at < end; at++) {
        int c = (unsigned char)*at;
        if (c == '%') {
            int high = end - at > 2 ? hex_value(at[1]) : -1;
            int low = high >= 0 ? hex_value(at[2]) : -1;
            c = low >= 0 ? high * 16 + low : 0;
            at += 2;
        }
        if (c == '\0' || length + 1 >= size)
            return false;
        out[length++] = (char)c;
    }
    out[length] = '\0';
    return true;
}

static bool copy(char *out, size_t size, const char *from, const char *end)
{
    size_t length = (size_t)(end - from);
    if (length >= size)
        return false;
    memcpy(out, from, length);
    out[length] = '\0';
    return true;
}

/* All of [from, end) as a number within [min, max]. */
static bool read_number(int *out, const char *from, const char *end, int min, int max)
{
    int value = 0;
    if (from == end || end - from > 5)
        return false;
    for (; from < end; from++) {
        if (*from < '0' || *from > '9')
            return false;
        value = value * 10 + (*from - '0');
    }
    *out = value;
    return value >= min && value <= max;
}

/* user:password, :password, or user alone (without a password it means nothing: refused). */
static bool read_login(ag_redis_url *url, const char *from, const char *end)
{
    const char *colon = memchr(from, ':', (size_t)(end - from));
    return colon != NULL && decode(url->user, sizeof url->user, from, colon) &&
           decode(url->password, sizeof url->password, colon + 1, end);
}

/* host, host:port, [v6], [v6]:port, or nothing. */
static bool read_place(ag_redis_url *url, const char *from, const char *end)
{
    const char *host_end;
    if (from < end && *from == '[') {
        const char *close = memchr(from, ']', (size_t)(end - from));
        if (close == NULL || close == from + 1 ||
            !copy(url->host, sizeof url->host, from + 1, close))
            return false;
        host_end = close + 1;
    } else {
        const char *colon = memchr(from, ':', (size_t)(end - from));
        host_end = colon != NULL ? colon : end;
        if (host_end > from && !copy(url->host, sizeof url->host, from, host_end))
            return false;
    }
    if (host_end == end)
        return true;
    return *host_end == ':' && read_number(&url->port, host_end + 1, end, 1, 65535);
}

ag_status ag_redis_url_parse(ag_redis_url *out, const char *url, ag_err *err)
{
    static const char SCHEME[] = "redis://";
    ag_redis_url parsed = {.host = "localhost", .port = 6379};
    if (strncasecmp(url, SCHEME, sizeof SCHEME - 1) != 0)
        return ag_err_set(err, AG_EINVAL, "the Redis URL does not start with redis://");
    const char *from = url + sizeof SCHEME - 1;
    const char *end = from + strlen(from);
    const char *slash = strchr(from, '/');
    const char *place_end = slash != NULL ? slash : end;
    const char *at = memrchr(from, '@', (size_t)(place_end - from));

    if (strpbrk(from, "?#") != NULL)
        return ag_err_set(err, AG_EINVAL,
                          "the Redis URL has '?' or '#' (in a password write %%3F and %%23)");
    if (at != NULL && !read_login(&parsed, from, at))
        return ag_err_set(err, AG_EINVAL, "the Redis URL's login is not user:password");
    if (!read_place(&parsed, at != NULL ? at + 1 : from, place_end))
        return ag_err_set(err, AG_EINVAL, "the Redis URL's host and port are not host[:port]");
    if (slash != NULL && slash + 1 < end &&
        !read_number(&parsed.database, slash + 1, end, 0, 99999))
        return ag_err_set(err, AG_EINVAL, "the Redis URL's database is not a number");
    *out = parsed;
    return AG_OK;
}
