"""A small set-up kit: cores with neurons configured by field and cell names."""

from collections.abc import Callable

import numpy as np
import pytest

from halco import CapMemCellOnCapMemBlock, CapMemRowOnCapMemBlock
from haldls import CommonNeuronBackendConfig, NeuronBackendConfig, NeuronConfig
from hicannx_sim.anncore.core import AnalogCore
from hicannx_sim.base.virtual_chip import VirtualChip

US = 500
"""Ticks per microsecond."""


def words(container, **fields: int) -> np.ndarray:
    """Default words of a container with some fields changed."""
    layout = container.layout("Omnibus")
    slots = layout.decode_array(np.asarray(container().words()).reshape(1, -1))
    for name, value in fields.items():
        slots[0, layout.slot(name)] = value
    return layout.encode_array(slots)[0]


class Kit:
    """One core and convenient ways to set it up."""

    def __init__(self, serial: int = 1, mode: str = "ideal", seed: int = 0) -> None:
        self.core = AnalogCore(VirtualChip(serial, mode), seed)
        self.common()

    def common(self, **fields: int) -> None:
        for block in range(2):
            self.core.backend_common[block] = words(CommonNeuronBackendConfig, **fields)
            self.core.touch_backend_common(block)

    def cell(self, neuron: int, name: str, code: int) -> None:
        at = int(getattr(CapMemRowOnCapMemBlock, name)) * 130 + neuron % 128
        self.core.capmem[neuron // 128, at] = code
        self.core.touch_capmem(neuron // 128, at)

    def shared(self, name: str, code: int) -> None:
        at = int(getattr(CapMemCellOnCapMemBlock, name).toEnum())
        for block in range(4):
            self.core.capmem[block, at] = code
            self.core.touch_capmem(block, at)

    def neuron(self, neuron: int, config: dict[str, int] | None = None, backend: dict[str, int] | None = None, **cells: int) -> None:
        self.core.neuron_config[neuron] = words(NeuronConfig, **(config or {}))
        self.core.neuron_backend[neuron] = words(NeuronBackendConfig, **(backend or {}))
        self.core.touch_neuron(neuron)
        for name, code in cells.items():
            self.cell(neuron, name, code)

    def run(self, us: float) -> list[tuple[int, int]]:
        """Run for some microseconds; all spikes as (tick, neuron)."""
        return [tuple(spike) for spike in self.core.collect(self.core.now + round(us * US)).tolist()]

    def trace(self, neuron: int, source: int, us: float, every: int = 50) -> np.ndarray:
        """Voltage of a neuron at each step while time goes on."""
        self.core.set_probe(0, neuron, source)
        values = []
        for tick in range(self.core.now + every, self.core.now + round(us * US) + 1, every):
            while self.core.run(tick) < tick:
                pass
            values.append(self.core.probe(0, tick))
        return np.array(values)


@pytest.fixture(scope="session")
def kit() -> Callable[..., Kit]:
    return Kit
