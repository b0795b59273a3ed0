#!/usr/bin/env bash
# Start the guide, for a first look: `make run` calls this with the program.
set -euo pipefail
artguide=$1
port=${ARTGUIDE_PORT:-5000}
echo "Art Guide: http://localhost:$port/  (Ctrl-C ends it)"
exec "$artguide" serve
