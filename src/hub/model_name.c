#include "hub/model_name.h"

#include "base/buffer.h"

#include <stdbool.h>
#include <string.h>

#define MAX_NAME_LENGTH 200 /* of names and revisions; the hub's own limits are lower */

static const struct {
    const char *shorthand, *name;
} SHORTHANDS[] = {
    {"vit-b-32", "openai/clip-vit-base-patch32"},
    {"vit-b-16", "openai/clip-vit-base-patch16"},
    {"vit-l-14", "openai/clip-vit-large-patch14"},
};

const char *ag_model_name_expand(const char *name)
{
    for (size_t i = 0; i < sizeof SHORTHANDS / sizeof *SHORTHANDS; i++) {
        if (strcmp(name, SHORTHANDS[i].shorthand) == 0)
            return SHORTHANDS[i].name;
    }
    return name;
}

/* Words of [A-Za-z0-9._-] with single slashes between them, none of which leads upwards. */
static bool is_path(const char *text, size_t max_slashes)
{
    static const char WORD[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (strlen(text) > MAX_NAME_LENGTH)
        return false;
    for (size_t slashes = 0;; slashes++) {
        size_t length = strspn(text, WORD);
        bool is_dots = length <= 2 && strspn(text, ".") == length; /* or nothing at all */
        if (is_dots || (text[length] != '\0' && text[length] != '/') || slashes > max_slashes)
            return false;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

ag_status ag_model_name_url(char **out, const char *hub_url, const char *name, const char *revision,
                            const char *file, ag_err *err)
{
    if (!is_path(name, 1))
        return ag_err_set(err, AG_EINVAL, "\"%.60s\" is not the name of a model (owner/model)",
                          name);
    if (!is_path(revision, MAX_NAME_LENGTH))
        return ag_err_set(err, AG_EINVAL, "\"%.60s\" is not a branch, tag or commit", revision);
    size_t length = strlen(hub_url);
    while (length > 0 && hub_url[length - 1] == '/')
        length--;
    ag_buffer url = {0};
    ag_buffer_printf(&url, "%.*s/%s/resolve/", (int)length, hub_url, name);
    for (const char *at = revision; *at != '\0'; at++) {
        if (*at == '/') /* of refs/pr/1: one segment of the address */
            ag_buffer_printf(&url, "%%2F");
        else
            ag_buffer_printf(&url, "%c", *at);
    }
    ag_buffer_printf(&url, "/%s", file);
    *out = (char *)url.data;
    return AG_OK;
}
