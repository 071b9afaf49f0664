# make demo    a chip boots, a neuron spikes, first_light.png       make bench   speed, beside Brian2
# make test    the whole test suite                                  make lint    style and types
# make docs    the documentation as a site, in build/site             make wheel   a wheel, tried in an empty environment
# make soak    how reliable all of it is, in docs/reliability.md; minutes, with SCALE=100 hours; FIGURES=codec,transport only these
#
# All of them set up what they need: Debian's packages (as root; else they say which), a virtual environment, the compiled modules.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
ROOMS := halco haldls fisch stadls sim
SOURCES := $(shell find $(ROOMS) \( -name '*.pyx' -o -name '*.pxd' -o -path '*/kernel/*.c' -o -name 'udp.c' -o -name '*.h' -o -path '*/ppu_toolchain/isa.py' -o -path '*/numbers/ppu.py' \
	-o -name 'header.py' \) 2>/dev/null)

# sources that stubs stand in for elsewhere (tools/stubs), and compiled modules whose stubs are held by stubtest
TABLES = $(shell find halco haldls -name '*.py')
CHECKED = $(subst /,.,$(basename $(shell find halco haldls fisch stadls -name '*.pyx')))

.PHONY: demo test bench benchmarks soak lint docs wheel clean
.DELETE_ON_ERROR:

demo: $(VENV)/demo
	$(BIN)/python examples/first_light.py

test: $(VENV)/test
	$(BIN)/pytest

bench:
	$(MAKE) benchmarks VENV=$(VENV)-bench  # peers need an older numpy

benchmarks: $(VENV)/bench
	$(BIN)/pytest tests/bench --benchmark-enable --benchmark-only -s

SCALE ?= 1
SEED ?= 1
soak: $(VENV)/$(if $(findstring coverage,$(FIGURES)),coverage,soak)
	$(BIN)/python tests/soak/soak.py --scale $(SCALE) --seed $(SEED) --figures '$(FIGURES)' $(addprefix --python ,$(PYTHONS))

wheel: $(VENV)/python
	.ci/wheel $(BIN)/python

docs: $(VENV)/docs
	$(BIN)/python examples/published --output docs/build/published
	$(BIN)/hicannx docs --output docs/build --systemrdl docs/build/hicannx.rdl
	$(BIN)/python tools/site

lint: $(VENV)/lint
	$(BIN)/ruff check .
	$(BIN)/python tools/stubs
	$(BIN)/mypy $(TABLES) tools/stubs/*.py
	MYPYPATH=build/rooms:tools:compat $(BIN)/mypy $(addprefix -p ,fisch stadls grenade hicannx_sim hicannx $(notdir $(wildcard compat/*)))
	MYPYPATH=build/rooms:tools:compat:examples/learning $(BIN)/mypy tools/site/*.py examples/learning/*.py
	$(BIN)/stubtest --concise --ignore-disjoint-bases --ignore-positional-only --allowlist tools/stubs/stubtest.txt $(CHECKED)

$(VENV)/%: $(VENV)/built
	HICANNX_BUILD=none $(BIN)/pip install -q --no-build-isolation -e '.[$*]'
	@touch $@

$(VENV)/test $(VENV)/soak $(VENV)/coverage: packages = test
$(VENV)/built: pyproject.toml setup.py $(wildcard tools/stubs/*.py) $(SOURCES) $(TABLES) | $(VENV)/python
	$(BIN)/pip install -q 'setuptools>=77' 'Cython>=3.1' 'numpy>=2.0'
	$(BIN)/python setup.py -q build_ext --inplace
	@touch $@

$(VENV)/python:
	@PYTHON=$(PYTHON) .ci/packages $(or $(packages),build)
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-bench build *.egg-info
	find $(ROOMS) \( -name '*.so' -o -name '__pycache__' \) -prune -exec rm -rf {} +
