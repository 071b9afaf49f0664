"""Durations and numbers of the setup, as the original names them."""

from __future__ import annotations

from haldls.timer import Timer

__all__ = [
    "chip_reset_high_duration", "chip_reset_low_duration", "jboa_dac_settling_duration", "jboa_powerup_settling_duration",
    "minimal_madc_clock_cycles_per_sample", "nominal_pll_f_reference", "pll_and_omnibus_settling_duration",
    "reference_generator_reset_duration", "xboard_dac_settling_duration",
]  # fmt: skip

pll_and_omnibus_settling_duration = Timer.Value(100 * 125)
"""From configuring PLLs and PHYs to a usable chip: 100 us. (facts: stadls 10)"""

xboard_dac_settling_duration = Timer.Value(1000 * 125)
"""From setting the DACs of the xBoard to stable supplies: 1 ms."""

jboa_dac_settling_duration = Timer.Value(500 * 125)
"""From powering a JBOA board to stable supplies: 500 us."""

jboa_powerup_settling_duration = Timer.Value(3000 * 125)
"""From configuring a JBOA board to powering it: 3 ms."""

chip_reset_high_duration = Timer.Value(10)
"""How long the chip's reset has to be held, in FPGA cycles."""

chip_reset_low_duration = Timer.Value(100)
"""How long the chip needs after its reset, in FPGA cycles."""

reference_generator_reset_duration = Timer.Value(1000)
"""How long the reset of the reference generator has to be held, in FPGA cycles."""

nominal_pll_f_reference = 5e7
"""Reference clock of the PLLs in Hz."""

minimal_madc_clock_cycles_per_sample = 12
"""Cycles of the MADC clock that a sample takes at least; `sample_duration_adjust` comes on top."""
