"""What pytest knows once this package is installed: a chip for each test, and what it did that is not modelled.

    def test_it(chip):                         # a connection handle, of a chip that has just been powered on
        ...

    @pytest.mark.serials(1, 2, 3)              # once on each of these virtual chips
    @pytest.mark.strict                        # an access that cannot be served faithfully fails the test
    def test_others(chip):
        ...

On the command line `--chip-serials 1,2,3` runs all tests on these chips, and `--chip-strict` makes all of them strict. Where the
environment chooses
a real system, tests get that, and those that ask for serials or strict mode are skipped.

What a test used and the model does not have is noted with it: as properties in the JUnit report (`--junit-xml`), and at the end of the
session. `docs/testing.md` is the manual.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

PROPERTY = "not modelled"
"""Name of the properties in a JUnit report."""
_noted = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """--chip-serials and --chip-strict."""
    group = parser.getgroup("hicannx", "virtual chips")
    serials = "serial numbers of virtual chips on which tests with a chip run, such as 1,2,3"
    group.addoption("--chip-serials", type=_serials, default=[], metavar="LIST", help=serials)
    group.addoption("--chip-strict", action="store_true", help="fail tests with accesses that a virtual chip cannot serve faithfully")


def pytest_configure(config: pytest.Config) -> None:
    """The markers."""
    config.addinivalue_line("markers", "serials(*numbers): virtual chips on which a test runs")
    config.addinivalue_line("markers", "strict: accesses that a virtual chip cannot serve faithfully fail the test")
    config.stash[_noted] = []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each serial number."""
    if "chip" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("serials")
    numbers = marker.args if marker else metafunc.config.getoption("--chip-serials")
    if numbers:
        metafunc.parametrize("chip", numbers, indirect=True, ids=[f"chip{number}" for number in numbers])


def _serials(text: str) -> list[int]:
    try:
        return [int(number, 0) for number in text.split(",") if number.strip()]
    except ValueError:
        raise ArgumentTypeError(f"{text!r}: serial numbers are needed, such as 1,2,3") from None


@pytest.fixture
def chip(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A connection handle of a chip: a virtual one that has just been powered on, or the real one that the environment chooses."""
    serial = getattr(request, "param", None)
    strict = request.node.get_closest_marker("strict") is not None or request.config.getoption("--chip-strict")
    home = import_module("hicannx.connecting")  # takes as long as all the rest, and only tests with a chip need it
    other = home.variable_of_another()
    if other and (serial is not None or strict):
        pytest.skip(f"needs a virtual chip, and {other} chooses another one")
    with home.connect_as_chosen() if other else home.connect(serial=serial, strict=strict or None) as handle:
        yield handle
        if not other:
            _note(request, handle.insight.report().splitlines())


def _note(request: pytest.FixtureRequest, found: list[str]) -> None:
    request.node.user_properties.extend((PROPERTY, line.strip()) for line in found if line.strip())
    if found:
        request.config.stash[_noted].append(request.node.nodeid)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Which tests used what is not modelled."""
    noted = config.stash[_noted]
    if noted:
        terminalreporter.section("virtual chips")
        terminalreporter.line(f"{len(noted)} tests have something to report (--junit-xml has it in full):")
        for name in noted:
            terminalreporter.line(f"  {name}")
