/* The files of web/, which the build turns into C (embed.sh). Any thread. */
#ifndef AG_INTERFACE_WEB_FILES_H
#define AG_INTERFACE_WEB_FILES_H

#include <stddef.h>
#include <stdint.h>

typedef struct ag_web_file {
    const uint8_t *data; /* as in the file, not NUL-terminated */
    size_t length;       /* bytes */
} ag_web_file;

extern const ag_web_file AG_WEB_INDEX_HTML;
extern const ag_web_file AG_WEB_STYLE_CSS;
extern const ag_web_file AG_WEB_PAGE_JS;

#endif
