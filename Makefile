# Two commands: `make serve` and `make test`. Everything they need is installed into .venv, pinned
# by hash; nothing is installed outside this folder.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help serve test fast nightly lock sbom audit messages clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

serve: .venv/serve.done ## Set up and serve on 127.0.0.1:8000
	@$(BIN)/chaffinch serve --prepare

test: .venv/test.done ## Set up and run the gate: lint, types, contracts, every test
	@$(BIN)/python -m tests

fast: .venv/test.done ## The gate without PostgreSQL, browser and the real program
	@$(BIN)/python -m tests fast

lock: .venv/test.done ## Pin the newest allowed dependencies again
	@$(BIN)/python -m tests.lock

nightly: .venv/test.done .venv/audit.done .venv/fuzz.done ## Faults, floods and fuzz in large numbers; takes hours
	@$(BIN)/python -m tests nightly

sbom: .venv/audit.done ## List every part of the server, with its hash, in build/sbom.json (CycloneDX)
	@mkdir -p build
	@.venv/audit/bin/cyclonedx-py requirements --output-reproducible --of JSON -o build/sbom.json requirements/serve.txt
	@echo "build/sbom.json"

audit: .venv/audit.done ## Look every pin up among the known holes; fails when one cannot be looked up
	@.venv/audit/bin/pip-audit --strict --disable-pip --no-deps -r requirements/serve.txt

messages: .venv/test.done ## Read the pages' sentences again and compile their translations
	@$(BIN)/python -m tests.messages

clean: ## Remove what the commands above made, except var/ (your data)
	rm -rf .venv build dist .coverage* .mypy_cache .ruff_cache .pytest_cache
	find models service training integrations tests -name __pycache__ -prune -exec rm -rf {} +

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Chaffinch needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@echo "Making .venv ..."
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/serve.done: .venv/made requirements/serve.txt pyproject.toml
	@echo "Installing what the server needs (pinned by hash) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/serve.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --no-index -e .
	@touch $@

# A place of its own: it reads pins and needs none of ours.
.venv/audit.done: .venv/made requirements/audit.txt
	@echo "Installing the auditor (pinned by hash) ..."
	@$(PYTHON) -m venv .venv/audit
	@.venv/audit/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/audit.txt
	@touch $@

# Beside our own modules, not among them: nothing but the night's fuzzer sees it.
.venv/fuzz.done: .venv/made requirements/fuzz.txt
	@echo "Installing the fuzzer (pinned by hash) ..."
	@rm -rf .venv/fuzz
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --target .venv/fuzz -r requirements/fuzz.txt
	@touch $@

.venv/test.done: .venv/serve.done requirements/dev.txt tests/contract/clients/package-lock.json tests/browser/package-lock.json
	@echo "Installing what the gate needs (pinned by hash) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/dev.txt
	@# akismet's own tests are in its source archive only; the same line pins that by hash too.
	@sed -n '/^akismet==/,/[^\\]$$/p' requirements/dev.txt > .venv/akismet.txt
	@$(BIN)/pip download --quiet --disable-pip-version-check --require-hashes --no-deps \
	  --no-build-isolation --no-binary :all: -r .venv/akismet.txt -d .venv/sdists
	@if command -v npm >/dev/null; then \
	  for place in tests/contract/clients tests/browser; do \
	    (cd $$place && npm ci --silent --no-audit --no-fund --ignore-scripts) || exit 1; \
	  done; \
	else echo "npm is not here: the JavaScript clients and axe are skipped"; fi
	@touch $@
