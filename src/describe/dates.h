/* Years as people write them in tables. Any thread. */
#ifndef AG_DESCRIBE_DATES_H
#define AG_DESCRIBE_DATES_H

#include <stdbool.h>

typedef enum ag_dates_kind {
    AG_DATES_NONE,  /* no text */
    AG_DATES_OTHER, /* text that says something else: "16th century", "b. 1950" */
    AG_DATES_YEAR,  /* "1889", "c. 1889", "1889.0", "1889-06-01" */
    AG_DATES_RANGE, /* "1503–1506", "1503-06", "c. 1503 to 1506" */
} ag_dates_kind;

typedef struct ag_dates {
    ag_dates_kind kind;
    int first;     /* year, or first year of the range; 0 otherwise */
    int last;      /* last year of the range; first for a year */
    bool is_about; /* "c.", "circa" and their like were there */
} ag_dates;

/* What the text says; NULL is taken as no text. */
ag_dates ag_dates_read(const char *text);

/* A range too long for the making of one work and not too long for a life. */
bool ag_dates_is_lifetime(ag_dates dates);

#endif
