#!/usr/bin/env bash
# Style, types, layers, migrations. Every check runs; the first failure decides the exit code.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
[ "${PREPARED:-}" = 1 ] || prepare
failed=0
check() {
  local name=$1
  shift
  if output=$(run "$@" 2>&1); then say "$name: good"; else failed=1; printf '%s\n' "$output"; say "$name: FAILED"; fi
}
check "formatting" ruff format --check -q .
check "style" ruff check -q .
check "types" mypy
check "layers" lint-imports
check "migrations" python manage.py makemigrations --check --dry-run
check "templates" djlint services --lint --quiet
check "front-end types" npm --prefix services/portal/map run -s typecheck
exit $failed
