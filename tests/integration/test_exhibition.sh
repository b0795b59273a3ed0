#!/usr/bin/env bash
# A museum without CLIP weights that shows two exhibitions, over Redis: visitors name where they stand.
# On the way, everything that the command line says of such a collection.
set -euo pipefail
source "$ARTGUIDE_TEST_SOURCE/tests/integration/lib.sh"
cd "$work"

# Works 1…8 hang in two exhibitions of two rooms; a copy of the first work hangs in the other one.
pictures=$work/pictures
"$ARTGUIDE_TEST_BUILD/tests/integration/make_pictures" "$pictures" 8
{
    echo "artist,title,image_path,exhibition,room"
    for ((i = 1; i <= 8; i++)); do
        picture=$(cd "$pictures" && echo ./*/"Study $i.jpg")
        [ $i -le 4 ] && exhibition="Frühe Werke" || exhibition="Late Works"
        echo "Painter,Study $i,$picture,$exhibition,Room $((i % 2 + 1))"
        [ $i -ne 1 ] || echo "Painter,Study 1 again,$picture,Late Works,Room 2"
    done
} >"$pictures/metadata.csv"
photo=$(echo "$pictures"/*/"Study 1.jpg")
other=$(echo "$pictures"/*/"Study 7.jpg")

# On the command line: no weights are needed, and that is said.
guide() { "$artguide" "$@" --model "$work/no-model" --collection "$work/collection"; }
"$artguide" collection build "$pictures" --no-calibration --model no-model -o collection >built
grep -q "local features alone" built || fail "build: $(cat built)"
grep -q "9 with local features" built || fail "build: $(cat built)"
grep -q "Study 1 (row 1) and Study 1 again (row 2) look like the same picture" built ||
    fail "build does not name the copy: $(cat built)"
guide collection info >told
grep -q "^index: *none" told || fail "info: $(cat told)"
grep -q "^features: *9 of 9 artworks" told || fail "info: $(cat told)"
guide recognize "$other" | grep -q ': confirmed, confidence 0\.9' || fail "recognize"
expect "recognize --exhibition" "Study 1 again" \
    "$(guide recognize --json --exhibition "late works" "$photo" | jq -r .title)"
guide recognize --exhibition Elsewhere --only "$photo" 2>refused && fail "an unknown place is searched"
grep -q "exhibition or room" refused || fail "recognize --only: $(cat refused)"
guide collection evaluate --json --works 4 --per-work 1 --levels easy --side 480 2>/dev/null |
    jq -e '.collection.works == 9 and .photos.count == 4' >/dev/null || fail "evaluate"
guide collection add-features --no-calibration | grep -q "9 with local features" || fail "add-features"

start_redis
broker=redis://127.0.0.1:$redis_port
redis_do() { redis-cli -p "$redis_port" "$@"; }
start_http interface "$artguide" interface --broker "$broker"
start ai "$artguide" ai --model no-model --collection collection --broker "$broker" --heartbeat-ms 300
ai=$started
eventually 20 is_ready
expect recognition "local features" "$(curl -s "$url/ready" | jq -r .recognition)"

# ask WANTED FILE [CURL OPTION…]: match, title and exhibition of the answer, or its error's code.
ask() {
    local wanted=$1 answer
    shift
    answer=$(post "$@" | head -n 1)
    expect "answer to $*" "$wanted" \
        "$(jq -r '.code // (.match + ": " + .title + ", " + .exhibition)' <<<"$answer")"
}
ask "confirmed: Study 1, Frühe Werke" "$photo" -F exhibition="fruhe-werke" -F room="Room 2"
ask "confirmed: Study 1 again, Late Works" "$photo" -F exhibition="Late Works"
ask "confirmed: Study 1 again, Late Works" "$photo" -F exhibition="Late Works" -F scope=only
ask "confirmed: Study 7, Late Works" "$other" -F exhibition="Frühe Werke"
ask "confirmed: Study 7, Late Works" "$other" -F exhibition="Elsewhere"
ask "place_unknown" "$other" -F exhibition="Elsewhere" -F scope=only
answer=$(post "$other" -F exhibition="Frühe Werke" -F scope=only | head -n 1)
jq -e '.match == "unknown" and .corners == null and (.message | length > 0) and
    ([.exhibition, .similar[].exhibition] | all(. == null or . == "Frühe Werke"))' <<<"$answer" \
    >/dev/null || fail "a work from elsewhere, limited: $answer"

# A producer that knows only RPUSH and GET.
request() { # ID FIELDS
    printf '{"request_id": "%s", "image": "%s", "timestamp": "2026-01-01T00:00:00", %s}' \
        "$1" "$(base64 -w 0 "$photo")" "$2"
}
has_answer() { [ -n "$(redis_do GET "artguide:response:$1")" ]; }
told() { redis_do GET "artguide:response:$1"; }
produce() { request "$@" | redis_do -x RPUSH artguide:requests >/dev/null; }
produce plain-1 '"exhibition": "Late Works", "show_context": false'
produce plain-2 '"exhibition": "Elsewhere", "scope": "only"'
eventually 20 has_answer plain-1
eventually 20 has_answer plain-2
expect "plain producer's title" "Study 1 again" "$(told plain-1 | jq -r .title)"
expect "plain producer's place" "Late Works" "$(told plain-1 | jq -r .exhibition)"
expect "plain producer's unknown place" "error place_unknown" \
    "$(told plain-2 | jq -r '.status + " " + .code')"

stop "$ai"
stop "$http"
echo "ok"
