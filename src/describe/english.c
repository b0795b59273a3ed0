#include "describe/english.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool is_known(const ag_known *known, ag_known_id id)
{
    return *known->text[id] != '\0';
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcasecmp(text + length - end_length, end) == 0;
}

static bool starts_with(const char *text, const char *start)
{
    return strncasecmp(text, start, strlen(start)) == 0;
}

/* A full stop, unless what was written last ends a sentence already. */
static void end_sentence(ag_buffer *out)
{
    const char *text = (const char *)out->data;
    bool is_ended = ends_with(text, ".") || ends_with(text, "!") || ends_with(text, "?") ||
                    ends_with(text, "…");
    ag_buffer_printf(out, "%s", is_ended ? "" : ".");
}

/* A space, where something was written before. */
static void start_sentence(ag_buffer *out)
{
    if (out->length > 0 && out->data[out->length - 1] != '\n')
        ag_buffer_printf(out, " ");
}

/* "a work by Rembrandt", "a work attributed to Rembrandt": the words in which tables say who is not
 * quite the artist. Returns whether the artist is a person named, whose life can be told. */
static bool put_artist(ag_buffer *out, const char *artist)
{
    static const struct {
        const char *start;
        const char *words;
        bool is_whole; /* the start is all there may be */
        bool is_person;
    } forms[] = {
        {"unknown", "a work by an unknown artist", true, false},
        {"unknown ", "a work by an unknown ", false, false},
        {"anonymous", "a work by an anonymous artist", true, false},
        {"anonymous ", "a work by an anonymous ", false, false},
        {"attributed to ", "a work attributed to ", false, true},
        {"possibly ", "a work possibly by ", false, true},
        {"probably ", "a work probably by ", false, true},
        {"workshop of ", "a work by the workshop of ", false, true},
        {"studio of ", "a work by the studio of ", false, true},
        {"circle of ", "a work by the circle of ", false, true},
        {"school of ", "a work by the school of ", false, true},
        {"follower of ", "a work by a follower of ", false, true},
        {"imitator of ", "a work by an imitator of ", false, true},
        {"manner of ", "a work in the manner of ", false, true},
        {"style of ", "a work in the style of ", false, true},
        {"after ", "a work after ", false, true},
        {"copy after ", "a copy after ", false, true},
        {"by ", "a work by ", false, true},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *rest = artist + strlen(forms[i].start);
        if (starts_with(artist, forms[i].start) && forms[i].is_whole == (*rest == '\0')) {
            ag_buffer_printf(out, "%s%s", forms[i].words, rest);
            return forms[i].is_person;
        }
    }
    ag_buffer_printf(out, "a work by %s", artist);
    return true;
}

/* " (1853–1890)", behind the artist's name. */
static void put_life(ag_buffer *out, const ag_known *known)
{
    const char *about = known->is_life_about ? "about " : "";
    if (known->born && known->died)
        ag_buffer_printf(out, " (%s%d–%d)", about, known->born, known->died);
    else if (known->born)
        ag_buffer_printf(out, " (born %s%d)", about, known->born);
    else if (known->died)
        ag_buffer_printf(out, " (died %s%d)", about, known->died);
}

static bool is_dated(const ag_known *known)
{
    return known->made.kind == AG_DATES_YEAR || known->made.kind == AG_DATES_RANGE;
}

/* "dated about 1503–1506". */
static void put_date(ag_buffer *out, const ag_known *known)
{
    const ag_dates *made = &known->made;
    ag_buffer_printf(out, "dated %s%d", made->is_about ? "about " : "", made->first);
    if (made->kind == AG_DATES_RANGE)
        ag_buffer_printf(out, "–%d", made->last);
}

/* Title, artist and date in one sentence, of as many as are known. */
static void put_opening(ag_buffer *out, const ag_known *known)
{
    const char *title = known->text[AG_KNOWN_TITLE];
    bool has_artist = is_known(known, AG_KNOWN_ARTIST);
    if (!*title && !has_artist && !is_dated(known))
        return;
    if (has_artist) {
        ag_buffer_printf(out, "%s is ", *title ? title : "This");
        if (put_artist(out, known->text[AG_KNOWN_ARTIST]))
            put_life(out, known);
    } else {
        ag_buffer_printf(out, *title ? "This work is titled %s" : "This work%s", title);
    }
    if (is_dated(known)) {
        ag_buffer_printf(out, has_artist ? ", " : *title ? " and is " : " is ");
        put_date(out, known);
    }
    end_sentence(out);
}

