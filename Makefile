# Two commands are enough: `make demo` and `make test`. Each makes .venv itself, from the hashed
# pins, with uv where there is one and with pip where there is not.

PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv)
# The tests mostly wait: for servers to start, for clocks. Twice as many workers as a laptop has cores.
WORKERS ?= 4
# What drives a browser is installed by `make test-real`, and cannot even be read before.
WITHOUT_BROWSER := --ignore=tests/browser

# Servers start in half the time when Python may keep its compiled files.
unexport PYTHONDONTWRITEBYTECODE
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.PHONY: help install demo demo-copies test test-real check matrix test-long bench docs catalogues picture vendor requirements clean

help:
	@echo "make demo          one mistake from report to proof, on the practice platform"
	@echo "make demo-copies   one mistake on X, Bluesky and Mastodon at once, on real servers"
	@echo "make test          every test that needs nothing but Python packages"
	@echo "make test-real     the tests against the real Bluesky server and in Chromium; it installs both"
	@echo "make check         style, types and layers, in under half a minute"
	@echo "make matrix        kill the engine everywhere, fail the world in every way, count the posts"
	@echo "make test-long     the tests that are too long for make test"
	@echo "make bench         how long from report to gone, beside a bare script"
	@echo "make docs          write the generated reference pages again"
	@echo "make catalogues    bring the translations up to the English sentences"
	@echo "make picture       draw the README's picture of the demo again"
	@echo "make vendor        fetch the stylesheet and the scripts of the pages again (needs npm)"
	@echo "make requirements  resolve and pin the dependencies again (needs uv)"
	@echo "make install       .venv with everything that a developer needs"
	@echo "make clean         remove .venv and every cache"

install: .venv/.developer

demo: .venv/.installed
	$(BIN)/amends demo

# The Bluesky server is kept in $AMENDS_CACHE, else ~/.cache/amends: the second time is quick.
demo-copies: .venv/.real
	$(BIN)/amends demo --scenario copies

test: .venv/.developer
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(WITHOUT_BROWSER) -m "not real and not matrix"

test-real: .venv/.real
	$(BIN)/python -m amends.practice.bluesky install
	$(BIN)/python tests/support/chromium.py
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "real or browser"

check: .venv/.developer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# SHARD=2/5 plays a fifth of the cells, for as many machines; LINES is how many are played at once.
SHARD ?= 1/1
LINES ?= 8
matrix: .venv/.real
	$(BIN)/python -m amends.practice.bluesky install
	PYTHONPATH=tests/support:tests/matrix $(BIN)/python -W ignore::RuntimeWarning \
		tests/matrix/run.py --shard $(SHARD) --lines $(LINES)

test-long: .venv/.developer
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(WITHOUT_BROWSER) -m "matrix and not real"

bench: .venv/.developer
	$(BIN)/python bench/time_to_delete.py

docs: .venv/.developer
	$(BIN)/python docs/generate.py

catalogues: .venv/.developer
	$(BIN)/python -m templates.extracting

picture: .venv/.developer
	$(BIN)/python docs/picture.py

vendor: .venv/.developer
	$(BIN)/python docs/vendor.py

PIN := export --quiet --format requirements-txt --no-header --no-emit-project --group build
requirements:
	@test -n "$(UV)" || { echo "make requirements needs uv on the PATH." >&2; exit 1; }
	$(UV) lock --upgrade
	$(UV) $(PIN) --no-dev --output-file requirements.txt
	$(UV) $(PIN) --output-file requirements-dev.txt
	$(UV) export --quiet --format requirements-txt --no-header --only-group real \
		--output-file requirements-real.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

OLD := Amends needs Python 3.11 or later. If you have one: make PYTHON=python3.12
.venv/bin/python:
ifneq ($(UV),)
	$(UV) venv --quiet --allow-existing .venv
else
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "$(OLD)")'
	$(PYTHON) -m venv .venv
endif

# The stamps are older than a pin or pyproject.toml that has changed since; else this is instant.
.venv/.installed: requirements.txt pyproject.toml | .venv/bin/python
	$(call install_from,requirements.txt)
	@touch $@

.venv/.developer: requirements-dev.txt requirements.txt pyproject.toml | .venv/bin/python
	$(call install_from,requirements-dev.txt)
	@touch .venv/.installed $@

.venv/.real: requirements-real.txt .venv/.developer
	@echo "Installing requirements-real.txt into .venv"
	@$(INSTALL) --require-hashes -r requirements-real.txt
	@touch $@

ifneq ($(UV),)
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif
define install_from
	@echo "Installing $(1) into .venv: a minute or two, the first time only"
	@$(INSTALL) --require-hashes -r $(1)
	@$(INSTALL) --no-deps --no-build-isolation -e .
endef
