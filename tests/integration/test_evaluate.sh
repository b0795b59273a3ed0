#!/usr/bin/env bash
# collection evaluate and calibrate: simulated photos, photos with labels, what is held out, and refusals.
set -euo pipefail
source "$ARTGUIDE_TEST_SOURCE/tests/integration/lib.sh"
cd "$work"

# fails STATUS WORDS ARGUMENT…: `artguide collection` exits with STATUS and says WORDS.
fails() {
    local wanted=$1 words=$2 status=0 said
    shift 2
    said=$("$artguide" collection "$@" 2>&1) || status=$?
    expect "exit status of $*" "$wanted" $status
    grep -q -- "$words" <<<"$said" || fail "$* did not say '$words' but: $said"
}

build_collection
evaluate=("$artguide" collection evaluate "$collection" --model "$model")

# Photos that are easy are nearly all recognised, and seldom what they are not.
"${evaluate[@]}" --works 12 --per-work 1 --levels easy --side 800 --hold-out 1 --json \
    --save-photos photos >report.json 2>err.txt || fail "evaluate: $(cat err.txt)"
shows() { jq -e "$1" report.json >/dev/null || fail "$1 is not so: $(cat report.json)"; }
shows '.photos.count == 12 and .photos.works == 12 and .photos.failures == []'
shows '.all.in_collection.photos == 12 and .all.not_in_collection.photos == 12'
shows '.all.in_collection.confirmed_right.count >= 11'
shows '.all.not_in_collection.false_confirmed.count <= 1'
shows '.levels[0].level == "easy" and (.levels | length) == 1'
shows '.timings_ms.total.p50 > 0 and (.calibration.bins | length) == 10'
expect "photos kept" 12 "$(find photos -name '*.jpg' | wc -l)"

# What was kept is read back, and gives the same figures.
figures() { jq '.all.in_collection | .corner_error_median |= (. * 10000 | round)' report.json; }
figures >before.json
"${evaluate[@]}" --photos photos --json >report.json
figures >after.json
cmp before.json after.json || fail "kept photos give other figures: $(diff before.json after.json)"

# A table of one's own: a work that the collection does not have, and a photo that is not there.
first=$(cd photos && ls *.jpg | head -n 1)
printf 'file,artwork\n%s,The Unheard Of\nmissing.jpg,%s\n' "$first" "${first%%-*}" >photos/own.csv
"${evaluate[@]}" --photos photos/own.csv --misses >report.txt
grep -q "2 photos of" report.txt || fail "own table: $(cat report.txt)"
grep -q "1 photos could not be used" report.txt || fail "the missing photo: $(cat report.txt)"
grep -q "The Unheard Of" report.txt || fail "the work that is not there: $(cat report.txt)"

# What cannot be done is said, with the right exit status.
fails 64 "name one folder at most" evaluate a b
fails 64 "easy, medium and hard" evaluate "$collection" --levels easy,harder
fails 64 "1 to 1000" evaluate "$collection" --per-work 0
fails 64 "0 to 1" evaluate "$collection" --hold-out 25
fails 64 "does not go with --photos" evaluate "$collection" --photos photos --seed 2
fails 64 "name one folder at most" calibrate a b
fails 1 "nowhere" evaluate nowhere
fails 1 "labels.csv" evaluate "$collection" --model "$model" --photos "$model"
fails 1 "no photo could be used" evaluate "$collection" --model "$model" --images "$work" --works 2 --per-work 1
fails 1 "can be photographed" calibrate "$collection" --model "$model" --images "$work"

# Both end at once when they are told to.
for verb in evaluate calibrate; do
    start $verb "$artguide" collection $verb "$collection" --model "$model"
    sleep 0.5
    kill "$started"
    status=0
    wait "$started" || status=$?
    expect "exit status of $verb that was ended" 143 $status
done
[ ! -e "$collection/calibration.json" ] || fail "a calibration that was not finished"
echo "ok"
