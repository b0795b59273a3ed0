#!/usr/bin/env bash
# The command line: help for everything, clear refusals with the right exit codes, settings from all places.
set -euo pipefail
source "$ARTGUIDE_TEST_SOURCE/tests/integration/lib.sh"
cd "$work"

# fails STATUS WORDS COMMAND…: exits with STATUS and says WORDS.
fails() {
    local wanted=$1 words=$2 status=0 said
    shift 2
    said=$("$@" 2>&1) || status=$?
    expect "exit status of $*" "$wanted" $status
    grep -q -- "$words" <<<"$said" || fail "$* did not say '$words' but: $said"
}

for command in serve interface ai orchestrator collection model recognize embed config bench; do
    "$artguide" --help | grep -q "^  $command " || fail "--help does not list $command"
    "$artguide" $command --help | grep -q "^usage: artguide $command" || fail "$command --help"
done
"$artguide" --version | grep -Eq '^artguide [0-9]+\.[0-9]+\.[0-9]+$' || fail "--version"

fails 64 "no command 'serv'" "$artguide" serv
fails 64 "did you mean 'port'" "$artguide" config --prt 80
fails 64 "0 to 65535" "$artguide" config --port 70000
fails 64 "auto|f32|bf16" "$artguide" config --precision f16
fails 64 "needs a value" "$artguide" collection build x -o
fails 64 "ARTGUIDE_PROT" env ARTGUIDE_PROT=1 "$artguide" config
fails 64 "recognize: name the photos" "$artguide" recognize
fails 64 "--only needs --exhibition or --room" "$artguide" recognize --only photo.jpg
fails 1 "samples in nowhere" "$artguide" serve --samples nowhere --listen 127.0.0.1 --port 0
fails 1 "nowhere" "$artguide" ai --collection nowhere
fails 1 "127.0.0.1" "$artguide" orchestrator setup --broker redis://127.0.0.1:1
fails 64 "redis:" "$artguide" interface --broker gopher://127.0.0.1
fails 64 "inside one process" "$artguide" interface --broker memory:
fails 64 "'8080' is not expected" "$artguide" interface 8080 --broker gopher://127.0.0.1
fails 1 "127.0.0.1" env no_proxy='*' "$artguide" model pull --hub http://127.0.0.1:1 --model pulled
fails 1 "127.0.0.1" env no_proxy='*' HF_ENDPOINT=http://127.0.0.1:1 "$artguide" model pull --model pulled
fails 64 "64 hexadecimal" "$artguide" model pull --sha256 abc --model pulled
fails 64 "plain https" "$artguide" model pull --hub huggingface.co --model pulled
fails 64 "one model at most" "$artguide" model pull vit-b-32 vit-b-16
fails 64 "'pull' or 'info'" "$artguide" model push
fails 1 "::1" env REDIS_HOST=::1 REDIS_PORT=1 "$artguide" orchestrator setup

# Flag before variable before file before default; `config` says which.
printf '# a comment\nport = 81\nlog-level = warn\nthreads = 1\n' >my.conf
settings=$(ARTGUIDE_PORT=82 INDEX_PATH=/x/faiss.index "$artguide" config --config my.conf --threads 2)
grep -q '^port = 82 .*# ARTGUIDE_PORT$' <<<"$settings" || fail "variable: $settings"
grep -q '^threads = 2 .*# --threads$' <<<"$settings" || fail "flag: $settings"
grep -q '^log-level = warn .*# my.conf:3$' <<<"$settings" || fail "file: $settings"
grep -q '^index-path = /x/faiss.index .*# INDEX_PATH$' <<<"$settings" || fail "own variable: $settings"
grep -q '^batch = 16 .*# default$' <<<"$settings" || fail "default: $settings"
echo 'colour = red' >bad.conf
fails 64 "bad.conf:1" "$artguide" config --config bad.conf
"$artguide" config --broker redis://user:secret@host/1 | grep -q secret && fail "a password is shown"

# Without a collection, serve comes up, and says what is missing.
start_http serve "$artguide" serve --collection nowhere
reason() { curl -s "$url/ready"; }
tells_collection() { reason | grep -q nowhere; }
eventually 10 tells_collection
expect "/ready without a collection" 503 "$(curl -s -o /dev/null -w '%{http_code}' "$url/ready")"
stop "$http"

# Images that cannot be read are listed and not fatal; a second build replaces the first.
build_collection
mkdir -p mixed/Some_One
cp "$(find "$pictures" -name '*.jpg' | sort | head -n 1)" mixed/Some_One/Good.jpg
echo broken >mixed/Some_One/Bad.jpg
"$artguide" collection build mixed --no-calibration --model "$model" -o mixed-collection >out.txt 2>err.txt ||
    fail "one bad image is fatal: $(cat err.txt)"
grep -q "Bad.jpg" err.txt || fail "the bad image is not named"
"$artguide" collection build mixed --no-calibration --model "$model" -o mixed-collection >/dev/null 2>&1
"$artguide" collection info mixed-collection | grep -q '^artworks: *1$' || fail "collection info"
# A build ends at once when it is told to, and the collection is as it was.
mkdir many
for i in $(seq 20); do cp -r "$pictures" "many/Again $i"; done
start build "$artguide" collection build many --no-calibration --model "$model" -o mixed-collection
sleep 0.5
kill "$started"
status=0
wait "$started" || status=$?
expect "exit status of a build that was ended" 143 $status
"$artguide" collection info mixed-collection | grep -q '^artworks: *1$' || fail "a half-built collection"
title=$("$artguide" recognize --json --model "$model" --collection mixed-collection \
    mixed/Some_One/Good.jpg | jq -r '.title + " by " + .artist')
expect "recognize" "Good by Some One" "$title"
length=$("$artguide" embed --model "$model" mixed/Some_One/Good.jpg |
    jq '[.embedding[] | . * .] | add | . * 1000 | round')
expect "length of an embedding, squared, in thousandths" 1000 "$length"
# Without weights, a collection recognises by local features; those of another can be added.
"$artguide" collection build mixed --model nowhere -o features-only >out.txt 2>/dev/null
grep -q "nowhere: this collection recognises by local features alone" out.txt || fail "missing weights are not said"
grep -q "^calibrated with 24 photos" out.txt || fail "a build does not calibrate: $(cat out.txt)"
"$artguide" collection info features-only | grep -q '^features: *1 of 1' || fail "info on features"
title=$("$artguide" recognize --json --model nowhere --collection features-only \
    mixed/Some_One/Good.jpg | jq -r '.match + " " + .title')
expect "recognized without weights" "confirmed Good" "$title"
rm features-only/features.bin
fails 1 "add-features" "$artguide" collection info features-only
"$artguide" collection add-features features-only --no-calibration >/dev/null 2>&1 || fail "add-features"
"$artguide" collection info features-only | grep -q '^features: *1 of 1' || fail "added features"
mv mixed moved
fails 64 "--images" "$artguide" collection add-features features-only
"$artguide" collection add-features features-only --images moved --no-calibration >/dev/null 2>&1 || fail "--images"
mv moved mixed
for index in HNSW16 IVF2,Flat; do
    "$artguide" collection build "$pictures" --model "$model" -o other --index $index --no-calibration >/dev/null 2>&1 ||
        fail "--index $index"
    first=$(find "$pictures" -name '*.jpg' | sort | head -n 1)
    expect "found through $index" "$(title_from "$first")" "$("$artguide" recognize --json \
        --model "$model" --collection other "$first" | jq -r .title)"
done
echo "ok"
