#!/usr/bin/env bash
# What a newcomer does: `make run` where there are neither weights nor paintings. It opens on the demo
# collection, made the first time only, and tells works that hang there from those that do not.
set -euo pipefail
source "$ARTGUIDE_TEST_SOURCE/tests/integration/lib.sh"

# The programs as they lie in a build folder, whose collection is the test's own.
build=$work/build
mkdir -p "$build/demo"
ln -s "$artguide" "$build/artguide"
ln -s "$ARTGUIDE_TEST_BUILD/demo/make_demo" "$build/demo/make_demo"
cd "$work"

# Making the collection takes its time; a guide that has ended will never be there.
is_serving() { ! kill -0 "$http" || grep -q "Art Guide: http" "$work/$1.log"; }

run_guide() { # NAME
    port=$(free_port)
    url=http://127.0.0.1:$port
    start "$1" env ARTGUIDE_PORT="$port" ARTGUIDE_LISTEN=127.0.0.1 \
        "$ARTGUIDE_TEST_SOURCE/scripts/run.sh" "$build/artguide"
    http=$started
    eventually 200 is_serving "$1"
    eventually 20 is_ready
}

began=$SECONDS
run_guide first
echo "ready after $((SECONDS - began)) s"
grep -q "Making the demo collection" "$work/first.log" || fail "the first start made no collection"
grep -q "http://localhost:$port/" "$work/first.log" || fail "the page's address is not said"
curl -s "$url/" | grep -qi '<html' || fail "no page at /"
expect recognition "local features" "$(curl -s "$url/health" | jq -r .recognition)"

# The samples that the page offers: their names tell what they show.
check_sample() { # NAME URL
    local answer
    curl -s -o "$work/sample.jpg" "$url$2"
    answer=$(post "$work/sample.jpg" | head -n 1)
    if [[ $1 == *"does not hang here"* ]]; then
        expect "match of $1" unknown "$(jq -r .match <<<"$answer")"
        strangers=$((strangers + 1))
        return
    fi
    expect "match of $1" confirmed "$(jq -r .match <<<"$answer")"
    [[ $1 == "$(jq -r .title <<<"$answer"), "* ]] || fail "$1 is taken for $(jq -r .title <<<"$answer")"
    jq -e '(.corners | length == 4) and .confidence > 0.5 and (.description | length > 0) and
        (.exhibition | length > 0) and (.room | length > 0)' <<<"$answer" >/dev/null || fail "$1: $answer"
    known=$((known + 1))
}
known=0 strangers=0
curl -s "$url/api/samples" | jq -r '.samples[] | .name + "\t" + .url' >"$work/samples"
while IFS=$'\t' read -r name address; do
    check_sample "$name" "$address"
done <"$work/samples"
expect "samples of works and of strangers" "12 2" "$known $strangers"
stop "$http"

# The second time everything is there.
before=$(stat -c '%n %Y' "$build"/demo/*/*)
run_guide second
grep -q "Making" "$work/second.log" && fail "the second start made the collection again"
expect "files of the second start" "$before" "$(stat -c '%n %Y' "$build"/demo/*/*)"
stop "$http"
echo "ok"
