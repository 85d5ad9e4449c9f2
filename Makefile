# Pulse by name: `make demo` shows it, `make test` judges it.

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
COMPILE = uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-strip-extras --custom-compile-command "make lock" --group build

.PHONY: help install demo dev test lint test-full bench lock clean
.DEFAULT_GOAL := help

help:  ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/installed  ## Install into .venv from the lock file
demo: .venv/installed  ## Run the whole graph on a generated organisation and write a report
	@$(BIN)/pulse demo
dev: .venv/installed  ## Start Dagster's UI on 127.0.0.1:3000, with its state under PULSE_HOME
	@$(BIN)/pulse dev

test: lint  ## Lint, types, layers and tests (up to 15 minutes on two cores)
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not full"
lint: .venv/installed-dev  ## Lint, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/basedpyright --level error
	@$(BIN)/lint-imports
test-full: lint  ## Everything, also what takes long
	@$(BIN)/python -m pytest -n 2 --dist worksteal
bench: .venv/installed-bench  ## Compare collection and metrics with other ways of doing it
	@$(BIN)/python benchmarks/ingest.py
	@$(BIN)/python benchmarks/metrics.py

lock:  ## Write the lock files anew (needs uv)
	@$(COMPILE) --output-file requirements.lock
	@$(COMPILE) --constraint requirements.lock --group dev --output-file requirements-dev.lock
	@$(COMPILE) --constraint requirements.lock --group dev --extra bench --output-file requirements-bench.lock
clean:  ## Remove the installation; what Pulse collected stays
	rm -rf .venv build *.egg-info

# One rule for the three sets: runtime, with the tests' tools, with the benchmarks' rivals.
# setuptools is locked as well, so Pulse itself installs without asking a registry again.
.venv/installed%: requirements%.lock pyproject.toml
	$(call install-from,$<)
	@touch $@
.venv/installed: requirements.lock pyproject.toml
	$(call install-from,$<)
	@touch $@

define install-from
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pulse needs Python 3.11 or newer; this is %s. Set PYTHON=…" % sys.version.split()[0])'
	@test -x $(BIN)/python || $(if $(UV),$(UV) venv --quiet --python $(PYTHON) .venv,$(PYTHON) -m venv .venv)
	@echo "Installing from $(1) …"
	@$(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check) --require-hashes --requirement $(1)
	@$(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check) --no-deps --no-build-isolation --editable .
endef
