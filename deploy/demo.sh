#!/usr/bin/env bash
# Loads the demo municipalities into the database.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
prepare
migrate "$@"
