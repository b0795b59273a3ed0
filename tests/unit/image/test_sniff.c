#include "image/sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_sniff_tells_formats_by_content(void **state)
{
    (void)state;
    static const struct {
        ag_image_format format;
        const char *bytes;
        size_t length;
    } CASES[] = {
        {AG_IMAGE_JPEG, "\xFF\xD8\xFF\xE0", 4},
        {AG_IMAGE_PNG, "\x89PNG\r\n\x1A\n", 8},
        {AG_IMAGE_WEBP, "RIFF\x10\0\0\0WEBP", 12},
        {AG_IMAGE_GIF, "GIF89a", 6},
        {AG_IMAGE_TIFF, "II*\0\x08\0\0\0", 8},
        {AG_IMAGE_TIFF, "MM\0*\0\0\0\x08", 8},
        {AG_IMAGE_BMP, "BM1234", 6},
        {AG_IMAGE_HEIF,
         "\0\0\0\x18"
         "ftypheic",
         12},
        {AG_IMAGE_HEIF,
         "\0\0\0\x18"
         "ftypavif",
         12},
        {AG_IMAGE_SVG, "<?xml version=\"1.0\"?>\n<!-- hi --><SVG>", 38},
        {AG_IMAGE_HTML, "  <!DOCTYPE HTML><html><svg>", 28},
        {AG_IMAGE_HTML, "<script>", 8},
        {AG_IMAGE_PDF, "%PDF-1.7", 8},
        {AG_IMAGE_ZIP, "PK\x03\x04\xFF\xD8\xFF", 7},
        {AG_IMAGE_UNKNOWN, "this is not a picture", 21},
        {AG_IMAGE_UNKNOWN, "\0<svg>", 6},
        {AG_IMAGE_UNKNOWN, "", 0},
        {AG_IMAGE_UNKNOWN, "RIFF\x10\0\0\0AVI ", 12},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_int_equal(ag_image_sniff(CASES[i].bytes, CASES[i].length), CASES[i].format);
}

static void test_sniff_needs_the_whole_signature(void **state)
{
    (void)state;
    assert_int_equal(ag_image_sniff("\xFF\xD8", 2), AG_IMAGE_UNKNOWN);
    assert_int_equal(ag_image_sniff("\x89PNG\r\n\x1A", 7), AG_IMAGE_UNKNOWN);
    assert_int_equal(ag_image_sniff("<sv", 3), AG_IMAGE_UNKNOWN);
}

static void test_sniff_names_every_format(void **state)
{
    (void)state;
    for (int f = AG_IMAGE_UNKNOWN; f <= AG_IMAGE_ZIP; f++) {
        assert_non_null(ag_image_format_name((ag_image_format)f));
        assert_non_null(strchr(ag_image_format_media_type((ag_image_format)f), '/'));
    }
    assert_string_equal(ag_image_format_name(AG_IMAGE_WEBP), "WebP");
    assert_string_equal(ag_image_format_media_type(AG_IMAGE_JPEG), "image/jpeg");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sniff_tells_formats_by_content),
        cmocka_unit_test(test_sniff_needs_the_whole_signature),
        cmocka_unit_test(test_sniff_names_every_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
