#!/usr/bin/env bash
# Check the source without running it: formatting, cppcheck, the scripts themselves, layers and sizes.
# Every check runs, even after one failed; prints a line for each.
set -uo pipefail
cd "$(dirname "$0")/.."

mapfile -t sources < <(find src tests bench demo \( -name '*.c' -o -name '*.h' -o -name '*.cc' \) | sort)
mapfile -t scripts < <(find scripts .ci -type f 2>/dev/null | xargs -r grep -lE '^#!.*\b(ba)?sh\b')

# Names each file once, with its first difference.
check_format() {
    clang-format --dry-run --Werror "${sources[@]}" 2>&1 |
        awk -F : '/: error: / && !seen[$1]++ { print $1 ":" $2 ": run clang-format -i on it" }'
    return "${PIPESTATUS[0]}"
}

check_cppcheck() {
    # The compile commands, where there are any, know every include folder and define. cppcheck keeps
    # its findings between runs in the build folder, so that only what changed is looked at again.
    local what=(-Isrc -I. -D_GNU_SOURCE src bench demo tests)
    if [ -f build/compile_commands.json ]; then
        mkdir -p build/cppcheck
        what=(--project=build/compile_commands.json --cppcheck-build-dir=build/cppcheck)
    fi
    # cppcheck reads no system headers, but has to know the macros that declare lists.
    what+=("--include=/usr/include/$(gcc -print-multiarch)/sys/queue.h")
    cppcheck --quiet -j "$(nproc)" --enable=warning,performance,portability --inline-suppr \
        --error-exitcode=1 --suppress=missingIncludeSystem --suppress='*:*/node_modules/*' \
        --suppress='*:/usr/include/*' --template=gcc "${what[@]}"
}

check_scripts() {
    local script status=0
    for script in "${scripts[@]}"; do
        bash -n "$script" || status=1
    done
    return $status
}

check_layers() {
    scripts/check_layers.sh
}

check_sizes() {
    scripts/report_sizes.sh
}

failed=()
for check in format cppcheck scripts layers sizes; do
    start=$SECONDS
    if output=$(check_$check 2>&1); then
        echo "ok      $check ($((SECONDS - start)) s)"
    else
        echo "FAILED  $check ($((SECONDS - start)) s)"
        failed+=("$check")
    fi
    # The report on sizes is worth reading every time, the others only when they complain.
    [ -z "$output" ] || sed 's/^/        /' <<<"$output"
done

if [ ${#failed[@]} -gt 0 ]; then
    echo "lint: ${#failed[@]} of 5 checks failed: ${failed[*]}" >&2
    exit 1
fi
echo "lint: ${#sources[@]} source files and ${#scripts[@]} scripts are in order"
