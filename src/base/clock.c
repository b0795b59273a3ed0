#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t ag_clock_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t ag_clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}

void ag_clock_format_iso8601(char out[AG_CLOCK_ISO8601_BYTES], int64_t wall_us)
{
    int64_t us = wall_us % 1000000;
    time_t seconds = wall_us / 1000000;
    if (us < 0) { /* before 1970, towards the second that began earlier */
        us += 1000000;
        seconds--;
    }
    struct tm utc;
    char date[24] = "";
    if (gmtime_r(&seconds, &utc) != NULL)
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out, AG_CLOCK_ISO8601_BYTES, "%s.%03dZ", date, (int)(us / 1000));
}

/* "digits" ASCII digits at *text as a number; moves *text behind them. -1: not digits. */
static int take_digits(const char **text, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return -1;
        value = value * 10 + (**text - '0');
    }
    return value;
}

/* Microseconds of ".123456…" at *text (further digits are dropped); 0 where there is none. */
static int take_fraction_us(const char **text)
{
    bool is_fraction = (**text == '.' || **text == ',') && (*text)[1] >= '0' && (*text)[1] <= '9';
    if (!is_fraction)
        return 0;
    (*text)++;
    int value = 0, scale = 100000;
    for (; **text >= '0' && **text <= '9'; (*text)++, scale /= 10)
        value += (**text - '0') * scale;
    return value;
}

/* Seconds east of UTC of "Z", "+hh:mm", "+hhmm" or "" at text; false when it is none of them. */
static bool parse_zone(int *seconds, const char *text)
{
    *seconds = 0;
    if (*text == '\0' || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if (*text != '+' && *text != '-')
        return false;
    int sign = *text++ == '-' ? -1 : 1;
    int hours = take_digits(&text, 2);
    if (hours >= 0 && *text == ':')
        text++;
    int minutes = hours >= 0 ? take_digits(&text, 2) : -1;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && *text == '\0';
}

static int take_separated(const char **text, char separator, int digits)
{
    if (**text != separator)
        return -1;
    (*text)++;
    return take_digits(text, digits);
}

static int days_of_month(int year, int month)
{
    static const int DAYS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return DAYS[month - 1] + (month == 2 && is_leap);
}

/* "2026-11-24T15:04:05" at *text; moves *text behind it. A leap second (60) is let through. */
static bool take_date_time(struct tm *out, const char **text)
{
    int year = take_digits(text, 4);
    int month = year < 0 ? -1 : take_separated(text, '-', 2);
    int day = month < 0 ? -1 : take_separated(text, '-', 2);
    int hour = day < 0 || (**text != 'T' && **text != ' ') ? -1 : take_separated(text, **text, 2);
    int minute = hour < 0 ? -1 : take_separated(text, ':', 2);
    int second = minute < 0 ? -1 : take_separated(text, ':', 2);
    if (second < 0 || second > 60 || minute > 59 || hour > 23 || month < 1 || month > 12 ||
        day < 1 || day > days_of_month(year, month))
        return false;
    *out = (struct tm){.tm_year = year - 1900,
                       .tm_mon = month - 1,
                       .tm_mday = day,
                       .tm_hour = hour,
                       .tm_min = minute,
                       .tm_sec = second};
    return true;
}

ag_status ag_clock_parse_iso8601(int64_t *wall_us, const char *text, ag_err *err)
{
    const char *at = text;
    struct tm utc;
    bool ok = take_date_time(&utc, &at);
    int fraction_us = ok ? take_fraction_us(&at) : 0;
    int offset = 0;
    if (!ok || !parse_zone(&offset, at))
        return ag_err_set(err, AG_EFORMAT, "'%.40s' is not an ISO 8601 time", text);
    *wall_us = ((int64_t)timegm(&utc) - offset) * 1000000 + fraction_us;
    return AG_OK;
}
