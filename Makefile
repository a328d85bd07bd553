# Every target sets up what it needs by itself: a virtual environment from the committed locks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-header
# Processes that share the test files out among them.
TESTERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run ui dev hooks test test-slow test-all test-ui lint types docs-check docs site pictures wheel bench torture train precision quality lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# What a run needs, and what development needs on top.
$(READY): requirements.lock requirements-uv.lock pyproject.toml .ci/install
	@PYTHON=$(PYTHON) .ci/install $(VENV) requirements.lock -e .

$(READY_DEV): $(READY) requirements-dev.lock
	@.ci/install $(VENV) requirements-dev.lock
	@touch $@

run: $(READY) ## run the real Prefect flow on seeds/ and show what came out
	@$(BIN)/copydesk ingest seeds --prefect

ui: $(READY) ## start Prefect's UI with a worker and every deployment: make ui PORT=4200
	@$(BIN)/copydesk ui $(if $(PORT),--port $(PORT))

dev: $(READY_DEV) ## set up what development needs: every extra, and the tools

hooks: $(READY_DEV) ## check style and generated pages before each commit
	@$(BIN)/pre-commit install

test: $(READY_DEV) ## run the tests
	@$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile

test-slow: $(READY_DEV) ## run the tests that `make test` leaves out: make test-slow FILES="tests/flows/batches"
	@$(BIN)/python -m pytest -m "slow and not ui" -n $(TESTERS) --dist loadfile $(FILES)

test-all: test test-slow ## run all tests but those in a browser

test-ui: $(READY_DEV) ## drive Prefect's UI and the pages in a real browser (installs Chromium where it may)
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  echo "Chromium is not here, and only root can install it: apt-get install chromium"
	@$(BIN)/python -m pytest -m "ui and not slow"

lint: $(READY_DEV) ## check style
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .

types: $(READY_DEV) ## check types
	@$(BIN)/mypy

docs: $(READY_DEV) ## write the generated pages again
	@$(BIN)/python -m flows.reference.pages

docs-check: $(READY_DEV) ## fail when a generated page is stale
	@$(BIN)/python -m flows.reference.pages --check

site: $(READY_DEV) ## build the site of the documentation into build/site, strictly
	@PYTHONPATH=tests $(BIN)/python -m builders.site build/site

pictures: $(READY_DEV) ## write the pictures of the documentation again, with Chromium
	@PICTURES=docs/images $(BIN)/python -m pytest -m ui tests/test_site_in_browser.py

wheel: $(READY_DEV) ## build the wheel into dist/
	@rm -rf dist
	@$(BIN)/python -m build --quiet --wheel --no-isolation

bench: $(READY_DEV) ## measure what a document costs: make bench DOCUMENTS=5000 ROUNDS=3 TEXTS=file PEERS=python WRITE=1
	@PYTHONPATH=tests $(BIN)/python -m benchmark.run $(if $(DOCUMENTS),--documents $(DOCUMENTS)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  $(if $(TEXTS),--texts "$(TEXTS)") $(if $(PEERS),--peers $(PEERS)) $(if $(WRITE),--write docs/benchmark.md)

torture: $(READY_DEV) ## kill writers of a lake for a while: make torture MINUTES=5 SEED=1 WRITE=1
	@PYTHONPATH=tests $(BIN)/python -m torture.run $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(WRITE),--write docs/torture.md)

train: $(READY_DEV) ## train the page model on labelled pages: make train FOLDER=... OUT=weights.json
	@PYTHONPATH=tests $(BIN)/python -m training.train $(if $(FOLDER),"$(FOLDER)") $(if $(OUT),--out "$(OUT)")

precision: $(READY_DEV) ## count how often each rule is right: make precision FOLDER=... NAME="300 pages" OUT=precision.json CORRECTIONS=corrections.toml
	@PYTHONPATH=tests $(BIN)/python -m training.precision $(if $(FOLDER),"$(FOLDER)") $(if $(NAME),--name "$(NAME)") $(if $(OUT),--out "$(OUT)") \
	  $(if $(CORRECTIONS),--corrections "$(CORRECTIONS)")

quality: $(READY_DEV) ## measure how well copydesk cleans labelled pages: make quality FOLDER=... WRITE=1
	@PYTHONPATH=tests $(BIN)/python -m quality.run $(if $(FOLDER),"$(FOLDER)") $(if $(WRITE),--write docs/quality.md)

lock: $(READY) ## resolve the locks again: make lock UPGRADE=1
	@echo uv | $(COMPILE) $(if $(UPGRADE),--upgrade) - --output-file requirements-uv.lock >/dev/null
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --group dev --all-extras --output-file requirements-dev.lock >/dev/null
	@# Begun from the larger lock, the smaller one keeps its versions.
	@cp requirements-dev.lock requirements.lock
	@$(COMPILE) pyproject.toml --group build --extra warc --extra s3 --extra excel --extra office --output-file requirements.lock >/dev/null

clean: ## remove the environment, build results and the sample lake
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .lake-store lake/documents lake/lines lake/quarantine lake/receipts
