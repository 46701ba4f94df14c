#!/usr/bin/env bash
# Loads the demo municipalities into the database.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
trap '[ "$STARTED_DATABASE" = 1 ] && "$HERE/postgres.sh" stop' EXIT
trap 'exit 130' INT TERM
prepare
migrate "$@"
