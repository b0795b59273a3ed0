#!/usr/bin/env bash
# Run the tests of a build folder, and end with a line "N passed, N failed, N skipped".
#   scripts/test.sh BUILD [MESON TEST OPTION…]
set -uo pipefail
build=$1
shift
meson test -C "$build" --no-rebuild --print-errorlogs "$@"
status=$?
awk '
    { if (match($0, /"result": "[A-Z]+"/)) count[substr($0, RSTART + 11, RLENGTH - 12)]++ }
    END {
        passed = count["OK"] + count["EXPECTEDFAIL"]
        skipped = count["SKIP"]
        for (result in count) total += count[result]
        printf "%d passed, %d failed, %d skipped\n", passed, total - passed - skipped, skipped
    }' "$build/meson-logs/testlog.json"
exit $status
