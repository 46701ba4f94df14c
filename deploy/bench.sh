#!/usr/bin/env bash
# Measures the figures of docs/performance.md on the demo data: in one run, beside a yardstick of the same run.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
trap '[ "$STARTED_DATABASE" = 1 ] && "$HERE/postgres.sh" stop' EXIT
trap 'exit 130' INT TERM
prepare
migrate
run python -m tests.bench "$@"
