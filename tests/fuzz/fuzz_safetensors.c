/* Headers of weights files: whatever is accepted must lie within the bytes and be readable. */
#include "clip/safetensors.h"

#include <stdint.h>
#include <stdlib.h>

#define READ_FLOATS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ag_safetensors *file;
    if (ag_safetensors_parse(&file, data, size, NULL) != AG_OK)
        return 0;
    for (size_t i = 0; i < ag_safetensors_count(file); i++) {
        const ag_tensor *tensor = ag_safetensors_at(file, i);
        float floats[READ_FLOATS];
        if (tensor->bytes > size || ag_safetensors_find(file, tensor->name) != tensor)
            abort();
        if (tensor->dtype == AG_DTYPE_OTHER)
            continue;
        size_t count = tensor->elements < READ_FLOATS ? tensor->elements : READ_FLOATS;
        ag_tensor_read(floats, tensor, 0, count);
        ag_tensor_read(floats, tensor, tensor->elements - count, count);
    }
    char fingerprint[AG_SHA256_HEX_BYTES];
    ag_status status = ag_safetensors_fingerprint(fingerprint, file, NULL);
    if (status != AG_OK && status != AG_ENOMEM)
        abort();
    ag_safetensors_close(file);
    return 0;
}
