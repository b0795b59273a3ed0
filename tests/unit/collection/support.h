/* Folders, files and rows for the collection's tests. */
#ifndef AG_TEST_COLLECTION_SUPPORT_H
#define AG_TEST_COLLECTION_SUPPORT_H

#include <stddef.h>
#include <stdint.h>

#define TEST_PATH_BYTES 512

/* A folder of the test's own; test_folder_remove takes it away with all that is in it. */
typedef struct test_folder {
    char path[TEST_PATH_BYTES];
} test_folder;

void test_folder_make(test_folder *folder);
void test_folder_remove(test_folder *folder);

/* "<folder>/<name>" in out; folders in name are made. Returns out. */
const char *test_path(char out[TEST_PATH_BYTES], const test_folder *folder, const char *name);

/* Write a file below the folder. */
void test_write(const test_folder *folder, const char *name, const void *bytes, size_t length);
void test_write_text(const test_folder *folder, const char *name, const char *text);

/* Copy a whole file to a place below the folder. */
void test_copy(const test_folder *folder, const char *name, const char *from);

/* Shared test material, or NULL after printing that the test is skipped. */
const char *test_shared(void);

/* count × dimension floats, rows of length 1, the same for the same seed. Owned: free(). */
float *test_unit_rows(size_t count, size_t dimension, uint32_t seed);

#endif
