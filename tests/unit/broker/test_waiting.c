#include "broker/waiting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_waiting_is_a_set(void **state)
{
    size_t count = 7;
    (void)state;
    ag_waiting *waiting = ag_waiting_create();
    assert_null(ag_waiting_list(waiting, &count));
    assert_int_equal(count, 0);
    ag_waiting_add(waiting, "a");
    ag_waiting_add(waiting, "ab");
    ag_waiting_add(waiting, "a");
    ag_waiting_id *ids = ag_waiting_list(waiting, &count);
    assert_int_equal(count, 2);
    free(ids);
    assert_false(ag_waiting_remove(waiting, "b"));
    assert_true(ag_waiting_remove(waiting, "a"));
    assert_false(ag_waiting_remove(waiting, "a"));
    assert_true(ag_waiting_remove(waiting, "ab"));
    ag_waiting_destroy(waiting);
    ag_waiting_destroy(NULL);
}

static void test_waiting_holds_thousands(void **state)
{
    enum { MANY = 5000 };
    char id[AG_REQUEST_ID_MAX + 1];
    size_t count;
    (void)state;
    ag_waiting *waiting = ag_waiting_create();
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "%0*d", AG_REQUEST_ID_MAX, i);
        ag_waiting_add(waiting, id);
    }
    ag_waiting_id *ids = ag_waiting_list(waiting, &count);
    assert_int_equal(count, MANY);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(strlen(ids[i].text), AG_REQUEST_ID_MAX);
        if (i % 2 == 0)
            assert_true(ag_waiting_remove(waiting, ids[i].text));
    }
    free(ids);
    ids = ag_waiting_list(waiting, &count);
    assert_int_equal(count, MANY / 2);
    free(ids);
    ag_waiting_destroy(waiting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waiting_is_a_set),
        cmocka_unit_test(test_waiting_holds_thousands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
