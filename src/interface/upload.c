#include "interface/upload.h"

#include "base/utf8.h"
#include "interface/multipart.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define OPTION_MAX AG_REQUEST_PLACE_MAX /* bytes of any option's value */

typedef struct choice {
    const char *word;
    bool value;
} choice;

static const choice YES_NO[] = {
    {"true", true},   {"1", true},  {"yes", true}, {"on", true},
    {"false", false}, {"0", false}, {"no", false}, {"off", false},
};

static bool set_show_context(ag_upload *upload, const char *value)
{
    for (size_t i = 0; i < sizeof YES_NO / sizeof YES_NO[0]; i++) {
        if (strcasecmp(value, YES_NO[i].word) == 0) {
            upload->show_context = YES_NO[i].value;
            return true;
        }
    }
    return false;
}

/* Shaped like a language tag: 1 to 8 letters, then "-" and 1 to 8 letters or digits, as often. */
static bool is_language(const char *tag, size_t length)
{
    size_t run = 0;
    bool is_first = true;
    if (length > AG_UPLOAD_LANG_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)tag[i];
        if (c == '-' && run > 0) {
            run = 0;
            is_first = false;
            continue;
        }
        if (c >= 0x80 || !(is_first ? isalpha(c) : isalnum(c)) || ++run > 8)
            return false;
    }
    return run > 0;
}

static bool set_lang(ag_upload *upload, const char *value)
{
    if (value[0] != '\0' && !is_language(value, strlen(value)))
        return false;
    snprintf(upload->lang, sizeof upload->lang, "%s", value);
    return true;
}

static bool set_style(ag_upload *upload, const char *value)
{
    static const char ALLOWED[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(value);
    if (length > AG_UPLOAD_STYLE_MAX || strspn(value, ALLOWED) != length)
        return false;
    memcpy(upload->style, value, length + 1);
    return true;
}

/* UTF-8 of a bounded length, without control characters. */
static bool set_place(char out[AG_REQUEST_PLACE_MAX + 1], const char *value)
{
    size_t length = strlen(value);
    if (length > AG_REQUEST_PLACE_MAX)
        return false;
    for (size_t i = 0, bytes; i < length; i += bytes) {
        bytes = ag_utf8_sequence_length(value + i, length - i);
        if (bytes == 0 || iscntrl((unsigned char)value[i]))
            return false;
    }
    memcpy(out, value, length + 1);
    return true;
}

static bool set_exhibition(ag_upload *upload, const char *value)
{
    return set_place(upload->exhibition, value);
}

static bool set_room(ag_upload *upload, const char *value)
{
    return set_place(upload->room, value);
}

static bool set_scope(ag_upload *upload, const char *value)
{
    bool is_only = strcmp(value, "only") == 0;
    if (!is_only && strcmp(value, "prefer") != 0)
        return false;
    upload->is_limited = is_only;
    return true;
}

typedef struct option_row {
    const char *name;
    bool (*set)(ag_upload *upload, const char *value); /* false: not acceptable */
    const char *hint;                                  /* what is acceptable */
} option_row;

#define PLACE_HINT "must be a name of at most 256 bytes of UTF-8"

static const option_row OPTIONS[] = {
    {"show_context", set_show_context, "must be true or false"},
    {"lang", set_lang, "must be a language tag such as \"en\" or \"pt-BR\""},
    {"style", set_style, "must be at most 32 letters, digits, - and _"},
    {"exhibition", set_exhibition, PLACE_HINT},
    {"room", set_room, PLACE_HINT},
    {"scope", set_scope, "must be prefer or only"},
};

static ag_status bad_field(ag_err *err, const char *name, const char *hint)
{
    return ag_err_set_code(err, AG_EINVAL, "bad_field", "The field \"%s\" %s.", name, hint);
}

ag_status ag_upload_set(ag_upload *upload, const char *name, const char *value, ag_err *err)
{
    for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++) {
        if (strcmp(OPTIONS[i].name, name) == 0)
            return OPTIONS[i].set(upload, value) ? AG_OK : bad_field(err, name, OPTIONS[i].hint);
    }
    return AG_OK;
}

void ag_upload_init(ag_upload *out, const char *accept_language)
{
    *out = (ag_upload){.show_context = true};
    while (accept_language != NULL && *accept_language != '\0') {
        accept_language += strspn(accept_language, " \t,");
        size_t length = strcspn(accept_language, " \t,;");
        if (is_language(accept_language, length)) {
            memcpy(out->lang, accept_language, length);
            return;
        }
        accept_language += strcspn(accept_language, ",");
    }
}

static bool is_type(const char *content_type, const char *type, bool is_prefix)
{
    size_t length = strlen(type);
    return content_type != NULL && strncasecmp(content_type, type, length) == 0 &&
           (is_prefix || strchr("; \t", content_type[length]) != NULL);
}

static bool is_form(const char *content_type)
{
    return is_type(content_type, "multipart/form-data", false);
}

ag_status ag_upload_check_type(const char *content_type, ag_err *err)
{
    if (is_form(content_type) || is_type(content_type, "image/", true))
        return AG_OK;
    return ag_err_set_code(
        err, AG_EUNSUPPORTED, "content_type",
        "Send the picture as multipart/form-data in a field named \"image\", or as "
        "the whole body with Content-Type image/jpeg, image/png or image/webp.");
}

static bool is_named(const ag_form_field *field, const char *name)
{
    return field->name_length == strlen(name) && memcmp(field->name, name, field->name_length) == 0;
}

static ag_status take_image(ag_upload *upload, const ag_form_field *field, ag_err *err)
{
    if (upload->image != NULL)
        return ag_err_set_code(
            err, AG_EINVAL, "duplicate_field",
            "The form has more than one field named \"image\"; send one picture.");
    upload->image = field->data;
    upload->image_length = field->length;
    return AG_OK;
}

static ag_status take_field(void *ctx, const ag_form_field *field, ag_err *err)
{
    ag_upload *upload = ctx;
    if (is_named(field, "image"))
        return take_image(upload, field, err);

    char value[OPTION_MAX + 1] = "";
    for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++) {
        if (!is_named(field, OPTIONS[i].name))
            continue;
        if (field->length > OPTION_MAX || memchr(field->data, '\0', field->length) != NULL)
            return bad_field(err, OPTIONS[i].name, OPTIONS[i].hint);
        memcpy(value, field->data, field->length);
        return ag_upload_set(upload, OPTIONS[i].name, value, err);
    }
    return AG_OK;
}

ag_status ag_upload_read(ag_upload *out, const ag_upload_source *source, ag_err *err)
{
    ag_status status = ag_upload_check_type(source->content_type, err);
    if (status != AG_OK)
        return status;
    if (is_form(source->content_type)) {
        ag_form_source form = {source->content_type, source->body, source->length};
        status = ag_multipart_parse(&form, take_field, out, err);
    } else {
        out->image = source->body;
        out->image_length = source->length;
    }
    if (status == AG_OK && out->image_length == 0)
        return ag_err_set_code(err, AG_EINVAL, "no_image",
                               "There is no picture in the request: send it in the form field "
                               "\"image\", as curl -F image=@photo.jpg does.");
    return status;
}
