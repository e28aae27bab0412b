# What a newcomer needs: python3 (3.11, 3.12 or 3.13) with pip, git and make. uv makes the set-up faster where it is at hand.
# PY=python3.12 picks another Python; ARGS="..." goes on to the command.

PY ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
PYTHON := $(VENV)/bin/python
RUN_READY := $(VENV)/.ready-to-run
DEV_READY := $(VENV)/.ready-to-test
ARGS ?=

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-strip-extras --no-emit-index-url --no-emit-find-links

# $(call install,LOCK FILE): its packages, every file checked against its hash, then this project beside them.
define install
	@echo "Setting up $(VENV) from $(1) (the first time takes a minute) ..."
	@uv pip install --quiet --python $(PYTHON) --require-hashes -r $(1) 2>/dev/null \
		|| $(PY) -m pip --python $(PYTHON) --disable-pip-version-check install --quiet --require-hashes -r $(1)
	@uv pip install --quiet --python $(PYTHON) --no-deps --no-build-isolation -e . 2>/dev/null \
		|| $(PY) -m pip --python $(PYTHON) --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
endef

.PHONY: run test check format lock clean python-is-new-enough
.DEFAULT_GOAL := run

run: $(RUN_READY)  ## start the demo town and print its address
	@exec $(PYTHON) -m bot demo $(ARGS)

test: $(DEV_READY)  ## all tests; those that need a server that is not here are left out and named
	$(PYTHON) -m pytest $(ARGS)

check: $(DEV_READY)  ## style, types, import rules, dependencies
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/deptry .
	$(VENV)/bin/mypy
	$(VENV)/bin/pyright

format: $(DEV_READY)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

lock:  ## pin the dependencies anew (needs uv)
	$(LOCK) --group build pyproject.toml -o requirements.lock
	$(LOCK) --group build --group dev --extra postgres --extra embeddings pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

python-is-new-enough:
	@test -n "$(PY)" && $(PY) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || { \
		echo "Python 3.11, 3.12 or 3.13 is needed; name one that you have, e.g.: make PY=python3.12 run"; exit 1; }

$(PYTHON): | python-is-new-enough
	@$(PY) -m venv $(VENV) >/dev/null 2>&1 || $(PY) -m venv --without-pip --clear $(VENV)

$(RUN_READY): pyproject.toml requirements.lock | $(PYTHON)
	$(call install,requirements.lock)
	@touch $@

$(DEV_READY): pyproject.toml requirements-dev.lock | $(PYTHON)
	$(call install,requirements-dev.lock)
	@touch $@ $(RUN_READY)
