#!/usr/bin/env bash
# Stops the server, the worker and the private database, whoever started them.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
make_state
for program in server worker simulators; do
  alive "$program" && say "Stopping the $program"
  stop_program "$program"
done
"$(dirname "${BASH_SOURCE[0]}")/postgres.sh" stop
