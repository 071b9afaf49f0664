"""The xBoard (cube setup): everything around FPGA and chip that the FPGA reaches over SPI and I2C.

(facts: transport 3.1; registers/behaviour, board; lola, DAC blocks)
"""

from typing import Final

from hicannx_sim.board.carrier import Carrier
from hicannx_sim.board.i2c import I2CMaster, PlainBus
from hicannx_sim.board.spi import SPIMaster
from hicannx_sim.board.supply import Regulator, Supplies, weakly
from hicannx_sim.board.xboard import CHANNELS_PER_DAC, DAC, MULTIPLEXED, N_DACS, OUTPUTS, ShiftRegister

_PER_CODE: Final = 0.05 / (2090 - 1630)
"""Software raises vdd12_digital by about 50 mV with these codes. That the other regulators react alike is assumed."""
REGULATORS: Final = tuple(
    Regulator(volts, code, _PER_CODE) for volts, code in ((2.5, 608), (1.2, 1630), (2.5, 608), (1.2, 1630), (1.2, 440), (1.2, 440))
)
"""In the order of VDDOnBoard: nominal voltages and codes of DAC 1 as software presets them."""
_CHANNELS: Final = {name: channel for channel, name in enumerate(OUTPUTS)}


class XBoard:
    """One xBoard with a carrier of serial number `eeprom_serial` (32 bits)."""

    def __init__(self, eeprom_serial: int) -> None:
        self.carrier = Carrier(eeprom_serial)
        self.shift_register = ShiftRegister()
        self.dacs = tuple(DAC() for _ in range(N_DACS))
        self.spi = SPIMaster({1: self.shift_register.transfer, 2: self.dacs[0].transfer, 4: self.dacs[1].transfer})
        self.supplies = Supplies(REGULATORS, self.shift_register.supply_enabled, weakly(self._code))
        self.i2c = I2CMaster(PlainBus({**self.carrier.devices, **self.supplies.monitors()}))

    def _code(self, supply: int) -> int:
        return self.dacs[1].outputs[supply] if self.dacs[1].enabled(supply) else 0

    def leds(self) -> tuple[bool, ...]:
        """LEDs 0..5 (LEDOnBoard)."""
        return tuple(self.shift_register.led(led) for led in range(6))

    def voltages(self) -> dict[str, float]:
        """Voltages [V] of the board's nets: supplies, channels of DAC 0, the chip's readout lines and the outputs of the readout
        multiplexers. Lines that only the chip drives are not modelled here and missing, and so is what leads on from them.
        """
        nets = self.supplies.voltages()
        nets.update({name: self.output_volts(name) for name in OUTPUTS})
        for line in range(2):
            if self.shift_register.drives_readout(line):
                nets[f"readout_chain_{line}"] = nets[f"ana_readout_debug_{line}"]
        for multiplexer, inputs in enumerate(MULTIPLEXED):
            selected = self.shift_register.analog_input(multiplexer)
            if selected and inputs[selected - 1] in nets:
                nets[f"analog_readout_mux_{multiplexer + 1}"] = nets[inputs[selected - 1]]
        return nets

    def dac_volts(self, channel: int) -> float:
        """Output of DAC 0's channel 0..7 [V]."""
        if not 0 <= channel < CHANNELS_PER_DAC:
            raise IndexError(f"DAC channel {channel} is outside 0..{CHANNELS_PER_DAC - 1}")
        return self.output_volts(tuple(OUTPUTS)[channel])

    def output_volts(self, name: str) -> float:
        """Output of DAC 0's channel of that name [V]."""
        return self.dacs[0].voltage(_CHANNELS[name], OUTPUTS[name])
