"""From words back to accesses: which messages together write or read one word of one backend.

The inverse of the access sequences of `fisch.access`, made from the same table. What is no part of a known sequence stays a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fisch import backends, ut
from fisch.backends import ACCESS, Backend, Sequence
from fisch.dump import to_fpga_lines
from fisch.errors import WireError

_HEADER = {f"{message.group}::{message.name}": message.header for message in ut.TO_FPGA}
_ADDRESS, _DATA = _HEADER["omnibus_to_fpga::Address"], _HEADER["omnibus_to_fpga::Data"]
_INS, _SCAN = _HEADER["to_fpga_jtag::Ins"], _HEADER["to_fpga_jtag::Data"]
_LOOPBACK, _WAIT_UNTIL = _HEADER["system::Loopback"], _HEADER["timing::WaitUntil"]
_SPIKES = {_HEADER[f"event_to_fpga::SpikePack{n}"]: (n, Backend[f"SpikePack{n}ToChip"]) for n in (1, 2, 3)}
_MESSAGES = {row.header: Backend(number) for number, row in enumerate(ACCESS) if row.write is Sequence.MESSAGE}
_WAITS = {Backend.WaitUntil, Backend.Barrier, Backend.PollingOmnibusBlock}
_SPI_DEVICES, _I2C_DEVICES = 0x800, 0x80
_JTAG = ut.JTAG_INSTRUCTION
_READ = 1 << 36


class Verb(Enum):
    """What an access does."""

    WRITE = "write"
    READ = "read"
    WAIT = "wait"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Access:
    """Messages `index` to `index + count` that together access `words` from `address` of `backend` on (None: a message without one)."""

    index: int
    count: int
    verb: Verb
    backend: Backend | None = None
    address: int = 0
    words: tuple[int, ...] = ()
    enables: int = 0xF


def accesses(messages: NDArray[np.uint64], first: int = 0) -> Iterator[Access]:
    """All accesses of the messages uint64[n], of which the first one has the index `first` in its program."""
    words = messages.tolist()
    position = 0
    while position < len(words):
        found = _omnibus(words, position) or _over_jtag(words, position) or _single(words, position) or Access(position, 1, Verb.MESSAGE)
        yield Access(found.index + first, found.count, found.verb, found.backend, found.address, found.words, found.enables)
        position += found.count


def text(messages: NDArray[np.uint64], access: Access, first: int = 0) -> str:
    """The messages of an access as they are; as numbers where they do not follow the format."""
    words = messages[access.index - first : access.index - first + access.count]
    try:
        return "; ".join(to_fpga_lines(words))
    except WireError:
        return "; ".join(f"{word:#018x}" for word in words)


# ------------------------------------------------------------------------------------------------------------------ single messages
def _single(words: list[int], at: int) -> Access | None:
    header, payload = words[at] >> 56, words[at] & (1 << 56) - 1
    if header in _SPIKES:
        count, backend = _SPIKES[header]
        return Access(at, 1, Verb.WRITE, backend, 0, tuple(payload >> 16 * (count - 1 - i) & 0xFFFF for i in range(count)))
    if header == _LOOPBACK:
        return Access(at, 1, Verb.READ, Backend.NullPayloadReadable) if payload else None
    if header in _MESSAGES:
        backend = _MESSAGES[header]
        return Access(at, 1, Verb.WAIT if backend in _WAITS else Verb.WRITE, backend, 0, (payload,))
    return None


# ------------------------------------------------------------------------------------------------------------------------- omnibus
def _omnibus(words: list[int], at: int) -> Access | None:
    one = _omnibus_word(words, at)
    if one is None:
        return None
    return _spi(words, at, one) or _i2c(words, at, one) or _timer(one) or one


def _omnibus_word(words: list[int], at: int) -> Access | None:
    """One write or read of the omnibus."""
    if at >= len(words) or words[at] >> 56 != _ADDRESS:
        return None
    address, enables = words[at] & 0xFFFFFFFF, words[at] >> 32 & 0xF
    if words[at] & _READ:
        return Access(at, 1, Verb.READ, Backend.Omnibus, address, (), enables)
    if at + 1 == len(words) or words[at + 1] >> 56 != _DATA:
        return None
    return Access(at, 2, Verb.WRITE, Backend.Omnibus, address, (words[at + 1] & 0xFFFFFFFF,), enables)


def _timer(one: Access) -> Access | None:
    if one.verb is Verb.READ and one.address == backends.TIMER:
        return Access(one.index, 1, Verb.READ, Backend.Timer)
    return None


def _spi(words: list[int], at: int, one: Access) -> Access | None:
    """Bytes to one SPI device up to the one with the stop bit."""
    device = one.address - backends.SPI
    if one.verb is not Verb.WRITE or not 0 <= device < _SPI_DEVICES or (device & 0xFF) not in _spi_devices():
        return None
    sent: list[int] = []
    end = at
    while not sent or not sent[-1] & backends.SPI_STOP:
        byte = _omnibus_word(words, end)
        if byte is None or byte.verb is not Verb.WRITE or byte.address != one.address:
            return None
        sent.append(byte.words[0])
        end += byte.count
    found = _spi_register(device, tuple(word & ~backends.SPI_STOP for word in sent))
    if found is None:
        return None
    backend, address, word = found
    end += _ldac(words, end, device) if backend is Backend.SPIDACDataRegister else 0
    return Access(at, end - at, Verb.WRITE, backend, address, (word,))


_SPI_SEQUENCES = (Sequence.SPI, Sequence.SPI_REGISTER)


@cache
def _spi_devices() -> frozenset[int]:
    rows = [row for row in ACCESS if row.write in _SPI_SEQUENCES]
    return frozenset(row.device + row.step * (number // len(row.registers)) for row in rows for number in range(row.size))


def _spi_register(device: int, sent: tuple[int, ...]) -> tuple[Backend, int, int] | None:
    """Backend, address and word of what was sent to a device."""
    for number, row in enumerate(ACCESS):
        if row.write not in _SPI_SEQUENCES or len(sent) != row.length:
            continue
        if row.write is Sequence.SPI_REGISTER:
            register, word = sent
        else:
            value, mask = int.from_bytes(bytes(byte & 0xFF for byte in sent)), (1 << row.bits) - 1
            register, word = value & ~mask, value & mask
        for address in range(row.size):
            if (row.device + row.step * (address // len(row.registers)), row.registers[address % len(row.registers)]) == (device, register):
                return Backend(number), address, word
    return None


def _ldac(words: list[int], at: int, device: int) -> int:
    """Messages from `at` on that tell a converter to take its data over, which is part of every write of a datum."""
    following = _omnibus_word(words, at)
    second = _omnibus_word(words, at + 2)
    if following is None or second is None or {following.address, second.address} != {backends.SPI + device}:
        return 0
    sent = following.words + second.words
    return 4 if sent == (ACCESS[Backend.SPIDACControlRegister].registers[backends.LDAC_REGISTER], backends.LDAC | backends.SPI_STOP) else 0


def _i2c(words: list[int], at: int, one: Access) -> Access | None:
    """The number of a register, then its bytes, written or read, up to the one with the stop bit."""
    device = one.address - backends.I2C
    if one.verb is not Verb.WRITE or not 0 <= device < 2 * _I2C_DEVICES:
        return None
    if device & backends.I2C_STOP:
        plain = _i2c_registers().get((device & ~backends.I2C_STOP, -1, Verb.WRITE))
        return None if plain is None else Access(at, 2, Verb.WRITE, *plain[:2], one.words)
    bytes_, end, verb = [], at + 2, Verb.WRITE
    while True:
        byte = _omnibus_word(words, end)
        if byte is None or byte.address & ~backends.I2C_STOP != one.address:
            return None
        verb, end = byte.verb, end + byte.count
        bytes_.append(byte.words[0] if byte.words else 0)
        if byte.address & backends.I2C_STOP:
            break
    found = _i2c_registers().get((device, one.words[0], verb))
    if found is None or found[2] != len(bytes_):
        return None
    value = int.from_bytes(bytes(byte & 0xFF for byte in bytes_)) >> found[3]
    return Access(at, end - at, verb, *found[:2], (value,) if verb is Verb.WRITE else ())


@cache
def _i2c_registers() -> dict[tuple[int, int, Verb], tuple[Backend, int, int, int]]:
    """Backend, address, bytes and shift of each register, by device, number (-1 where it has none) and what is done with it."""
    found = {}
    for number, row in enumerate(ACCESS):
        for verb, sequence in ((Verb.WRITE, row.write), (Verb.READ, row.read)):
            if sequence not in (Sequence.I2C, Sequence.I2C_PLAIN):
                continue
            for address in range(row.size):
                device = row.device + row.step * (address // len(row.registers))
                register = -1 if sequence is Sequence.I2C_PLAIN else row.registers[address % len(row.registers)]
                found[device, register, verb] = Backend(number), address, row.length, row.shift
    return found


# ---------------------------------------------------------------------------------------------------------------------------- JTAG
def _instruction(words: list[int], at: int) -> int | None:
    return words[at] & 0x7F if at < len(words) and words[at] >> 56 == _INS else None


def _scan(words: list[int], at: int) -> int:
    """Data of a scan, -1 if there is none at `at`."""
    return words[at] & (1 << 33) - 1 if at < len(words) and words[at] >> 56 == _SCAN else -1


def _over_jtag(words: list[int], at: int) -> Access | None:
    selected, data = _instruction(words, at), _scan(words, at + 1)
    if selected is None or data < 0:
        return None
    if selected == _JTAG["IDCODE"]:
        return Access(at, 2, Verb.READ, Backend.JTAGIdCode)
    if selected == _JTAG["OMNIBUS_ADDRESS"]:
        return _omnibus_over_jtag(words, at, data)
    if selected == _JTAG["PLL_TARGET_REG"] and _instruction(words, at + 2) == _JTAG["SHIFT_PLL"] and _scan(words, at + 3) >= 0:
        return Access(at, 4, Verb.WRITE, Backend.JTAGPLLRegister, data, (_scan(words, at + 3),))
    phys = [n for n in range(ACCESS[Backend.JTAGPhyRegister].size) if selected == _JTAG[f"PHY{n}"]]
    return Access(at, 2, Verb.WRITE, Backend.JTAGPhyRegister, phys[0], (data,)) if phys else None


def _omnibus_over_jtag(words: list[int], at: int, data: int) -> Access | None:
    following = (_instruction(words, at + 2), _instruction(words, at + 4))
    if following == (_JTAG["OMNIBUS_DATA"], _JTAG["OMNIBUS_REQUEST"]) and not data >> 32:
        return Access(at, 6, Verb.WRITE, Backend.OmnibusChipOverJTAG, data, (_scan(words, at + 3) & 0xFFFFFFFF,))
    if following == (_JTAG["OMNIBUS_REQUEST"], _JTAG["OMNIBUS_DATA"]) and data >> 32:
        return Access(at, 6, Verb.READ, Backend.OmnibusChipOverJTAG, data & 0xFFFFFFFF)
    return None