/* Some names of periods want an article, and of others no one can tell. */
static void put_period(ag_buffer *out, const ag_known *known)
{
    static const struct {
        const char *end;
        const char *words;
    } forms[] = {
        {"ism", "It belongs to "},          {" art", "It belongs to "},
        {"rococo", "It belongs to the "},   {"renaissance", "It belongs to the "},
        {"baroque", "It belongs to the "},  {" age", "It belongs to the "},
        {" period", "It belongs to the "},  {" era", "It belongs to the "},
        {" century", "It belongs to the "}, {" dynasty", "It belongs to the "},
        {" school", "It belongs to the "},  {" movement", "It belongs to the "},
        {" style", "It belongs to the "},   {"", "Its period or style is given as "},
    };
    const char *period = known->text[AG_KNOWN_PERIOD];
    size_t i = 0;
    while (!ends_with(period, forms[i].end))
        i++;
    bool has_article = starts_with(period, "the ");
    start_sentence(out);
    ag_buffer_printf(out, "%s%s", has_article ? "It belongs to " : forms[i].words, period);
    end_sentence(out);
}

/* "Oil on canvas" reads better as "oil on canvas" inside a sentence; "Indian ink" keeps its
 * capital. */
static void put_medium(ag_buffer *out, const ag_known *known)
{
    static const char *const materials[] = {
        "acrylic",   "albumen",     "bronze",     "ceramic",     "chalk",    "charcoal",
        "clay",      "cotton",      "drypoint",   "engraving",   "etching",  "fresco",
        "gelatin",   "glass",       "gold",       "gouache",     "graphite", "ink",
        "iron",      "limestone",   "linen",      "lithograph",  "marble",   "mixed",
        "oil",       "paper",       "pastel",     "pen",         "pencil",   "plaster",
        "porcelain", "screenprint", "silk",       "silver",      "steel",    "stone",
        "tempera",   "terracotta",  "watercolor", "watercolour", "wood",     "woodcut",
        "wool"};
    const char *medium = known->text[AG_KNOWN_MEDIUM];
    size_t length = 0;
    while (isalpha((unsigned char)medium[length]))
        length++;
    int first = (unsigned char)medium[0];
    for (size_t i = 0; i < sizeof materials / sizeof *materials; i++) {
        if (strlen(materials[i]) == length && strncasecmp(medium, materials[i], length) == 0)
            first = tolower(first);
    }
    start_sentence(out);
    ag_buffer_printf(out, "Its medium is %c%s", first, medium + 1);
    end_sentence(out);
}

/* "73.7 cm × 92.1 cm" is a measure; "large" or "50 × 70" without a unit is only what the row says.
 */
static void put_dimensions(ag_buffer *out, const ag_known *known)
{
    static const char *const units[] = {"mm", "cm", "m", "in", "inches", "ft", "\"", "″", ")"};
    const char *dimensions = known->text[AG_KNOWN_DIMENSIONS];
    bool has_unit = false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        has_unit |= ends_with(dimensions, units[i]);
    start_sentence(out);
    ag_buffer_printf(out, "%s%s",
                     has_unit && isdigit((unsigned char)*dimensions)
                         ? "It measures "
                         : "Its dimensions are given as ",
                     dimensions);
    end_sentence(out);
}

/* Values that no sentence fits for sure stand behind their label: "Room: 12." and "Room 12." alike.
 */
static void put_labelled(ag_buffer *out, const ag_known *known)
{
    static const struct {
        ag_known_id id;
        const char *label;
    } labels[] = {
        {AG_KNOWN_COLLECTION, "Collection"},
        {AG_KNOWN_LOCATION, "Location"},
        {AG_KNOWN_GALLERY, "Gallery"},
        {AG_KNOWN_ROOM, "Room"},
        {AG_KNOWN_EXHIBITION, "Exhibition"},
        {AG_KNOWN_CREDIT, "Credit"},
        {AG_KNOWN_ACCESSION, "Accession number"},
    };
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        const char *value = known->text[labels[i].id];
        if (!*value)
            continue;
        start_sentence(out);
        if (starts_with(value, labels[i].label))
            ag_buffer_printf(out, "%s", value);
        else
            ag_buffer_printf(out, "%s: %s", labels[i].label, value);
        end_sentence(out);
    }
}

void ag_english_write(ag_buffer *out, const ag_known *known)
{
    if (is_known(known, AG_KNOWN_TEXT))
        ag_buffer_printf(out, "%s\n\n", known->text[AG_KNOWN_TEXT]);
    put_opening(out, known);
    if (known->made.kind == AG_DATES_OTHER) {
        start_sentence(out);
        ag_buffer_printf(out, "Date given: %s", known->text[AG_KNOWN_MADE]);
        end_sentence(out);
    }
    if (is_known(known, AG_KNOWN_PERIOD))
        put_period(out, known);
    if (is_known(known, AG_KNOWN_MEDIUM))
        put_medium(out, known);
    if (is_known(known, AG_KNOWN_DIMENSIONS))
        put_dimensions(out, known);
    put_labelled(out, known);
}
