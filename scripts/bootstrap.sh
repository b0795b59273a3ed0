#!/usr/bin/env bash
# Install what building, running and testing Art Guide needs on Debian 12: Debian packages with
# apt-get, and DuckDB's library with npm (package-lock.json pins it). Says nothing and takes a moment
# when there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
    gcc g++ make pkg-config meson ninja-build git ca-certificates npm    # build
    libdnnl-dev libfaiss-dev libopenblas-dev                             # CLIP, vector indexes
    libjpeg62-turbo-dev libspng-dev libwebp-dev                          # images
    libmicrohttpd-dev libhiredis-dev libjansson-dev libssl-dev           # servers, JSON, sha256
    libcurl4-openssl-dev                                                 # model download
    libcmocka-dev redis-server curl jq                                   # tests
    clang-format cppcheck                                                # make lint
)

# A package counts as there when dpkg lists it as installed, or (npm, for one) its command exists.
is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ] || command -v "$1" >/dev/null
}

missing=()
for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "bootstrap: these Debian packages are missing: ${missing[*]}" >&2
        echo "bootstrap: run 'sudo scripts/bootstrap.sh', or install them yourself" >&2
        exit 1
    fi
    echo "bootstrap: installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # Installing a server package must not start that server: tests start their own.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    log=$(mktemp)
    if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "bootstrap: apt-get failed; the whole log is $log" >&2
        exit 1
    fi
    rm -f "$log"
fi

# npm writes node_modules/.package-lock.json last, so it is newer than a lock file it satisfied.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
    echo "bootstrap: installing npm packages"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
fi
