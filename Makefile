# Two commands: `make demo` shows the main job, `make test` runs every check. Both make and reuse .venv by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test bench torture docs format clean

demo: $(VENV)/.demo
	@$(BIN)/amplify demo $(DEMO)

test: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/cog --check README.md docs/*.md
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

bench: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python -m bench $(BENCH)

torture: $(VENV)/.test
	CRASH=all $(BIN)/python -m pytest -n 2 --dist worksteal tests/crash
	PYTHONPATH=tests $(BIN)/python -m torture $(TORTURE)

docs: $(VENV)/.test
	$(BIN)/amplify schema --write
	$(BIN)/cog -r README.md docs/*.md
	PYTHONPATH=tests $(BIN)/python docs/screenshots.py

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "amplify needs Python 3.11 or newer: run \`make PYTHON=python3.12 ...\` with the one you have" >&2; exit 2; }
	@echo "making $(VENV)" && $(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	@echo "installing amplify (once)" && $(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	@echo "installing amplify and what its tests need (once)" && \
	  $(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.demo
