"""Every address of the table on the ways that a program has to it: the chip over the link and over JTAG, the board over SPI and I2C.

Ones, zeros and random words are written and read back as the table says. What stands on the FPGA, and what is nowhere, is walked in
`test_register_table`, the big memories there by samples.
"""

import numpy as np
import pytest

from fisch import encode_omnibus_reads, encode_omnibus_writes
from hicannx_sim.base.register_table import Accuracy, ReadBack
from hicannx_sim.trust.registers import registers

CHIP = [row for row in registers() if row.unit == "chip"]
CUTS_LINK = {"CommonPhyConfigChip", "ADPLL", "PLLClockOutputBlock"}
STARTS_PPU = "PPUControlRegister"
STOP = 0x80


def patterns(shape):
    """Ones, zeros and random words."""
    yield np.full(shape, 0xFFFFFFFF, np.uint32)
    yield np.zeros(shape, np.uint32)
    yield np.random.default_rng(shape).integers(0, 1 << 32, shape, np.uint32)


def name_of(row):
    return f"{row.name}[{row.word}]"


def over_link(places, data=None):
    return encode_omnibus_reads(places) if data is None else encode_omnibus_writes(places, data)


def over_jtag(places, data=None):
    """Six messages for each access, as the drivers send them."""
    places = places.astype(np.uint64)
    words = np.empty((len(places), 6), np.uint64)
    scan = np.uint64(3 << 56)
    words[:, 0] = 2 << 56 | 5
    words[:, 1] = scan | np.uint64(33 << 40) | places | np.uint64((data is None) << 32)
    access = np.array([2 << 56 | 7, 3 << 56 | 3 << 40], np.uint64)
    if data is None:
        words[:, 2:4], words[:, 4], words[:, 5] = access, 2 << 56 | 6, scan | np.uint64(1 << 48 | 32 << 40)
    else:
        words[:, 2], words[:, 3], words[:, 4:] = 2 << 56 | 6, scan | np.uint64(32 << 40) | data, access
    return words.ravel()


def as_after(row, words):
    """What the table expects of words that were written; None: whatever lies within the bits that exist."""
    if row.read_back is ReadBack.ZERO:
        return np.zeros_like(words)
    return words & np.uint32(row.mask) if row.read_back is ReadBack.WRITTEN and "w" in row.access else None


def check(row, lab, words, way, responses):
    for data in patterns(len(row.addresses)):
        if row.name == STARTS_PPU:
            data &= np.uint32(0xFFFFFFFE)
        lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
        program = [way(row.addresses, data), way(row.addresses), words.barrier(3), words.halt]
        found = getattr(lab.run(*(np.asarray(part, np.uint64) for part in program)), responses)["data"].astype(np.uint32)
        assert len(found) == len(data) and not np.any(found & ~np.uint32(row.mask))
        expected = as_after(row, data)
        if expected is not None:
            np.testing.assert_array_equal(found, expected)


_labs = []


@pytest.fixture
def lab(make_lab):
    """One for all of them: each begins with an initialisation."""
    if not _labs:
        _labs.append(make_lab())
    return _labs[0]


@pytest.mark.parametrize("row", [row for row in CHIP if row.name not in CUTS_LINK], ids=name_of)
def test_chip_over_the_link(lab, words, row):
    check(row, lab, words, over_link, "omnibus")


@pytest.mark.parametrize("row", CHIP, ids=name_of)
def test_chip_over_jtag(lab, words, row):
    check(row, lab, words, over_jtag, "jtag")


def test_reset_values_over_both_ways(make_lab, words):
    """What nobody has written yet; over the link only what the initialisation does not write."""
    lab = make_lab()
    start = [words.reset(True), words.setup, words.wait(10), words.reset(False), words.setup, words.wait(2750), words.jtag_init]
    for row in CHIP:
        if row.read_back is ReadBack.LIVE or row.accuracy is Accuracy.UNMODELLED:
            continue
        part = row.addresses[:: max(1, len(row.addresses) // 64)]
        found = lab.run(*start, over_jtag(part).tolist(), words.barrier(2), words.halt).jtag["data"]
        assert set(found.tolist()) == {row.start} and row.reset in (None, row.start), row


def device(words, address, register, values=None, width=1):
    """A read or a write of a register of `width` bytes of an I2C device."""
    base = 0x88007800 + address
    if values is None:
        return [*words.write(base, register), *words.read(base) * (width - 1), *words.read(base | STOP)]
    return [
        *words.write(base, register),
        *(word for n, byte in enumerate(values) for word in words.write(base | (n == width - 1) * STOP, byte)),
    ]


@pytest.mark.parametrize("setup", ["cube", "jboa"])
def test_devices_behind_i2c(make_lab, words, setup):
    """All registers of all devices; those that are read only keep what they show."""
    lab, walked = make_lab(setup=setup, serial=75), 0
    if setup == "jboa":
        lab.run(device(words, 0x70, 0x7, ()), words.write(0x880078F0, 0x7), words.barrier(1), words.halt)
    for row in registers(setup):
        if row.unit != "board" or row.register < 0 or row.name == "TCA9546 branches" or "configuration" in row.name:
            continue
        width = 2 if row.mask > 0xFF else 1
        for place in (row.addresses & 0x7F).tolist():
            before = lab.data(device(words, place, row.register, width=width), words.halt)
            for value in (0xFFFF, 0, 0xA5C3):
                sent = [value >> 8 * n & 0xFF for n in reversed(range(width))]
                put = device(words, place, row.register, sent, width)
                found = lab.data(put, device(words, place, row.register, width=width), words.barrier(1), words.halt)
                assert not any(byte >> 31 for byte in found), "acknowledged"
                if row.access == "r":
                    assert found == before, row
                elif row.read_back is ReadBack.WRITTEN:
                    expected = value & row.mask & (1 << 8 * width) - 1
                    assert sum(byte << 8 * n for n, byte in enumerate(reversed(found))) == expected, row
                walked += 1
    assert walked > (60 if setup == "cube" else 120)


@pytest.mark.parametrize("value", [0xFFFFFF, 0, 0xA5C396, 0x123456])
def test_devices_behind_spi(lab, words, value):
    """They cannot be read over the bus: what they hold shows on the board."""
    bytes_of = [value >> shift & 0xFF for shift in (16, 8, 0)]
    lab.run([word for n, byte in enumerate(bytes_of) for word in words.write(0x88007001, byte | (n == 2) << 31)], words.halt)
    assert lab.system.board.shift_register.value == value
    for number, place in enumerate((0x88007002, 0x88007004)):
        for channel in range(8):
            word = channel << 12 | value >> channel & 0xFFF
            lab.run(words.write(place, word >> 8), words.write(place, word & 0xFF | 1 << 31), words.halt)
            assert lab.system.board.dacs[number].inputs[channel] == value >> channel & 0xFFF


@pytest.mark.parametrize("setup", ["cube", "jboa"])
def test_every_i2c_address_answers_or_does_not_acknowledge(make_lab, words, setup):
    lab = make_lab(setup=setup, serial=75)
    there = {int(place) & 0x7F for row in registers(setup) if row.unit == "board" and row.register >= 0 for place in row.addresses}
    if setup == "jboa":
        lab.run(words.write(0x880078F0, 0x7), words.barrier(1), words.halt)
    for place in range(128):
        (byte,) = lab.data(words.read(0x88007800 | place | STOP), words.halt)
        assert (byte >> 31 == 0) == (place in there), hex(place)
