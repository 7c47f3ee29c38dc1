# Every command of the project, one line each in the README.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SPARK_INSTALLED := $(VENV)/.spark_installed
BENCH_INSTALLED := $(VENV)/.bench_installed
SUPERSET_VENV := .venv-superset
SUPERSET_INSTALLED := $(SUPERSET_VENV)/.installed
# Spark needs Java 17 and Python 3.11; where either is missing its tests are skipped.
CAN_SPARK := $(shell java -version 2>&1 | grep -qE '"(1[7-9]|[2-9][0-9])' && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo yes)

export DBT_PROFILES_DIR := $(CURDIR)
export PYTHONWARNINGS := ignore::UserWarning:multiprocessing.resource_tracker

.DEFAULT_GOAL := help
.PHONY: help install spark build test test-postgres test-spark parity lint format docs demo bench superset superset-install lock clean

help:  ## Say what each command does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 20

install: $(INSTALLED)  ## Make the virtual environment with the pinned packages

$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "footfall needs Python 3.10 or later: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

# Half a gigabyte: for those who have the Java that it needs.
spark: $(SPARK_INSTALLED)  ## Add the pinned packages of the target spark

$(SPARK_INSTALLED): requirements-spark.txt $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.txt
	@touch $@

build: install  ## Build and test every model (the demo, unless vars say otherwise)
	$(BIN)/dbt build

test: lint build $(if $(CAN_SPARK),spark)  ## Run everything that CI runs: lint, dbt build, pytest
	$(BIN)/python -m pytest -n auto --dist worksteal

test-postgres: install  ## Build the demo on a throwaway Postgres and compare its marts
	$(BIN)/python -m pytest tests/python/test_postgres.py tests/python/test_parity.py -k "not spark"

test-spark: install $(if $(CAN_SPARK),spark)  ## Build the demo on a Spark in dbt's process and compare its marts
	$(BIN)/python -m pytest tests/python/test_spark.py tests/python/test_parity.py -k "not postgres"

parity: install $(if $(CAN_SPARK),spark)  ## Compare every mart on DuckDB, Postgres and Spark, row by row
	$(BIN)/python -m parity

# With an empty database, so that what was built before does not matter.
lint: install  ## Check the SQL, the Python and the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	FOOTFALL_DUCKDB_PATH=:memory: $(BIN)/sqlfluff lint models analyses tests/singular --processes 2 --disable-progress-bar

format: install  ## Let the linters mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	FOOTFALL_DUCKDB_PATH=:memory: $(BIN)/sqlfluff fix models analyses tests/singular --processes 2

docs: build  ## Write the documentation as one page: target/static_index.html
	$(BIN)/dbt docs generate --static

demo: install  ## Simulate the demo seeds anew (the same bytes)
	$(BIN)/python -m simulator.demo

# About 11 events per visitor. BENCH_FLAGS="--help" says what else can be asked for.
BENCH_VISITORS ?= 92500
bench: $(BENCH_INSTALLED) $(if $(CAN_SPARK),spark)  ## Measure builds, batches and others' ways against the floor
	$(BIN)/python -m benchmarks --visitors $(BENCH_VISITORS) $(BENCH_FLAGS)

$(BENCH_INSTALLED): requirements-bench.txt $(INSTALLED)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The benchmark needs Python 3.11 or later: make PYTHON=python3.11 bench")'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

# SUPERSET_FLAGS="--new-password" gives the user admin another one.
superset: superset-install  ## Show the published marts in a dashboard on loopback
	$(SUPERSET_VENV)/bin/python -m serving.superset $(SUPERSET_FLAGS)

superset-install: $(SUPERSET_INSTALLED)  ## Make the dashboard's own environment (700 MB)

$(SUPERSET_INSTALLED): requirements-superset.txt
	@$(PYTHON) -c 'import sys; sys.exit((3, 11) != sys.version_info[:2] and "The dashboard needs Python 3.11: make PYTHON=python3.11 superset")'
	$(PYTHON) -m venv $(SUPERSET_VENV)
	$(SUPERSET_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-superset.txt
	@touch $@

LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-strip-extras --no-annotate --no-header --no-emit-index-url --no-emit-find-links --universal
lock: install  ## Pin requirements*.in anew, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) --python-version 3.10 requirements.in -o requirements.txt
	$(LOCK) --python-version 3.11 requirements-spark.in -o requirements-spark.txt
	$(LOCK) --python-version 3.11 requirements-bench.in -o requirements-bench.txt
	$(LOCK) --python-version 3.11 requirements-superset.in -o requirements-superset.txt

clean:  ## Remove what was built, but not the environment
	rm -rf target logs warehouse/*
