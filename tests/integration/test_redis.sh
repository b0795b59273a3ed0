#!/usr/bin/env bash
# Redis, an interface server and two AI servers: pictures come back as themselves; an AI server killed in
# the middle loses nothing; programs that know only the plain list-and-key protocol fit in on either side.
set -euo pipefail
source "$ARTGUIDE_TEST_SOURCE/tests/integration/lib.sh"
build_collection
start_redis
broker=redis://127.0.0.1:$redis_port
redis_do() { redis-cli -p "$redis_port" "$@"; }

start_ai() { # NAME
    start "$1" "$artguide" ai --model "$model" --collection "$collection" --broker "$broker" \
        --heartbeat-ms 300
}
live_servers() { "$artguide" orchestrator setup --broker "$broker" --json | jq -r '.servers | length'; }
has_servers() { [ "$(live_servers)" = "$1" ]; }

start_http interface "$artguide" interface --broker "$broker"
expect "ready without an AI server" 503 "$(curl -s -o /dev/null -w '%{http_code}' "$url/ready")"
start_ai ai-1
first_ai=$started
start_ai ai-2
second_ai=$started
eventually 20 has_servers 2
eventually 20 is_ready

each_picture check_comes_back

# A hundred posts, twelve at a time; one of the AI servers dies in the middle of them.
mapfile -d '' files < <(find "$pictures" -name '*.jpg' -print0 | sort -z)
for ((i = 0; i < 100; i++)); do
    printf '%s\0' "${files[i % ${#files[@]}]}"
done >"$work/hundred"
export url
export -f post title_of title_from expect fail check_comes_back
xargs -0 -P 12 -I{} bash -c 'check_comes_back "$1" && echo answered' _ {} \
    <"$work/hundred" >"$work/answers" 2>"$work/xargs.log" &
posts=$!
while [ "$(wc -l <"$work/answers")" -lt 10 ]; do sleep 0.02; done
kill -9 "$second_ai"
echo "killed an AI server after $(wc -l <"$work/answers") of 100 answers"
wait $posts || fail "some posts were not answered: $(head -n 3 "$work/xargs.log")"
expect "answers" 100 "$(wc -l <"$work/answers")"
eventually 20 has_servers 1

# A producer that knows only RPUSH and GET.
request() { # ID
    printf '{"request_id": "%s", "image": "%s", "timestamp": "2026-01-01T00:00:00", "show_context": true}' \
        "$1" "$(base64 -w 0 "${files[0]}")"
}
request plain-1 | redis_do -x RPUSH artguide:requests >/dev/null
has_answer() { [ -n "$(redis_do GET "artguide:response:$1")" ]; }
eventually 20 has_answer plain-1
expect "plain producer's title" "$(title_from "${files[0]}")" \
    "$(redis_do GET artguide:response:plain-1 | jq -r .title)"
ttl=$(redis_do TTL artguide:response:plain-1)
[ "$ttl" -gt 0 ] && [ "$ttl" -le 60 ] || fail "the answer's time to live is $ttl"

# Messages that are none are thrown away, and those that name their asker are answered with an error.
redis_do RPUSH artguide:requests 'not JSON' '{"request_id": "plain-2", "image": "@@@"}' >/dev/null
eventually 20 has_answer plain-2
expect "bad image" error "$(redis_do GET artguide:response:plain-2 | jq -r .status)"
is_idle() { [ "$(redis_do LLEN artguide:requests)" = 0 ] && [ -z "$(redis_do --scan --pattern 'artguide:inflight:*')" ]; }
eventually 20 is_idle

# An AI server that knows only BLPOP and SETEX serves our interface.
stop "$first_ai"
has_servers 0 || fail "an AI server that ended is still listed"
plain_ai() {
    local id
    id=$(redis_do BLPOP artguide:requests 20 | tail -n 1 | jq -r .request_id)
    redis_do SETEX "artguide:response:$id" 60 "{\"request_id\": \"$id\", \"status\": \"success\",
        \"artist\": \"Plain\", \"title\": \"By hand\", \"period\": \"\", \"confidence\": 0.5,
        \"description\": \"\"}" >/dev/null
}
plain_ai &
answer=$(post "${files[0]}")
wait $!
expect "answer of a plain AI server" "By hand" "$(title_of "$answer")"

# A broker that is there and refuses is no silent standstill.
redis_do SET artguide:requests text >/dev/null
start_ai ai-3
eventually 20 grep -q "cannot take requests.*WRONGTYPE" "$work/ai-3.log"
stop "$started"
redis_do DEL artguide:requests >/dev/null

# Told to stop twice, in whichever way, an interface server does not wait for what is in hand.
first_url=$url first_http=$http
start_http impatient "$artguide" interface --broker "$broker"
post "${files[0]}" >/dev/null &
waiting=$!
is_queued() { [ "$(redis_do LLEN artguide:requests)" = 1 ]; }
eventually 10 is_queued
kill -TERM "$http"
eventually 10 grep -q "finishing what is in hand" "$work/impatient.log"
kill -INT "$http"
status=0
wait "$http" || status=$?
expect "exit status after a second signal" 130 $status
wait $waiting || true
redis_do DEL artguide:requests >/dev/null
url=$first_url http=$first_http

# Without its broker the interface says so at once, and recovers by itself.
kill "$redis"
wait "$redis" || true
is_unhealthy() { [ "$(curl -s -o /dev/null -w '%{http_code}' "$url/health")" = 503 ]; }
eventually 10 is_unhealthy
expect "post without a broker" 503 "$(post "${files[0]}" | tail -n 1)"
start redis-again redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --dir "$work"
is_healthy() { [ "$(curl -s -o /dev/null -w '%{http_code}' "$url/health")" = 200 ]; }
eventually 15 is_healthy

stop "$http"
echo "ok"
