#!/usr/bin/env bash
# Sets itself up and runs everything; with arguments only those tests. Leaves no server and no database behind.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
MADE_TEMPLATE=0
leave() {
  wait
  [ "$MADE_TEMPLATE" = 0 ] || run python -m tests.template drop || true  # where it was never made, nothing is to go
  [ "$STARTED_DATABASE" = 1 ] && "$HERE/postgres.sh" stop
}
trap leave EXIT
trap 'exit 130' INT TERM
prepare --with-browser
if [ $# -gt 0 ]; then run pytest "$@"; exit; fi
export MIEDZA_TEST_TEMPLATE=test_miedza_template
MADE_TEMPLATE=1
run python -m tests.template make &
PREPARED=1 "$HERE/lint.sh"
wait $! || fail "The template of the test databases could not be made; what is wrong stands above."
say "Tests"
run pytest -q -n 2 --dist loadfile -m "not browser"
say "Browser tests"
# A wait that ran out on a busy machine is tried once more and named in the summary; a wrong value never is.
run pytest -q -n 2 --dist load -m browser --reruns 1 --only-rerun TimeoutError -rR
