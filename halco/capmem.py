"""The capacitive memory: analog parameters as currents and voltages, 4 blocks of 130 columns x 24 rows.

Columns 0..127 belong to the neurons of a quadrant; columns 128 and 129 hold what a quadrant shares. Rows 0..7 are voltages,
8..23 currents. The blocks are top left, top right, bottom left, bottom right.
"""

from typing import Any

from halco.conversions import at, table, to
from halco.hemisphere import HemisphereOnDLS
from halco.kinds import Coordinate, Grid, Mixin
from halco.value import Linear

__all__ = [
    "CapMemBlockConfigOnDLS", "CapMemBlockOnDLS", "CapMemBlockOnHemisphere", "CapMemCellOnCapMemBlock", "CapMemCellOnDLS",
    "CapMemColumnOnCapMemBlock", "CapMemOnDLS", "CapMemRowOnCapMemBlock", "CapMemSRAMTimingConfigOnDLS", "ReferenceGeneratorConfigOnDLS",
    "UnusedCapMemCellOnDLS",
]  # fmt: skip

COLUMNS, CELLS = 130, 3120


class CapMemColumnOnCapMemBlock(Linear, size=130):
    """Column of cells: one neuron's parameters, or shared ones."""

    def isShared(self) -> bool:
        """Whether the column belongs to no single neuron."""
        return int(self) >= 128


class CapMemRowOnCapMemBlock(Linear, size=24):
    """Row of cells: one parameter of all neurons of a quadrant."""

    v_leak = at(0)
    v_reset = at(1)
    v_threshold = at(2)
    e_synin_exc_rev = at(3)
    e_synin_inh_rev = at(4)
    v_adapt_leak = at(5)
    v_exp = at(6)
    v_adapt_ref = at(7)
    i_bias_leak = at(8)
    i_bias_reset = at(9)
    i_bias_synin_exc_tau = at(10)
    i_bias_synin_exc_coba = at(11)
    i_bias_synin_exc_shift = at(12)
    i_bias_synin_exc_gm = at(13)
    i_bias_synin_inh_tau = at(14)
    i_bias_synin_inh_coba = at(15)
    i_bias_synin_inh_shift = at(16)
    i_bias_synin_inh_gm = at(17)
    i_bias_adapt_tau = at(18)
    i_bias_adapt_a = at(19)
    i_bias_adapt_b = at(20)
    i_bias_exp = at(21)
    i_mem_offset = at(22)
    i_bias_nmda = at(23)


class CapMemBlockOnHemisphere(Linear, size=2):
    """Left or right capacitive memory of a hemisphere."""

    left = at(0)
    right = at(1)


class _PerQuadrant(Linear, size=4):
    """What exists once per capacitive memory. Also constructed from (CapMemBlockOnHemisphere, HemisphereOnDLS)."""

    toCapMemBlockOnHemisphere = to(lambda e: e % 2)
    toHemisphereOnDLS = to(lambda e: e // 2)

    def __init__(self, block: Any = ..., hemisphere: Any = ...) -> None:
        if hemisphere is not ...:
            block = int(CapMemBlockOnHemisphere(block)) + 2 * int(HemisphereOnDLS(hemisphere))
        super().__init__(block)


class CapMemBlockOnDLS(_PerQuadrant, Coordinate):
    """All cells of one quadrant."""


class CapMemBlockConfigOnDLS(_PerQuadrant, Coordinate):
    """Settings of the capacitive memory of one quadrant."""


class CapMemSRAMTimingConfigOnDLS(_PerQuadrant, Coordinate):
    """Timing of the SRAM behind the capacitive memory of one quadrant."""


class CapMemOnDLS(Linear, Coordinate, size=1):
    """All four capacitive memories."""


class CapMemCellOnCapMemBlock(Grid, x=CapMemColumnOnCapMemBlock, y=CapMemRowOnCapMemBlock):
    """Cell of one quadrant. The names are parameters every quadrant has."""

    stp_v_charge_0 = at(128, 0)
    stp_v_charge_1 = at(128, 1)
    stp_v_recover_0 = at(128, 2)
    stp_v_recover_1 = at(128, 3)
    cadc_v_ramp_offset = at(128, 4)
    cadc_v_bias_ramp_buf = at(128, 5)
    neuron_v_bias_casc_n = at(128, 7)
    syn_i_bias_dac = at(128, 8)
    syn_i_bias_ramp = at(128, 9)
    syn_i_bias_store = at(128, 10)
    syn_i_bias_corout = at(128, 11)
    stp_i_bias_comparator = at(128, 12)
    stp_i_ramp = at(128, 13)
    stp_i_calib = at(128, 14)
    cadc_i_ramp_slope = at(128, 15)
    cadc_i_bias_comp = at(128, 16)
    cadc_i_bias_vreset_buf = at(128, 17)
    neuron_i_bias_readout_amp = at(128, 18)
    neuron_i_bias_leak_source_follower = at(128, 19)
    neuron_i_bias_spike_comparator = at(128, 20)
    neuron_i_bias_synin_drop = at(129, 23)

    def isShared(self) -> bool:
        """Whether the cell belongs to no single neuron."""
        return int(self.x()) >= 128


def _number(block: int, column: int, row: int) -> int:
    """Number of a cell of the chip."""
    return block * CELLS + row * COLUMNS + column


class CapMemCellOnDLS(Mixin, Coordinate, local=CapMemCellOnCapMemBlock, mixed_in=CapMemBlockOnDLS, names="cell block"):
    """Cell of the chip. The names are parameters that exist only once."""

    readout_sc_amp_v_ref = at(_number(0, 128, 6))
    readout_pseudo_diff_v_ref = at(_number(1, 128, 6))
    readout_iconv_test_voltage = at(_number(2, 128, 6))
    readout_iconv_sc_amp_v_ref = at(_number(3, 128, 6))
    readout_iconv_sc_amp_i_bias = at(_number(0, 128, 21))
    readout_pseudo_diff_buffer_bias = at(_number(0, 128, 22))
    readout_out_amp_i_bias_0 = at(_number(0, 128, 23))
    readout_out_amp_i_bias_1 = at(_number(0, 129, 8))
    readout_idac_i_bias = at(_number(0, 129, 9))
    readout_idac_i_bias_casc = at(_number(0, 129, 10))
    readout_iconv_i_bias_buffer = at(_number(0, 129, 11))
    readout_ac_mux_i_bias = at(_number(0, 129, 12))
    readout_madc_in_500na = at(_number(0, 129, 13))
    readout_sc_amp_i_bias = at(_number(0, 129, 14))
    stp_ibias_readout_top = at(_number(1, 128, 21))
    stp_ibias_readout_bottom = at(_number(3, 128, 21))
    hagen_ibias_dac_top = at(_number(1, 128, 22))
    hagen_ibias_dac_bottom = at(_number(3, 128, 22))


_LOOSE = [(1, 128, 23), (3, 128, 23), (2, 128, 21), (2, 128, 22), (2, 128, 23)]
_LAST_COLUMN = [(block, 129, row) for block in range(4) for row in range(23) if block > 0 or not 8 <= row <= 14]


class UnusedCapMemCellOnDLS(Linear, size=90):
    """Cell without function."""

    toCapMemCellOnDLS = to(table(*(_number(*cell) for cell in _LOOSE + _LAST_COLUMN)))


class ReferenceGeneratorConfigOnDLS(Linear, Coordinate, size=1):
    """Generator of the reference current and of the voltages the capacitive memory refers to."""
