"""The xBoard (cube setup): everything around FPGA and chip that the FPGA reaches over SPI and I2C."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from sim.board.i2c import I2CMaster, IdentityEEPROM, supply_monitor, thermometer
from sim.board.spi import SPIMaster
from sim.board.xboard import CHANNELS_PER_DAC, DAC, N_DACS, REFERENCES, ShiftRegister

TEMPERATURE: Final = 35.0
"""[deg C], assumed; the real board reports 15 to 45. (facts: analog_model 11, registers/behaviour)"""


@dataclass(frozen=True, slots=True)
class Supply:
    """One regulated supply: its voltage [V] at a code of DAC 1 (channel: number of the supply), the slope [V/code], the current [A]."""

    name: str
    volts: float
    code: int
    volts_per_code: float
    amperes: float


_SLOPE: Final = 0.05 / (2090 - 1630)
SUPPLIES: Final = (
    Supply("vdd25_digital", 2.5, 608, 0.0, 0.020),
    Supply("vdd12_digital", 1.2, 1630, _SLOPE, 0.200),
    Supply("vdd25_analog", 2.5, 608, 0.0, 0.020),
    Supply("vdd12_analog", 1.2, 1630, _SLOPE, 0.050),
    Supply("vdd12_madc", 1.2, 440, 0.0, 0.010),
    Supply("vdd12_pll", 1.2, 440, 0.0, 0.005),
)
"""In the order of VDDOnBoard. Voltages and codes: software's preset; slope: its 50 mV for vdd12_digital; currents: assumed."""
MONITORED: Final = (1, 0, 3, 2, 4, 5)
"""Which supply monitor n measures: INA219OnBoard counts 1.2 V before 2.5 V."""
SHUNT_OHMS: Final = 0.1
"""Assumed."""


class Board:
    """One xBoard. `eeprom_serial`: what its EEPROM answers (32 bits)."""

    def __init__(self, eeprom_serial: int) -> None:
        self.shift_register = ShiftRegister()
        self.dacs = tuple(DAC() for _ in range(N_DACS))
        self.spi = SPIMaster({1: self.shift_register.transfer, 2: self.dacs[0].transfer, 4: self.dacs[1].transfer})
        monitors = {0x40 + n: supply_monitor(partial(self.supply_volts, s), partial(self.shunt_volts, s)) for n, s in enumerate(MONITORED)}
        self.i2c = I2CMaster({0x50: IdentityEEPROM(eeprom_serial), 0x48: thermometer(lambda: TEMPERATURE), **monitors})

    def supply_volts(self, supply: int) -> float:
        """Voltage of supply 0..5 (VDDOnBoard): 0 if the shift register has it off; the DAC code moves those whose slope is known."""
        data = SUPPLIES[supply]
        if not self.shift_register.supply_enabled(supply):
            return 0.0
        return data.volts + (self.dacs[1].outputs[supply] - data.code) * data.volts_per_code

    def shunt_volts(self, supply: int) -> float:
        """Voltage across the shunt of supply 0..5."""
        return SUPPLIES[supply].amperes * SHUNT_OHMS if self.shift_register.supply_enabled(supply) else 0.0

    def dac_volts(self, channel: int) -> float:
        """Output of DAC 0's channel 0..7: v_reset, v_res_meas, mux_rfu_0, mux_rfu_1, i_ref_board, ana_readout_debug_0, _1, mux_dac_25."""
        if not 0 <= channel < CHANNELS_PER_DAC:
            raise IndexError(f"DAC channel {channel} is outside 0..{CHANNELS_PER_DAC - 1}")
        return self.dacs[0].voltage(channel, REFERENCES[channel])
