#!/usr/bin/env bash
# Lint, format, types, import contracts, unfinished work, and the proofs of the pack. Stops at the first that fails.
set -euo pipefail
bin=${1:-.venv/bin}
say() { printf '%-22s' "$1"; shift; "$@" && echo ok; }
say "ruff check" "$bin/ruff" check -q .
say "ruff format" "$bin/ruff" format -q --check .
say "mypy" "$bin/mypy" --no-error-summary
say "import contracts" "$bin/lint-imports" --no-logo --config pyproject.toml --quiet
say "no unfinished work" bash -c '! git grep -nE "\b(TODO|FIXME|XXX)\b" -- "src/*.py" "tests/*.py"'
say "policy check" "$bin/xinqu" policy check --quiet
