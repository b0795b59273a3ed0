/* Reading a request goes by two roads. The image is a string of megabytes without a single escape,
 * and Jansson reads strings byte by byte (15 ms and more for a megabyte of photo): so it is cut out
 * first, and Jansson sees the rest with an empty string in its place. Where the cut cannot be made
 * (the image's key or text has escapes, or the bytes are no JSON at all), Jansson reads all of it,
 * slowly, and has the last word. */
#include "broker/message.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

/* Bytes [data, data + length), not owned. */
typedef struct span {
    const char *data;
    size_t length;
} span;

/* The scope of a request that is_limited. */
static const char ONLY[] = "only";

bool ag_request_id_is_valid(const char *id, size_t length)
{
    if (length < 1 || length > AG_REQUEST_ID_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = id[i];
        bool is_alphanumeric =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_alphanumeric && (c == '\0' || strchr("._:-", c) == NULL))
            return false;
    }
    return true;
}

/* Add key: text, or nothing for NULL. */
static bool add_text(json_t *object, const char *key, const char *text)
{
    return text == NULL || json_object_set_new(object, key, ag_json_text(text)) == 0;
}

static bool add_time(json_t *object, const char *key, int64_t wall_us)
{
    char text[AG_CLOCK_ISO8601_BYTES];
    if (wall_us == 0)
        return true;
    ag_clock_format_iso8601(text, wall_us);
    return add_text(object, key, text);
}

/* Everything but the image, as an owned object; NULL when memory is out. */
static json_t *small_fields(const ag_request *request)
{
    json_t *object = json_object();
    bool ok =
        add_text(object, "request_id", request->request_id) &&
        add_time(object, "timestamp", request->timestamp_us) &&
        json_object_set_new(object, "show_context", json_boolean(request->show_context)) == 0 &&
        add_text(object, "lang", request->lang) && add_text(object, "style", request->style) &&
        add_text(object, "exhibition", request->exhibition) &&
        add_text(object, "room", request->room) &&
        add_text(object, "scope", request->is_limited ? ONLY : NULL) &&
        add_text(object, "reply_to", request->reply_to) &&
        add_time(object, "deadline", request->deadline_us);
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}

ag_status ag_request_write(ag_buffer *out, const ag_request *request, ag_err *err)
{
    const char *id = request->request_id;
    if (id == NULL || !ag_request_id_is_valid(id, strlen(id)))
        return ag_err_set(err, AG_EINVAL, "the request id is not 1 to %d of A-Z a-z 0-9 . _ : -",
                          AG_REQUEST_ID_MAX);
    json_t *object = small_fields(request);
    if (object == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for a request");

    size_t before = out->length;
    ag_status status = ag_json_write(out, object, err);
    if (status == AG_OK) {
        out->length--; /* the closing brace comes behind the image */
        status = ag_buffer_append(out, ",\"image\":\"", strlen(",\"image\":\""), err);
    }
    if (status == AG_OK)
        status = ag_base64_encode(out, request->image, request->image_length, err);
    if (status == AG_OK)
        status = ag_buffer_append(out, "\"}", 2, err);
    if (status != AG_OK)
        out->length = before;
    json_decref(object);
    return status;
}

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    return at;
}

/* The closing quote of the string whose content starts at `start`; NULL when there is none. */
static const char *string_end(const char *start, const char *end)
{
    for (const char *at = start; at < end; at++) {
        at = memchr(at, '"', (size_t)(end - at));
        if (at == NULL)
            return NULL;
        const char *slash = at;
        while (slash > start && slash[-1] == '\\')
            slash--;
        if ((at - slash) % 2 == 0)
            return at;
    }
    return NULL;
}

/* If the string of the outermost object that ends at `quote` is the key of a string: that string.
 */
static bool string_of_key(span *out, const char *quote, const char *end)
{
    const char *colon = skip_space(quote + 1, end);
    if (colon == end || *colon != ':')
        return false;
    const char *open = skip_space(colon + 1, end);
    if (open == end || *open != '"')
        return false;
    const char *close = string_end(open + 1, end);
    if (close == NULL)
        return false;
    *out = (span){open + 1, (size_t)(close - open - 1)};
    return memchr(out->data, '\\', out->length) == NULL;
}

/* The text of the image; false when it has to be read by Jansson. In valid JSON a string followed
 * by a colon at depth one can only be a key of the outermost object; whether it is valid is for
 * Jansson to say, who reads everything outside this string. */
static bool find_image(span *out, span json)
{
    static const char KEY[] = "image";
    const char *end = json.data + json.length;
    size_t depth = 0;
    for (const char *at = json.data; at < end; at++) {
        if (*at == '{' || *at == '[')
            depth++;
        if ((*at == '}' || *at == ']') && depth > 0)
            depth--;
        if (*at != '"')
            continue;
        const char *start = at + 1;
        at = string_end(start, end);
        if (at == NULL)
            return false;
        bool is_image = depth == 1 && (size_t)(at - start) == sizeof KEY - 1 &&
                        memcmp(start, KEY, sizeof KEY - 1) == 0;
        if (is_image)
            return string_of_key(out, at, end);
    }
    return false;
}

