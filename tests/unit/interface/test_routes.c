#include "interface/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_routes_find(void **state)
{
    (void)state;
    assert_int_equal(ag_route_find("/"), AG_ROUTE_PAGE);
    assert_int_equal(ag_route_find("/api/recognize"), AG_ROUTE_RECOGNIZE);
    assert_int_equal(ag_route_find("/api/recognize/"), AG_ROUTE_OTHER);
    assert_int_equal(ag_route_find("/metrics/../health"), AG_ROUTE_OTHER);
    assert_int_equal(ag_route_find("/api/samples"), AG_ROUTE_SAMPLES);
    assert_int_equal(ag_route_find("/api/samples/7"), AG_ROUTE_SAMPLE);
    assert_int_equal(ag_route_find("/api/samplesx"), AG_ROUTE_OTHER);
    assert_int_equal(ag_route_find("other"), AG_ROUTE_OTHER);
    assert_int_equal(ag_route_find(""), AG_ROUTE_OTHER);
}

static void test_routes_are_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < AG_ROUTE_COUNT; i++) {
        const ag_route *route = ag_route_at((ag_route_id)i);
        assert_non_null(route->path);
        assert_non_null(route->run);
        assert_int_equal(ag_route_find(route->path), i);
    }
}

static void test_routes_methods(void **state)
{
    (void)state;
    const ag_route *page = ag_route_at(AG_ROUTE_PAGE);
    const ag_route *recognize = ag_route_at(AG_ROUTE_RECOGNIZE);
    assert_true(ag_route_allows(page, "GET"));
    assert_true(ag_route_allows(page, "HEAD"));
    assert_false(ag_route_allows(page, "POST"));
    assert_false(ag_route_allows(page, "GE"));
    assert_false(ag_route_allows(page, ""));
    assert_false(ag_route_allows(page, "GET, HEAD"));
    assert_true(ag_route_allows(recognize, "POST"));
    assert_false(ag_route_allows(recognize, "get"));
    assert_true(ag_route_allows(ag_route_at(AG_ROUTE_OTHER), "BREW"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routes_find),
        cmocka_unit_test(test_routes_are_complete),
        cmocka_unit_test(test_routes_methods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
