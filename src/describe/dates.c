#include "describe/dates.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Lives of artists are within these, works on one piece nearly always below. */
#define LIFETIME_MIN_YEARS 21
#define LIFETIME_MAX_YEARS 120

static void skip_spaces(const char **text)
{
    while (**text == ' ')
        (*text)++;
}

/* Moves text behind the longest of the words it starts with, and the spaces there. */
static bool skip_word(const char **text, const char *const *words, size_t count)
{
    size_t longest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(words[i]);
        if (length > longest && strncasecmp(*text, words[i], length) == 0)
            longest = length;
    }
    *text += longest;
    skip_spaces(text);
    return longest > 0;
}

static bool skip_about(const char **text)
{
    static const char *const words[] = {"c.",    "ca.",    "circa",         "c", "ca",
                                        "about", "around", "approximately", "~"};
    return skip_word(text, words, sizeof words / sizeof *words);
}

static bool skip_dash(const char **text)
{
    static const char *const words[] = {"-", "‐", "‑", "‒", "–", "—", "/", "to "};
    skip_spaces(text);
    return skip_word(text, words, sizeof words / sizeof *words);
}

/* Moves text behind a run of digits and the ".0" of a number that was a float; returns the digits.
 */
static size_t take_number(const char **text, int *number)
{
    size_t digits = strspn(*text, "0123456789");
    int value = 0;
    for (size_t i = 0; i < digits && i < 6; i++)
        value = 10 * value + ((*text)[i] - '0');
    *text += digits;
    if (digits > 0 && strncmp(*text, ".0", 2) == 0 && !isdigit((unsigned char)(*text)[2]))
        *text += 2;
    *number = value;
    return digits;
}

/* "-06-01", with a time behind it or not: the year before it is of a full date. */
static bool is_month_and_day(const char *text)
{
    static const char pattern[] = "-00-00";
    for (size_t i = 0; pattern[i]; i++) {
        if (pattern[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != pattern[i])
            return false;
    }
    return text[6] == '\0' || text[6] == ' ' || text[6] == 'T';
}

static bool is_end(const char *text)
{
    skip_spaces(&text);
    if (*text == ')')
        text++;
    skip_spaces(&text);
    return *text == '\0';
}

ag_dates ag_dates_read(const char *text)
{
    const ag_dates none = {.kind = AG_DATES_NONE}, other = {.kind = AG_DATES_OTHER};
    if (!text || is_end(text))
        return none;
    skip_spaces(&text);
    if (*text == '(')
        text++;
    ag_dates dates = {.kind = AG_DATES_YEAR, .is_about = skip_about(&text)};
    size_t digits = take_number(&text, &dates.first);
    dates.last = dates.first;
    if (digits < 3 || digits > 4)
        return other;
    if (is_end(text) || is_month_and_day(text))
        return dates;
    if (!skip_dash(&text))
        return other;
    dates.kind = AG_DATES_RANGE;
    dates.is_about |= skip_about(&text);
    size_t last_digits = take_number(&text, &dates.last);
    if (last_digits == 2) /* 1503-06 */
        dates.last += dates.first / 100 * 100;
    bool is_whole = last_digits == 2 || last_digits == 3 || last_digits == 4;
    return is_whole && is_end(text) && dates.last > dates.first ? dates : other;
}

bool ag_dates_is_lifetime(ag_dates dates)
{
    int years = dates.last - dates.first;
    return dates.kind == AG_DATES_RANGE && years >= LIFETIME_MIN_YEARS &&
           years <= LIFETIME_MAX_YEARS;
}
