"""The FPGA's I2C master and what can be said of every device on its bus.

The master moves one byte per omnibus access; whether a start condition is needed follows from the accesses before: after a stop, at another
device, when the direction changes, or when asked for. A device sees starts, bytes and stops. (facts: transport 3.1, I2C devices)
Accuracy: behavioural; bus arbitration, clock stretching and conversion times of devices are not modelled.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from hicannx_sim.base.numbers import number

NACK: Final = 1 << 31
STOP: Final = 0x80
RESTART: Final = 0x100
PRESCALER: Final = 0x200
BITS_PER_BYTE: Final = 9
_ADDRESS_MASK: Final = 0x7F


class Device(Protocol):
    """One device on the bus."""

    def start(self, reading: bool) -> None:
        """It was addressed after a start condition."""

    def write(self, byte: int) -> None:
        """One byte from the master."""

    def read(self) -> int:
        """One byte to the master."""

    def stop(self) -> None:
        """The transfer ended with a stop condition."""


class Bus(Protocol):
    """What answers at an address now."""

    def find(self, address: int) -> Device | None:
        """The device at a 7-bit address, None if nobody acknowledges."""


@dataclass(slots=True)
class PlainBus:
    """All devices directly at the master: 7-bit address -> device."""

    devices: Mapping[int, Device]

    def find(self, address: int) -> Device | None:
        return self.devices.get(address)


@dataclass(slots=True)
class I2CMaster:
    """Where nobody answers reads return NACK; bytes written there are lost and counted in `unacknowledged`."""

    bus: Bus
    prescaler: int = field(default_factory=lambda: int(number("i2c_prescaler")))
    address: int = -1  # in the open transfer, -1: none
    reading: bool = False
    unacknowledged: int = 0

    def write(self, offset: int, word: int) -> int:
        """One byte to device `offset` & 0x7f; + STOP: stop afterwards, + RESTART: a start before, PRESCALER: the prescaler instead.

        Returns how many FPGA cycles the bus is busy.
        """
        if offset & PRESCALER:
            self.prescaler = word & 0xFFFF
            return 1
        device, moved = self._address(offset, reading=False)
        if device is None:
            self.unacknowledged += 1
        else:
            device.write(word & 0xFF)
        self._finish(device, offset)
        return moved * BITS_PER_BYTE * max(self.prescaler, 1)

    def read(self, offset: int) -> tuple[int, int]:
        """One byte from a device, bit 31 set if nobody acknowledged, and how many cycles the bus is busy."""
        if offset & PRESCALER:
            return self.prescaler, 1
        device, moved = self._address(offset, reading=True)
        value = NACK if device is None else device.read()
        self._finish(device, offset)
        return value, moved * BITS_PER_BYTE * max(self.prescaler, 1)

    def _address(self, offset: int, reading: bool) -> tuple[Device | None, int]:
        """A start condition with the address, if one is needed; returns the bytes that move, the data byte included."""
        address = offset & _ADDRESS_MASK
        device = self.bus.find(address)
        if address == self.address and reading == self.reading and not offset & RESTART:
            return device, 1
        self.address, self.reading = address, reading
        if device is not None:
            device.start(reading)
        return device, 2

    def _finish(self, device: Device | None, offset: int) -> None:
        if offset & STOP:
            if device is not None:
                device.stop()
            self.address = -1


class RegisterDevice:
    """A device with registers: the first byte written after a start names one, further bytes are its value.

    Reads begin with the first byte of the register named last.
    """

    def __init__(self) -> None:
        self.pointer = 0
        self._named = False  # the register has been named since the start
        self._received: list[int] = []  # bytes of the value being written
        self._sent = 0

    def start(self, reading: bool) -> None:
        self._named, self._received, self._sent = False, [], 0

    def write(self, byte: int) -> None:
        if not self._named:
            self.pointer, self._named = byte, True
            return
        self._received.append(byte)
        if len(self._received) == self.width:
            self.store(self.pointer, int.from_bytes(self._received, "big"))
            self._received = []

    def read(self) -> int:
        value = self.load(self.pointer) >> 8 * (self.width - 1 - self._sent % self.width) & 0xFF
        self._sent += 1
        return value

    def stop(self) -> None:
        pass

    width = 1  # bytes of a register

    def load(self, register: int) -> int:
        """Value of a register, `width` bytes."""
        raise NotImplementedError

    def store(self, register: int, value: int) -> None:
        """All bytes of a register's new value have arrived."""
        raise NotImplementedError


class IdentityEEPROM(RegisterDevice):
    """Answers its serial number (32 bits, most significant byte first) at 0xfc; all other bytes are erased (0xff). Write protected."""

    def __init__(self, serial: int) -> None:
        super().__init__()
        self.serial = serial

    def load(self, register: int) -> int:
        offset = register - 0xFC
        return self.serial >> 8 * (3 - offset) & 0xFF if 0 <= offset < 4 else 0xFF

    def read(self) -> int:
        value = self.load(self.pointer)
        self.pointer = self.pointer + 1 & 0xFF
        return value

    def store(self, register: int, value: int) -> None:
        pass


class Thermometer(RegisterDevice):
    """TMP112: register 0 holds the temperature in steps of 1/16 K, left aligned in 16 bits; 1 to 3 (configuration, limits) are stored."""

    width = 2

    def __init__(self, celsius: Callable[[], float]) -> None:
        super().__init__()
        self._celsius = celsius
        self._stored = {1: 0x60A0, 2: 0x4B00, 3: 0x5000}

    def load(self, register: int) -> int:
        return (round(self._celsius() * 16) & 0xFFF) << 4 if register == 0 else self._stored.get(register, 0xFFFF)

    def store(self, register: int, value: int) -> None:
        if register in self._stored:
            self._stored[register] = value
