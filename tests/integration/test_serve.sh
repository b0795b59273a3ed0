#!/usr/bin/env bash
# One process, no Redis: every picture of a collection comes back as itself, every bad upload is refused.
set -euo pipefail
source "$ARTGUIDE_TEST_SOURCE/tests/integration/lib.sh"
build_collection
start_http serve "$artguide" serve --model "$model" --collection "$collection"
eventually 20 is_ready

each_picture check_comes_back

# The answer's shape.
first=$(find "$pictures" -name '*.jpg' | sort | head -n 1)
answer=$(post "$first")
expect "HTTP status" 200 "$(tail -n 1 <<<"$answer")"
head -n 1 <<<"$answer" | jq -e '
    (.artist | length > 0) and (.confidence > 0.99) and (.match == "confirmed") and
    (.description | length > 0) and (.request_id | length > 0) and (.artwork_id | length > 0) and
    (.similar | length == 4) and (.timings.embed > 0) and (.response_time > 0) and
    (.timings.features > 0) and
    (.corners | length == 4) and (.encoder | test("^clip-.*[+]local-features$"))' >/dev/null || fail "answer's fields: $answer"
answer=$(post "$first" -F show_context=false)
expect "description when none is wanted" "" "$(head -n 1 <<<"$answer" | jq -r .description)"

# Each bad upload has its own HTTP status; where the shared inputs are, all of them.
check_refused() { # STATUS FILE
    local refusal
    refusal=$(post "$2")
    expect "HTTP status of $2" "$1" "$(tail -n 1 <<<"$refusal")"
    head -n 1 <<<"$refusal" | jq -e '.status == "error" and (.code | length > 0) and
        (.message | length > 0)' >/dev/null || fail "refusal of $2: $refusal"
}
echo "just text" >"$work/text.jpg"
check_refused 415 "$work/text.jpg"
: >"$work/empty.jpg"
check_refused 400 "$work/empty.jpg"
head -c 2000 "$first" >"$work/truncated.jpg"
check_refused 400 "$work/truncated.jpg"
head -c 16000000 /dev/zero >"$work/large.jpg"
check_refused 413 "$work/large.jpg"
if [ -d "$ARTGUIDE_TEST_SHARED/inputs" ]; then
    for file in "$ARTGUIDE_TEST_SHARED"/inputs/invalid/*; do
        case ${file##*/} in
        black.jpg | white.png) wanted=422 ;;
        gif* | svg* | tiff* | html* | text.jpg | *zip*) wanted=415 ;;
        too-large* | bomb*) wanted=413 ;;
        *) wanted=400 ;;
        esac
        check_refused $wanted "$file"
    done
    for file in "$ARTGUIDE_TEST_SHARED"/inputs/valid/*; do
        expect "HTTP status of $file" 200 "$(post "$file" | tail -n 1)"
    done
fi

# The other routes.
curl -s "$url/" | grep -qi '<html' || fail "no page at /"
expect health healthy "$(curl -s "$url/health" | jq -r .status)"
curl -s "$url/metrics" | grep -q '^artguide_' || fail "no metrics"
expect "unknown route" 404 "$(curl -s -o /dev/null -w '%{http_code}' "$url/nothing")"

# As many visitors as the HTTP library looks at in one go, all at the same moment.
visitors=()
ask() { printf 'GET /page.js HTTP/1.1\r\nHost: x\r\nIf-None-Match: %s\r\n\r\n' "$etag" >&"$1"; }
# The head of one answer without a body, up to its empty line.
heard() {
    local line
    while IFS= read -r -t 10 -u "$1" line; do [ "$line" != $'\r' ] || return 0; done
    return 1
}
etag=$(curl -s -I "$url/page.js" | sed -n 's/^etag: *\(.*\)\r$/\1/Ip')
for ((i = 0; i < 128; i++)); do
    exec {visitor}<>"/dev/tcp/127.0.0.1/${url##*:}"
    visitors+=("$visitor")
    ask "$visitor" && heard "$visitor" || fail "visitor $i was not answered"
done
kill -STOP "$http"
for visitor in "${visitors[@]}"; do ask "$visitor"; done
kill -CONT "$http"
for visitor in "${visitors[@]}"; do
    heard "$visitor" || fail "128 requests at once: not all were answered"
    exec {visitor}>&-
done

# Telemetry: the header, and a line for each request that named a work.
expect "telemetry's header" "timestamp,request_id,artist,confidence,response_time,status" \
    "$(head -n 1 "$work/telemetry.csv" | tr -d '\r')"

stop "$http"
echo "ok"
