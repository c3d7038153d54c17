# Each target does its own set-up and is quick the second time. `make` alone prints what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
DEMO_DIR ?= xinqu-workspace
PYTEST_WORKERS ?= auto

.PHONY: help demo test test-all bench docs fmt lint lock system clean

help: ## Print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-9s %s\n", $$1, $$2}'

$(VENV)/.ready: locks/bootstrap.txt locks/dev.txt pyproject.toml scripts/setup.sh
	@PYTHON=$(PYTHON) scripts/setup.sh $(VENV)

$(VENV)/.spark: locks/spark.txt $(VENV)/.ready
	@echo "setting up Spark ..." && $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r locks/spark.txt && touch $@

demo: $(VENV)/.ready ## Run both realms through the whole cycle, then serve them (SERVE=0: stop before serving)
	@$(BIN)/xinqu demo --dir $(DEMO_DIR) --fresh $(if $(filter 0,$(SERVE)),--no-serve,)

lint: $(VENV)/.ready ## Lint, format, types, import contracts, pack
	@scripts/lint.sh $(BIN)

test: $(VENV)/.spark system ## Everything that must hold: lint, types, contracts, pack, all quick tests in parallel
	@scripts/lint.sh $(BIN)
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadgroup -m "not slow and not browser"
	@$(BIN)/python -m pytest -m browser

test-all: $(VENV)/.spark system ## make test, and the exhaustive and statistical tests
	@scripts/lint.sh $(BIN)
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadgroup -m "not browser"
	@$(BIN)/python -m pytest -m browser

$(VENV)/.bench: locks/bench.txt $(VENV)/.spark
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r locks/bench.txt && touch $@

bench: $(VENV)/.bench ## Run benchmarks against peers in alternation, print ratios
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

docs: $(VENV)/.ready ## Build the documentation into docs/_build/html
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html && echo "docs/_build/html/index.html"

fmt: $(VENV)/.ready ## Format the code and apply safe lint fixes
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

lock: $(VENV)/.ready ## Renew the locks from pyproject.toml
	@$(BIN)/uv pip compile -q --upgrade pyproject.toml --all-extras --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o locks/all.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra server --extra report --extra sdmx --extra dev -c locks/all.txt --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o locks/dev.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra spark -c locks/all.txt --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o locks/spark.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra bench -c locks/all.txt --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o locks/bench.txt

system:
	@scripts/system-packages.sh

clean: ## Remove the environment and caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache docs/_build
