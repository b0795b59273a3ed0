#include "describe/known.h"

#include "base/json.h"
#include "describe/clean.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define FACT_CHARS 200  /* of a title, name, medium, … */
#define TEXT_CHARS 4000 /* of the museum's own description */
#define KEY_BYTES  64   /* a longer column name is none of ours */

/* The spellings of a column's name in the tables of museums, the likeliest first: lower case,
 * letters and digits only. */
static const struct {
    ag_known_id id;
    const char *names[10];
} columns[] = {
    {AG_KNOWN_PERIOD, {"movement", "artmovement", "style", "artstyle"}},
    {AG_KNOWN_TEXT, {"description", "text", "walltext", "labeltext", "curatortext", "guidetext"}},
    {AG_KNOWN_MEDIUM, {"medium", "technique", "materials", "material", "mediums", "media"}},
    {AG_KNOWN_DIMENSIONS, {"dimensions", "dimension", "size", "measurements"}},
    {AG_KNOWN_COLLECTION,
     {"museum", "collection", "repository", "institution", "collectionname", "museumname"}},
    {AG_KNOWN_LOCATION, {"location", "currentlocation"}},
    {AG_KNOWN_GALLERY, {"gallery", "gallerynumber", "galleryname"}},
    {AG_KNOWN_ROOM, {"room", "roomnumber", "hall"}},
    {AG_KNOWN_EXHIBITION, {"exhibition", "exhibitions", "exhibitionname"}},
    {AG_KNOWN_CREDIT, {"creditline", "credit", "credits"}},
    {AG_KNOWN_ACCESSION,
     {"accessionnumber", "accession", "accessionno", "inventorynumber", "inventory", "inventoryno",
      "objectnumber"}},
    {AG_KNOWN_MADE,
     {"date", "year", "datecreated", "yearcreated", "creationdate", "creationyear", "created",
      "dated", "objectdate", "datetext"}},
    {AG_KNOWN_BORN,
     {"artistbirthyear", "birthyear", "artistbirth", "birth", "born", "artistborn", "birthdate",
      "artistbirthdate", "artistbegindate", "yearofbirth"}},
    {AG_KNOWN_DIED,
     {"artistdeathyear", "deathyear", "artistdeath", "death", "died", "artistdied", "deathdate",
      "artistdeathdate", "artistenddate", "yearofdeath"}},
};

/* Is this how tables say that a cell has nothing to say? */
static bool says_nothing(ag_known_id id, const char *text)
{
    static const char *const words[] = {"nan", "none", "null", "n/a", "<na>", "nat",   "-",
                                        "--",  "–",    "—",    "?",   "n.d.", "n. d.", "s.d."};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i]) == 0)
            return true;
    }
    /* That no one knows the artist is worth saying; that no one knows the rest is not. */
    return id != AG_KNOWN_ARTIST && strcasecmp(text, "unknown") == 0;
}

/* False when memory is out. */
static bool set_text(ag_known *known, ag_arena *arena, ag_known_id id, const char *text)
{
    bool is_long = id == AG_KNOWN_TEXT;
    const char *clean = ag_clean_text(arena, text, is_long ? TEXT_CHARS : FACT_CHARS, is_long);
    if (clean)
        known->text[id] = says_nothing(id, clean) ? "" : clean;
    return clean != NULL;
}

/* Is the name, without regard to case and separators, this spelling? */
static bool is_spelling(const char *name, const char *spelling)
{
    char folded[KEY_BYTES];
    size_t length = 0;
    for (; *name; name++) {
        if (!isalnum((unsigned char)*name))
            continue;
        if (length + 1 == sizeof folded)
            return false;
        folded[length++] = (char)tolower((unsigned char)*name);
    }
    folded[length] = '\0';
    return strcmp(folded, spelling) == 0;
}

/* The text of a cell: a string, a number, or a list of these; "" for what has none. NULL when
 * memory is out. */
static const char *cell_text(ag_arena *arena, const json_t *cell)
{
    switch (json_typeof(cell)) {
    case JSON_STRING:
        return json_string_value(cell);
    case JSON_INTEGER:
        return ag_arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(cell));
    case JSON_REAL:
        return ag_arena_printf(arena, "%.10g", json_real_value(cell));
    default:
        return "";
    }
}

