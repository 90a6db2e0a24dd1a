# `make help` says what there is. What is longer than a line is a script in make/.

PYTHON_IN_VENV = .venv/bin/python
# A worker that has nothing left takes tests from another, so that none sits idle while one has the long ones.
PYTEST = $(PYTHON_IN_VENV) -m pytest -n $(WORKERS) --dist worksteal
# One pytest worker a processor; `make test WORKERS=0` runs in one process, for a debugger.
WORKERS ?= auto
TRIXIE = .work/trixie
# What `make p11test` and `make test-opensc-built` build: the OpenSC of a suite of Debian, or a git checkout of it.
OPENSC ?= trixie
OPENSC_BUILT = .work/opensc-built/$(notdir $(patsubst %/,%,$(OPENSC)))
# The folders that hold Python now: mypy refuses one without.
SOURCES = $(foreach folder,emulator tools tests benchmarks demo make,$(if $(shell find $(folder) -name '*.py' 2>/dev/null),$(folder)))

.PHONY: help setup check test test-unit test-clients test-browser console-pictures test-opensc-trixie test-opensc-built p11test soak demo walkthrough \
	docs lock test-newest image image-check package-check mutation clean

help:
	@echo "make setup               .venv with all that development needs; as root on Debian, missing packages too"
	@echo "make demo                stock OpenSC tools sign with an emulated ProID+Q, in two ways"
	@echo "make test                setup, check and all tests"
	@echo "make check               ruff and mypy"
	@echo "make test-unit           the quick tests"
	@echo "make test-clients        the tests with real middleware"
	@echo "make test-browser        the pages, in Chromium"
	@echo "make console-pictures    takes the pictures of docs/console.md again"
	@echo "make test-opensc-trixie  the same with Debian 13's OpenSC, in $(TRIXIE) (as root)"
	@echo "make test-opensc-built   the same with an OpenSC built here: OPENSC=unstable for its newest release, or a checkout (as root)"
	@echo "make p11test             OpenSC's own conformance program, built here, judges the cards; OPENSC as above (as root)"
	@echo "make image               an image for jobs in CI, from the Containerfile (docs/ci.md)"
	@echo "make image-check         builds that image from nothing, and runs a job in it (as root)"
	@echo "make package-check       sdist and wheel: built, judged, installed where nothing is, and used"
	@echo "make test-newest         the quick tests with the newest versions of all that is installed, locked or not"
	@echo "make mutation            changes the code line by line and shows what no test notices; ROOM=policy for one room"
	@echo "make soak                the long runs of docs/reliability.md: commands by the million, kills and signals by the thousand"
	@echo "make walkthrough         the whole story to watch: codes, certificates, a signed PDF, errors 621 and 622 and their cures"
	@echo "make docs                writes docs/cards/ again from the profiles, and docs/man/ from the commands"
	@echo "make lock                writes locks/ anew, with the newest versions that pyproject.toml allows"
	@echo "make clean               removes .venv, $(TRIXIE) and caches"

setup:
	@make/debian-packages
	@make/venv

check: setup
	$(PYTHON_IN_VENV) -m ruff check $(SOURCES)
	$(PYTHON_IN_VENV) -m ruff format --check $(SOURCES)
	$(PYTHON_IN_VENV) -m mypy --strict --explicit-package-bases $(SOURCES)

test: check
	$(PYTEST)

test-unit: setup
	$(PYTEST) tests/unit

test-clients: setup
	$(PYTEST) tests/clients

test-browser: setup
	$(PYTEST) tests/browser

console-pictures: setup
	mkdir -p docs/console
	STUNTCARD_PICTURES=$(CURDIR)/docs/console $(PYTHON_IN_VENV) -m pytest tests/browser -k "three_browsers or passes_axe"

soak: setup
	$(PYTEST) -m soak --timeout 7200 tests

test-opensc-trixie: setup
	@make/trixie $(TRIXIE)
	STUNTCARD_OPENSC_ROOT=$(CURDIR)/$(TRIXIE) $(PYTEST) tests/clients

test-opensc-built: setup
	@make/opensc-built $(OPENSC_BUILT) $(OPENSC)
	STUNTCARD_OPENSC_PREFIX=$(CURDIR)/$(OPENSC_BUILT)/installed $(PYTEST) tests/clients

p11test: setup
	@make/opensc-built $(OPENSC_BUILT) $(OPENSC)
	STUNTCARD_OPENSC_BUILT=$(CURDIR)/$(OPENSC_BUILT) $(PYTEST) -m p11test tests/p11test

demo: setup
	@demo/run

walkthrough: setup
	$(PYTHON_IN_VENV) -m demo.walkthrough

docs: setup
	@make/card-pages
	$(PYTHON_IN_VENV) make/man_pages.py docs/man

lock:
	@make/lock

test-newest:
	@make/debian-packages
	@make/test-newest -n $(WORKERS)

# The Containerfile as an image called stuntcard; EXTRAS="[tools]" for the tools as well.
image: setup
	@make/image stuntcard

image-check: setup
	$(PYTHON_IN_VENV) -m pytest -m image tests/package

package-check: setup
	$(PYTHON_IN_VENV) -m pytest -m package tests/package

# MUTANTS: their names, to run them again alone.
mutation: setup
	@make/mutation $(ROOM) $(MUTANTS)

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	rm -rf --one-file-system .work
