#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_digest_sha256_of_known_messages(void **state)
{
    (void)state;
    char hex[AG_SHA256_HEX_BYTES];
    ag_sha256_hex(hex, NULL, 0);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const ag_bytes parts[] = {{"a", 1}, {NULL, 0}, {"bc", 2}};
    ag_sha256_hex(hex, parts, 3);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_digest_ids_are_random_uuids(void **state)
{
    (void)state;
    char ids[64][AG_ID_BYTES];
    for (size_t i = 0; i < 64; i++) {
        ag_id_random(ids[i]);
        assert_int_equal(strlen(ids[i]), 36);
        assert_int_equal(strspn(ids[i], "0123456789abcdef-"), 36);
        assert_true(ids[i][8] == '-' && ids[i][13] == '-' && ids[i][18] == '-' &&
                    ids[i][23] == '-');
        assert_int_equal(ids[i][14], '4');
        assert_non_null(strchr("89ab", ids[i][19]));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
    }
}

/* Values of the authors' test suite. */
static void test_digest_fnv1a_of_known_messages(void **state)
{
    (void)state;
    assert_true(ag_fnv1a("", 0) == 0xcbf29ce484222325U);
    assert_true(ag_fnv1a("a", 1) == 0xaf63dc4c8601ec8cU);
    assert_true(ag_fnv1a("foobar", 6) == 0x85944171f73967e8U);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_sha256_of_known_messages),
        cmocka_unit_test(test_digest_fnv1a_of_known_messages),
        cmocka_unit_test(test_digest_ids_are_random_uuids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
