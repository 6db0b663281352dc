# Two commands: `make demo` shows the main job, `make test` runs every check. Both make and reuse .venv by themselves.
# What they install stands in constraints.txt; `make update` writes that file anew, `make test LATEST=1` does without it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
RELEASES := $(if $(LATEST),latest,pinned)
DEMO_READY := $(VENV)/.demo-$(RELEASES)
TEST_READY := $(VENV)/.test-$(RELEASES)

# Where bytecode may not be written, as in many containers, each process would compile all it imports, for seconds: it is
# kept in .venv instead.
ifdef PYTHONDONTWRITEBYTECODE
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/$(VENV)/bytecode
endif

.PHONY: demo test bench torture docs format update clean newest-of-today

demo: $(DEMO_READY)
	@$(BIN)/amplify demo $(DEMO)

test: $(TEST_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/cog --check README.md docs/*.md
	$(BIN)/python -m pytest -n 3 --dist worksteal $(TESTS)

bench: $(TEST_READY)
	PYTHONPATH=tests $(BIN)/python -m bench $(BENCH)

torture: $(TEST_READY)
	CRASH=all $(BIN)/python -m pytest -n 3 --dist worksteal tests/crash
	BANNER_EDITS=10000 $(BIN)/python -m pytest tests/unit/test_banner_edits.py
	PYTHONPATH=tests $(BIN)/python -m adversary $(ADVERSARY)
	PYTHONPATH=tests $(BIN)/python -m torture $(TORTURE)

docs: $(TEST_READY)
	$(BIN)/amplify schema --write
	$(BIN)/cog -r README.md docs/*.md
	PYTHONPATH=tests $(BIN)/python docs/screenshots.py

format: $(TEST_READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

update: | $(BIN)/python
	@$(PIP) install --quiet uv
	@{ echo "# Every release that \`make\` installs, for Python 3.11 to 3.14. Written by \`make update\`; not edited by hand." && \
	  $(BIN)/uv --quiet --no-config pip compile --universal --python-version 3.11 --all-extras \
	    --no-header --no-annotate --no-sources pyproject.toml; } > $(VENV)/constraints.txt
	@mv $(VENV)/constraints.txt constraints.txt
	@echo "constraints.txt is written anew: look at the difference, then run \`make test\`"

clean:
	rm -rf $(VENV) demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "amplify needs Python 3.11 or newer: run \`make PYTHON=python3.12 ...\` with the one you have" >&2; exit 2; }
	@echo "making $(VENV)" && $(PYTHON) -m venv $(VENV)

# The tool that builds amplify is pinned, too: it is installed first, and no other is fetched for the build.
define install
	@rm -f $(VENV)/.demo* $(VENV)/.test*
	@echo "installing $(1) ($(if $(LATEST),the newest releases,once))"
	@$(if $(LATEST), \
	  $(PIP) install --quiet --upgrade --upgrade-strategy eager --editable '$(2)', \
	  $(PIP) install --quiet --constraint constraints.txt setuptools && \
	  $(PIP) install --quiet --constraint constraints.txt --no-build-isolation --editable '$(2)')
endef

$(DEMO_READY): pyproject.toml constraints.txt $(if $(LATEST),newest-of-today) | $(BIN)/python
	$(call install,amplify,.)
	@touch $@

$(TEST_READY): pyproject.toml constraints.txt $(if $(LATEST),newest-of-today) | $(BIN)/python
	$(call install,amplify and what its tests need,.[test])
	@touch $@ $(DEMO_READY)
