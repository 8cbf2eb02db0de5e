# SPDX-License-Identifier: MIT
# One story: fetch -> inventory -> coverage -> maps. `make` lists the targets.

CITY      ?= dortmund
VENV      ?= .venv
LANG_SITE ?= de
PDF       ?= yes
SCENARIO  ?=
PYTHON    ?= python3

BIN    := $(VENV)/bin
RUN    := $(BIN)/begegnung-geo
RAW    := data/raw/$(CITY)
STAMPS := data/processed/$(CITY)/.stamps
READY  := $(VENV)/.ready

# The key becomes part of paths that `clean` removes: nothing but a plain key will do.
ifneq ($(shell printf '%s' '$(CITY)' | grep -cxE '[a-z][a-z0-9_]*'),1)
$(error CITY='$(CITY)' is no city key: small letters, digits and _, a letter first)
endif

# A scenario's name becomes part of a path, too.
ifneq ($(SCENARIO),)
ifneq ($(shell printf '%s' '$(SCENARIO)' | grep -cxE '[a-z][a-z0-9_]*'),1)
$(error SCENARIO='$(SCENARIO)' is no name of a scenario: small letters, digits and _, a letter first)
endif
endif

# What a stage depends on: the raw files, the profile and hand data, the program itself.
SOURCES := $(shell find src/begegnung_geo -type f -not -path '*/__pycache__/*' 2>/dev/null)
# The folders stand for files that were taken away.
CONFIG  := $(wildcard config config/*.toml config/*.csv config/$(CITY) config/$(CITY)/* config/$(CITY)/scenarios/*)
RAWFILES = $(wildcard $(RAW)/*)

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo demo-live test setup fetch inventory coverage maps notebooks docs check bench sbom audit resolve clean format

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | \
	  while IFS="$$(printf '\t')" read -r target text; do printf '  %-10s %s\n' "$$target" "$$text"; done
	@printf '\n  CITY=%s  LANG_SITE=%s  VENV=%s\n' '$(CITY)' '$(LANG_SITE)' '$(VENV)'

setup: $(READY) ## create the virtual environment from pyproject.toml + constraints.txt

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { printf 'error: Python 3.11 or newer is needed\nwhere: %s\nnext:  make setup PYTHON=python3.11\n' "$$($(PYTHON) --version)"; exit 1; }
	@printf 'Installing into %s; one to a few minutes without a word ...\n' '$(VENV)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@touch $@

demo: $(READY) ## build the site of the embedded town Musterstadt
	@$(MAKE) --no-print-directory maps CITY=musterstadt
	@printf 'Open in a browser: site/musterstadt/index.html\n'

demo-live: $(READY) ## fetch Musterstadt over HTTP from a local stand-in of the live services, then its maps
	@$(BIN)/python tests/live_standin/demo.py

# The embedded town's raw data is written by the program; every other city's is fetched.
data/raw/musterstadt/sources.toml: $(shell find src/begegnung_geo/sample -name '*.py' 2>/dev/null) | $(READY)
	$(RUN) sample --out data/raw/musterstadt
	@touch $@

ifeq ($(CITY),musterstadt)
RAWFILES = data/raw/musterstadt/sources.toml
endif

fetch: $(READY) ## bring the city's raw data into data/raw/$(CITY)/ (the only target that fetches data)
	$(RUN) fetch --city $(CITY) $(if $(CONTACT),--contact '$(CONTACT)')
	$(RUN) look-up --city $(CITY) $(if $(CONTACT),--contact '$(CONTACT)') || \
	  printf 'note: the raw files have arrived; addresses are looked up the next time\n' >&2

inventory: $(STAMPS)/inventory ## rebuild up to the inventory of Begegnungsorte
coverage: $(STAMPS)/coverage ## rebuild up to the coverage figures
maps: $(if $(SCENARIO),scenario,$(STAMPS)/maps-$(LANG_SITE)) ## rebuild up to the site; SCENARIO=name: as it would be

.PHONY: scenario
scenario: $(RAWFILES) | $(READY)
	$(RUN) run --city $(CITY) --scenario $(SCENARIO) --language $(LANG_SITE) $(if $(filter no,$(PDF)),--no-pdf)

$(STAMPS)/inventory: $(RAWFILES) $(CONFIG) $(SOURCES) | $(READY)
	$(RUN) run --city $(CITY) --until inventory
	@mkdir -p $(@D) && touch $@

$(STAMPS)/coverage: $(RAWFILES) $(CONFIG) $(SOURCES) | $(READY)
	$(RUN) run --city $(CITY) --until coverage
	@mkdir -p $(@D) && touch $@

$(STAMPS)/maps-$(LANG_SITE): $(RAWFILES) $(CONFIG) $(SOURCES) | $(READY)
	$(RUN) run --city $(CITY) --language $(LANG_SITE) $(if $(filter no,$(PDF)),--no-pdf)
	@mkdir -p $(@D) && rm -f $(@D)/maps-* && touch $@

# Files in the order they stand: browser and pipeline take long and must not come last.
test: $(READY) ## run all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(addprefix --ignore=,$(DONE))

check: $(READY) ## format, lint, types, import layers, unit tests (`make test` runs all)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/unit tests/docs

format: $(READY) ## format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## benchmark against the peers, side by side
	$(BIN)/python benchmarks/run.py $(if $(QUICK),--quick)

NOTEBOOKS := $(patsubst notebooks/%.py,build/notebooks/$(CITY)/%.html,$(wildcard notebooks/[0-9]*.py))

notebooks: $(NOTEBOOKS) ## execute notebooks/ on the city and render them: build/notebooks/$(CITY)/*.html
	@printf 'Open in a browser: %s\n' $(NOTEBOOKS)

build/notebooks/$(CITY)/%.html: notebooks/%.py notebooks/matplotlibrc $(wildcard notebooks/page/*) $(STAMPS)/maps-$(LANG_SITE) | $(READY)
	$(BIN)/python notebooks/page/render.py $< --city $(CITY) --out $@

docs: $(READY) ## build docs/ into HTML that opens from a disk: build/docs/index.html
	$(BIN)/python -m sphinx -b html -E -W --keep-going -q -d build/docs-doctrees docs build/docs
	@printf 'Open in a browser: build/docs/index.html\n'

# What the program needs to run and nothing else: the inventory of a release is taken from here.
RUNTIME := build/runtime
PYTHONS ?= 3.11 3.12 3.13 3.14

$(RUNTIME)/.ready: pyproject.toml constraints.txt
	rm -rf $(RUNTIME)
	$(PYTHON) -m venv $(RUNTIME)
	$(RUNTIME)/bin/python -m pip install --quiet --disable-pip-version-check . -c constraints.txt
	@touch $@

$(VENV)/.supply: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,supply]' -c constraints.txt
	@touch $@

sbom: $(RUNTIME)/.ready $(READY) ## list what is in a release: build/sbom.cdx.json (CycloneDX) and build/licences.md
	$(BIN)/python .ci/sbom.py $(RUNTIME)/bin/python build

audit: $(RUNTIME)/.ready $(VENV)/.supply ## ask for known weaknesses of the dependencies (needs network)
	$(BIN)/python .ci/audit.py $$(echo $(RUNTIME)/lib/python3*/site-packages)

resolve: $(READY) ## check that the pinned versions fit each supported Python (needs the package registry)
	@mkdir -p build
	@$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" >build/requirements.txt
	@for version in $(PYTHONS); do \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --dry-run --ignore-installed --only-binary=:all: \
	    --python-version $$version --target build/none -c constraints.txt -r build/requirements.txt >/dev/null \
	  && printf 'Python %s: fits\n' "$$version" || { printf 'error: the pinned versions do not fit Python %s\n' "$$version" >&2; exit 1; }; done

clean: ## remove what the pipeline wrote, never data/raw/ or hand data
	rm -rf data/processed/$(CITY) site/$(CITY) data/processed/$(CITY)-* site/$(CITY)-*
	rm -rf data/processed/.$(CITY).partial site/.$(CITY).partial build/notebooks/$(CITY)
