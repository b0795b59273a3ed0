#!/usr/bin/env bash
# Hold the source to its layers: an area includes only headers of areas it may see, a library's headers
# are included only by the files that translate that library, and every header compiles alone.
set -euo pipefail
cd "$(dirname "$0")/.."

# area: the other areas (or headers outside src/) it may see
layers="
base:
hub: base
image: base
clip: base image
features: base image
collection: base image clip features
describe: base
recognize: base image clip features collection describe
simulate: base image
evaluate: base image clip features collection recognize simulate
broker: base
interface: base image broker
ai: base image clip features collection describe recognize broker
orchestrator: base broker
cli: base hub image clip features collection describe recognize simulate evaluate broker interface ai orchestrator bench.h version.h
"

# header pattern (extended regexp, anchored at the start) and the files below src/ that may include it
libraries="
openssl/                    base/digest.c
curl/                       hub/transfer.c
(jpeglib|jerror|turbojpeg)  image/*code_jpeg.c
spng\.h                     image/decode_png.c
webp/                       image/decode_webp.c
(oneapi/)?dnnl              clip/*onednn*.c
faiss/                      collection/faiss_index.cc
duckdb                      collection/duckdb_table.c
microhttpd                  interface/http_server.c
hiredis/                    broker/redis*.c
"

failures=0
fail() {
    echo "$1" >&2
    failures=$((failures + 1))
}

# "file:line:header" of every include below src/ that matches the pattern behind the opening mark.
includes() {
    grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*$1" src --include='*.c' --include='*.h' \
        --include='*.cc' | sed -E 's/^([^:]*:[0-9]+):[^"<]*["<]([^">]*)[">].*/\1:\2/' || true
}

check_areas() {
    local where line header area other allowed
    while IFS=: read -r where line header; do
        area=${where#src/}
        case $area in */*) area=${area%%/*} ;; *) continue ;; esac # src/*.c wire everything together
        if ! grep -q "^$area:" <<<"$layers"; then
            fail "$where:$line: src/$area is not in the table of layers (scripts/check_layers.sh)"
            continue
        fi
        other=${header%%/*}
        allowed=$(sed -n "s/^$area://p" <<<"$layers")
        case " $area $allowed " in
        *" $other "*) ;;
        *) fail "$where:$line: $area may not see $other (\"$header\")" ;;
        esac
    done < <(includes '"')
}

check_libraries() {
    local pattern files where line header
    while read -r pattern files; do
        [ -n "$pattern" ] || continue
        while IFS=: read -r where line header; do
            # shellcheck disable=SC2053 # the right side is a pattern
            [[ ${where#src/} == $files ]] ||
                fail "$where:$line: <$header> belongs in src/$files only"
        done < <(includes "[\"<]$pattern")
    done <<<"$libraries"
}

# Prints the headers that do not compile alone, with the compiler's messages before each.
check_headers() {
    local header bad
    bad=$(find src bench demo tests -name '*.h' -print0 | xargs -0 -r -n 1 -P "$(nproc)" sh -c '
        gcc -fsyntax-only -x c -std=c17 -D_GNU_SOURCE -Isrc -I. -Wall -Wextra -Werror "$0" ||
            echo "$0"')
    for header in $bad; do
        fail "$header does not compile alone"
    done
}

check_areas
check_libraries
check_headers
[ "$failures" -eq 0 ] || {
    echo "check_layers: $failures broken rules" >&2
    exit 1
}
