# Everything up to a migrated database; sourced by the scripts that need one.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
make_state
HERE=$(dirname "${BASH_SOURCE[0]}")

run() { (cd "$ROOT" && "$UV" run --no-sync "$@"); }
manage() { run python manage.py "$@"; }

# A cluster that was running before us is not ours to stop.
STARTED_DATABASE=0
prepare() {
  "$HERE/system.sh" "$@"
  "$HERE/python.sh"
  if [ -z "${DATABASE_URL:-}" ]; then
    "$HERE/postgres.sh" status || STARTED_DATABASE=1
    "$HERE/postgres.sh" start
  fi
  "$HERE/frontend.sh"
}

# The database as this release wants it, the demo (unless MIEDZA_DEMO=0), the static files.
migrate() { manage prepare "$@" || exit 1; }
