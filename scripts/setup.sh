#!/usr/bin/env bash
# Makes the environment .venv from the locks: every version pinned, every file checked by hash.
set -euo pipefail
venv=${1:-.venv}
python=${PYTHON:-python3}
"$python" - <<'PY' || { echo "xinqu needs Python 3.11 or newer; set PYTHON=python3.11" >&2; exit 2; }
import sys
raise SystemExit(sys.version_info < (3, 11))
PY
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing python3-venv ..."
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
  else
    echo "this Python has no venv module: install the package python3-venv" >&2
    exit 2
  fi
fi
echo "setting up $venv ..."
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r locks/bootstrap.txt
"$venv/bin/uv" pip install -q --python "$venv/bin/python" --require-hashes -r locks/dev.txt
"$venv/bin/uv" pip install -q --python "$venv/bin/python" --no-build-isolation --no-deps -e .
touch "$venv/.ready"
