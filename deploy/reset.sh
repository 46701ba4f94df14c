#!/usr/bin/env bash
# Removes the private state: database, issued documents, plan sheets, tools, logs. The code stays.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
HERE=$(dirname "${BASH_SOURCE[0]}")
[ -e "$STATE" ] || { say "Nothing to reset"; exit 0; }
[ -e "$STATE/.miedza" ] || fail "$STATE is no state folder of this project" "check MIEDZA_STATE; nothing was removed"
if [ "${YES:-}" != 1 ]; then
  [ -t 0 ] || fail "reset removes the database and all issued documents" "YES=1 make reset, where nobody can be asked"
  read -r -p "Remove the database and all issued documents in $STATE? [y/N] " answer
  [ "$answer" = y ] || { say "Nothing removed"; exit 0; }
fi
"$HERE/down.sh"
"$HERE/postgres.sh" destroy
rm -rf "$STATE"
say "Removed $STATE"
