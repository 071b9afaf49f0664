"""A chip without board and FPGA, configured through the containers' own words."""

import numpy as np
import pytest

from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.chip import Chip

SPIKE, MADC = 0, 1


class Bench:
    """Drives a chip as its link would; `tick` counts 2 ns."""

    def __init__(self, mode: str = "ideal", serial: int = 7, seed: int = 1, chip: Chip | None = None) -> None:
        self.chip = Chip(VirtualChip(serial, mode), seed) if chip is None else chip

    def write(self, address: int, data: int, tick: int | None = None, byte_enables: int = 15) -> None:
        """A word at a tick, None: now."""
        self.chip.write(address, data, byte_enables, self.chip.now if tick is None else tick)

    def read(self, address: int, tick: int | None = None) -> int:
        """A word at a tick, None: now."""
        return self.chip.read(address, self.chip.now if tick is None else tick)

    def spike(self, label: int, tick: int | None = None) -> None:
        """A label from the link at a tick, None: now."""
        self.chip.spike(label, self.chip.now if tick is None else tick)

    def put(self, container, coordinate=0, tick: int | None = None) -> None:
        """Writes a container at a coordinate (enum)."""
        addresses = type(container).write_addresses([int(coordinate)], backend=self.backend(type(container)))[0]
        self.chip.write_all(addresses, container.encode(), tick)

    @staticmethod
    def backend(container) -> str:
        return "Omnibus" if "Omnibus" in container.backends else "OmnibusChipOverJTAG"

    def get(self, container, coordinate=0) -> np.ndarray:
        """Words read at a coordinate."""
        return self.chip.read_all(container.read_addresses([int(coordinate)])[0])

    def spikes(self, until: int) -> np.ndarray:
        """(tick, body) of the spikes that left the chip up to a tick."""
        self.chip.advance(until)
        out = self.chip.take_out()
        return out[out["kind"] == SPIKE]

    def samples(self, until: int) -> np.ndarray:
        """(tick, body) of the converter samples that left the chip up to a tick."""
        self.chip.advance(until)
        out = self.chip.take_out()
        return out[out["kind"] == MADC]

    def connect_synapses(self, **others) -> None:
        """The currents of all columns reach their neurons; others: further switches of all columns, by name."""
        from haldls import ColumnCurrentQuad

        quad, switch = ColumnCurrentQuad(), ColumnCurrentQuad.ColumnCurrentSwitch()
        switch.enable_synaptic_current_excitatory = switch.enable_synaptic_current_inhibitory = True
        for name, on in others.items():
            setattr(switch, name, on)
        for entry in range(4):
            quad.set_switch(entry, switch)
        for place in range(128):
            self.put(quad, place)

    def close_crossbar(self) -> None:
        """No node forwards anything."""
        from haldls import CrossbarNode

        for node in range(76):
            self.put(CrossbarNode(mask=0, target=0x3FFF), node)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def make_bench():
    return Bench
