"""The registers and counters of a system as an explanation looks at them: arrays of fields, decoded when first asked for."""

from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import haldls
from halco import AtomicNeuronOnDLS, CapMemCellOnCapMemBlock, CapMemCellOnDLS, CapMemRowOnCapMemBlock, Enum
from hicannx_sim.base.numbers import number
from hicannx_sim.chip.chip import Chip

Ints = NDArray[np.int64]

_COLUMNS: Final = 130
"""Of the analog memory in a row of a block, two of which belong to no neuron."""

BACKEND_OF: Final = np.array([int(AtomicNeuronOnDLS(Enum(n)).toNeuronBackendConfigOnDLS().toEnum()) for n in range(512)])
"""Backend's coordinate of each neuron."""


class View:
    """What the explanation of a chip and its FPGA can see. Neurons, rows and cells are counted as their coordinates' enums are."""

    def __init__(self, chip: Chip, fpga: dict[str, Any]) -> None:
        self.chip, self.fpga = chip, fpga
        self.counts: dict[str, Any] = chip.fabric.counters()
        self.evidence = chip.fabric.evidence()
        self._fields: dict[str, Ints] = {}

    def field(self, container: str, name: str) -> Ints:
        """A field at all coordinates: int64[coordinates] or, of an array, int64[coordinates, elements]; "group.part" for parts."""
        layout = getattr(haldls, container)
        if container not in self._fields:
            self._fields[container] = layout.layout("Omnibus").decode_array(self.chip.omnibus.contents(container))
        slots = self._fields[container]
        group, _, part = name.partition(".")
        field = next(one for one in layout.fields() if one.name == group)
        found = slots[:, field.slot : field.slot + field.count]
        if part:
            inner = next(one for one in field.parts if one.name == part)
            size = sum(one.count for one in field.parts)
            found = found.reshape(len(slots), -1, size)[:, :, inner.slot : inner.slot + inner.count].reshape(len(slots), -1)
        values: Ints = found[:, 0] if field.count == 1 else found
        return values

    def neuron(self, name: str) -> Ints:
        """A field of NeuronConfig or of the backend, int64[512] by neuron."""
        if hasattr(haldls.NeuronConfig, name):
            return self.field("NeuronConfig", name)
        values: Ints = self.field("NeuronBackendConfig", name)[BACKEND_OF]
        return values

    @cached_property
    def _codes(self) -> Ints:
        return self.chip.fabric.analog.capmem.astype(np.int64)

    def row(self, name: str) -> Ints:
        """Codes of a row of the analog memory, int64[512] by neuron."""
        start = int(getattr(CapMemRowOnCapMemBlock, name)) * _COLUMNS
        return self._codes[:, start : start + 128].reshape(512)

    def cells(self, name: str) -> Ints:
        """Codes of a cell that a quadrant's circuits share, int64[4]."""
        return self._codes[:, int(getattr(CapMemCellOnCapMemBlock, name).toEnum())]

    def code(self, name: str) -> int:
        """Code of the only cell of its name on the chip."""
        return int(self._codes.reshape(-1)[cell_on_chip(name)])

    # -- synapses

    @property
    def weights(self) -> NDArray[np.uint8]:
        """uint8[512, 256] by row and column."""
        return self.chip.fabric.analog.weights

    @cached_property
    def hit(self) -> NDArray[np.bool_]:
        """Synapses whose row got their label, bool[512, 256]."""
        found = np.zeros((512, 256), bool)
        rows = np.flatnonzero(self.evidence["addressed"])
        labels = self.chip.fabric.analog.labels[rows].astype(np.uint64)
        found[rows] = self.evidence["addressed"][rows, None] >> labels & np.uint64(1)
        return found

    @cached_property
    def modes(self) -> Ints:
        """Row modes, int64[512] by row: bit 0 excitatory, bit 1 inhibitory."""
        drivers = [self.field("SynapseDriverConfig", f"row_mode_{side}") for side in ("bottom", "top")]
        return np.stack(drivers, axis=1).reshape(512)

    def wants_correlation(self, half: int) -> bool:
        """Somebody set the correlation sensors of a half up, or reset some."""
        quadrants = [2 * half, 2 * half + 1]
        biased = any(self.cells(name)[quadrants].any() for name in ("syn_i_bias_store", "syn_i_bias_ramp", "syn_i_bias_corout"))
        return bool(biased or self.counts["correlation_resets"])

    # -- neurons

    @cached_property
    def membranes(self) -> NDArray[np.float64]:
        """Membranes now [V]."""
        return np.array([self.chip.fabric.analog.voltage(n, 0) for n in range(512)])

    @property
    def thresholds(self) -> NDArray[Any]:
        """Nominal thresholds [V]."""
        return number("threshold_offset") + number("threshold_slope") * self.row("v_threshold")

    @property
    def resting(self) -> NDArray[Any]:
        """Nominal leak potentials [V]."""
        return number("leak_offset") + number("leak_slope") * self.row("v_leak")

    @property
    def resets(self) -> NDArray[Any]:
        """Nominal reset potentials [V]."""
        return number("reset_offset") + number("reset_slope") * self.row("v_reset")


def cell_on_chip(name: str) -> int:
    """Enum of the only cell of its name on the chip."""
    return int(getattr(CapMemCellOnDLS, name).toEnum())


def cell_of(name: str, place: int) -> int:
    """Enum of the cell that a neuron has in a row, or a quadrant has by this name."""
    if hasattr(CapMemRowOnCapMemBlock, name):
        return place // 128 * 24 * _COLUMNS + int(getattr(CapMemRowOnCapMemBlock, name)) * _COLUMNS + place % 128
    return place * 24 * _COLUMNS + int(getattr(CapMemCellOnCapMemBlock, name).toEnum())
