"""What is not needed any more is freed at once, without the cycle collector."""

import gc
import weakref

import numpy as np
import pytest

import fisch
import hicannx_sim as sim
from fisch.arq import ARQConnection
from hicannx_sim.setup.serve import ServedChip

HALT = np.array([0x0A << 56], np.uint64)


@pytest.fixture(autouse=True)
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    gc.collect()


def parts(system):
    """Weak references to everything of a system that takes them."""
    found = [system, system.board, *system._blocks().values(), system.chip, system.fpga, system.board.carrier, system.board.supplies]
    references = []
    for part in found:
        try:
            references.append((type(part).__name__, weakref.ref(part)))
        except TypeError:  # compiled blocks
            continue
    return references


def left(references):
    return [name for name, reference in references if reference() is not None]


def garbage():
    """What only the collector would free, by type."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        return sorted({type(thing).__name__ for thing in gc.garbage if type(thing).__module__.startswith(("hicannx_sim", "fisch"))})
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


@pytest.mark.parametrize("serial", [1, 80])
@pytest.mark.parametrize("setup", ["cube", "jboa"])
def test_systems(serial, setup):
    system = sim.System(sim.VirtualChip(serial), setup=setup)
    system.execute(HALT)
    system.report(), system.events.summary(), system.restore(system.snapshot())
    references = parts(system)
    del system
    assert left(references) == [] and garbage() == []


def test_power_cycles():
    system = sim.System(sim.VirtualChip(80))
    references = [entry for entry in parts(system) if entry[0] != "System"]
    system.reset()
    assert left(references) == [] and garbage() == []


def test_embedded_connections(monkeypatch):
    monkeypatch.setenv("HICANNX_RUN_TIMEOUT", "10")
    with fisch.connection_from_environment({}) as connection:
        connection.execute([HALT])
        references = [*parts(connection.connections[0].system), ("connection", weakref.ref(connection.connections[0]))]
    del connection
    assert left(references) == [] and garbage() == []


def test_connections_over_udp(address):
    chip = ServedChip(address, sim.System(sim.VirtualChip(80)))
    chip.start()
    with ARQConnection(address) as connection:
        connection.execute(HALT)
    chip.stop()
    references = [*parts(chip.system), ("served", weakref.ref(chip)), ("connection", weakref.ref(connection))]
    del chip, connection
    assert left(references) == [] and garbage() == []
