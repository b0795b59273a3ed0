#!/usr/bin/env bash
# Report the sizes of functions and files below src/ and demo/, and fail when one is over the limits of the house
# style. A function may be longer with a written reason: a comment "Long because: ..." directly above.
#
# Relies on clang-format: a function's body starts with "{" and ends with "}" in the first column.
set -euo pipefail
cd "$(dirname "$0")/.."

function_limit=100 file_limit=800 header_limit=200 column_limit=100
shown=${1:-5} # how many of the longest to list

files=$(find src demo -name '*.c' -o -name '*.cc' -o -name '*.h' | sort)
if [ -z "$files" ]; then
    echo "report_sizes: no source below src/ or demo/" >&2
    exit 1
fi

# Lines "length<TAB>function<TAB>file:line<TAB>reason" of every function; over-long lines go to stderr.
measure_functions() {
    # shellcheck disable=SC2086 # one word a file
    awk '
        FNR == 1 { head = 0; has_reason = 0; in_function = 0; in_comment = 0 }
        /^}/ && in_function {
            print FNR - head + 1 "\t" name "\t" FILENAME ":" head "\t" reason
            in_function = 0
        }
        in_function { next }
        /^\/\*/ { in_comment = 1; has_reason = 0; head = 0 }
        /^\/\// || in_comment {
            if (/Long because: ./) has_reason = 1
            if (/\*\//) in_comment = 0
            next
        }
        /^{/ {
            if (head && text ~ /\(/) {
                in_function = 1
                name = text
                sub(/[ \t]*\(.*/, "", name)
                sub(/.*[ \t*&]/, "", name)
                reason = has_reason
            }
            has_reason = 0
            next
        }
        /^[ \t]*$/ || /^#/ || /;[ \t]*$/ || /^}/ { head = 0; has_reason = 0; next }
        !head { head = FNR; text = "" }
        { text = text " " $0 }
    ' $files
}

# Median, 95th percentile and maximum of the sorted numbers on stdin.
summarise() {
    awk -v what="$1" '
        $1 { value[++n] = $1 }
        END {
            if (n == 0) { print what ": none"; exit }
            printf "%s: %d, median %d, p95 %d, max %d lines\n", what, n,
                value[int((n + 1) / 2)], value[int((n * 95 + 99) / 100)], value[n]
        }'
}

functions=$(measure_functions | sort -n)
# shellcheck disable=SC2086
lengths=$(awk 'FNR == 1 { name[++n] = FILENAME } { lines[n] = FNR }
    END { for (i = 1; i <= n; i++) print lines[i] "\t" name[i] }' $files | sort -n)

cut -f 1 <<<"$functions" | summarise functions
tail -n "$shown" <<<"$functions" | tac | awk -F '\t' '$1 { printf "  %4d  %s  %s\n", $1, $2, $3 }'
cut -f 1 <<<"$lengths" | summarise files
tail -n "$shown" <<<"$lengths" | tac | awk -F '\t' '{ printf "  %4d  %s\n", $1, $2 }'

# shellcheck disable=SC2086
too_long=$(
    awk -F '\t' -v limit=$function_limit '$1 > limit && !$4 {
        print $3 ": " $2 " has " $1 " lines, over " limit " (and no \"Long because:\" above it)" }' \
        <<<"$functions"
    awk -F '\t' -v limit=$file_limit -v header=$header_limit '
        $2 ~ /\.h$/ && $1 > header { print $2 ": " $1 " lines, over " header " for a header"; next }
        $1 > limit { print $2 ": " $1 " lines, over " limit }' <<<"$lengths"
    # UTF-8: continuation bytes take no column.
    LC_ALL=C awk -v limit=$column_limit '{
        line = $0
        gsub(/[\200-\277]/, "", line)
        if (length(line) > limit) print FILENAME ":" FNR ": " length(line) " columns, over " limit
    }' $files
)
if [ -n "$too_long" ]; then
    echo "$too_long" >&2
    exit 1
fi
