#include "base/clock.h"

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
    if (us < 0)
        us += 1000000;
    time_t seconds = (time_t)((wall_us - us) / 1000000);
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

/* Microseconds of ".123456…" at *text (further digits are dropped); 0 where there is no fraction.
 */
static int take_fraction_us(const char **text)
{
    if (**text != '.' && **text != ',')
        return 0;
    (*text)++;
    int value = 0, scale = 100000;
    for (; **text >= '0' && **text <= '9'; (*text)++, scale /= 10)
        value += (**text - '0') * scale;
    return value;
}

/* Seconds east of UTC of "Z", "+hh:mm", "+hhmm" or "" at text; *ok tells whether it is one. */
static int zone_seconds(const char *text, int *ok)
{
    *ok = 1;
    if (*text == '\0' || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return 0;
    int sign = *text == '-' ? -1 : 1;
    *ok = *text == '+' || *text == '-';
    text++;
    int hours = *ok ? take_digits(&text, 2) : -1;
    if (hours >= 0 && *text == ':')
        text++;
    int minutes = hours >= 0 ? take_digits(&text, 2) : -1;
    *ok = hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && *text == '\0';
    return sign * (hours * 3600 + minutes * 60);
}

static int take_separated(const char **text, char separator, int digits)
{
    if (**text != separator)
        return -1;
    (*text)++;
    return take_digits(text, digits);
}

ag_status ag_clock_parse_iso8601(int64_t *wall_us, const char *text, ag_err *err)
{
    const char *at = text;
    struct tm utc = {0};
    int year = take_digits(&at, 4);
    int month = year < 0 ? -1 : take_separated(&at, '-', 2);
    int day = month < 0 ? -1 : take_separated(&at, '-', 2);
    int hour = day < 0 || (*at != 'T' && *at != ' ') ? -1 : take_separated(&at, *at, 2);
    int minute = hour < 0 ? -1 : take_separated(&at, ':', 2);
    int second = minute < 0 ? -1 : take_separated(&at, ':', 2);
    int ok = second >= 0 && second <= 60 && minute < 60 && hour < 24 && day >= 1 && day <= 31 &&
             month >= 1 && month <= 12;
    int fraction_us = ok ? take_fraction_us(&at) : 0;
    int offset = ok ? zone_seconds(at, &ok) : 0;
    if (!ok)
        return ag_err_set(err, AG_EFORMAT, "'%.40s' is not an ISO 8601 time", text);
    utc.tm_year = year - 1900;
    utc.tm_mon = month - 1;
    utc.tm_mday = day;
    utc.tm_hour = hour;
    utc.tm_min = minute;
    utc.tm_sec = second;
    *wall_us = ((int64_t)timegm(&utc) - offset) * 1000000 + fraction_us;
    return AG_OK;
}
