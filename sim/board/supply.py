"""The six supplies of a chip and their monitors, the same on both boards but for what sets their voltage.

(facts: registers/behaviour, board; registers/coordinates, VDDOnBoard and INA219OnBoard; lola, DAC blocks; containers, INA219Config)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from weakref import WeakMethod

from hicannx_sim.board.i2c import RegisterDevice

T = TypeVar("T")
SUPPLIES: Final = ("vdd25_digital", "vdd12_digital", "vdd25_analog", "vdd12_analog", "vdd12_madc", "vdd12_pll")
"""In the order of VDDOnBoard."""
MONITORED: Final = (1, 0, 3, 2, 4, 5)
"""Which supply monitor n measures: INA219OnBoard counts 1.2 V before 2.5 V."""
AMPERES: Final = (0.020, 0.200, 0.020, 0.050, 0.010, 0.005)
"""Current of each supply at its nominal voltage; assumed. It grows in proportion to the voltage."""
POWER_GOOD: Final = 0.8
"""Part of its nominal voltage above which a supply keeps its circuits running; assumed. No code of a regulator goes below it."""
SHUNT_OHMS: Final = 0.027
"""As software assumes for the power. (containers, INA219Status)"""


@dataclass(frozen=True, slots=True)
class Regulator:
    """A regulator whose output is `volts` [V] at a control code of `code` and changes by `volts_per_code`."""

    volts: float
    code: int
    volts_per_code: float

    def output(self, code: int) -> float:
        return max(0.0, self.volts + (code - self.code) * self.volts_per_code)


_POWER_ON_CONFIG: Final = 0x399F
_RESET: Final = 1 << 15
_BUS_STEPS_PER_VOLT: Final = 250
_SHUNT_STEPS_PER_VOLT: Final = 100_000
_SHUNT_STEPS: Final = 4000  # full scale of the smallest range
_BUS_STEPS: Final = (4000, 8000)  # 16 V and 32 V


def _coarser_by(mode: int) -> int:
    """Factor by which an ADC mode is coarser than 12 bits: 0 to 3 are 9 to 12 bits, 8 and above average 12-bit samples."""
    return 1 << 3 - mode % 4 if mode < 8 else 1


class SupplyMonitor(RegisterDevice):
    """INA219: register 0 configuration, 1 shunt voltage (10 uV), 2 bus voltage (4 mV in [15:3], bit 1 ready, bit 0 overflow), 3 power, 4
    current, 5 calibration. Range, resolution and reset bits of the configuration act; power and current follow the calibration as the data
    sheet has it. Conversion times, noise and power-down are not modelled.
    """

    width = 2

    def __init__(self, bus_volts: Callable[[], float], shunt_volts: Callable[[], float]) -> None:
        super().__init__()
        self._bus_volts, self._shunt_volts = bus_volts, shunt_volts
        self.config, self.calibration = _POWER_ON_CONFIG, 0

    def _bus(self) -> int:
        step, full = _coarser_by(self.config >> 7 & 15), _BUS_STEPS[self.config >> 13 & 1]
        return min(round(self._bus_volts() * _BUS_STEPS_PER_VOLT) // step * step, full)

    def _shunt(self) -> int:
        step, full = _coarser_by(self.config >> 3 & 15), _SHUNT_STEPS << (self.config >> 11 & 3)
        return max(-full, min(round(self._shunt_volts() * _SHUNT_STEPS_PER_VOLT) // step * step, full))

    def _current(self) -> int:
        return self._shunt() * self.calibration // 4096

    def load(self, register: int) -> int:
        overflow = self._current() > 0x7FFF
        values = (self.config, self._shunt(), self._bus() << 3 | 2 | overflow, self._current() * self._bus() // 5000, self._current())
        return (*values, self.calibration)[register] & 0xFFFF if register < 6 else 0xFFFF

    def store(self, register: int, value: int) -> None:
        if register == 0 and value & _RESET:
            self.config, self.calibration = _POWER_ON_CONFIG, 0
        elif register == 0:
            self.config = value
        elif register == 5:
            self.calibration = value


def weakly(method: Callable[[int], T]) -> Callable[[int], T]:
    """A method of whoever owns the supplies, without keeping it alive."""
    found = WeakMethod(method)

    def call(supply: int) -> T:
        owner = found()
        assert owner is not None
        return owner(supply)

    return call


class Supplies:
    """The supplies of one board. `enabled` and `code` say for each supply whether it is on and where its regulator's control stands."""

    def __init__(self, regulators: tuple[Regulator, ...], enabled: Callable[[int], bool], code: Callable[[int], int]) -> None:
        self._regulators, self._enabled, self._code = regulators, enabled, code

    def volts(self, supply: int) -> float:
        """Voltage [V] of supply 0..5."""
        return self._regulators[supply].output(self._code(supply)) if self._enabled(supply) else 0.0

    def amperes(self, supply: int) -> float:
        """Current [A] of supply 0..5."""
        return AMPERES[supply] * self.volts(supply) / self._regulators[supply].volts

    def on(self) -> int:
        """Bit n: circuits on supply n run."""
        good = (self.volts(n) >= POWER_GOOD * regulator.volts for n, regulator in enumerate(self._regulators))
        return sum(enough << n for n, enough in enumerate(good))

    def voltages(self) -> dict[str, float]:
        """Voltage [V] of each supply by name."""
        return {name: self.volts(supply) for supply, name in enumerate(SUPPLIES)}

    def monitors(self) -> dict[int, SupplyMonitor]:
        """The monitors by their I2C addresses."""
        return {0x40 + n: self._monitor(supply) for n, supply in enumerate(MONITORED)}

    def _monitor(self, supply: int) -> SupplyMonitor:
        return SupplyMonitor(lambda: self.volts(supply), lambda: self.amperes(supply) * SHUNT_OHMS)
