#include "conformance.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_memory_refuses_more_in_its_url(void **state)
{
    (void)state;
    ag_broker *broker = NULL;
    const ag_broker_options options = {.url = "memory:queue"};
    assert_int_equal(ag_broker_open(&broker, &options, NULL), AG_EINVAL);
    assert_null(broker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_refuses_more_in_its_url),
    };
    int failures = conformance_run("memory: conformance", "memory:");
    return failures + cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