/* The request as an owned object, and the text of its image: empty there when it was cut out. */
static ag_status parse(json_t **object, span *image, span json, ag_err *err)
{
    if (!find_image(image, json)) {
        ag_status status = ag_json_parse_object(object, json.data, json.length, err);
        const json_t *text = status == AG_OK ? json_object_get(*object, "image") : NULL;
        *image = (span){json_string_value(text), json_string_length(text)};
        return status;
    }
    const char *behind = image->data + image->length;
    ag_buffer rest = {0};
    ag_status status = ag_buffer_append(&rest, json.data, (size_t)(image->data - json.data), err);
    if (status == AG_OK)
        status = ag_buffer_append(&rest, behind, (size_t)(json.data + json.length - behind), err);
    if (status == AG_OK)
        status = ag_json_parse_object(object, rest.data, rest.length, err);
    ag_buffer_fini(&rest);
    return status;
}

static ag_status read_image(ag_request *out, ag_arena *arena, span image, ag_err *err)
{
    if (image.data == NULL || image.length == 0)
        return ag_err_set(err, AG_EFORMAT, "the request has no image");
    /* Decoded in place: with this much room the buffer never moves, so it may stand in the arena.
     */
    size_t capacity = image.length / 4 * 3 + 16;
    ag_buffer bytes = {.data = ag_arena_alloc(arena, capacity), .capacity = capacity};
    if (bytes.data == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for an image of %zu bytes", capacity);
    const uint8_t *place = bytes.data;
    ag_status status = ag_base64_decode(&bytes, image.data, image.length, err);
    assert(bytes.data == place);
    (void)place;
    if (status != AG_OK) {
        ag_err_prefix(err, "the request's image");
        return status;
    }
    if (bytes.length == 0)
        return ag_err_set(err, AG_EFORMAT, "the request's image is empty");
    out->image = bytes.data;
    out->image_length = bytes.length;
    return AG_OK;
}

/* show_context as programs write it: true, 1, "true". Missing or unclear: a description is wanted.
 */
static bool read_flag(const json_t *value)
{
    if (json_is_integer(value))
        return json_integer_value(value) != 0;
    const char *text = json_string_value(value);
    if (text != NULL)
        return strcasecmp(text, "false") != 0 && strcmp(text, "0") != 0 &&
               strcasecmp(text, "no") != 0;
    return !json_is_false(value);
}

static int64_t read_time(const json_t *object, const char *key, ag_status *status, ag_err *err)
{
    int64_t wall_us = 0;
    const char *text = ag_json_string(object, key, NULL);
    *status = text != NULL ? ag_clock_parse_iso8601(&wall_us, text, err) : AG_OK;
    return wall_us;
}

/* The name of a place; NULL where it is missing, empty or of another type. */
static ag_status read_place(const char **out, const json_t *object, const char *key, ag_err *err)
{
    const char *name = ag_json_string(object, key, "");
    if (strlen(name) > AG_REQUEST_PLACE_MAX)
        return ag_err_set(err, AG_EFORMAT, "the request's %s has more than %d bytes", key,
                          AG_REQUEST_PLACE_MAX);
    *out = *name != '\0' ? name : NULL;
    return AG_OK;
}

/* Copies into the arena; what is missing or of another type stays NULL. */
static ag_status read_texts(ag_request *out, ag_arena *arena, const json_t *object, ag_err *err)
{
    const char *reply_to = ag_json_string(object, "reply_to", NULL);
    if (reply_to != NULL && !ag_request_id_is_valid(reply_to, strlen(reply_to)))
        reply_to = NULL; /* no channel has such a name: no one listens there */
    const char *exhibition = NULL, *room = NULL;
    ag_status status = read_place(&exhibition, object, "exhibition", err);
    if (status == AG_OK)
        status = read_place(&room, object, "room", err);
    if (status != AG_OK)
        return status;
    const struct {
        const char **to;
        const char *text;
    } fields[] = {
        {&out->lang, ag_json_string(object, "lang", NULL)},
        {&out->style, ag_json_string(object, "style", NULL)},
        {&out->exhibition, exhibition},
        {&out->room, room},
        {&out->reply_to, reply_to},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        *fields[i].to = ag_arena_strdup(arena, fields[i].text);
        if (*fields[i].to == NULL && fields[i].text != NULL)
            return ag_err_set(err, AG_ENOMEM, "no memory for a request");
    }
    return AG_OK;
}

static ag_status read_fields(ag_request *out, ag_arena *arena, const json_t *object, ag_err *err)
{
    const char *id = ag_json_string(object, "request_id", NULL);
    if (id == NULL || !ag_request_id_is_valid(id, strlen(id)))
        return ag_err_set(err, AG_EFORMAT, "the request has no usable request_id");
    out->request_id = ag_arena_strdup(arena, id);
    if (out->request_id == NULL)
        return ag_err_set(err, AG_ENOMEM, "no memory for a request");
    ag_status status = read_texts(out, arena, object, err);
    if (status != AG_OK)
        return status;
    out->show_context = read_flag(json_object_get(object, "show_context"));
    out->is_limited = strcmp(ag_json_string(object, "scope", ""), ONLY) == 0;
    out->timestamp_us =
        read_time(object, "timestamp", &status, NULL); /* for logs only: any will do */
    out->deadline_us = read_time(object, "deadline", &status, err);
    if (status != AG_OK)
        ag_err_prefix(err, "the request's deadline");
    return status;
}

ag_status ag_request_read(ag_request *out, ag_arena *arena, const void *json, size_t length,
                          ag_err *err)
{
    *out = (ag_request){0};
    json_t *object = NULL;
    span image = {0};
    ag_status status = parse(&object, &image, (span){json, length}, err);
    if (status == AG_OK)
        status = read_fields(out, arena, object, err);
    if (status == AG_OK)
        status = read_image(out, arena, image, err);
    json_decref(object);
    return status;
}
