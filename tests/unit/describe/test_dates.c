#include "describe/dates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct row {
    const char *text;
    ag_dates dates;
} row;

static const row rows[] = {
    {NULL, {AG_DATES_NONE, 0, 0, false}},
    {"", {AG_DATES_NONE, 0, 0, false}},
    {"  ", {AG_DATES_NONE, 0, 0, false}},
    {"1889", {AG_DATES_YEAR, 1889, 1889, false}},
    {" 1889 ", {AG_DATES_YEAR, 1889, 1889, false}},
    {"(1889)", {AG_DATES_YEAR, 1889, 1889, false}},
    {"1889.0", {AG_DATES_YEAR, 1889, 1889, false}},
    {"1889-06-01", {AG_DATES_YEAR, 1889, 1889, false}},
    {"1889-06-01T00:00:00", {AG_DATES_YEAR, 1889, 1889, false}},
    {"c. 1889", {AG_DATES_YEAR, 1889, 1889, true}},
    {"c.1889", {AG_DATES_YEAR, 1889, 1889, true}},
    {"Circa 1889", {AG_DATES_YEAR, 1889, 1889, true}},
    {"ca 800", {AG_DATES_YEAR, 800, 800, true}},
    {"1853-1890", {AG_DATES_RANGE, 1853, 1890, false}},
    {"1853–1890", {AG_DATES_RANGE, 1853, 1890, false}},
    {"1853 — 1890", {AG_DATES_RANGE, 1853, 1890, false}},
    {"1853 to 1890", {AG_DATES_RANGE, 1853, 1890, false}},
    {"(1853–1890)", {AG_DATES_RANGE, 1853, 1890, false}},
    {"1503-06", {AG_DATES_RANGE, 1503, 1506, false}},
    {"1503/1506", {AG_DATES_RANGE, 1503, 1506, false}},
    {"c. 1503–c. 1506", {AG_DATES_RANGE, 1503, 1506, true}},
    {"1890-1853", {AG_DATES_OTHER, 0, 0, false}},
    {"1889-1889", {AG_DATES_OTHER, 0, 0, false}},
    {"1889-", {AG_DATES_OTHER, 0, 0, false}},
    {"1889-1", {AG_DATES_OTHER, 0, 0, false}},
    {"1889-123456789012345", {AG_DATES_OTHER, 0, 0, false}},
    {"99999999999999999999", {AG_DATES_OTHER, 0, 0, false}},
    {"1889.5", {AG_DATES_OTHER, 0, 0, false}},
    {"1890s", {AG_DATES_OTHER, 0, 0, false}},
    {"16th century", {AG_DATES_OTHER, 0, 0, false}},
    {"b. 1950", {AG_DATES_OTHER, 0, 0, false}},
    {"c.", {AG_DATES_OTHER, 0, 0, false}},
    {"500 BC", {AG_DATES_OTHER, 0, 0, false}},
    {"-500", {AG_DATES_OTHER, 0, 0, false}},
};

static void test_dates_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ag_dates dates = ag_dates_read(rows[i].text);
        const ag_dates *expected = &rows[i].dates;
        if (dates.kind != expected->kind || dates.first != expected->first ||
            dates.last != expected->last || dates.is_about != expected->is_about)
            fail_msg("\"%s\" is read as kind %d, %d to %d, about %d", rows[i].text, dates.kind,
                     dates.first, dates.last, dates.is_about);
    }
}

static void test_dates_tells_lifetimes(void **state)
{
    (void)state;
    assert_true(ag_dates_is_lifetime(ag_dates_read("1853-1890")));
    assert_true(ag_dates_is_lifetime(ag_dates_read("1500-1521")));
    assert_false(ag_dates_is_lifetime(ag_dates_read("1500-1520")));
    assert_false(ag_dates_is_lifetime(ag_dates_read("1503-1506")));
    assert_false(ag_dates_is_lifetime(ag_dates_read("1500-1700")));
    assert_false(ag_dates_is_lifetime(ag_dates_read("1889")));
    assert_false(ag_dates_is_lifetime(ag_dates_read("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates_read),
        cmocka_unit_test(test_dates_tells_lifetimes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
