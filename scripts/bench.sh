#!/usr/bin/env bash
# Measure this machine: a CLIP ViT-B/32 of random weights, a Redis server of our own on a free loopback
# port, then `artguide bench`. Arguments behind the build folder name single benchmarks.
#   scripts/bench.sh BUILD [image|clip|search|features|broker|ai …]
set -euo pipefail
build=$1
shift
model=$build/test-models/vit-b-32
"$build/tests/support/make_model" vit-b-32 "$model"

folder=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$folder" >"$folder/log" &
redis=$!
trap 'kill $redis 2>/dev/null; wait $redis 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 50); do
    redis-cli -p "$port" ping >/dev/null 2>&1 && break
    sleep 0.1
done
"$build/tests/integration/make_pictures" "$folder/pictures" 24
"$build/artguide" collection build "$folder/pictures" --model "$model" -o "$folder/collection" --no-calibration >/dev/null
"$build/artguide" bench --model "$model" --collection "$folder/collection" --broker "redis://127.0.0.1:$port" "$@"
