"""The capacitive memory: the analog parameters of the neurons and of everything that needs a voltage or current of its own."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np

from halco import (
    CapMemBlockConfigOnDLS,
    CapMemBlockOnDLS,
    CapMemCellOnCapMemBlock,
    CapMemCellOnDLS,
    CapMemColumnOnCapMemBlock,
    CapMemRowOnCapMemBlock,
    Linear,
    ReferenceGeneratorConfigOnDLS,
)
from haldls.container import Address, Container, DifferentialWriteTrait
from haldls.fields import Array, Field, Group

__all__ = [
    "CapMemBlock", "CapMemBlockConfig", "CapMemBlockConfigIOutSelect", "CapMemBlockConfigVRefSelect", "CapMemCell",
    "ReferenceGeneratorConfig",
]  # fmt: skip

ROWS, COLUMNS = CapMemRowOnCapMemBlock.size, CapMemColumnOnCapMemBlock.size


class CapMemCell(Container, DifferentialWriteTrait):
    """One analog parameter: a voltage (rows 0 to 7) or a current (rows 8 to 23), set by a 10-bit code."""

    coordinate = CapMemCellOnDLS
    address = Address(0x140000, stride=(0x20, 1, 0x8000))
    constructor = ("value",)

    class Value(Linear, max=1022):
        """Code of the voltage or current."""

    class DisableRefresh(Linear, min=1023, max=1023):
        """The cell is no longer refreshed: its voltage or current drifts away."""

    value = Field((Value, DisableRefresh), "w0[9:0]", unit="LSB", doc="code of the parameter, or that its cell is not refreshed")


class CapMemBlock(Container, DifferentialWriteTrait):
    """All 3120 cells of a quadrant."""

    coordinate = CapMemBlockOnDLS
    address = Address(0x140000, stride=0x8000, offsets=np.add.outer(np.arange(ROWS), 0x20 * np.arange(COLUMNS)).ravel())
    cells = Group(CapMemCellOnCapMemBlock, CapMemCell, doc="the cells, row by row")

    def get_cell(self, cell: CapMemCellOnCapMemBlock) -> CapMemCell.Value | CapMemCell.DisableRefresh:
        """Value of a cell."""
        return CapMemBlock.cells.get(self, cell).value

    def set_cell(self, cell: CapMemCellOnCapMemBlock, value: CapMemCell.Value | CapMemCell.DisableRefresh | int) -> None:
        """Sets the value of a cell."""
        CapMemBlock.cells.set(self, cell, CapMemCell(value))


class CapMemBlockConfigVRefSelect(IntEnum):
    """Reference voltages that can be put out for debugging."""

    disabled = 0
    v_ref_v = 1
    v_ref_i = 2


class CapMemBlockConfigIOutSelect(IntEnum):
    """Currents that can be put out for debugging."""

    disabled = 0
    i_out_mux = 1
    i_out_ramp = 2


class CapMemBlockConfig(Container, DifferentialWriteTrait):
    """How the cells of a quadrant are refreshed, and which of them is put out for debugging.

    What pulses, boost and prescalers mean in detail is our reading of their names: the original does not document them.
    """

    coordinate = CapMemBlockConfigOnDLS
    address = Address(0x144000, stride=0x8000, words=10)
    no_read_on = ("hardware",)
    VRefSelect = CapMemBlockConfigVRefSelect
    IOutSelect = CapMemBlockConfigIOutSelect

    class OutAmpBias(Linear, max=15):
        """Bias step."""

    class SourceFollowerBias(Linear, max=15):
        """Bias step."""

    class LevelShifterBias(Linear, max=15):
        """Bias step."""

    class VGlobalBias(Linear, max=15):
        """Bias step."""

    class CurrentCellRes(Linear, max=63):
        """Resistance step."""

    class BoostFactor(Linear, max=15):
        """Strength of the boost."""

    class PrescalePause(Linear, max=6):
        """Power of two."""

    class PrescaleRamp(Linear, max=6):
        """Power of two."""

    class SubCounter(Linear, max=0xFFFF):
        """Clock cycles."""

    class PauseCounter(Linear, max=0xFFFFFFFF):
        """Clock cycles."""

    class PulseA(Linear, max=0xFFFF):
        """Clock cycles."""

    class PulseB(Linear, max=0xFFFF):
        """Clock cycles."""

    class BoostA(Linear, max=0xFFFF):
        """Clock cycles."""

    class BoostB(Linear, max=0xFFFF):
        """Clock cycles."""

    enable_capmem = Field(bool, "w6[16]", default=True, doc="run the refresh")
    debug_readout_enable = Field(bool, None, read="w0[23:0]", doc="put a cell out for debugging: its row is selected")
    debug_capmem_coord = Field(
        CapMemCellOnCapMemBlock, None, doc="the cell put out: row r as bit 23 - r of word 0, column in word 1; 0 if none is"
    )
    debug_v_ref_select = Field(CapMemBlockConfigVRefSelect, "w2[1:0]", doc="reference voltage put out")
    debug_i_out_select = Field(CapMemBlockConfigIOutSelect, "w5[1:0]", doc="current put out")
    debug_out_amp_bias = Field(OutAmpBias, "w3[15:12]", default=7, doc="bias of the debug amplifier")
    debug_source_follower_bias = Field(SourceFollowerBias, "w3[11:8]", default=3, doc="bias of the debug source follower")
    debug_level_shifter_bias = Field(LevelShifterBias, "w3[7:4]", default=3, doc="bias of the debug level shifter")
    v_global_bias = Field(VGlobalBias, "w3[3:0]", default=7, doc="bias of the cells' comparators and amplifiers")
    current_cell_res = Field(CurrentCellRes, "w4[5:0]", default=8, doc="resistance that turns a cell's voltage into its current")
    boost_factor = Field(BoostFactor, "w6[31:28]", doc="number of cells refreshed at once while boosting")
    enable_boost = Field(bool, "w6[17]", doc="refresh faster")
    enable_autoboost = Field(bool, "w6[18]", doc="refresh faster after a change until the cells have settled")
    prescale_pause = Field(PrescalePause, "w6[26:24]", default=3, doc="division of the clock that counts the pause")
    prescale_ramp = Field(PrescaleRamp, "w6[22:20]", default=3, doc="division of the clock that counts the ramp")
    sub_counter = Field(SubCounter, "w6[15:0]", default=16, unit="clock cycles", doc="length of a step of the ramp")
    pause_counter = Field(PauseCounter, "w9[31:0]", default=8096, unit="prescaled clock cycles", doc="pause between two ramps")
    pulse_a = Field(PulseA, "w7[31:16]", default=4, unit="clock cycles", doc="begin of the pulse that refreshes a cell")
    pulse_b = Field(PulseB, "w7[15:0]", default=7, unit="clock cycles", doc="end of the pulse that refreshes a cell")
    boost_a = Field(BoostA, "w8[31:16]", unit="clock cycles", doc="begin of the pulse while boosting")
    boost_b = Field(BoostB, "w8[15:0]", unit="clock cycles", doc="end of the pulse while boosting")

    # the row is one-hot and the column binary, and both belong to one coordinate: no bit map says that

    def _encode_hook(self, words: Any, backend: str) -> None:
        if self.debug_readout_enable:
            cell = self.debug_capmem_coord
            words[0], words[1] = 1 << (ROWS - 1 - int(cell) // COLUMNS), int(cell) % COLUMNS

    def _decode_hook(self, words: Any, backend: str) -> None:
        selected = int(words[0]) & (1 << ROWS) - 1
        if not selected:  # whatever the column says then
            self.debug_capmem_coord = CapMemCellOnCapMemBlock()
            return
        column, row = CapMemColumnOnCapMemBlock(int(words[1])), CapMemRowOnCapMemBlock(ROWS - selected.bit_length())
        self.debug_capmem_coord = CapMemCellOnCapMemBlock(column, row)


class ReferenceGeneratorConfig(Container):
    """Reference currents of the chip. Has to be reset once, for 1000 FPGA cycles, before the capacitive memory works."""

    coordinate = ReferenceGeneratorConfigOnDLS
    address = Address(0xC0012, words=9)

    class CapMemAmplifier(Linear, max=63, default=40):
        """Current step."""

    class CapMemOffset(Linear, max=63, default=1):
        """Current step."""

    class CapMemSlope(Linear, max=63, default=11):
        """Current step."""

    class ReferenceControl(Linear, max=63, default=10):
        """Current step."""

    class ResistorControl(Linear, max=63, default=40):
        """Resistance step."""

    enable_internal_reference = Field(bool, "w0[12]", default=True, doc="take the chip's own reference current")
    enable_reference_output = Field(bool, "w0[13]", doc="put the reference current out on a pad")
    enable_reference_input = Field(bool, "w0[14]", doc="take the reference current from a pad")
    capmem_amplifier = Array(
        CapMemBlockOnDLS,
        CapMemAmplifier,
        ("w3[5:0]", "w3[11:6]", "w4[5:0]", "w4[11:6]"),
        doc="bias of the cells' output amplifiers",
    )
    capmem_offset = Array(
        CapMemBlockOnDLS, CapMemOffset, ("w5[5:0]", "w5[11:6]", "w6[5:0]", "w6[11:6]"), doc="where the voltage ramp starts"
    )
    capmem_slope = Array(
        CapMemBlockOnDLS, CapMemSlope, ("w7[5:0]", "w7[11:6]", "w8[5:0]", "w8[11:6]"), doc="how fast the voltage ramp rises"
    )
    reference_control = Field(ReferenceControl, "w1[11:6]", doc="size of the reference current")
    resistor_control = Field(ResistorControl, "w2[5:0]", doc="resistance that the reference current is derived from")
    enable_reset = Field(bool, "w0[15]", doc="hold the generator in reset")
