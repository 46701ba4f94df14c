#!/usr/bin/env bash
# Measures the figures of docs/performance.md: pages and documents on the demo data, then deliveries of ROWS parcels
# (10000,50000 unless said otherwise) in a database of their own. In one run, beside a yardstick of the same run.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
trap '[ "$STARTED_DATABASE" = 1 ] && "$HERE/postgres.sh" stop' EXIT
trap 'exit 130' INT TERM
prepare
migrate
run python -m tests.bench "$@"
say "Deliveries of ${ROWS:-10000,50000} parcels"
DATABASE_URL=${DATABASE_URL:-$("$HERE/postgres.sh" url)} run python -m tests.bench.registers
