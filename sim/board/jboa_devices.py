"""The jBOA board's own I2C devices: bus multiplexer, port expander, digital potentiometers, DAC.

(facts: transport 3.1, I2C devices; registers/coordinates; data sheets of TCA9546A, TCA9554, AD5252, DAC6573)
Accuracy: behavioural; write cycles of the non-volatile memory take no time and it does not wear out.
"""

from dataclasses import dataclass, field
from typing import Final

from hicannx_sim.board.i2c import RegisterDevice


class Multiplexer:
    """TCA9546: one control byte, bit n connects branch n. A byte takes effect at the stop condition; all branches are off at power-up.

    Software reads it by sending a zero byte and, without a stop, reading. That such a byte is dropped is an assumption: otherwise reading
    would disconnect all branches.
    """

    def __init__(self) -> None:
        self.control = 0
        self._pending: int | None = None

    def start(self, reading: bool) -> None:
        self._pending = None

    def write(self, byte: int) -> None:
        self._pending = byte & 0xF

    def read(self) -> int:
        return self.control

    def stop(self) -> None:
        if self._pending is not None:
            self.control, self._pending = self._pending, None


class Expander(RegisterDevice):
    """TCA9554: registers 0 inputs, 1 outputs, 2 polarity (1: input inverted), 3 direction (1: input).

    Pins that nobody drives are low (derived: software reads all inputs as 0 on a board that nobody configured).
    """

    def __init__(self) -> None:
        super().__init__()
        self.registers = [0, 0xFF, 0x00, 0xFF]

    @property
    def levels(self) -> int:
        """Levels at the eight pins."""
        return self.registers[1] & ~self.registers[3] & 0xFF

    def load(self, register: int) -> int:
        return self.levels ^ self.registers[2] if register == 0 else self.registers[register & 3]

    def store(self, register: int, value: int) -> None:
        if 1 <= register <= 3:
            self.registers[register] = value


FACTORY_WIPER: Final = 0x90
"""What the potentiometers' memories hold before anybody wrote them; software's default value, assumed."""
_CHANNELS: Final = (1, 3)
_MEMORY: Final = 0x20
_MEMORY_SIZE: Final = 16


@dataclass(slots=True)
class NonVolatile:
    """Bytes of a potentiometer that outlive the power, registers 0x20 to 0x2f."""

    cells: list[int] = field(default_factory=lambda: [FACTORY_WIPER] * _MEMORY_SIZE)


class Potentiometer(RegisterDevice):
    """AD5252, two channels of 256 positions: registers 1 and 3 are the wipers, 0x21 and 0x23 the memory from which they wake up.

    Its quick commands are not modelled.
    """

    def __init__(self, memory: NonVolatile) -> None:
        super().__init__()
        self.memory = memory
        self.wipers = {channel: memory.cells[channel] for channel in _CHANNELS}

    def load(self, register: int) -> int:
        if _MEMORY <= register < _MEMORY + _MEMORY_SIZE:
            return self.memory.cells[register - _MEMORY]
        return self.wipers.get(register, 0)

    def store(self, register: int, value: int) -> None:
        if register in self.wipers:
            self.wipers[register] = value
        elif _MEMORY <= register < _MEMORY + _MEMORY_SIZE:
            self.memory.cells[register - _MEMORY] = value


_CODE_MAX: Final = 1023


class SmallDAC(RegisterDevice):
    """DAC6573, four channels of 10 bits, most significant bit first in two bytes.

    The control byte before them holds the channel in [2:1], in [5:4] what to load (0 the input register only, 1 the output too, 2 the
    outputs of all channels, 3 broadcast to all channels) and in [0] whether to power down.
    """

    width = 2

    def __init__(self) -> None:
        super().__init__()
        self.inputs, self.outputs, self.off = [0] * 4, [0] * 4, [False] * 4

    def load(self, register: int) -> int:
        return self.inputs[register >> 1 & 3] << 6

    def store(self, register: int, value: int) -> None:
        channel, mode = register >> 1 & 3, register >> 4 & 3
        for each in range(4) if mode == 3 else (channel,):
            self.inputs[each] = value >> 6
        for each in ((), (channel,), range(4), range(4))[mode]:
            self.outputs[each], self.off[each] = self.inputs[each], bool(register & 1)

    def voltage(self, channel: int, reference: float) -> float:
        """Output [V] for a full scale of `reference` [V]; 0 if powered down."""
        return 0.0 if self.off[channel] else self.outputs[channel] / _CODE_MAX * reference
