# Every command of the project; what stands after ## is its line in docs/commands.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SPARK_INSTALLED := $(VENV)/.spark_installed
SAIL_VENV := .venv-sail
SAIL_INSTALLED := $(SAIL_VENV)/.installed
BENCH_INSTALLED := $(VENV)/.bench_installed
SUPERSET_VENV := .venv-superset
SUPERSET_INSTALLED := $(SUPERSET_VENV)/.installed
DRIVERS_INSTALLED := $(VENV)/.drivers_installed
DOCS_VENV := .venv-docs
DOCS_INSTALLED := $(DOCS_VENV)/.installed
IS_3_11 := $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'
# Spark needs Java 17 and Python 3.11, as do the drivers, the documentation site and, no
# later, Superset; where that is missing their tests are skipped, as are those of Node
# where there is none.
CAN_SPARK := $(shell java -version 2>&1 | grep -qE '"(1[7-9]|[2-9][0-9])' && $(IS_3_11) && echo yes)
CAN_DRIVERS := $(shell $(IS_3_11) && echo yes)
CAN_SITE := $(CAN_DRIVERS)
CAN_SUPERSET := $(shell $(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' && echo yes)
CAN_NODE := $(shell node --version 2>/dev/null | grep -qE '^v(1[89]|[2-9][0-9])' && npm --version >/dev/null 2>&1 && echo yes)

export DBT_PROFILES_DIR := $(CURDIR)
export PYTHONWARNINGS := ignore::UserWarning:multiprocessing.resource_tracker

.DEFAULT_GOAL := help
.PHONY: help install sail spark drivers build publish report ask superset superset-install test test-all test-postgres test-sail test-spark parity contract lint lint-sql lint-python lint-models format docs site site-install demo bench lock clean

help:  ## Say what each command does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 20

install: $(INSTALLED)  ## Make the virtual environment with the pinned packages

$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "footfall needs Python 3.10 or later: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

# Spark without Java. An environment of its own, since Python knows one pyspark at a time.
sail: $(SAIL_INSTALLED)  ## Make the environment of the target sail

$(SAIL_INSTALLED): requirements-sail.txt
	$(PYTHON) -m venv $(SAIL_VENV)
	$(SAIL_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-sail.txt
	@touch $@

# Half a gigabyte: for those who have the Java that it needs.
spark: $(SPARK_INSTALLED)  ## Add the pinned packages of the target spark

$(SPARK_INSTALLED): requirements-spark.txt $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.txt
	@touch $@

drivers: $(DRIVERS_INSTALLED)  ## Add the packages that the published files are read with in tests

$(DRIVERS_INSTALLED): requirements-drivers.txt examples/node/package-lock.json $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-drivers.txt
	$(if $(CAN_NODE),npm ci --prefix examples/node --silent)
	@touch $@

# BUILD_FLAGS are dbt's own, --vars FILE and --log-format json.
build: install  ## Build and test every model (the demo, unless vars say otherwise), then publish
	$(BIN)/python -m serving.build $(BUILD_FLAGS)

publish: install  ## Publish the marts of the last build again, if it was green
	$(BIN)/python -m serving.publish

report: install  ## Write the published marts as one page: warehouse/report.html
	$(BIN)/python -m serving.report

# ASK="--metrics conversion_rate --group-by session__channel"; ASK=--list says what there is.
ask: install  ## Ask the published marts for metrics by name
	@$(BIN)/python -m serving.metrics $(ASK)

# One more than there are cores: a worker often waits for an engine.
PYTEST = $(BIN)/python -m pytest -n $(shell $(PYTHON) -c 'import os; print(os.cpu_count() + 1)') --dist worksteal

test: lint sail $(if $(CAN_SITE),site-install)  ## Run what CI runs for every change: lint, and a small form of every test
	$(PYTEST)

test-all: lint sail $(if $(CAN_SITE),site-install) $(if $(CAN_SPARK),spark) $(if $(CAN_DRIVERS),drivers) $(if $(CAN_SUPERSET),superset-install)  ## Run everything: every test in its large form, on every engine
	FOOTFALL_TESTS=all $(PYTEST) --durations=20

test-postgres: install  ## Build the demo on a throwaway Postgres and compare its marts
	$(BIN)/python -m pytest tests/python/test_postgres.py tests/python/test_parity.py -k "not sail and not spark"

test-sail: install sail  ## Build the demo on a throwaway Sail, in batches, and compare its marts
	$(BIN)/python -m pytest tests/python/test_spark.py tests/python/test_parity.py -k sail

test-spark: install $(if $(CAN_SPARK),spark)  ## Build the demo on a Spark in dbt's process and compare its marts
	FOOTFALL_TESTS=all $(BIN)/python -m pytest tests/python/test_spark.py tests/python/test_parity.py -k "not postgres and not sail"

parity: install sail $(if $(CAN_SPARK),spark)  ## Compare every mart on DuckDB, Postgres, Sail and Spark, row by row
	$(BIN)/python -m parity

contract: install  ## Say what changed for users, and what the changelog does not tell
	$(BIN)/python -m scripts.contract

# dbt for the linters, with a database of their own that has columns, but no rows.
LINT_DBT := FOOTFALL_DUCKDB_PATH=target/lint/empty.duckdb $(BIN)/dbt --quiet
LINT_PATHS := --target-path target/lint --log-path target/lint

lint: install  ## Check the SQL, the Python, the types, names and descriptions
	+@$(MAKE) --no-print-directory --jobs 2 $(if $(filter output-sync,$(.FEATURES)),--output-sync) lint-sql lint-python lint-models

lint-sql: install
	FOOTFALL_DUCKDB_PATH=:memory: $(BIN)/sqlfluff lint models analyses tests/singular --processes 2 --disable-progress-bar
	$(BIN)/sqlfluff lint serving --templater raw --disable-progress-bar

lint-python: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# With an empty database, so that what was built before does not matter.
lint-models: install
	@mkdir -p target/lint
	$(LINT_DBT) build --empty --full-refresh --exclude-resource-types test unit_test $(LINT_PATHS)
	$(LINT_DBT) docs generate --no-compile $(LINT_PATHS)
	$(BIN)/dbt-coverage compute doc --run-artifacts-dir target/lint --cov-report target/lint/coverage.json --cov-fail-under 1
	$(LINT_DBT) parse --vars '{sources: {demo: {preset: demo}, own: {preset: columns, events: own.events, columns: {visitor_id: v, occurred_at: t, event_name: n}}}}' $(LINT_PATHS)
	$(if $(wildcard $(BIN)/dbt-bouncer),$(BIN)/dbt-bouncer run)

format: install  ## Let the linters mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	FOOTFALL_DUCKDB_PATH=:memory: $(BIN)/sqlfluff fix models analyses tests/singular --processes 2

docs: build  ## Write what dbt knows of every model as one page: target/static_index.html
	$(BIN)/dbt docs generate --static

# --strict: a link that leads nowhere ends it.
site: site-install  ## Build the documentation site, which needs no network: target/site/index.html
	$(DOCS_VENV)/bin/zensical build --strict --config-file mkdocs.yml

site-install: $(DOCS_INSTALLED)  ## Make the environment that the documentation site is built with

$(DOCS_INSTALLED): requirements-docs.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The documentation site needs Python 3.11 or later: make PYTHON=python3.11 site")'
	$(PYTHON) -m venv $(DOCS_VENV)
	$(DOCS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.txt
	@touch $@

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
	$(LOCK) --python-version 3.10 requirements-sail.in -o requirements-sail.txt
	$(LOCK) --python-version 3.11 requirements-spark.in -o requirements-spark.txt
	$(LOCK) --python-version 3.11 requirements-bench.in -o requirements-bench.txt
	$(LOCK) --python-version 3.11 requirements-drivers.in -o requirements-drivers.txt
	$(LOCK) --python-version 3.11 requirements-superset.in -o requirements-superset.txt
	$(LOCK) --python-version 3.11 requirements-docs.in -o requirements-docs.txt

clean:  ## Remove what was built, but not the environment
	rm -rf target logs .cache warehouse/*
