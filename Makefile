# Two commands: `make build` (set up and build the sample), `make test` (install what tests need and run them).
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := build
.PHONY: build test test-slow lint clean

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "presseschau needs Python 3.11 or newer, $(PYTHON) is " + sys.version.split()[0] + "; make PYTHON=python3.12 takes another")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

build: .venv/installed
	$(BIN)/python scripts/build.py

test: .venv/installed-dev
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile

test-slow: .venv/installed-dev
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile -m 'slow or hypothesis' --hypothesis-profile=thorough

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf .venv data/build .mypy_cache .ruff_cache .pytest_cache
