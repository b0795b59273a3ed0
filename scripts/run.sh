#!/usr/bin/env bash
# Start the guide, for a first look: `make run` calls this with the program. Without a collection of
# its own it opens on the demo collection, which is made below the build folder the first time.
set -euo pipefail
artguide=$1
demo=$(dirname "$artguide")/demo
make_demo=$demo/make_demo
port=${ARTGUIDE_PORT:-5000}
settings=$("$artguide" config)

# The value of a setting, and where that is from ("default": nobody said anything).
setting() {
    sed -n "s/^$1 = *//p" <<<"$settings" | sed 's/ *# [^#]*$//'
}

origin() {
    sed -n "s/^$1 = .*# //p" <<<"$settings"
}

# A collection that somebody named, or that lies at the usual place, is the user's own.
has_collection() {
    local option file folder
    for option in collection index-path meta-path; do
        [ "$(origin $option)" = default ] || return 0
    done
    folder=$(setting collection)
    for file in faiss.index features.bin metadata.parquet; do
        [ ! -e "$folder/$file" ] || return 0
    done
    return 1
}

# Is the demo collection whole, and no older than what it is made with?
is_made() {
    [ -d "$demo/samples" ] && [ ! "$make_demo" -nt "$demo/collection" ] &&
        [ ! "$weights" -nt "$demo/collection" ] &&
        "$artguide" collection info "$demo/collection" >/dev/null 2>&1
}

# Everything is made beside its place. The collection is put there last: where it is, all is.
make_collection() {
    echo "Making the demo collection, once..."
    rm -rf "$demo/new" "$demo/collection"
    mkdir "$demo/new"
    "$make_demo" "$demo/new/works"
    "$make_demo" samples "$demo/new/works" "$demo/new/samples"
    rm -rf "$demo/works" "$demo/samples"
    mv "$demo/new/works" "$demo/new/samples" "$demo"
    "$artguide" collection build "$demo/works" -o "$demo/new/collection" --no-calibration
    mv "$demo/new/collection" "$demo"
    rmdir "$demo/new"
}

serve() {
    echo "Art Guide: http://localhost:$port/  (Ctrl-C ends it)"
    exec "$artguide" serve "$@"
}

if has_collection; then
    serve
fi
weights=$(setting model)/model.safetensors
is_made || make_collection
echo "This is a demo collection: two dozen works that Art Guide drew itself, and photos of them to try."
[ -e "$weights" ] ||
    echo "There are no CLIP weights, so works are recognised by local features alone ('artguide model pull')."
echo "For a collection of your own: '$artguide collection build FOLDER_OF_IMAGES', then 'make run' again."
serve --collection "$demo/collection" --samples "$demo/samples"
