#!/usr/bin/env bash
# From a fresh machine to a page. Ctrl-C stops what this started; DETACH=1 leaves it running.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
PORT=${MIEDZA_PORT:-8000}
case $PORT in ''|*[!0-9]*) fail "MIEDZA_PORT must be a number, not '$PORT'" "MIEDZA_PORT=8000 make up" ;; esac
SITE=http://localhost:$PORT
healthy() { curl -fsS -o /dev/null --max-time 5 "$SITE/healthz" 2>/dev/null; }

if alive server; then
  if healthy; then say "Already running at $SITE (make down stops it)"; exit 0; fi
  fail "a server of this project runs (pid $(cat "$STATE/server.pid")), but does not answer at $SITE" "make down, then make up"
fi
if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
  fail "port $PORT is taken by another program" "stop it, or choose another: MIEDZA_PORT=8080 make up"
fi

stop_ours() {
  trap - INT TERM EXIT
  stop_program server
  stop_program worker
  stop_program simulators
  [ "$STARTED_DATABASE" = 1 ] && "$HERE/postgres.sh" stop
  return 0
}
trap 'stop_ours; exit 130' INT TERM
trap stop_ours EXIT

prepare
migrate

cd "$ROOT"
if [ "${MIEDZA_DEMO:-1}" = 1 ]; then
  say "Starting the demo's login node, payments, e-Doręczenia and SMS"
  stop_program simulators # of a run that was cut off
  OFFICE=$STATE/simulators/office.env
  mkdir -p "$STATE/simulators"
  rm -f "$OFFICE"
  setsid "$ROOT/.venv/bin/python" -m tests.simulators --site "$SITE" --folder "$STATE/simulators" \
    >"$STATE/log/simulators.log" 2>&1 </dev/null &
  echo $! >"$STATE/simulators.pid"
  for _ in $(seq 120); do [ -s "$OFFICE" ] && break; alive simulators || break; sleep 0.25; done
  [ -s "$OFFICE" ] || fail "the demo's outside systems did not start: $(tail -n 2 "$STATE/log/simulators.log" | tr '\n' ' ')" "see $STATE/log/simulators.log; MIEDZA_DEMO=0 runs without them"
  set -a
  # shellcheck disable=SC1090
  . "$OFFICE"
  set +a
fi

say "Starting the server"
if [ "${MIEDZA_DEMO:-1}" = 1 ]; then manage demo_data --accounts --mailbox "$DEMO_MAILBOX" >"$STATE/log/accounts.txt" & accounts=$!; fi
# setsid: a Ctrl-C reaches this script, which then stops the server in order
setsid "$ROOT/.venv/bin/granian" --interface wsgi --host "${MIEDZA_BIND:-127.0.0.1}" --port "$PORT" --workers "${MIEDZA_WORKERS:-2}" \
  --blocking-threads 2 --no-ws --respawn-failed-workers services.portal.wsgi:application \
  >"$STATE/log/server.log" 2>&1 </dev/null &
echo $! >"$STATE/server.pid"
stop_program worker # of a run that was cut off
setsid "$ROOT/.venv/bin/python" manage.py procrastinate worker --concurrency 1 --shutdown-graceful-timeout 5 \
  --delete-jobs successful >"$STATE/log/worker.log" 2>&1 </dev/null &
echo $! >"$STATE/worker.pid"
for _ in $(seq 120); do healthy && break; alive server || break; sleep 0.25; done
healthy || fail "the server did not answer at $SITE/healthz: $(tail -n 3 "$STATE/log/server.log" | tr '\n' ' ')" "see $STATE/log/server.log"

say "Miedza is at $SITE"
printf '    map %s/mapa/   office desk %s/urzad/   OGC API %s/ogc/\n' "$SITE" "$SITE" "$SITE"
if [ "${MIEDZA_DEMO:-1}" = 1 ]; then wait "$accounts" && cat "$STATE/log/accounts.txt"; fi

if [ "${DETACH:-}" = 1 ]; then trap - INT TERM EXIT; exit 0; fi
echo "    Ctrl-C stops it."
while alive server; do sleep 1; done
fail "the server stopped by itself: $(tail -n 3 "$STATE/log/server.log" | tr '\n' ' ')" "see $STATE/log/server.log"
