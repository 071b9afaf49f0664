"""The xBoard's devices behind SPI: a 24-bit shift register and two 8-channel 12-bit DACs.

(facts: transport 3.1; registers/behaviour, board; registers/containers, ShiftRegister, DACControl; lola, DAC blocks)
"""

from dataclasses import dataclass, field
from typing import Final

import haldls
from halco import LEDOnBoard, VDDOnBoard
from hicannx_sim.base.places import Bits, bits_of

N_DACS: Final = 2
CHANNELS_PER_DAC: Final = 8
_CODE_MAX: Final = 4095

OUTPUTS: Final = {
    "v_reset": 1.2,
    "v_res_meas": 1.2,
    "mux_rfu_0": 1.2,
    "mux_rfu_1": 1.2,
    "i_ref_board": 2.5,
    "ana_readout_debug_0": 2.5,
    "ana_readout_debug_1": 2.5,
    "mux_dac_25": 2.5,
}
"""Channels of DAC 0 in order, with their full scale [V]."""
MULTIPLEXED: Final = tuple(
    tuple(net.name for net in inputs if net)
    for inputs in (
        haldls.ShiftRegister.AnalogReadoutMux1Input,
        haldls.ShiftRegister.AnalogReadoutMux2Input,
        haldls.ShiftRegister.AnalogReadoutMux3Input,
    )
)
"""Nets at inputs 1..3 of the three analog readout multiplexers; input 0 is off."""


def _switch(name: str, index: int = 0) -> Bits:
    return bits_of(haldls.ShiftRegister, name, index)


_SUPPLIES: Final = [_switch("enable_vdd", supply) for supply in range(VDDOnBoard.size)]
_LEDS: Final = [_switch("enable_led", led) for led in range(LEDOnBoard.size)]
_MULTIPLEXERS: Final = [_switch(f"select_analog_readout_mux_{number}_input") for number in (1, 2, 3)]
_READOUT: Final = [_switch(f"enable_dac_to_readout_{line}") for line in range(2)]
_REFERENCE: Final = _switch("enable_i_ref_board")


@dataclass(slots=True)
class ShiftRegister:
    """24 bits, taken over at the end of a transfer of 3 bytes, most significant first. Accuracy: exact; power-on value assumed 0.

    Until the first transfer its outputs to the supplies are not driven, and these are on: software talks to the chip's JTAG port on boards
    that nobody initialised (derived).
    """

    value: int = 0
    driven: bool = False

    def transfer(self, data: bytes) -> None:
        self.driven = True
        for byte in data:
            self.value = (self.value << 8 | byte) & 0xFFFFFF

    def supply_enabled(self, supply: int) -> bool:
        """Supply 0..5 as VDDOnBoard: vdd25_digital, vdd12_digital, vdd25_analog, vdd12_analog, vdd12_madc, vdd12_pll."""
        return not self.driven or bool(_SUPPLIES[supply].get([self.value]))

    def led(self, led: int) -> bool:
        """LED 0..5."""
        return bool(_LEDS[led].get([self.value]))

    def analog_input(self, multiplexer: int) -> int:
        """Selected input of analog readout multiplexer 0..2 (0: off)."""
        return _MULTIPLEXERS[multiplexer].get([self.value])

    def feeds_reference(self) -> bool:
        """The DAC channel i_ref_board is connected to the chip's reference input."""
        return bool(_REFERENCE.get([self.value]))

    def drives_readout(self, line: int) -> bool:
        """Readout line 0..1 is driven by the DAC channel ana_readout_debug_0..1."""
        return bool(_READOUT[line].get([self.value]))


@dataclass(slots=True)
class DAC:
    """Eight channels with an input and an output register each.

    Words of 16 bits: bit 15 clear: [14:12] channel, [11:0] code into the input register; bit 15 set: [14:13] command 0 gain and reference,
    1 load mode, 2 power-down mask (bit n: channel n off), 3 reset. Load mode 0: outputs follow the inputs, 1: they hold, 2: they take
    over once. Accuracy: behavioural; settling (1 ms) is not modelled.
    """

    inputs: list[int] = field(default_factory=lambda: [0] * CHANNELS_PER_DAC)
    outputs: list[int] = field(default_factory=lambda: [0] * CHANNELS_PER_DAC)
    power_down: int = 0
    gain: int = 0
    follows: bool = False

    def transfer(self, data: bytes) -> None:
        if len(data) == 2:
            self._word(data[0] << 8 | data[1])

    def _word(self, word: int) -> None:
        if word & 0x8000:
            self._command(word >> 13 & 3, word & 0x1FFF)
        else:
            self.inputs[word >> 12 & 7] = word & _CODE_MAX
            if self.follows:
                self._load()

    def _command(self, command: int, value: int) -> None:
        if command == 0:
            self.gain = value & 0x3F
        elif command == 1:
            self.follows = value & 3 == 0
            if value & 3 != 1:
                self._load()
        elif command == 2:
            self.power_down = value & 0xFF
        else:
            self.inputs, self.outputs = [0] * CHANNELS_PER_DAC, [0] * CHANNELS_PER_DAC

    def _load(self) -> None:
        self.outputs = list(self.inputs)

    def enabled(self, channel: int) -> bool:
        return not self.power_down >> channel & 1

    def voltage(self, channel: int, reference: float) -> float:
        """Output [V] of a channel for a full scale of `reference` [V], as software converts: code / 4095 * reference; 0 if it is off."""
        return self.outputs[channel] / _CODE_MAX * reference if self.enabled(channel) else 0.0