/* As cell_text, the items of a list with commas between. */
static const char *list_text(ag_arena *arena, const json_t *list)
{
    const char *text = "";
    /* More items than characters are wanted would be cut off anyway. */
    for (size_t i = 0; text && i < json_array_size(list) && i < FACT_CHARS; i++) {
        const char *item = cell_text(arena, json_array_get(list, i));
        if (!item)
            return NULL;
        if (*item && strlen(text) <= 4 * FACT_CHARS)
            text = ag_arena_printf(arena, "%s%s%s", text, *text ? ", " : "", item);
    }
    return text;
}

/* The column of that spelling, or NULL. */
static const json_t *find_column(json_t *extra, const char *spelling)
{
    const char *name;
    json_t *cell;
    json_object_foreach(extra, name, cell)
    {
        if (is_spelling(name, spelling))
            return cell;
    }
    return NULL;
}

/* Set one fact from the first of its spellings that has something to say. */
static bool set_from_column(ag_known *known, ag_arena *arena, json_t *extra, ag_known_id id,
                            const char *const *spellings)
{
    size_t most = sizeof columns[0].names / sizeof *columns[0].names;
    for (size_t i = 0; i < most && spellings[i] && !*known->text[id]; i++) {
        const json_t *cell = find_column(extra, spellings[i]);
        if (!cell)
            continue;
        const char *text = json_is_array(cell) ? list_text(arena, cell) : cell_text(arena, cell);
        if (!text || !set_text(known, arena, id, text))
            return false;
    }
    return true;
}

/* Columns that are no JSON are as good as none: the rest can still be told. */
static bool gather_columns(ag_known *known, ag_arena *arena, const char *extra_json)
{
    json_t *extra = NULL;
    if (!extra_json || !*extra_json ||
        ag_json_parse_object(&extra, extra_json, strlen(extra_json), NULL) != AG_OK)
        return true;
    bool is_done = true;
    for (size_t i = 0; is_done && i < sizeof columns / sizeof *columns; i++)
        is_done = set_from_column(known, arena, extra, columns[i].id, columns[i].names);
    json_decref(extra);
    return is_done;
}

/* A table's "years" are the work's or the artist's. They are the artist's when they are as long as
 * a life and no column tells the life otherwise; else they are the work's. */
static void sort_dates(ag_known *known, const char *years)
{
    ag_dates born = ag_dates_read(known->text[AG_KNOWN_BORN]);
    ag_dates died = ag_dates_read(known->text[AG_KNOWN_DIED]);
    ag_dates dates = ag_dates_read(years);
    known->born = born.kind == AG_DATES_YEAR ? born.first : 0;
    known->died = died.kind == AG_DATES_YEAR ? died.first : 0;
    known->is_life_about = born.is_about || died.is_about;
    bool is_life_told = known->born || known->died;
    bool is_life = ag_dates_is_lifetime(dates) &&
                   (!is_life_told || dates.first == known->born || dates.last == known->died);
    if (is_life) {
        known->born = known->born ? known->born : dates.first;
        known->died = known->died ? known->died : dates.last;
        known->is_life_about |= dates.is_about;
    }
    if (!is_life && dates.kind != AG_DATES_NONE)
        known->text[AG_KNOWN_MADE] = years;
    known->made = ag_dates_read(known->text[AG_KNOWN_MADE]);
}

bool ag_known_gather(ag_known *out, ag_arena *arena, const ag_describe_facts *facts)
{
    ag_known known = {0};
    for (size_t i = 0; i < AG_KNOWN_COUNT; i++)
        known.text[i] = "";
    if (!set_text(&known, arena, AG_KNOWN_ARTIST, facts->artist) ||
        !set_text(&known, arena, AG_KNOWN_TITLE, facts->title) ||
        !set_text(&known, arena, AG_KNOWN_PERIOD, facts->period) ||
        !set_text(&known, arena, AG_KNOWN_MADE, facts->years))
        return false;
    const char *years = known.text[AG_KNOWN_MADE];
    known.text[AG_KNOWN_MADE] = ""; /* they may be the artist's: leave room for the work's column */
    if (!gather_columns(&known, arena, facts->extra_json))
        return false;
    sort_dates(&known, years);
    *out = known;
    return true;
}
