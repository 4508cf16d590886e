# camstrm: 'make demo' shows three simulated cameras, 'make test' runs the tests.
# Needs python3 (3.10 to 3.14) with venv; the tests a C compiler too.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP_LOUD := $(BIN)/python -m pip --disable-pip-version-check
PIP := $(PIP_LOUD) --quiet
CONSTRAINTS := deploy/constraints.txt
# Processes that share the test files: one more than cores, because many tests wait. They take the
# files in order, so that those with real systems and browsers come first and none is left for the end.
WORKERS ?= 3
SOURCES := bench camstrm client_qt docs tests
# The build of the wheel itself is pinned too.
export PIP_CONSTRAINT := $(abspath $(CONSTRAINTS))

.PHONY: help demo view test check format bench bench-long bench-smoke outages attacks fuzz properties soak soak-server soak-viewers docs reference rehearsal wheel try-viewer image try-image clean

help:
	@echo "make demo    three simulated cameras; prints one URL for a browser"
	@echo "make view    the Qt viewer on the running demo"
	@echo "make test    all tests, in three processes (9 minutes; WORKERS=0: in one)"
	@echo "make check   format, lint, types, import contracts"
	@echo "make bench   camstrm beside its peers and floors in C: ratios and counts (25 minutes)"
	@echo "make bench-long  10 minutes of it: nothing lost, memory flat (MINUTES=...)"
	@echo "make bench-smoke  every part of it for seconds: it runs, nothing lost"
	@echo "make bench-door  viewers while strangers take all connections and descriptors (3 minutes)"
	@echo "make bench-floods  what viewers get while others subscribe without end"
	@echo "make outages  grabber and bridge killed and stopped, viewers stuck or cut off (35 minutes)"
	@echo "make fuzz    atheris on all that is read from outside, a minute each (SECONDS=..., RUNS=...)"
	@echo "make properties  the property tests with many new examples"
	@echo "make attacks a thousand wrong tokens on every route, hundreds of hostile viewers (10 minutes)"
	@echo "make soak    processes killed again and again, for minutes; all tests of the simulator"
	@echo "make soak-server  30 minutes of grabber and bridge with viewers that come and go (MINUTES=...)"
	@echo "make soak-viewers  30 minutes of both viewers on a bridge killed and slowed (MINUTES=...)"
	@echo "make docs    the documents as a site in build/site"
	@echo "make rehearsal  simulated Hikrobot and FLIR cameras, to practise the first hour"
	@echo "make reference  write the pages that are made from the code"
	@echo "make try-image, make try-systemd  build and run the image, boot the units (root, no docker)"
	@echo "make image   build the container image with docker"
	@echo "make wheel   build the wheel into dist/"
	@echo "make try-viewer  install the wheel as pipx does, and start the viewer"

demo: $(VENV)/.demo
	@$(BIN)/camstrm demo $(DEMO)

view: $(VENV)/.view
	@$(BIN)/camstrm view ws://127.0.0.1:8765 $(VIEW)

# Hundreds of processes are started: what they import is compiled once, whatever the shell says.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST)

check: $(VENV)/.test
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	@tests/js/check_types

format: $(VENV)/.test
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

bench: $(VENV)/.bench
	$(BIN)/python -m bench $(BENCH)

bench-long: $(VENV)/.test
	$(BIN)/python -m bench.whole_way.long_run $(MINUTES)

soak-server: $(VENV)/.test
	$(BIN)/python -m bench.whole_way.long_run $(or $(MINUTES),30) --joins $(or $(JOINS),5)

bench-smoke: $(VENV)/.test
	$(BIN)/python -m pytest bench/tests $(PYTEST)

.PHONY: bench-door
bench-door: $(VENV)/.test
	$(BIN)/python -m bench.door $(DOOR)

outages: $(VENV)/.test
	$(BIN)/python -m bench.outages $(OUTAGES)

fuzz: $(VENV)/.fuzz
	$(BIN)/python -m tests.fuzz $(if $(RUNS),--runs $(RUNS),--seconds $(or $(SECONDS),60)) $(FUZZ)

properties: $(VENV)/.test
	CAMSTRM_FUZZ_EXAMPLES=20000 $(BIN)/python -m pytest tests/unit/wire tests/unit/config tests/unit/imaging --timeout=3600

