"""The FPGA's I2C master and the devices on the xBoard's bus: identity EEPROM, thermometer, supply monitors.

A transaction begins with the first byte written or read after a stop; the first byte written names the register, further ones are its
value. Reading after that, without a stop in between, returns the register byte by byte. (facts: transport 3.1, I2C devices)
Accuracy: behavioural; conversion times and noise of the devices are not modelled.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

NACK: Final = 1 << 31
STOP: Final = 0x80
PRESCALER: Final = 0x200
_ADDRESS_MASK: Final = 0x7F


class Device(Protocol):
    """A device with registers of one or more bytes."""

    def read(self, register: int, index: int) -> int:
        """Byte `index` of what a read of `register` returns."""

    def write(self, register: int, data: bytes) -> None:
        """A finished write of `data` to `register`."""


@dataclass(slots=True)
class IdentityEEPROM:
    """Answers its serial number (32 bits, most significant byte first) at register 0xfc; all other bytes are erased (0xff). Read only."""

    serial: int

    def read(self, register: int, index: int) -> int:
        offset = register + index - 0xFC
        return self.serial >> 8 * (3 - offset) & 0xFF if 0 <= offset < 4 else 0xFF

    def write(self, register: int, data: bytes) -> None:
        pass


@dataclass(slots=True)
class WordDevice:
    """A device of 16-bit registers, most significant byte first. `source` computes the read-only ones, `stored` holds the others."""

    source: Callable[[int], int]
    stored: dict[int, int]

    def read(self, register: int, index: int) -> int:
        word = self.stored[register] if register in self.stored else self.source(register)
        return word >> 8 * (1 - index % 2) & 0xFF

    def write(self, register: int, data: bytes) -> None:
        if register in self.stored and len(data) == 2:
            self.stored[register] = data[0] << 8 | data[1]


def thermometer(celsius: Callable[[], float]) -> WordDevice:
    """TMP112: register 0 holds the temperature in steps of 1/16 K, left aligned in 16 bits; 1 to 3 are configuration and limits."""
    return WordDevice(lambda register: (round(celsius() * 16) & 0xFFF) << 4 if register == 0 else 0xFFFF, {1: 0x60A0, 2: 0x4B00, 3: 0x5000})


def supply_monitor(bus_volts: Callable[[], float], shunt_volts: Callable[[], float]) -> WordDevice:
    """INA219: register 0 configuration, 1 shunt voltage (10 uV), 2 bus voltage (4 mV in [15:3], bit 1 conversion ready), 3 power,
    4 current, 5 calibration. Power and current follow the data sheet's rule from the calibration."""

    def current() -> int:
        return round(shunt_volts() * 1e5) * monitor.stored[5] // 4096

    def source(register: int) -> int:
        bus = round(bus_volts() * 250)
        values = {1: round(shunt_volts() * 1e5), 2: bus << 3 | 2, 3: current() * bus // 5000, 4: current()}
        return values.get(register, 0xFFFF) & 0xFFFF

    monitor = WordDevice(source, {0: 0x399F, 5: 0})
    return monitor


@dataclass(slots=True)
class I2CMaster:
    """`devices`: 7-bit address -> device. Nobody answers elsewhere: reads return NACK, writes are lost."""

    devices: Mapping[int, Device]
    prescaler: int = 0
    address: int = -1
    register: int = 0
    pending: bytearray = field(default_factory=bytearray)
    reads: int = 0
    in_transaction: bool = False

    def reset(self) -> None:
        """Ends an open transaction without effect."""
        self.in_transaction = False
        self.pending.clear()
        self.reads = 0

    def write(self, offset: int, word: int) -> None:
        """One byte to device `offset` & 0x7f; offset bit 7: stop afterwards; 0x200: the prescaler instead."""
        if offset & PRESCALER:
            self.prescaler = word & 0xFFFF
            return
        self._begin(offset & _ADDRESS_MASK, restart=self.reads > 0)
        self.pending.append(word & 0xFF)
        if offset & STOP:
            self._end()

    def read(self, offset: int) -> int:
        """One byte from device `offset` & 0x7f, with bit 31 set if there is none; offset bit 7: stop afterwards."""
        if offset & PRESCALER:
            return self.prescaler
        self._begin(offset & _ADDRESS_MASK, restart=False)
        self._latch_register()
        device = self.devices.get(self.address)
        value = NACK if device is None else device.read(self.register, self.reads)
        self.reads += 1
        if offset & STOP:
            self._end()
        return value

    def _begin(self, address: int, restart: bool) -> None:
        if not self.in_transaction or address != self.address or restart:
            self._end()
            self.in_transaction, self.address = True, address

    def _latch_register(self) -> None:
        if self.pending:
            self.register = self.pending[0]
            self.pending.clear()

    def _end(self) -> None:
        device = self.devices.get(self.address)
        if self.pending and self.in_transaction:
            self.register = self.pending[0]
            if device is not None and len(self.pending) > 1:
                device.write(self.register, bytes(self.pending[1:]))
        self.reset()
