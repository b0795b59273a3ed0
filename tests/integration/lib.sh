# What the integration tests share: servers on free loopback ports that are stopped at the end, and
# checks that end the test. Sourced by test_*.sh, which meson runs with the variables it needs.

artguide=$ARTGUIDE_TEST_BUILD/artguide
work=$(mktemp -d)
pids=()

# End what was started, by id, and show the servers' logs of a test that failed.
finish() {
    local status=$?
    trap - EXIT
    for pid in "${pids[@]}"; do
        kill -CONT "$pid" 2>/dev/null || true
        kill "$pid" 2>/dev/null || true
    done
    for pid in "${pids[@]}"; do
        wait "$pid" 2>/dev/null || true
    done
    if [ $status -ne 0 ] && [ $status -ne 77 ]; then
        echo "--- failed with $status; the ends of the logs:" >&2
        tail -n 15 "$work"/*.log >&2 || true
    fi
    rm -rf "$work"
    exit $status
}
trap finish EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# expect WHAT WANTED FOUND
expect() {
    [ "$2" = "$3" ] || fail "$1: wanted '$2', found '$3'"
}

# eventually SECONDS COMMAND…: until it succeeds.
eventually() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || fail "gave up waiting for: $*"
        sleep 0.05
    done
}

# start NAME COMMAND…: in the background, its log in $work/NAME.log, its id in $started.
start() {
    local name=$1
    shift
    "$@" >"$work/$name.log" 2>&1 &
    started=$!
    pids+=("$started")
}

# stop PID: asks it to end, and checks that it ends well.
stop() {
    kill "$1"
    local status=0
    wait "$1" || status=$?
    expect "exit status of $1 after SIGTERM" 0 $status
}

# A port no one listens on; a race with another program is possible, and then the test fails loudly.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 20000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

start_redis() {
    redis_port=$(free_port)
    start redis redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --dir "$work" "$@"
    redis=$started
    eventually 10 redis-cli -p "$redis_port" ping
}

# start_http NAME COMMAND…: an interface server (or serve) on a port of its own; sets $url.
start_http() {
    local name=$1 port
    port=$(free_port)
    shift
    start "$name" "$@" --listen 127.0.0.1 --port "$port" --telemetry "$work/telemetry.csv"
    http=$started
    url=http://127.0.0.1:$port
    eventually 20 curl -s "$url/health"
}

# post FILE [CURL OPTION…]: the answer's JSON on one line, its HTTP status on the next.
post() {
    local file=$1
    shift
    curl -s -m 60 -o - -w '\n%{http_code}' -F "image=@\"$file\"" "$@" "$url/api/recognize"
}

# title_of ANSWER: the title in what post printed, or what went wrong.
title_of() {
    head -n 1 <<<"$1" | jq -r 'if .status == "success" then .title else "error: " + .message end'
}

is_ready() {
    [ "$(curl -s -o /dev/null -w '%{http_code}' "$url/ready")" = 200 ]
}

# build_collection: a model of test weights and a collection of pictures: the paintings of ../shared
# where they are, else pictures made here. Sets $pictures, $model and $collection.
build_collection() {
    local config=tiny
    pictures=$ARTGUIDE_TEST_SHARED/artworks
    if [ ! -d "$pictures" ]; then
        echo "no $pictures: with pictures made here"
        pictures=$work/pictures
        "$ARTGUIDE_TEST_BUILD/tests/integration/make_pictures" "$pictures" 24
    fi
    model=$work/$config
    collection=$work/collection
    "$ARTGUIDE_TEST_BUILD/tests/support/make_model" "$config" "$model" >/dev/null
    "$artguide" collection build "$pictures" --model "$model" -o "$collection" --precision f32 \
        --no-calibration
}

# each_picture COMMAND…: with the path of each picture appended.
each_picture() {
    local file
    while IFS= read -r -d '' file; do
        "$@" "$file"
    done < <(find "$pictures" -name '*.jpg' -print0 | sort -z)
}

# The title that a picture's file name says.
title_from() {
    local name=${1##*/}
    echo "${name%.jpg}"
}

check_comes_back() {
    local answer
    answer=$(post "$1")
    expect "$1" "$(title_from "$1")" "$(title_of "$answer")"
}
