#include "support.h"

#include "base/buffer.h"
#include "base/file.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ftw.h>
#include <setjmp.h>

#include <cmocka.h>

void test_folder_make(test_folder *folder)
{
    *folder = (test_folder){.path = "/tmp/artguide-test-XXXXXX"};
    assert_non_null(mkdtemp(folder->path));
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *ftw)
{
    (void)stat, (void)flag, (void)ftw;
    return remove(path);
}

void test_folder_remove(test_folder *folder)
{
    nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_path(char out[TEST_PATH_BYTES], const test_folder *folder, const char *name)
{
    int length = snprintf(out, TEST_PATH_BYTES, "%s/%s", folder->path, name);

    assert_true(length > 0 && length < TEST_PATH_BYTES);
    for (char *slash = strchr(out + strlen(folder->path) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(out, 0755);
        *slash = '/';
    }
    return out;
}

void test_write(const test_folder *folder, const char *name, const void *bytes, size_t length)
{
    char path[TEST_PATH_BYTES];
    FILE *file = fopen(test_path(path, folder, name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

void test_write_text(const test_folder *folder, const char *name, const char *text)
{
    test_write(folder, name, text, strlen(text));
}

void test_copy(const test_folder *folder, const char *name, const char *from)
{
    ag_buffer bytes = {0};

    assert_int_equal(ag_file_read(&bytes, from, 100 << 20, NULL), AG_OK);
    test_write(folder, name, bytes.data, bytes.length);
    ag_buffer_fini(&bytes);
}

const char *test_shared(void)
{
    const char *folder = getenv("ARTGUIDE_TEST_SHARED");

    if (folder && access(folder, R_OK) == 0)
        return folder;
    print_message("skipped: no shared test material in $ARTGUIDE_TEST_SHARED\n");
    return NULL;
}

/* Numerical Recipes' generator: any will do that is the same everywhere. */
static float next_float(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / (float)(1 << 24) - 0.5f;
}

float *test_unit_rows(size_t count, size_t dimension, uint32_t seed)
{
    float *rows = malloc((count * dimension + 1) * sizeof *rows);

    assert_non_null(rows);
    for (size_t i = 0; i < count; i++) {
        double squared = 0;
        for (size_t d = 0; d < dimension; d++) {
            rows[i * dimension + d] = next_float(&seed);
            squared += (double)rows[i * dimension + d] * (double)rows[i * dimension + d];
        }
        for (size_t d = 0; d < dimension; d++)
            rows[i * dimension + d] /= (float)sqrt(squared);
    }
    return rows;
}
