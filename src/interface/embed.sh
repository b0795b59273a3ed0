#!/bin/sh
# Write C source that holds files' bytes: embed.sh OUTPUT FILE...
# web/index.html becomes AG_WEB_INDEX_HTML, declared in web_files.h.
set -eu
output=$1
shift
{
    echo '#include "interface/web_files.h"'
    for file in "$@"; do
        name=AG_WEB_$(basename "$file" | tr 'a-z.-' 'A-Z__')
        echo "static const uint8_t ${name}_BYTES[] = {"
        od -An -v -tx1 "$file" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
        echo '};'
        echo "const ag_web_file $name = {${name}_BYTES, sizeof ${name}_BYTES};"
    done
} >"$output"
