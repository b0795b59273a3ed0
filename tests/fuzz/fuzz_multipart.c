/* Forms: the bytes as a body, and as a Content-Type with a boundary. */
#include "base/json.h"
#include "interface/upload.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every byte that is handed on must lie within the body, and names be text that JSON can hold. */
static void check(const ag_upload *upload, const uint8_t *body, size_t size)
{
    if (upload->image != NULL &&
        (upload->image < body || upload->image_length > (size_t)(body + size - upload->image)))
        abort();
    json_t *names = json_pack("[s, s]", upload->exhibition, upload->room);
    if (names == NULL)
        abort();
    json_decref(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ag_upload upload;
    ag_upload_source source = {"multipart/form-data; boundary=x", data, size};
    ag_upload_init(&upload, NULL);
    (void)!ag_upload_read(&upload, &source, NULL);
    check(&upload, data, size);

    char *text = malloc(size + 32);
    if (text == NULL)
        return 0;
    memcpy(text, "multipart/form-data;", 20);
    memcpy(text + 20, data, size);
    text[20 + size] = '\0';
    source.content_type = text;
    ag_upload_init(&upload, text);
    (void)!ag_upload_read(&upload, &source, NULL);
    check(&upload, data, size);
    free(text);
    return 0;
}
