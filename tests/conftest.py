"""Addresses nobody else uses, served chips, and a network that damages what it passes on: for tests of both ends of a connection."""

import itertools
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("whatever the machine does besides", deadline=None)
settings.load_profile("whatever the machine does besides")
sys.path.insert(0, str(Path(__file__).parent / "helpers"))


def pytest_addoption(parser):
    parser.addoption("--seeds", type=int, default=2, help="how many draws of each kind tests on held-out parameters try")
    parser.addoption("--first-seed", type=int, default=0, help="of these draws")
    parser.addoption("--long", action="store_true", help="also tests that take minutes")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="takes minutes: --long"))


@pytest.fixture(autouse=True, scope="session")
def calibrations(tmp_path_factory):
    """What tests calibrate stays out of the user's folders."""
    os.environ["HICANNX_CALIBRATIONS"] = str(tmp_path_factory.mktemp("calibrations"))


@pytest.fixture
def scripts_in(monkeypatch):
    """Makes the modules of a folder importable until the end of the test, whatever else has their names."""

    def use(folder):
        monkeypatch.syspath_prepend(str(folder))
        for file in folder.glob("[!_]*.py"):
            monkeypatch.setitem(sys.modules, file.stem, None)  # so that it will be as it was
            del sys.modules[file.stem]

    return use


_number = itertools.count()


@pytest.fixture
def address():
    """A loopback address of this test's own; the next three are free, too."""
    process, number = os.getpid(), next(_number)
    return f"127.{64 + process % 128}.{process // 128 % 256}.{1 + 4 * number % 250}"


@pytest.fixture
def serve(address):
    """Serves a System, by default at `address`, until the end of the test."""
    from hicannx_sim.setup.serve import ServedChip

    served = []

    def start(system, ip=address, **options):
        served.append(ServedChip(ip, system, **options))
        served[-1].start()
        return served[-1]

    yield start
    for chip in served:
        chip.stop()


@pytest.fixture
def bad_network():
    """Lets clients of an address reach the FPGA at another one, over a network that loses, repeats, cuts and delays some datagrams."""
    from bad_network import Relay, damage

    relays = []

    def between(ip, to, lost, twice, cut):
        relays.append(Relay(ip, to, damage(7, lost, twice, cut), damage(8, lost, twice, cut)))

    yield between
    for relay in relays:
        relay.stop()
