"""Bring-up tests talk to whatever the environment chooses, through the public names of the original only.

If that is the embedded model, they run a second time over UDP, with the same chip behind a loopback address.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import hicannx
from dlens_vx_v3 import halco, hxcomm, sta
from fisch.registry import chosen_kind
from hicannx_sim import ModelConnection
from hicannx_sim.setup.serve import ServedChip


@pytest.fixture(scope="session")
def served_chip() -> Iterator[str]:
    """Address of a chip over UDP that is as the embedded one; it is power cycled for every connection."""
    address = f"127.{192 + os.getpid() % 63}.{os.getpid() // 63 % 256}.1"
    chip = ServedChip(address, ModelConnection().system, power_cycle=True)
    chip.start()
    yield address
    chip.stop()


@pytest.fixture(scope="module", params=["chosen", "over UDP"])
def reach(request: pytest.FixtureRequest) -> Iterator[None]:
    """The environment as it is, then with a served chip."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "over UDP":
            if chosen_kind(os.environ)[0] != "model":
                pytest.skip("the environment chooses something else than the model")
            patch.setenv("SLURM_FPGA_IPS", request.getfixturevalue("served_chip"))
        yield


@pytest.fixture
def fresh(reach: None, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A connection nothing was done on yet. What a test does must not look as if it had been in vain, unless the test says that it is."""
    with hxcomm.ManagedConnection() as connection:
        yield connection
        if isinstance(connection.connections[0], ModelConnection):
            in_vain = request.node.get_closest_marker("in_vain") is not None
            assert bool(hicannx.explain(connection)) == in_vain, hicannx.explain(connection)


@pytest.fixture
def connection(fresh: Any) -> Any:
    """A connection to an initialised setup."""
    for entry in fresh.get_hwdb_entry():
        builder, _ = sta.generate(sta.SystemInit(entry))
        sta.run(fresh, [builder.done()])
    return fresh


@pytest.fixture
def execute(connection: Any) -> Callable[[Any], Any]:
    """Runs a builder on the initialised setup, returns its program."""

    def run(builder: Any) -> Any:
        program = builder.done()
        sta.run(connection, [program])
        return program

    return run


@pytest.fixture
def wait() -> Callable[[Any, int], None]:
    """Adds a pause of so many FPGA cycles to a builder."""
    from dlens_vx_v3 import hal

    def pause(builder: Any, cycles: int) -> None:
        builder.write(halco.TimerOnDLS(), hal.Timer())
        builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(cycles))

    return pause
