#!/usr/bin/env bash
# OGC conformance: the assertions that this project carries, then the real suites where there is Java.
# ETS="path/ets-wms13-1.34-aio.jar ..." names suites on this machine; SITE a server that runs already.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
"$HERE/test.sh" tests/spatial/ogc tests/tiles
if [ -z "${SITE:-}" ]; then
  export MIEDZA_PORT=${CITE_PORT:-8017}
  DETACH=1 "$HERE/up.sh"
  trap '"$HERE/down.sh"' EXIT
  SITE=http://localhost:$MIEDZA_PORT
fi
say "The suites of OGC against $SITE"
mkdir -p "$STATE/cite"
# shellcheck disable=SC2086 # several paths
run python -m tests.cite "$SITE" "$STATE/cite" ${ETS:-}
