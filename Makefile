# Every target sets up what it needs by itself: a virtual environment from the committed lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Processes that share the test files out among them.
TESTERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run ui test test-all test-ui lint types docs-check docs wheel bench torture lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] < (3, 14); sys.exit(0 if ok else "copydesk needs Python 3.11 to 3.13, and $(PYTHON) is %d.%d. Run: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	@echo "setting up $(VENV) from requirements.lock (a minute the first time)"
	@$(PYTHON) -m venv $(VENV)
	@# The lock is complete, so nothing is resolved: every file must have its hash.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

run: $(READY) ## run the real Prefect flow on seeds/ and show what came out
	@$(BIN)/copydesk ingest seeds --prefect

ui: $(READY) ## start Prefect's UI with a worker and every deployment: make ui PORT=4200
	@$(BIN)/copydesk ui $(if $(PORT),--port $(PORT))

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile

test-all: $(READY) ## run the slow tests too
	@$(BIN)/python -m pytest -m "" -n $(TESTERS) --dist loadfile

test-ui: $(READY) ## drive Prefect's UI in a real browser (installs Chromium where it may)
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  echo "Chromium is not here, and only root can install it: apt-get install chromium"
	@$(BIN)/python -m pytest -m ui

lint: $(READY) ## check style
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .

types: $(READY) ## check types
	@$(BIN)/mypy

docs: $(READY) ## write the generated pages anew
	@$(BIN)/python -m flows.reference.pages

docs-check: $(READY) ## fail when a generated page is stale
	@$(BIN)/python -m flows.reference.pages --check

wheel: $(READY) ## build the wheel into dist/
	@rm -rf dist
	@$(BIN)/python -m build --quiet --wheel --no-isolation

bench: $(READY) ## measure what a document costs: make bench DOCUMENTS=5000 ROUNDS=3 PEERS=python WRITE=1
	@PYTHONPATH=tests $(BIN)/python -m benchmark.run $(if $(DOCUMENTS),--documents $(DOCUMENTS)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  $(if $(PEERS),--peers $(PEERS)) $(if $(WRITE),--write docs/benchmark.md)

torture: $(READY) ## kill writers of a lake for a while: make torture MINUTES=5 SEED=1 WRITE=1
	@PYTHONPATH=tests $(BIN)/python -m torture.run $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(WRITE),--write docs/torture.md)

lock: ## resolve requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --group dev --extra warc --extra s3 --extra dask --extra ray --extra iceberg --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --output-file requirements.lock

clean: ## remove the environment, build results and the sample lake
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .lake-store lake/documents lake/lines lake/quarantine lake/receipts
