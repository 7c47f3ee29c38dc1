# Every command of the project, one line each in the README.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

export DBT_PROFILES_DIR := $(CURDIR)
export PYTHONWARNINGS := ignore::UserWarning:multiprocessing.resource_tracker

.DEFAULT_GOAL := help
.PHONY: help install build test lint format docs demo bench lock clean

help:  ## Say what each command does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 16

install: $(INSTALLED)  ## Make the virtual environment with the pinned packages

$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "footfall needs Python 3.10 or later: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

build: install  ## Build and test every model (the demo, unless vars say otherwise)
	$(BIN)/dbt build

test: lint build  ## Run everything that CI runs: lint, dbt build, pytest
	$(BIN)/python -m pytest

lint: install  ## Check the SQL, the Python and the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint models analyses tests/singular --processes 2 --disable-progress-bar

format: install  ## Let the linters mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix models analyses tests/singular --processes 2

docs: build  ## Write the documentation as one page: target/static_index.html
	$(BIN)/dbt docs generate --static

demo: install  ## Simulate the demo seeds anew (the same bytes)
	$(BIN)/python -m simulator.demo

bench: install  ## Measure a build of a million events against a plain copy
	$(BIN)/python -m benchmarks.build

lock: install  ## Pin requirements.in anew, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile requirements.in --quiet --generate-hashes --no-strip-extras --no-annotate --no-header --no-emit-index-url --no-emit-find-links --universal --python-version 3.10 -o requirements.txt

clean:  ## Remove what was built, but not the environment
	rm -rf target logs warehouse/*
