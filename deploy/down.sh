#!/usr/bin/env bash
# Stops the server and the private database, whoever started them.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
make_state
PID_FILE=$STATE/server.pid
if [ -s "$PID_FILE" ] && kill -0 "$(cat "$PID_FILE")" 2>/dev/null; then
  say "Stopping the server"
  kill "$(cat "$PID_FILE")"
  for _ in $(seq 100); do kill -0 "$(cat "$PID_FILE")" 2>/dev/null || break; sleep 0.1; done
fi
rm -f "$PID_FILE"
"$(dirname "${BASH_SOURCE[0]}")/postgres.sh" stop
