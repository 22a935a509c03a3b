# make run        install into .venv and run the flagship on real input; leaves a report
# make test       install what the tests need and run every test
# make check      style, types and layers
# make bench      speed, memory and start, as ratios
# make dashboard  the pages on which policymakers play with an ecosystem
# make validate   play the whole scoreboard anew: theory, limits, classics, real data, facts (about an hour)
# make map        play anew what the dashboard's map of tipping is answered from (about an hour)
# PYTHON=python3.12 make test   with another Python

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --disable-pip-version-check --quiet -c constraints.txt
DATA ?= ../shared/data
PARTICIPATIONS = $(DATA)/h2020_participations.csv.gz
PROGRAMMES = $(DATA)/h2020_programme_parts.csv.gz

.PHONY: run test check bench dashboard map validate clean clean-cache

run: $(VENV)/.run
ifneq ($(wildcard $(PARTICIPATIONS)),)
	@mkdir -p results
	$(BIN)/ecosim import cordis $(PARTICIPATIONS) --programmes $(PROGRAMMES) --country FR --out results/h2020-france.toml
	$(BIN)/ecosim run results/h2020-france.toml --months 120 --seed 1 --out results/h2020-france --overwrite
else
	@echo "$(PARTICIPATIONS) is not there: running the shipped france-clusters instead."
	$(BIN)/ecosim run france-clusters --months 120 --seed 1 --out results/france-clusters --overwrite
endif

test: $(VENV)/.test
	$(BIN)/python -m pytest

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.run
	$(BIN)/ecosim bench core

dashboard: $(VENV)/.dashboard
	$(BIN)/ecosim dashboard

validate: $(VENV)/.test
ifneq ($(wildcard $(PARTICIPATIONS)),)
	$(BIN)/ecosim validate --all --participations $(PARTICIPATIONS) --programmes $(PROGRAMMES) --train-until 2017 --out docs/validation
else
	@echo "$(PARTICIPATIONS) is not there: real data are left out."
	$(BIN)/ecosim validate --all --out docs/validation
endif

map: $(VENV)/.test
	$(BIN)/python -m dashboards.tipping --out results/tipping-map

$(VENV)/bin/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
		{ echo "ecosim needs Python 3.11 or newer, $(PYTHON) is `$(PYTHON) --version`"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(VENV)/.dashboard: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e ".[dashboard]"
	@touch $@ $(VENV)/.run

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e ".[dashboard,dev,experiments,dask,mpi]"
	@touch $@ $(VENV)/.run

clean-cache:
	rm -rf .numba_cache ecosim/kernels/__pycache__

clean: clean-cache
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
