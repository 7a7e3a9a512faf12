# Every chore of the project. `make demo` and `make test` need Python 3.11, 3.12 or 3.13 and a
# package index, nothing else.

PYTHONS := python3 python3.13 python3.12 python3.11
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
# The first that fits and can make an environment. Debian's python3 cannot before python3-venv is installed.
PYTHON ?= $(shell for python in $(PYTHONS); do \
	$$python -c "import ensurepip, venv; $(FITS)" 2>/dev/null && echo $$python && break; done)
SERVE ?= 1
PORT ?= 8000

VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock
INSTALLED := $(VENV)/.lock-installed
TORCH := $(shell grep '^torch==' $(LOCK))
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: help demo test bench-web fuzz-api fuzz-sending lint format venv install clean

help:
	@echo "make demo            set up, make the demo's videos, serve the dashboard (SERVE=0: stop after the table; PORT=8000)"
	@echo "make test            set up and run every test (ARGS=\"tests/renderer -x\" chooses)"
	@echo "make bench-web       time every page of the dashboard with 100,000 people (ARGS=\"--recipients 1000\")"
	@echo "make fuzz-api        ask every address of the API for what it may and may not take (EXAMPLES=500)"
	@echo "make fuzz-sending    invent sequences of edits, decisions and sendings (EXAMPLES=500)"
	@echo "make lint            ruff and mypy"
	@echo "make format          let ruff rewrite the files"
	@echo "make clean           remove the environment and caches; what you made under var/ stays"

demo: venv
	@$(BIN)/python manage.py demo --port $(PORT) $(if $(filter 0 no false,$(SERVE)),--no-serve)

test: venv
	@$(BIN)/python -m pytest $(ARGS)
	@echo "All tests passed."

bench-web: venv
	@VAR_DIR=var/bench-web $(BIN)/python manage.py bench_web $(ARGS)

fuzz-api: venv
	@API_EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/python -m pytest tests/campaigns/api/test_schema.py -q $(ARGS)

fuzz-sending: venv
	@SENDING_EXAMPLES=$(or $(EXAMPLES),500) $(BIN)/python -m pytest tests/campaigns/api/test_sending.py -q $(ARGS)

lint: venv
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: venv
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

# The lock's content decides, not its date: a fresh checkout of the same lock installs nothing again.
venv:
	@cmp -s $(LOCK) $(INSTALLED) && $(BIN)/python -c "" 2>/dev/null || $(MAKE) --no-print-directory install

# --no-deps because the lock is complete: see docs/dependencies.md for what it leaves out.
# An index may serve torch built for CUDA, which cannot be imported without packages that the lock
# does not list; only then does torch bring its own.
# A changed lock makes the environment anew: what left the lock must not stay beside what came.
install:
	@test -n "$(PYTHON)" || \
	  { echo "Byname needs Python 3.11, 3.12 or 3.13 with its venv module, and none of these is one: $(PYTHONS)." >&2; \
	    echo "Install one (Debian and Ubuntu: apt-get install python3-venv), or name one: make demo PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c "$(FITS)" 2>/dev/null || \
	  { echo "Byname needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is none of them. Name another: make demo PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || \
	  { echo "'$(PYTHON)' has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the packages of $(LOCK) into $(VENV) (once; a few minutes)"
	@test ! -e $(INSTALLED) && $(BIN)/python -c "" 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install -qq --no-deps -r $(LOCK)
	@$(BIN)/python -c "import torch" 2>/dev/null || \
	  { echo "This index serves torch for CUDA; adding the libraries that it needs"; \
	    $(PIP) install -qq --no-warn-conflicts -c $(LOCK) "$(TORCH)"; }
	@$(BIN)/python -c "import torch"
	@cp $(LOCK) $(INSTALLED)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
