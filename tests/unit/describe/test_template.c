#include "describe/template.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

typedef struct row {
    ag_describe_facts facts; /* artist, title, period, years, further columns */
    const char *text;
} row;

static const row openings[] = {
    {{"Van Gogh", "The Starry Night", "Post-Impressionism", "1889", NULL},
     "The Starry Night is a work by Van Gogh, dated 1889. It belongs to Post-Impressionism."},
    {{"Vincent van Gogh", "Irises", "Post-Impressionism", "1853-1890", ""},
     "Irises is a work by Vincent van Gogh (1853–1890). It belongs to Post-Impressionism."},
    {{"Leonardo da Vinci", "Mona Lisa", "", "c. 1503–1506", "{}"},
     "Mona Lisa is a work by Leonardo da Vinci, dated about 1503–1506."},
    {{"Leonardo da Vinci", "", "", "", ""}, "This is a work by Leonardo da Vinci."},
    {{"Monet", NULL, NULL, "1899", NULL}, "This is a work by Monet, dated 1899."},
    {{NULL, "Water Lilies", NULL, NULL, NULL}, "This work is titled Water Lilies."},
    {{"", "Water Lilies", "", "1906", ""}, "This work is titled Water Lilies and is dated 1906."},
    {{"", "Water Lilies", "", "1840-1926", ""}, "This work is titled Water Lilies."},
    {{"", "", "", "1906", ""}, "This work is dated 1906."},
    {{"", "", "", "1840-1926", ""}, ""},
    {{NULL, NULL, NULL, NULL, NULL}, ""},
    {{"", "", "Rococo", "", ""}, "It belongs to the Rococo."},
    {{"nan", "None", "N/A", "NaN", ""}, ""},
    {{"Paul Gauguin", "Where Do We Come From?", "", "", ""},
     "Where Do We Come From? is a work by Paul Gauguin."},
    {{"", "Where Do We Come From?", "", "", ""}, "This work is titled Where Do We Come From?"},
    {{"Gilbert & George Inc.", "X", "", "", ""}, "X is a work by Gilbert & George Inc."},
};

static const row artists[] = {
    {{"Unknown", "Icon", "", "", ""}, "Icon is a work by an unknown artist."},
    {{"unknown Flemish master", "Icon", "", "1480-1530", ""},
     "Icon is a work by an unknown Flemish master."},
    {{"Anonymous", "Icon", "", "1480", ""}, "Icon is a work by an anonymous artist, dated 1480."},
    {{"Attributed to Rembrandt", "Head", "", "1606-1669", ""},
     "Head is a work attributed to Rembrandt (1606–1669)."},
    {{"Workshop of Rubens", "Head", "", "", ""}, "Head is a work by the workshop of Rubens."},
    {{"after Rubens", "Head", "", "", ""}, "Head is a work after Rubens."},
    {{"Anonymousson", "Head", "", "", ""}, "Head is a work by Anonymousson."},
};

static const row dates[] = {
    {{"A", "B", "", "16th century", ""}, "B is a work by A. Date given: 16th century."},
    {{"A", "B", "", "b. 1950", ""}, "B is a work by A. Date given: b. 1950."},
    {{"A", "B", "", "1500-1700", ""}, "B is a work by A, dated 1500–1700."},
    {{"A", "B", "", "c. 1450-1516", ""}, "B is a work by A (about 1450–1516)."},
    {{"A", "B", "", "1889", "{\"birth_year\":1853,\"death_year\":1890.0}"},
     "B is a work by A (1853–1890), dated 1889."},
    {{"A", "B", "", "1853-1890", "{\"Artist Birth\":\"1853-03-30\",\"Date\":\"1889\"}"},
     "B is a work by A (1853–1890), dated 1889."},
    {{"A", "B", "", "1853-1890", "{\"year\":1889}"}, "B is a work by A (1853–1890), dated 1889."},
    {{"A", "B", "", "1900-1926", "{\"born\":1840,\"died\":\"1926\"}"},
     "B is a work by A (1840–1926)."},
    {{"A", "B", "", "1890-1915", "{\"born\":1840,\"died\":\"1926\"}"},
     "B is a work by A (1840–1926), dated 1890–1915."},
    {{"A", "B", "", "", "{\"born\":\"c. 1450\",\"died\":1516}"},
     "B is a work by A (about 1450–1516)."},
    {{"A", "B", "", "", "{\"died\":\"1516\",\"born\":\"in Delft\"}"},
     "B is a work by A (died 1516)."},
};

static const row periods[] = {
    {{"A", "B", "Baroque", "", ""}, "B is a work by A. It belongs to the Baroque."},
    {{"A", "B", "Dutch Golden Age", "", ""},
     "B is a work by A. It belongs to the Dutch Golden Age."},
    {{"A", "B", "the High Renaissance", "", ""},
     "B is a work by A. It belongs to the High Renaissance."},
    {{"A", "B", "Cubism/Modern", "", ""},
     "B is a work by A. Its period or style is given as Cubism/Modern."},
    {{"A", "B", "", "", "{\"Movement\":\"Fauvism\"}"}, "B is a work by A. It belongs to Fauvism."},
    {{"A", "B", "Cubism", "", "{\"Movement\":\"Fauvism\"}"},
     "B is a work by A. It belongs to Cubism."},
};

