# Everything a clone needs is installed from here: Python 3.11, Node 20 and make are all it assumes.
#   make demo    set-up, then the main job on the local stack
#   make up      the local stack stays up; its URLs and a first request are printed (PORT=, ARM_PORT=)
#   make test    set-up, then the tests            make test-all   the slow ones too
#   make check   format, lint, types, import contracts, declared imports, infra/ by checkov
#   make bench   the numbers                       make sim        seeded crash and fault runs
#   make browser a Chromium for the tests of the page     make screenshots  pictures of it for the docs
#   make faults  faults planted in a deployment, and which check finds each
#   make generate  roles, tables and pictures that follow from the code
#   make lock    compile the pinned requirements anew

PYTHON ?= python3.11
BIN := .venv/bin
SPEED ?= 80
PORT ?= 7071
ARM_PORT ?= 8443
SEEDS ?= 25
LOSSES ?= 5
EDITS ?= 10000
# Every so many durable changes the host is crashed: 10 takes minutes, 1 (all) a quarter of an hour.
EVERY ?= 10

# One lock for every Python that the app runs on, by markers; no word of where it was resolved.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

# Importing the Azure SDKs takes 1.5 s and 300 MB without bytecode, 0.3 s and 50 MB with it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: generate setup demo up test test-all check checkov format bench sim faults browser screenshots lock clean

setup: .venv/installed node_modules/installed

.venv/installed: requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --compile --require-hashes --requirement requirements-dev.txt
	touch $@

node_modules/installed: package.json package-lock.json
	npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	# The one install script that is wanted: npm packages hold no links, PostgreSQL's libraries need them.
	for each in node_modules/postgres-[0-9]*/; do \
		[ ! -d $$each ] || (cd $$each && node scripts/hydrate-symlinks.js); \
	done
	touch $@

demo: setup
	$(BIN)/python -m cli.demo --speed $(SPEED)

up: setup
	$(BIN)/python -m local --app . --speed $(SPEED) --port $(PORT) --arm-port $(ARM_PORT) --surroundings samples/surroundings.json --example samples/recipe.json

test: setup
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist loadfile
	tests/other_pythons.sh

test-all: setup
	$(BIN)/python -m pytest

check: setup checkov
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lint-imports --config local/importlinter.toml
	$(BIN)/deptry --config deptry.toml triggers orchestrators activities shared
	$(BIN)/deptry --config deptry.toml --ignore DEP002,DEP004 local cli benchmarks simulations generate tests
	@if command -v bicep > /dev/null; then \
		for file in infra/*.bicep; do bicep build --stdout $$file > /dev/null && bicep lint $$file || exit 1; done; \
	else \
		echo "infra: no bicep found, so nobody checked its types, properties and linter rules (make test parses it)"; \
	fi

# Apart from the rest, since it pins half of its requirements; a few seconds, once it is installed.
.venv-checkov/installed: requirements-checkov.txt .venv/installed
	$(BIN)/python -m venv --clear --without-pip .venv-checkov
	$(BIN)/uv pip install --quiet --python .venv-checkov/bin/python --no-deps --require-hashes --requirement $<
	touch $@

checkov: .venv-checkov/installed
	.venv-checkov/bin/checkov --directory infra --config-file infra/.checkov.yaml

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: setup
	$(BIN)/python -m generate

bench: setup
	$(BIN)/python -m benchmarks

sim: setup
	$(BIN)/python -m simulations.crashes --every $(EVERY)
	$(BIN)/python -m simulations.seeds --seeds $(SEEDS)
	$(BIN)/python -m simulations.losses --seeds $(LOSSES)
	$(BIN)/python -m simulations.edits --edits $(EDITS) --moves $(EDITS)
	$(BIN)/python -m simulations.scans

faults: setup
	$(BIN)/python -m tests.shared.planning.planted_faults

screenshots: setup
	$(BIN)/python -m tests.web.screenshots

# A real browser for the tests of the page; without one they are skipped, and say so.
browser:
	command -v chromium || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -qq -y chromium > /dev/null; }

lock: setup
	$(LOCK) --output-file requirements.txt requirements.in
	$(LOCK) --output-file requirements-dev.txt requirements-dev.in
	# The one parser of Bicep that knows enough of it is newer than the one that checkov pins.
	echo "pycep-parser==$$($(BIN)/python -c 'from importlib.metadata import version; print(version("pycep-parser"))')" > .venv/newer
	$(LOCK) --override .venv/newer --output-file requirements-checkov.txt requirements-checkov.in

clean:
	rm -rf .venv .venv-* node_modules .local
