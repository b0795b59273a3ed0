/* Every parser of base, on the same bytes: JSON, base64, times, config files, UTF-8. */
#include "base/buffer.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/options.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was parsed can be written, and parses again. */
static void try_json(const uint8_t *data, size_t size)
{
    json_t *object;
    if (ag_json_parse_object(&object, data, size, NULL) != AG_OK)
        return;
    ag_buffer text = {0};
    json_t *again;
    if (ag_json_write(&text, object, NULL) != AG_OK ||
        ag_json_parse_object(&again, text.data, text.length, NULL) != AG_OK)
        abort();
    json_decref(again);
    json_decref(object);
    ag_buffer_fini(&text);
}

/* What was decoded comes back from its own encoding; and any bytes do. */
static void try_base64(const uint8_t *data, size_t size)
{
    ag_buffer bytes = {0}, text = {0}, again = {0};
    if (ag_base64_decode(&bytes, (const char *)data, size, NULL) != AG_OK &&
        ag_buffer_append(&bytes, data, size, NULL) != AG_OK)
        abort();
    if (ag_base64_encode(&text, bytes.data, bytes.length, NULL) != AG_OK ||
        ag_base64_decode(&again, (const char *)text.data, text.length, NULL) != AG_OK ||
        again.length != bytes.length || memcmp(again.data, bytes.data, bytes.length) != 0)
        abort();
    ag_buffer_fini(&bytes);
    ag_buffer_fini(&text);
    ag_buffer_fini(&again);
}

static void try_text(const char *text)
{
    int64_t wall_us;
    if (ag_clock_parse_iso8601(&wall_us, text, NULL) == AG_OK) {
        char again[AG_CLOCK_ISO8601_BYTES];
        ag_clock_format_iso8601(again, wall_us);
    }
    ag_config *config = ag_config_create(ag_options(), AG_OPTION_COUNT);
    ag_err err;
    if (ag_config_load_text(config, text, "fuzz", &err) != AG_OK && err.status != AG_EINVAL)
        abort();
    ag_config_destroy(config);
    json_t *value = ag_json_text(text);
    if (value == NULL)
        abort();
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_json(data, size);
    try_base64(data, size);
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    try_text(text);
    ag_utf8_trim_partial(text);
    free(text);
    return 0;
}
