"""Bring-up tests talk to whatever the environment chooses, through the public names of the original only."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dlens_vx_v3 import halco, hxcomm, sta


@pytest.fixture
def fresh() -> Iterator[Any]:
    """A connection nothing was done on yet."""
    with hxcomm.ManagedConnection() as connection:
        yield connection


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
