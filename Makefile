# Two commands do everything: `make demo` and `make test`. Both set up .venv once and work offline afterwards.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUN ?= runs/demo
LOCALE ?= en_US
export FLWR_TELEMETRY_ENABLED := 0
export RAY_USAGE_STATS_ENABLED := 0
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: setup demo test browser check examples clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("privgen needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

demo: setup
	$(BIN)/privgen demo $(RUN) --locale $(LOCALE)

test: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal

browser: setup
	bash tests/browser/install.sh
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -m browser tests/browser

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p privgen
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q tests/privgen/test_layers.py tests/privgen/test_packaging.py

examples: setup
	BIN=$(BIN) bash examples/run_all.sh

clean:
	rm -rf $(VENV) build dist *.egg-info
