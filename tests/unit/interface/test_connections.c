#include "interface/connections.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void test_connections_cut_off_slow_ones(void **state)
{
    (void)state;
    int slow[2], quick[2];
    char byte;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, slow), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, quick), 0);
    ag_connections *connections = ag_connections_create();
    ag_connection *a = ag_connections_open(connections, slow[0], 100);
    ag_connection *b = ag_connections_open(connections, quick[0], 100);
    assert_int_equal(ag_connections_sweep(connections, 99), 0);
    ag_connections_set_deadline(connections, b, 200);
    assert_int_equal(ag_connections_sweep(connections, 100), 1);
    assert_int_equal(read(slow[1], &byte, 1), 0);
    assert_int_equal(send(quick[1], "x", 1, MSG_NOSIGNAL), 1);
    assert_int_equal(ag_connections_sweep(connections, 150), 0);
    ag_connections_close(connections, a);
    ag_connections_close(connections, b);
    assert_int_equal(ag_connections_sweep(connections, 1000), 0);
    ag_connections_destroy(connections);
    for (int i = 0; i < 2; i++) {
        close(slow[i]);
        close(quick[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_connections_cut_off_slow_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
