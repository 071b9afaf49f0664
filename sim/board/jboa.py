"""The jBOA board: supplies set by digital potentiometers, everything behind I2C.

(facts: registers/stadls 8.3; registers/behaviour, board; registers/coordinates, AD5252ChannelOnBoard, TCA9554ChannelOnBoard,
DAC6573ChannelOnBoard). The carrier's EEPROM and thermometer answer without initialisation and therefore sit before the multiplexer
(derived); which device sits on which of its branches is assumed.
"""

from collections.abc import Mapping
from typing import Final

from hicannx_sim.board.carrier import Carrier
from hicannx_sim.board.i2c import Device, I2CMaster
from hicannx_sim.board.jboa_devices import Expander, Multiplexer, NonVolatile, Potentiometer, SmallDAC
from hicannx_sim.board.spi import SPIMaster
from hicannx_sim.board.supply import Regulator, Supplies, weakly

N_POTENTIOMETERS: Final = 3
Memory = tuple[NonVolatile, ...]
"""What outlives the power, per potentiometer."""


def new_memory() -> Memory:
    """The memory of a new board."""
    return tuple(NonVolatile() for _ in range(N_POTENTIOMETERS))


_PER_CODE_12: Final = -0.05 / (0xA8 - 0x93)
"""Software's settings: code 0xa8 for 1.2 V, 0x93 for the 1.25 V of vdd12_digital; derived."""
_PER_CODE_25: Final = _PER_CODE_12 * 2.5 / 1.2
"""Assumed: the same relative change."""
REGULATORS: Final = tuple(
    Regulator(volts, code, step)
    for volts, code, step in (
        (2.5, 0xA7, _PER_CODE_25),
        (1.2, 0xA8, _PER_CODE_12),
        (2.5, 0xA7, _PER_CODE_25),
        (1.2, 0xA8, _PER_CODE_12),
        (1.2, 0xA8, _PER_CODE_12),
        (1.2, 0xA8, _PER_CODE_12),
    )
)
WIPERS: Final = ((0, 1), (0, 3), (2, 3), (2, 1), (1, 3), (1, 1))
"""Potentiometer and channel of each supply in the order of VDDOnBoard."""
DISABLES: Final = (0, 1, 4, 5, 3, 2)
"""Pin of the expander that switches each supply off; pin 6 switches the LED off, pin 7 all power."""
_LED_OFF: Final = 6
_POWER_OFF: Final = 7

REFERENCES: Final = {"v_reset": 1.2, "i_ref_board": 2.5, "v_res_meas": 1.2, "v_readout": 2.5}
"""Full scale [V] of the DAC's channels in order; assumed equal to that of the xBoard's channels of these names."""


class _Bus:
    """Devices before the multiplexer, and those behind its branches 0, 1, ... while they are connected."""

    def __init__(self, multiplexer: Multiplexer, near: Mapping[int, Device], branches: tuple[Mapping[int, Device], ...]) -> None:
        self._multiplexer, self._near, self._branches = multiplexer, near, branches

    def find(self, address: int) -> Device | None:
        connected = (devices for n, devices in enumerate(self._branches) if self._multiplexer.control >> n & 1)
        return self._near.get(address) or next((devices[address] for devices in connected if address in devices), None)


class JboaBoard:
    """One jBOA board with a carrier of serial number `eeprom_serial` (32 bits).

    `memory`: contents of the potentiometers that outlive the power.
    """

    def __init__(self, eeprom_serial: int, memory: Memory | None = None) -> None:
        self.memory = memory or new_memory()
        self.carrier, self.multiplexer, self.expander, self.dac = Carrier(eeprom_serial), Multiplexer(), Expander(), SmallDAC()
        self.potentiometers = tuple(Potentiometer(memory) for memory in self.memory)
        self.supplies = Supplies(REGULATORS, weakly(self._enabled), weakly(self._code))
        wipers: dict[int, Device] = {0x2C + n: device for n, device in enumerate(self.potentiometers)}
        branches: tuple[Mapping[int, Device], ...] = (wipers, {0x38: self.expander, 0x4C: self.dac}, self.supplies.monitors())
        self.i2c = I2CMaster(_Bus(self.multiplexer, {0x70: self.multiplexer, **self.carrier.devices}, branches))
        self.spi = SPIMaster({})

    def _enabled(self, supply: int) -> bool:
        return not self.expander.levels & (1 << DISABLES[supply] | 1 << _POWER_OFF)

    def _code(self, supply: int) -> int:
        potentiometer, channel = WIPERS[supply]
        return self.potentiometers[potentiometer].wipers[channel]

    def leds(self) -> tuple[bool, ...]:
        """The one LED: on unless the expander switches it or the power off."""
        return (not self.expander.levels & (1 << _LED_OFF | 1 << _POWER_OFF),)

    def voltages(self) -> dict[str, float]:
        """Voltages [V] of the board's nets: supplies and outputs of the DAC."""
        outputs = {name: self.dac.voltage(channel, full) for channel, (name, full) in enumerate(REFERENCES.items())}
        return {**self.supplies.voltages(), **outputs}
