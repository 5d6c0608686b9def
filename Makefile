# make run and make test do all of their own set-up; everything they need lands in .venv and .data.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test chaos bench lint lint-site format model screenshots clean

PYTHON := .venv/bin/python
UV_VERSION := 0.13.9
TYPESCRIPT_VERSION := 7.0.2
# An installed uv is used where there is one, else one of our own.
UV := $(or $(shell command -v uv 2>/dev/null),.venv/uv/bin/uv)

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

run: .venv/installed ## run the service on this machine: http://127.0.0.1:8080
	@$(PYTHON) -m infra.local

test: lint model .venv/checkov/installed ## lint, then every test, with one summary at the end
	@$(PYTHON) -m tests.browser.chromium >/dev/null
	@$(PYTHON) -m pytest

chaos: .venv/installed ## ten minutes of users and faults at random: make chaos CHAOS='--seed 7 --host functions'
	@$(PYTHON) -m tests.chaos $(CHAOS)

bench: model .venv/rembg/installed ## measure beside what people would use instead: make bench BENCH='throughput --rounds 3'
	@$(PYTHON) -m tests.bench $(BENCH)

lint: .venv/installed ## style, types and the rules on which part may import which
	@$(PYTHON) -m ruff format --check --quiet . || { echo 'Run "make format".'; exit 1; }
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy
	@PYTHONPATH=functions .venv/bin/lint-imports --no-logo --no-cache
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory lint-site; \
	else echo 'npm is not installed: the types of the modules in web/ were not checked.'; fi

lint-site: .venv/node/installed
	@.venv/node/node_modules/.bin/tsc --project web/jsconfig.json

format: .venv/installed ## put the code into the one style
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

model: .venv/installed ## fetch the local model's weights
	@$(PYTHON) -m infra.local.weights

screenshots: .venv/installed ## take the README's screenshots anew: make screenshots PHOTOS=folder
	@$(PYTHON) -m tests.browser.screenshots $(if $(PHOTOS),--photos $(PHOTOS))

clean: ## delete what was installed and built; pictures in .data are kept
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/installed: requirements.txt functions/requirements.txt functions/requirements-local-model.txt | $(UV)
	@echo 'Installing into .venv (once, and again when the requirements change) ...'
	@$(UV) venv --quiet --allow-existing --python '>=3.11,<3.14' .venv
	@$(UV) pip install --quiet --python $(PYTHON) --requirement requirements.txt
	@touch $@

.venv/checkov/installed: tests/infra/checkov.txt | $(UV)
	@$(UV) venv --quiet --allow-existing --python '>=3.11,<3.14' .venv/checkov
	@$(UV) pip install --quiet --python .venv/checkov/bin/python --requirement tests/infra/checkov.txt
	@touch $@

.venv/rembg/installed: tests/bench/rembg.txt | $(UV)
	@$(UV) venv --quiet --allow-existing --python '>=3.11,<3.14' .venv/rembg
	@$(UV) pip install --quiet --python .venv/rembg/bin/python --requirement tests/bench/rembg.txt
	@touch $@

.venv/node/installed: Makefile
	@mkdir -p .venv/node
	@npm install --prefix .venv/node --no-save --no-package-lock --loglevel error typescript@$(TYPESCRIPT_VERSION)
	@touch $@

.venv/uv/bin/uv:
	@echo 'Fetching uv, which installs the rest ...'
	@python3 -m venv .venv/uv || { echo 'make needs uv, or python3 with its venv module (Debian: apt install python3-venv).'; exit 1; }
	@.venv/uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
