#include "collection/naming.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_naming_derive_writes_what_a_person_would(void **state)
{
    static const struct {
        const char *path, *artist, *title, *years;
    } CASES[] = {
        {"Van_Gogh/The Starry Night.jpg", "Van Gogh", "The Starry Night", ""},
        {"Da_Vinci/Mona Lisa.jpg", "Da Vinci", "Mona Lisa", ""},
        {"Van_Gogh/Self-Portrait (1889).jpg", "Van Gogh", "Self-Portrait (1889)", "1889"},
        {"Monet/Water Lilies (1914–1926).jpg", "Monet", "Water Lilies (1914–1926)", "1914–1926"},
        {"Monet/Woman (Madame Monet and Her Son).jpg", "Monet", "Woman (Madame Monet and Her Son)",
         ""},
        {"Rembrandt/The Anatomy Lesson of Dr. Nicolaes Tulp.jpg", "Rembrandt",
         "The Anatomy Lesson of Dr. Nicolaes Tulp", ""},
        {"Van_Gogh/Cafe\u0301 Terrace.jpg", "Van Gogh", "Café Terrace", ""},
        {"Van_Gogh/03 - Irises.jpg", "Van Gogh", "Irises", ""},
        {"Van_Gogh/03. Irises.jpg", "Van Gogh", "Irises", ""},
        {"Van_Gogh/07 Irises.jpg", "Van Gogh", "Irises", ""},
        {"Van_Gogh/12 Sunflowers.jpg", "Van Gogh", "12 Sunflowers", ""},
        {"Van_Gogh/1889 Irises.jpg", "Van Gogh", "1889 Irises", ""},
        {"Monet/03.jpg", "Monet", "03", ""},
        {"Pollock/17.5.jpg", "Pollock", "17.5", ""},
        {"Van_Gogh/IMG_Starry_Night.jpg", "Van Gogh", "Starry Night", ""},
        {"Van_Gogh/IMG_1234.jpg", "Van Gogh", "IMG 1234", ""},
        {"vincent-van-gogh/the-starry-night.jpg", "Vincent van Gogh", "The Starry Night", ""},
        {"leonardo_da_vinci/lady_with_an_ermine.png", "Leonardo da Vinci", "Lady with an Ermine",
         ""},
        {"Claude Monet - Impression, Sunrise.jpg", "Claude Monet", "Impression, Sunrise", ""},
        {"Monet/MONET - Poppies.jpg", "Monet", "Poppies", ""},
        {"Monet/Rouen - Facade.jpg", "Monet", "Rouen - Facade", ""},
        {"images/Poppies.jpg", "", "Poppies", ""},
        {"Poppies.jpg", "", "Poppies", ""},
        {"Monet/deep/er/Poppies.tar.jpg", "Monet", "Poppies.tar", ""},
        {"Monet/.jpg", "Monet", ".jpg", ""},
        {"モネ/睡蓮.jpg", "モネ", "睡蓮", ""},
        {"Monet/Odd (18x9).jpg", "Monet", "Odd (18x9)", ""},
    };
    (void)state;

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_arena *arena = ag_arena_create(0);
        ag_naming naming;
        assert_int_equal(ag_naming_derive(&naming, arena, CASES[i].path, NULL), AG_OK);
        assert_string_equal(naming.artist, CASES[i].artist);
        assert_string_equal(naming.title, CASES[i].title);
        assert_string_equal(naming.years, CASES[i].years);
        ag_arena_destroy(arena);
    }
}

static void test_naming_slug_is_ascii(void **state)
{
    ag_arena *arena = ag_arena_create(0);
    char longest[1000];
    (void)state;

    assert_string_equal(ag_naming_slug(arena, "Van Gogh", "The Starry Night"),
                        "van-gogh-the-starry-night");
    assert_string_equal(ag_naming_slug(arena, "", "Café"), "cafe");
    assert_string_equal(ag_naming_slug(arena, "Monet", ""), "monet");
    assert_memory_equal(ag_naming_slug(arena, "モネ", "睡蓮"), "artwork-", 8);
    assert_string_not_equal(ag_naming_slug(arena, "モネ", "睡蓮"),
                            ag_naming_slug(arena, "モネ", "印象"));
    assert_memory_equal(ag_naming_slug(arena, "Monet", "睡蓮"), "monet-artwork-", 14);
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(strlen(ag_naming_slug(arena, "", longest)), 100);
    ag_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_naming_derive_writes_what_a_person_would),
        cmocka_unit_test(test_naming_slug_is_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