static const row columns[] = {
    {{"A", "B", "", "",
      "{\"medium\":\"Oil on canvas\",\"dimensions\":\"73.7 cm × 92.1 cm\",\"museum\":\"Museum of "
      "Modern Art\",\"location\":\"New York\",\"room\":5,\"credit_line\":\"Gift of C. D.\","
      "\"accession_number\":\"472.1941\",\"exhibition\":\"Nights\",\"file_size\":123}"},
     "B is a work by A. Its medium is oil on canvas. It measures 73.7 cm × 92.1 cm. Collection: "
     "Museum of Modern Art. Location: New York. Room: 5. Exhibition: Nights. Credit: Gift of C. D. "
     "Accession number: 472.1941."},
    {{"A", "B", "", "", "{\"Technique\":\"Indian ink on paper\",\"SIZE\":\"50 x 70\"}"},
     "B is a work by A. Its medium is Indian ink on paper. Its dimensions are given as 50 x 70."},
    {{"A", "B", "", "", "{\"materials\":[\"Bronze\",\"wood\",3],\"Size\":\"large\"}"},
     "B is a work by A. Its medium is bronze, wood, 3. Its dimensions are given as large."},
    {{"A", "B", "", "", "{\"gallery\":\"Gallery 5\",\"Room\":\"room 12\"}"},
     "B is a work by A. Gallery 5. room 12."},
    {{"A", "B", "", "", "{\"medium\":null,\"technique\":\"Fresco\",\"museum\":true}"},
     "B is a work by A. Its medium is fresco."},
    {{"A", "B", "", "", "{\"medium\":\"unknown\",\"creditLine\":\"-\"}"}, "B is a work by A."},
    {{"A", "B", "", "", "not json"}, "B is a work by A."},
    {{"A", "B", "", "", "[1]"}, "B is a work by A."},
    {{"A", "B", "", "", "{\"description\":\"<p>Painted in\\nJune.</p><p>A night.</p>\"}"},
     "Painted in June.\n\nA night.\n\nB is a work by A."},
    {{"", "", "", "", "{\"wall_text\":\"Painted in June.\"}"}, "Painted in June."},
};

static const row hostile[] = {
    {{"Eve\n\x1b[2J", "<b>B\xe2\x80\xae</b>\r\nX-Header: 1", "%s%n", "%d",
      "{\"room\":\"\\n1\\u202e\"}"},
     "B X-Header: 1 is a work by Eve [2J. Date given: %d. Its period or style is given as %s%n. "
     "Room: 1."},
    {{"\xff", "\xc3", "", "", "{\"room\":\"\xff\"}"}, "\xef\xbf\xbd is a work by \xef\xbf\xbd."},
};

static void check(ag_arena *arena, const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_string_equal(ag_describe_template(arena, &rows[i].facts, "en"), rows[i].text);
}

#define CHECK_TEST(behaviour, table)                                                               \
    static void test_template_##behaviour(void **state)                                            \
    {                                                                                              \
        check(*state, table, sizeof(table) / sizeof *(table));                                     \
    }

CHECK_TEST(opens_with_what_is_known, openings)
CHECK_TEST(says_who_is_not_quite_the_artist, artists)
CHECK_TEST(tells_life_from_date, dates)
CHECK_TEST(gives_periods_their_article, periods)
CHECK_TEST(weaves_in_known_columns, columns)
CHECK_TEST(stays_plain_with_hostile_cells, hostile)

static void test_template_bounds_long_titles(void **state)
{
    size_t size = 10000;
    char *title = ag_try_malloc(size + 1, 1);
    assert_non_null(title);
    memset(title, 'x', size);
    title[size] = '\0';
    const char *text =
        ag_describe_template(*state, &(ag_describe_facts){.title = title, .artist = "A"}, "en");
    free(title);
    assert_int_equal(strlen(text), 200 + strlen("… is a work by A."));
    assert_string_equal(text + 200, "… is a work by A.");
}

static void test_template_answers_every_language(void **state)
{
    static const char *const tags[] = {NULL, "", "en", "EN-gb", "de", "x", "-", "zh-Hant-TW"};
    const ag_describe_facts facts = {.title = "B", .artist = "A"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        assert_string_equal(ag_describe_template(*state, &facts, tags[i]), "B is a work by A.");
}

static int set_up(void **state)
{
    *state = ag_arena_create(0);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    ag_arena_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_template_opens_with_what_is_known),
        cmocka_unit_test(test_template_says_who_is_not_quite_the_artist),
        cmocka_unit_test(test_template_tells_life_from_date),
        cmocka_unit_test(test_template_gives_periods_their_article),
        cmocka_unit_test(test_template_weaves_in_known_columns),
        cmocka_unit_test(test_template_stays_plain_with_hostile_cells),
        cmocka_unit_test(test_template_bounds_long_titles),
        cmocka_unit_test(test_template_answers_every_language),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
