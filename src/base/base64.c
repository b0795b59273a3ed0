/* Base64 (RFC 4648). The kernels do the long plain stretches, which are all of an image; this file
 * does what is left: line breaks, padding, the last bytes. */
#include "base/base64_kernels.h"
#include "base/digest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static uint8_t *encode_last(uint8_t *to, const uint8_t *in, size_t length)
{
    uint8_t whole[3] = {0};
    memcpy(whole, in, length);
    uint32_t word = (uint32_t)whole[0] << 16 | (uint32_t)whole[1] << 8;
    *to++ = (uint8_t)AG_BASE64_CHARACTERS[word >> 18];
    *to++ = (uint8_t)AG_BASE64_CHARACTERS[word >> 12 & 63];
    *to++ = length == 2 ? (uint8_t)AG_BASE64_CHARACTERS[word >> 6 & 63] : '=';
    *to++ = '=';
    return to;
}

ag_status ag_base64_encode(ag_buffer *out, const void *bytes, size_t length, ag_err *err)
{
    if (length > SIZE_MAX / 4 * 3 - 3)
        return ag_err_set(err, AG_ENOMEM, "no memory for the base64 of %zu bytes", length);
    ag_status status = ag_buffer_reserve(out, (length + 2) / 3 * 4, err);
    if (status != AG_OK)
        return status;
    const uint8_t *in = bytes;
    uint8_t *to = out->data + out->length;
    size_t done = 0;
    const ag_base64_kernels *kernels;
    for (size_t i = 0; (kernels = ag_base64_kernels_at(i)) != NULL; i++) {
        size_t taken = kernels->encode(to, in + done, length - done);
        done += taken;
        to += taken / 3 * 4;
    }
    if (done < length)
        to = encode_last(to, in + done, length - done);
    *to = '\0';
    out->length = (size_t)(to - out->data);
    return AG_OK;
}

/* Decoding, character by character. */
typedef struct decoder {
    uint8_t *to;
    uint32_t word;    /* sextets of the group in hand */
    unsigned sextets; /* how many, 0…3 */
    unsigned pads;    /* '=' seen; nothing may follow them */
} decoder;

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* false when the character has no place there. */
static bool take_character(decoder *state, uint8_t c)
{
    if (is_space(c))
        return true;
    if (c == '=')
        return state->sextets + ++state->pads <= 4 && state->sextets >= 2;
    if (AG_BASE64_VALUES[c] == 0 || state->pads > 0)
        return false;
    state->word = state->word << 6 | (AG_BASE64_VALUES[c] - 1u);
    if (++state->sextets == 4) {
        *state->to++ = (uint8_t)(state->word >> 16);
        *state->to++ = (uint8_t)(state->word >> 8);
        *state->to++ = (uint8_t)state->word;
        state->sextets = 0;
    }
    return true;
}

/* The bytes of a last group of two or three sextets. false when it is not one, or badly padded. */
static bool finish(decoder *state)
{
    if (state->pads > 0 && state->sextets + state->pads != 4)
        return false;
    if (state->sextets >= 2)
        *state->to++ = (uint8_t)(state->word >> (6 * state->sextets - 8));
    if (state->sextets == 3)
        *state->to++ = (uint8_t)(state->word >> 2);
    return state->sextets != 1;
}

/* Plain characters in one go, where a group begins; returns how many. */
static size_t take_run(decoder *state, const uint8_t *in, size_t length)
{
    size_t done = 0;
    const ag_base64_kernels *kernels;
    for (size_t i = 0; (kernels = ag_base64_kernels_at(i)) != NULL; i++) {
        size_t taken = kernels->decode(state->to, in + done, length - done);
        done += taken;
        state->to += taken / 4 * 3;
    }
    return done;
}

static bool decode(decoder *state, const uint8_t *in, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t taken = 0;
        if (state->sextets == 0 && state->pads == 0)
            taken = take_run(state, in + i, length - i);
        if (taken == 0 && !take_character(state, in[i]))
            return false;
        i += taken > 0 ? taken : 1;
    }
    return finish(state);
}

static void skip_data_url(const char **text, size_t *length)
{
    static const char MARK[] = ";base64,";
    const size_t longest_prefix = 128;
    if (*length < 5 || memcmp(*text, "data:", 5) != 0)
        return;
    size_t searched = *length < longest_prefix ? *length : longest_prefix;
    const char *mark = memmem(*text, searched, MARK, sizeof MARK - 1);
    if (mark == NULL)
        return;
    *length -= (size_t)(mark - *text) + sizeof MARK - 1;
    *text = mark + sizeof MARK - 1;
}

ag_status ag_base64_decode(ag_buffer *out, const char *text, size_t length, ag_err *err)
{
    skip_data_url(&text, &length);
    ag_status status = ag_buffer_reserve(out, length / 4 * 3 + 3, err);
    if (status != AG_OK)
        return status;
    decoder state = {.to = out->data + out->length};
    bool ok = decode(&state, (const uint8_t *)text, length);
    if (ok)
        out->length = (size_t)(state.to - out->data);
    out->data[out->length] = '\0';
    return ok ? AG_OK : ag_err_set(err, AG_EFORMAT, "not valid base64");
}
