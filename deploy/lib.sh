# Shared by the scripts of this folder: where things live, how to speak, how to fail. Sourced, never run.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
STATE=${MIEDZA_STATE:-$ROOT/.state}
case $STATE in /*) ;; *) STATE=$ROOT/$STATE ;; esac
export MIEDZA_STATE=$STATE
UV=$STATE/tools/bin/uv
export UV_PYTHON_PREFERENCE=${UV_PYTHON_PREFERENCE:-system}

say()  { printf '\033[1;32m==>\033[0m %s\n' "$*"; }
fail() { printf '\033[1;31mBłąd / error:\033[0m %s\n' "$1" >&2; [ -n "${2:-}" ] && printf '  Co zrobić / remedy: %s\n' "$2" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "this step needs root: $*" "run it as root, or install sudo and allow this user to use it"; fi
}

# Programs that "up" leaves behind, each with its process id in $STATE/<name>.pid.
# A number that another program has got meanwhile is not ours.
alive() {
  [ -s "$STATE/$1.pid" ] && kill -0 "$(cat "$STATE/$1.pid")" 2>/dev/null \
    && tr '\0' ' ' <"/proc/$(cat "$STATE/$1.pid")/cmdline" 2>/dev/null | grep -qF "$ROOT/.venv/"
}
# A worker in the middle of a long job may be killed: its transaction is undone and the job starts again next time.
stop_program() {
  if alive "$1"; then
    kill "$(cat "$STATE/$1.pid")" 2>/dev/null || true
    for _ in $(seq 100); do alive "$1" || break; sleep 0.1; done
    alive "$1" && kill -KILL "$(cat "$STATE/$1.pid")" 2>/dev/null
  fi
  rm -f "$STATE/$1.pid"
}

make_state() {
  mkdir -p "$STATE/tools" "$STATE/log"
  [ -e "$STATE/.miedza" ] || echo 'private state of Miedza; make reset removes this folder' >"$STATE/.miedza"
  [ -w "$STATE" ] || fail "the state folder $STATE is not writable" "sudo chown -R $(id -un) '$STATE', or set MIEDZA_STATE to a folder of yours"
}
