# Two commands do all set-up on a fresh Debian or Ubuntu: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11
# What decides is covered to the last branch by tests of its own; tracing the rest would double their time.
CORE := tests/core tests/test_codec.py
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench lock clean qa

help:
	@echo "make demo            invent a municipality, sync it to four vendors, serve the site (ONESHOT=1: exit after one JSON line)"
	@echo "make test            install what tests need, run every test and every lint"
	@echo "make lint            ruff, mypy strict, import contracts, djlint, migrations, check --deploy"
	@echo "make bench           benchmarks: ratios, absolute figures and the machine's load"
	@echo "make lock            write the lock files anew from pyproject.toml"

$(VENV)/bin/python:
	@echo "Making a virtual environment …" >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock | $(VENV)/bin/python
	@echo "Installing what the program needs …" >&2
	@$(PIP) -r requirements.lock >&2
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing what the tests need …" >&2
	@$(PIP) -r requirements-dev.lock >&2
	@touch $@ $(VENV)/.runtime

demo: $(VENV)/.runtime
	@$(BIN)/python manage.py demo $(if $(ONESHOT),--oneshot)

test: $(VENV)/.dev
	./scripts/system_packages.sh
	$(BIN)/python -m pytest -n 3 --dist worksteal --durations 12 $(CORE) --cov --cov-report=
	$(BIN)/coverage report --fail-under=100
	$(BIN)/python -m pytest -n 3 --dist worksteal --durations 12 $(CORE:%=--ignore %)
	$(MAKE) --no-print-directory lint

lint qa: $(VENV)/.dev
	$(BIN)/python manage.py qa

bench: $(VENV)/.dev
	$(BIN)/python -m scripts.bench

lock: $(VENV)/.dev
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) var staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis
