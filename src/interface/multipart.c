/* The whole body is at hand (it is bounded by the upload limit), so that the parser is a walk from
 * delimiter to delimiter with memmem, and the image is handed on where it lies. */
#include "interface/multipart.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define MAX_PARTS         32
#define MAX_BOUNDARY      70 /* RFC 2046, 5.1.1 */
#define DELIMITER_BYTES   (4 + MAX_BOUNDARY)
#define MAX_PART_HEAD     8192
#define DISPOSITION       "content-disposition:"
#define DISPOSITION_BYTES (sizeof DISPOSITION - 1)

typedef struct span {
    const char *text;
    size_t length;
} span;

typedef struct cursor {
    const char *at;
    const char *end;
} cursor;

static ag_status bad_form(ag_err *err, const char *detail)
{
    return ag_err_set_code(err, AG_EFORMAT, "bad_form", "The form is not well-formed: %s.", detail);
}

static size_t left(const cursor *c)
{
    return (size_t)(c->end - c->at);
}

static void skip_blanks(cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
        c->at++;
}

static bool skip_text(cursor *c, const char *text)
{
    size_t length = strlen(text);
    if (left(c) < length || memcmp(c->at, text, length) != 0)
        return false;
    c->at += length;
    return true;
}

/* A parameter's value: "quoted", with backslash escapes skipped over, or a bare token. */
static span take_value(cursor *c)
{
    const char *start = c->at;
    if (!skip_text(c, "\"")) {
        while (c->at < c->end && strchr("; \t\r\n", *c->at) == NULL)
            c->at++;
        return (span){start, (size_t)(c->at - start)};
    }
    start = c->at;
    while (c->at < c->end && *c->at != '"')
        c->at += *c->at == '\\' && left(c) > 1 ? 2 : 1;
    span value = {start, (size_t)(c->at - start)};
    skip_text(c, "\"");
    return value;
}

/* The parameter `name` of "type; a=b; name=value"; text NULL where it is missing. */
static span find_parameter(const char *text, size_t length, const char *name)
{
    size_t name_length = strlen(name);
    cursor c = {text, text + length};
    while ((c.at = memchr(c.at, ';', left(&c))) != NULL) {
        c.at++;
        skip_blanks(&c);
        span key = {c.at, 0};
        while (c.at < c.end && *c.at != '=' && *c.at != ';')
            c.at++;
        key.length = (size_t)(c.at - key.text);
        if (!skip_text(&c, "="))
            continue;
        span value = take_value(&c);
        if (key.length == name_length && strncasecmp(key.text, name, name_length) == 0)
            return value;
    }
    return (span){0};
}

/* The field's name from the part's header lines (each ended by CRLF); text NULL without one. */
static span field_name(cursor head)
{
    while (head.at < head.end) {
        const char *line_end = memmem(head.at, left(&head), "\r\n", 2);
        if (line_end == NULL)
            line_end = head.end;
        size_t length = (size_t)(line_end - head.at);
        if (length > DISPOSITION_BYTES && strncasecmp(head.at, DISPOSITION, DISPOSITION_BYTES) == 0)
            return find_parameter(head.at, length, "name");
        head.at = line_end + (line_end < head.end ? 2 : 0);
    }
    return (span){0};
}

/* Behind a delimiter: "--" ends the form; padding and CRLF begin a part. */
static ag_status after_delimiter(bool *is_end, cursor *c, ag_err *err)
{
    if (skip_text(c, "--")) {
        *is_end = true;
        return AG_OK;
    }
    skip_blanks(c);
    return skip_text(c, "\r\n") ? AG_OK : bad_form(err, "a boundary is followed by other text");
}

/* One part, from its header lines up to and over the delimiter that ends it. */
static ag_status take_part(ag_form_field *out, cursor *c, span delimiter, ag_err *err)
{
    size_t reach = left(c) < MAX_PART_HEAD ? left(c) : MAX_PART_HEAD;
    const char *blank = memmem(c->at, reach, "\r\n\r\n", 4);
    if (blank == NULL)
        return bad_form(err, "a part's header has no end");
    bool has_head = !skip_text(c, "\r\n");
    span name = has_head ? field_name((cursor){c->at, blank}) : (span){0};
    if (name.text == NULL)
        return bad_form(err, "a part has no name");
    const char *data = blank + 4;
    const char *end = memmem(data, (size_t)(c->end - data), delimiter.text, delimiter.length);
    if (end == NULL)
        return bad_form(err, "it was cut off before its last boundary");
    *out = (ag_form_field){name.text, name.length, (const uint8_t *)data, (size_t)(end - data)};
    c->at = end + delimiter.length;
    return AG_OK;
}

/* CRLF, "--" and the boundary into delimiter. */
static ag_status make_delimiter(char delimiter[DELIMITER_BYTES], size_t *length,
                                const char *content_type, ag_err *err)
{
    span boundary = find_parameter(content_type, strlen(content_type), "boundary");
    if (boundary.text == NULL || boundary.length == 0 || boundary.length > MAX_BOUNDARY)
        return bad_form(err, "its Content-Type has no usable boundary");
    memcpy(delimiter, "\r\n--", 4);
    memcpy(delimiter + 4, boundary.text, boundary.length);
    *length = 4 + boundary.length;
    return AG_OK;
}

/* To behind the first delimiter, which needs no CRLF before it at the start of the body. */
static ag_status skip_preamble(cursor *c, span delimiter, ag_err *err)
{
    size_t bare = delimiter.length - 2;
    if (left(c) >= bare && memcmp(c->at, delimiter.text + 2, bare) == 0) {
        c->at += bare;
        return AG_OK;
    }
    const char *first = memmem(c->at, left(c), delimiter.text, delimiter.length);
    if (first == NULL)
        return bad_form(err, "the boundary of its Content-Type is not in it");
    c->at = first + delimiter.length;
    return AG_OK;
}

ag_status ag_multipart_parse(const ag_form_source *source, ag_form_field_fn *on_field, void *ctx,
                             ag_err *err)
{
    char text[DELIMITER_BYTES];
    span delimiter = {text, 0};
    ag_status status = make_delimiter(text, &delimiter.length, source->content_type, err);
    if (status != AG_OK)
        return status;
    if (source->length == 0)
        return bad_form(err, "it is empty");

    cursor c = {(const char *)source->body, (const char *)source->body + source->length};
    status = skip_preamble(&c, delimiter, err);
    for (size_t parts = 0; status == AG_OK; parts++) {
        bool is_end = false;
        ag_form_field field;
        status = after_delimiter(&is_end, &c, err);
        if (status != AG_OK || is_end)
            break;
        if (parts == MAX_PARTS)
            return bad_form(err, "it has too many parts");
        status = take_part(&field, &c, delimiter, err);
        if (status == AG_OK)
            status = on_field(ctx, &field, err);
    }
    return status;
}
