#!/usr/bin/env bash
# Lint, format, types, import contracts, unfinished work, and the proofs of the pack. Stops at the first that fails.
set -euo pipefail
bin=${1:-.venv/bin}
# Runs one check and shows its output only when it fails.
check() {
  local name=$1 output
  shift
  printf '%-22s' "$name"
  if output=$("$@" 2>&1); then echo ok; else printf 'failed\n%s\n' "$output"; exit 1; fi
}
check "ruff check" "$bin/ruff" check --no-cache .
check "ruff format" "$bin/ruff" format --no-cache --check .
check "mypy" "$bin/mypy"
check "import contracts" "$bin/lint-imports" --no-logo pyproject.toml
check "dependencies" "$bin/deptry" .
check "no unfinished work" bash -c '! git grep -nE "\b(TODO|FIXME|XXX)\b" -- "src/*.py" "tests/*.py"'
check "policy check" "$bin/xinqu" policy check
