#!/usr/bin/env bash
# uv, the Python of .python-version and the locked environment. Idempotent; a second run takes a second.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
make_state

if [ ! -x "$UV" ]; then
  if command -v uv >/dev/null; then
    mkdir -p "$(dirname "$UV")"
    ln -sf "$(command -v uv)" "$UV"
  else
    say "Fetching uv (package manager for Python)"
    # -P: a .python-version that pyenv has not installed must not stop the system's own python3
    PYENV_VERSION=system python3 -m venv "$STATE/tools" \
      || fail "python3 could not make a virtual environment" "apt-get install python3 python3-venv"
    "$STATE/tools/bin/pip" install -q --disable-pip-version-check 'uv>=0.8' \
      || fail "uv could not be fetched from PyPI" "check the network or set PIP_INDEX_URL to your mirror, then run again"
  fi
fi

wanted=$(cat "$ROOT/.python-version")
if ! "$UV" python find "$wanted" >/dev/null 2>&1; then
  pyenv_root=${PYENV_ROOT:-$HOME/.pyenv}
  found=$(compgen -G "$pyenv_root/versions/$wanted*/bin/python3" | sort -V | tail -n1 || true)
  if [ -n "$found" ]; then
    export UV_PYTHON=$found
  else
    say "Fetching Python $wanted"
    "$UV" python install -q "$wanted" || fail "Python $wanted is not here and could not be fetched" \
      "install it (pyenv install $wanted, or your distribution's python$wanted with python$wanted-venv) and run again"
  fi
fi

cd "$ROOT"
if ! "$UV" sync --locked -q --check 2>/dev/null; then
  say "Python environment (.venv) from uv.lock"
  "$UV" sync --locked -q || fail "the Python environment could not be made" "see the message above; with a broken .venv: rm -rf .venv and run again"
fi
