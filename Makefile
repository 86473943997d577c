# bilim: `make run` starts everything, `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 0.0.0.0
PORT ?= 8004
WORKERS ?= 1
SPEECH ?= 1

.DEFAULT_GOAL := help
.PHONY: help install install-dev run demo migrate test check format bench bench-speech bench-exam-day soak openapi requirements clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed $(if $(filter-out 0,$(SPEECH)),$(VENV)/.installed-speech) ## Make .venv with the pinned requirements; SPEECH=0 leaves speech out.

$(VENV)/.installed: requirements.txt requirements-assets.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-assets.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.installed-speech: $(VENV)/.installed requirements-speech.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-speech.txt
	@touch $@

install-dev: install $(VENV)/.installed-dev ## Add what tests and checks need.

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: install ## Migrate, load demo content the first time, serve on 0.0.0.0:8004.
	@$(BIN)/bilim demo
	@exec $(BIN)/bilim serve --host $(HOST) --port $(PORT) --workers $(WORKERS)

demo: install ## Load the demo content, once.
	@$(BIN)/bilim demo

migrate: install ## Bring the database up to date.
	@$(BIN)/bilim migrate

# Each process of the tests, and each that they start, would compile all modules anew.
test soak: export PYTHONDONTWRITEBYTECODE =

test: install-dev ## Run the tests, on SQLite and, where one answers, on PostgreSQL.
	$(BIN)/python -m pytest -n 3 -m "not soak"

check: install-dev ## Format, lint, types, imports, migrations, OpenAPI document.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/check_migrations.py
	$(BIN)/bilim openapi | diff -q - docs/openapi.json || (echo "docs/openapi.json is old: make openapi"; exit 1)

format: install-dev ## Format and mend what can be mended.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install-dev ## Measure against a floor, as ratios inside one run.
	$(BIN)/python -m bench
	$(BIN)/python -m bench.search

bench-speech: install-dev ## How fast texts are read and recordings decoded, what hostile ones cost, how well speech is judged.
	$(BIN)/python -m bench.speech
	$(BIN)/python -m bench.speech.hearing

bench-exam-day: install-dev ## Two thousand students sit down at the same minute.
	$(BIN)/python -m bench.exam_day

soak: install-dev ## The long runs: kills, races, fuzzing.
	$(BIN)/python -m pytest -m soak

openapi: install ## Write docs/openapi.json.
	$(BIN)/bilim openapi > docs/openapi.json

requirements: install-dev ## Pin the requirements anew from pyproject.toml.
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile $(PIN) -o requirements.txt pyproject.toml
	$(BIN)/pip-compile $(PIN) --extra speech -c requirements.txt -o requirements-speech.txt pyproject.toml
	$(BIN)/pip-compile $(PIN) --extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml

PIN := --quiet --upgrade --allow-unsafe --strip-extras --generate-hashes --no-header --annotation-style=line \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

clean: ## Remove .venv; the data under var/ stays.
	rm -rf $(VENV)