attacks: $(VENV)/.test
	$(BIN)/python -m pytest tests/unit/bridge -m slow -s --timeout=3600 $(PYTEST)

.PHONY: bench-floods
bench-floods: $(VENV)/.test
	$(BIN)/python -m bench.floods

soak: $(VENV)/.test
	$(BIN)/python -m pytest tests/integration -m slow --timeout=3600
	$(BIN)/python -m pytest tests/unit/simulator -m "slow or not slow" --timeout=3600

soak-viewers: $(VENV)/.test
	$(BIN)/python -m bench.soak $(MINUTES) $(if $(SEED),--seed $(SEED))

# -n -W: a link that goes nowhere, or a page that is in no list, is an error.
docs: $(VENV)/.docs
	$(BIN)/python -m docs.make_reference
	$(BIN)/python -m sphinx -q -n -W --keep-going -c docs . build/site
	@echo "open build/site/index.html"

reference: $(VENV)/.demo
	$(BIN)/python -m docs.make_reference

# The simulator's cameras where the makers' SDKs would put their producers.
rehearsal: $(VENV)/.demo
	@$(BIN)/python -m docs.rehearsal

wheel: $(VENV)/.venv
	$(PIP) wheel --no-deps --wheel-dir dist .

try-viewer: $(VENV)/.test
	$(BIN)/python -m pytest tests/client_qt/test_installed.py -m slow

image:
	docker build -t camstrm -f deploy/Dockerfile $(if $(BASE),--build-arg BASE=$(BASE)) .

# Builds the image with buildah and runs it in namespaces of its own; needs root.
try-image: $(VENV)/.test
	$(BIN)/python -m tests.image.try_image $(if $(BASE),--base $(BASE)) -- $(BUILD_FLAGS)

.PHONY: try-systemd image-requirements

# The packages of the image with their hashes; needs uv.
HASHED := uv pip compile --quiet --constraint $(CONSTRAINTS) --universal --python-version 3.10 --generate-hashes \
	--no-header --no-emit-index-url --no-annotate
image-requirements:
	$(HASHED) pyproject.toml --extra grab --extra bridge > deploy/image-requirements.txt
	echo hatchling | $(HASHED) - > deploy/image-build-requirements.txt

# Boots systemd in namespaces of its own and runs the units in it; needs root.
try-systemd: $(VENV)/.test
	$(BIN)/python -m tests.systemd.try_systemd

# The peers need another OpenCV than camstrm: they get an environment of their own.
$(VENV)/.bench: $(VENV)/.test
	@echo "installing what the benchmark measures camstrm beside into $(VENV)/peers (once; about 600 MB)"
	@$(PIP) install --group bench
	@$(PYTHON) -m venv $(VENV)/peers
	@$(VENV)/peers/bin/python -m pip --disable-pip-version-check --quiet install "pip>=25.1"
	@$(VENV)/peers/bin/python -m pip --disable-pip-version-check --quiet install --group peers
	@touch $@

# Where atheris has no wheel, 'make fuzz' says so.
$(VENV)/.fuzz: $(VENV)/.test
	@$(PIP) install --only-binary atheris --group fuzz || true
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/.venv:
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.demo: $(VENV)/.venv pyproject.toml $(CONSTRAINTS)
	@echo "installing camstrm into $(VENV) (once; 280 MB there; it takes a minute or two)"
	@$(PIP_LOUD) install --editable ".[grab,bridge]"
	@touch $@

$(VENV)/.view: $(VENV)/.venv pyproject.toml $(CONSTRAINTS)
	@echo "installing the viewer into $(VENV) (once; 750 MB there; it takes a minute or two)"
	@$(PIP_LOUD) install --editable ".[viewer]"
	@touch $@

$(VENV)/.docs: $(VENV)/.demo pyproject.toml $(CONSTRAINTS)
	@echo "installing what builds the documents into $(VENV) (once; 100 MB there)"
	@$(PIP) install "pip>=25.1"
	@$(PIP) install --group docs
	@touch $@

# Dependency groups need pip 25.1.
$(VENV)/.test: $(VENV)/.venv pyproject.toml $(CONSTRAINTS)
	@echo "installing camstrm and what its tests need into $(VENV) (once; about 1.2 GB there)"
	@$(PIP) install "pip>=25.1"
	@$(PIP_LOUD) install --editable ".[all]" --group test
	@touch $@
