#include "image/sniff.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* How far into a text file its first tag is looked for: behind white space, comments and <?xml …?>.
 */
#define TEXT_WINDOW_BYTES 1024

/* A file of this format has these bytes at this place. */
typedef struct signature {
    ag_image_format format;
    size_t offset;
    size_t length;
    const char *bytes;
} signature;

static const signature SIGNATURES[] = {
    {AG_IMAGE_JPEG, 0, 3, "\xFF\xD8\xFF"},
    {AG_IMAGE_PNG, 0, 8, "\x89PNG\r\n\x1A\n"},
    {AG_IMAGE_WEBP, 8, 4, "WEBP"},
    {AG_IMAGE_GIF, 0, 4, "GIF8"},
    {AG_IMAGE_TIFF, 0, 4, "II*\0"},
    {AG_IMAGE_TIFF, 0, 4, "MM\0*"},
    {AG_IMAGE_BMP, 0, 2, "BM"},
    {AG_IMAGE_HEIF, 4, 7, "ftyphei"},
    {AG_IMAGE_HEIF, 4, 7, "ftyphev"},
    {AG_IMAGE_HEIF, 4, 7, "ftypmif"},
    {AG_IMAGE_HEIF, 4, 7, "ftypmsf"},
    {AG_IMAGE_HEIF, 4, 7, "ftypavi"},
    {AG_IMAGE_PDF, 0, 5, "%PDF-"},
    {AG_IMAGE_ZIP, 0, 4, "PK\x03\x04"},
    {AG_IMAGE_ZIP, 0, 4, "PK\x05\x06"},
};

/* Tags, lower case, whose first appearance makes a text file this format. */
static const struct {
    ag_image_format format;
    const char *tag;
} TEXT_TAGS[] = {
    {AG_IMAGE_SVG, "<svg"},
    {AG_IMAGE_HTML, "<!doctype html"},
    {AG_IMAGE_HTML, "<html"},
    {AG_IMAGE_HTML, "<script"},
};

static const struct {
    const char *name;
    const char *media_type;
} FORMATS[] = {
    [AG_IMAGE_UNKNOWN] = {"unknown", "application/octet-stream"},
    [AG_IMAGE_JPEG] = {"JPEG", "image/jpeg"},
    [AG_IMAGE_PNG] = {"PNG", "image/png"},
    [AG_IMAGE_WEBP] = {"WebP", "image/webp"},
    [AG_IMAGE_GIF] = {"GIF", "image/gif"},
    [AG_IMAGE_TIFF] = {"TIFF", "image/tiff"},
    [AG_IMAGE_BMP] = {"BMP", "image/bmp"},
    [AG_IMAGE_HEIF] = {"HEIF", "image/heif"},
    [AG_IMAGE_SVG] = {"SVG", "image/svg+xml"},
    [AG_IMAGE_HTML] = {"HTML", "text/html"},
    [AG_IMAGE_PDF] = {"PDF", "application/pdf"},
    [AG_IMAGE_ZIP] = {"ZIP", "application/zip"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool has_tag_at(const char *text, size_t length, const char *tag)
{
    size_t tag_length = strlen(tag);
    return tag_length <= length && strncasecmp(text, tag, tag_length) == 0;
}

/* Text formats have no signature: the first tag that one of them would open decides. */
static ag_image_format sniff_text(const char *text, size_t length)
{
    if (length > TEXT_WINDOW_BYTES)
        length = TEXT_WINDOW_BYTES;
    if (memchr(text, '\0', length))
        return AG_IMAGE_UNKNOWN;
    for (size_t i = 0; i < length; i++)
        for (size_t t = 0; text[i] == '<' && t < COUNT(TEXT_TAGS); t++)
            if (has_tag_at(text + i, length - i, TEXT_TAGS[t].tag))
                return TEXT_TAGS[t].format;
    return AG_IMAGE_UNKNOWN;
}

ag_image_format ag_image_sniff(const void *bytes, size_t length)
{
    const char *text = bytes;
    if (length == 0)
        return AG_IMAGE_UNKNOWN;
    for (size_t i = 0; i < COUNT(SIGNATURES); i++) {
        const signature *s = &SIGNATURES[i];
        if (s->offset + s->length <= length && memcmp(text + s->offset, s->bytes, s->length) == 0)
            return s->format;
    }
    return sniff_text(text, length);
}

const char *ag_image_format_name(ag_image_format format)
{
    return FORMATS[format].name;
}

const char *ag_image_format_media_type(ag_image_format format)
{
    return FORMATS[format].media_type;
}
