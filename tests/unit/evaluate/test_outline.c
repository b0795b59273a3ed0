#include "evaluate/outline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_outline_reads_what_is_whole(void **state)
{
    static const struct {
        const char *text;
        bool is_whole;
    } CASES[] = {
        {"{\"width\":30,\"height\":40,\"quad\":[[1,2],[29,-3.5],[28,39],[2,38]],\"x\":1}", true},
        {"{\"width\":30,\"height\":40,\"quad\":[[1,2],[29,3],[28,39]]}", false},
        {"{\"width\":30,\"height\":40,\"quad\":[[1,2],[29,3],[28,39],[2,38],[0,0]]}", false},
        {"{\"width\":30,\"height\":40,\"quad\":[[1,2],[29,3],[28,39],[2]]}", false},
        {"{\"width\":30,\"height\":40,\"quad\":[[1,2],[29,3],[28,39],[2,\"38\"]]}", false},
        {"{\"width\":30,\"height\":40,\"quad\":[[1,2],[29,3],[28,39],[2,1e300]]}", false},
        {"{\"width\":0,\"height\":40,\"quad\":[[1,2],[29,3],[28,39],[2,38]]}", false},
        {"{\"width\":1e300,\"height\":40,\"quad\":[[1,2],[29,3],[28,39],[2,38]]}", false},
        {"{\"quad\":[[1,2],[29,3],[28,39],[2,38]]}", false},
        {"[]", false},
        {"", false},
    };
    (void)state;

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ag_trial trial = {0};
        ag_outline_read(&trial, CASES[i].text);
        assert_int_equal(trial.width_px, CASES[i].is_whole ? 30 : 0);
        assert_float_equal(trial.corners[1][1], CASES[i].is_whole ? -3.5 : 0, 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outline_reads_what_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
