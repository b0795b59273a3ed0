/* What the tests of base share. */
#ifndef TESTS_UNIT_BASE_SUPPORT_H
#define TESTS_UNIT_BASE_SUPPORT_H

#include "base/buffer.h"

/* A new folder in the place for temporary files; owned. */
char *make_temporary_folder(void);

/* Remove the folder, with what is directly in it, and free its name. */
void remove_folder(char *folder);

/* Everything that can be read from fd until its end, NUL-terminated, appended. */
void read_to_end(ag_buffer *out, int fd);

#endif
