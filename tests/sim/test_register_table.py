"""Every address of chip, FPGA and board reads back as the table of registers says, for ones, zeros and random words."""

import numpy as np
import pytest

from hicannx_sim.base.register_table import Accuracy, ReadBack
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.chip import Chip
from hicannx_sim.fpga.table import find, named
from hicannx_sim.setup import snapshot_file
from hicannx_sim.setup.system import System
from hicannx_sim.trust.registers import fpga_containers, registers

ROWS = list(registers())
CHIP = [row for row in ROWS if row.unit == "chip"]
FPGA = [row for row in ROWS if row.unit == "FPGA"]
NETWORK = [row for row in registers("jboa") if row.unit == "FPGA" and "routing table" in row.name]
DRAM = named("external DRAM")
BUSES = ("SPI", "I2C")  # every access is a transfer of its own
STARTS_PPU = "PPUControlRegister"
ONES, ZEROS, RANDOM = "ones", "zeros", "random"


def name_of(row):
    return f"{row.name}[{row.word}]" + (f".{row.register}" if row.register >= 0 else "")


def pattern(kind, shape):
    if kind == RANDOM:
        return np.random.default_rng(len(kind) + shape).integers(0, 1 << 32, shape, np.uint32)
    return np.full(shape, 0xFFFFFFFF if kind == ONES else 0, np.uint32)


@pytest.fixture(scope="module")
def chip():
    return Chip(VirtualChip(7, "ideal"))


@pytest.mark.parametrize("row", CHIP, ids=name_of)
def test_every_address_of_the_chip(chip, row):
    for kind in (ONES, ZEROS, RANDOM):
        chip.reset(chip.now)
        assert row.reset in (None, row.start)
        if row.read_back is not ReadBack.LIVE:
            assert not np.any(chip.read_all(row.addresses) != row.start)
        words = pattern(kind, len(row.addresses))
        if row.name == STARTS_PPU:
            words &= np.uint32(0xFFFFFFFE)
        before = chip.read_all(row.addresses)
        chip.write_all(row.addresses, words)
        found = chip.read_all(row.addresses)
        if row.read_back is ReadBack.WRITTEN and "w" in row.access:
            np.testing.assert_array_equal(found, words & np.uint32(row.mask))
        elif row.read_back is ReadBack.ZERO:
            assert not found.any()
        else:
            np.testing.assert_array_equal(found, before)
        assert not np.any(found & ~np.uint32(row.mask))


COMMANDS = {"CapMemCell", "NeuronReset", "NeuronResetQuad", "CorrelationReset", "BlockPostPulse", "PADIEvent", "SpikeCounterReset"}
"""Registers of which any write does something or counts."""
MARKS = {("chip.debug_lines", "stale"), ("chip.debug_lines", "resolved"), ("chip.analog", "dirty")}
"""What only says that somebody has to look again; after a snapshot was put back at everything of a neuron instead of a part."""


def state_of(system):
    _, blocks = snapshot_file.decode(system.snapshot())
    return {(block, name): array.tobytes() for block, arrays in blocks.items() for name, array in arrays.items()}


@pytest.mark.parametrize("setup", ["cube", "jboa"])
def test_every_block_starts_as_its_registers_say(setup, words):
    """Writing into a register what it holds after power-on changes nothing: no block works that the table says is off."""
    system = System(VirtualChip(1, "ideal"), seed=1, setup=setup)
    start, whole = system.snapshot(), state_of(system)
    for row in CHIP:
        if row.name in COMMANDS or "w" not in row.access:
            continue
        system.restore(start)
        system.chip.write_all(row.addresses, np.full(len(row.addresses), row.start, np.uint32))
        changed = [place for place, array in state_of(system).items() if array != whole[place]]
        assert set(changed) <= MARKS, row


def test_the_board_starts_as_its_registers_say(make_lab, words):
    """Recording and the clock of the I2C bus, by what they do."""
    for name, reads in (("event recording", [1]), ("I2C prescaler", [313])):
        assert make_lab().data(words.read(named(name).address), words.halt) == reads == [named(name).reset]


def test_only_what_the_table_says_is_a_fault(chip):
    """Accesses the table does not allow are noticed, all others are not."""
    for row in CHIP:
        if row.name == STARTS_PPU:
            continue
        chip.reset(chip.now)
        faults = chip.faults.n
        chip.read_all(row.addresses[:1])
        read = chip.faults.n - faults
        chip.write_all(row.addresses[:1], [0])
        written = chip.faults.n - faults - read
        unmodelled = row.accuracy is Accuracy.UNMODELLED
        assert read == unmodelled, row
        assert written == (unmodelled or "w" not in row.access), row


def test_every_other_address_of_the_chip_is_undefined(chip):
    """The first two million words and the PPUs' subtrees, in steps that meet every kind of gap, and what follows each register."""
    known = np.unique(np.concatenate([row.addresses for row in CHIP]))
    ends = [0x4000000, 0x7FFFFFFF]
    walked = np.concatenate([np.arange(0, 0x200000, 7), np.arange(0x2000000, 0x4000000, 149), known + np.uint32(1), ends])
    nothing = np.setdiff1d(walked.astype(np.uint32), known)
    chip.reset(chip.now)
    faults = chip.faults.n
    assert not chip.read_all(nothing).any()
    assert chip.faults.n - faults == len(nothing) > 400_000


def program(words, addresses, values):
    parts = [words.write(int(address), int(value)) for address, value in zip(addresses, values, strict=True)]
    return [word for part in parts for word in part]


def reads(words, addresses):
    return [word for address in addresses for word in words.read(int(address))]


def sample(row):
    """All addresses of a row, of the big memories some."""
    if row.count > len(row.addresses):
        rng = np.random.default_rng(1)
        return np.unique(np.concatenate([[0, 1, row.count - 1], rng.integers(0, row.count, 200)])) + int(row.addresses[0])
    return row.addresses if len(row.addresses) <= 1024 else row.addresses[:: len(row.addresses) // 512]


@pytest.mark.parametrize("row", [row for row in FPGA + NETWORK if row.name not in BUSES], ids=name_of)
def test_every_address_of_the_fpga(make_lab, words, row):
    lab = make_lab(setup="jboa" if row in NETWORK else "cube")
    addresses = sample(row)
    started = lab.data(reads(words, addresses), words.halt)
    if row.read_back is not ReadBack.LIVE:
        assert started == [row.start] * len(addresses)
    for kind in (ONES, ZEROS, RANDOM):
        values = pattern(kind, len(addresses))
        found = np.array(lab.data(program(words, addresses, values), reads(words, addresses), words.halt), np.uint32)
        if row.read_back is ReadBack.WRITTEN:
            np.testing.assert_array_equal(found, values & np.uint32(row.mask))
        assert not np.any(found & ~np.uint32(row.mask))
    assert not lab.fpga.registers.faults


def test_every_other_address_of_the_fpga_is_undefined(lab, words):
    known = {address for row in FPGA for address in (row.addresses.tolist() if len(row.addresses) > 1 or row.count == 1 else [])}
    walked = {*range(0x88000000, 0x88010000, 5), *range(0x80000000, 0x100000000, 0x30001), *(address + 1 for address in known)}
    nothing = sorted(address for address in walked - known if not DRAM.address <= address < DRAM.end and address < 1 << 32)
    assert lab.data(reads(words, nothing), words.halt) == [0] * len(nothing)
    assert len(nothing) > 20_000 and lab.system.counters["accesses to undefined FPGA addresses"] == len(nothing)


@pytest.mark.parametrize("name", fpga_containers())
def test_table_of_the_fpga_agrees_with_its_containers(name):
    """Widths, directions and extents, against the bits of haldls' fields."""
    container = fpga_containers()[name]
    layout = container.layout()
    ends = [0, container.coordinate.size - 1]
    written, read = (set(layout.addresses(ends, write).ravel().tolist()) for write in (True, False))
    assert written | read
    for address in written | read:
        setup = "jboa" if name.endswith("RoutingTableEntry") else "cube"
        row, entry = registers(setup).at(address), find(address, setup)
        assert entry is not None and row is not None and name in row.containers
        assert ("w" in row.access) >= (address in written) and ("r" in row.access) >= (address in read)
        assert row.fields & ~row.mask == 0
        assert row.mask.bit_length() in (row.fields.bit_length(), 32 if row.read_back is ReadBack.LIVE else 0)


def test_devices_on_the_board(make_lab, words):
    """Registers of the I2C devices keep what the table says and start with it."""
    lab = make_lab(serial=75)  # the first carrier with a thermometer
    for row in ROWS:
        if row.unit != "board" or row.register < 0 or row.read_back is not ReadBack.WRITTEN:
            continue
        for device in row.addresses.tolist():
            fetch = [*words.write(device, row.register), *words.read(device), *words.read(device | 0x80)]
            high, low = lab.data(fetch, words.barrier(1), words.halt)
            assert high << 8 | low == row.start
            for value in (0xFFFF, 0, 0xA5C3):
                put = [*words.write(device, row.register), *words.write(device, value >> 8), *words.write(device | 0x80, value & 0xFF)]
                high, low = lab.data(put, fetch, words.barrier(1), words.halt)
                assert high << 8 | low == value & row.mask


def test_queries():
    from halco import NeuronConfigOnDLS, common
    from haldls import NeuronConfig

    table = registers()
    assert [row.word for row in table(NeuronConfig)] == [row.word for row in table("NeuronConfig")] == list(range(6))
    assert table(NeuronConfigOnDLS)[0] is table("NeuronConfig")[0]
    place = NeuronConfigOnDLS(common.Enum(300))
    for query in (table(place), table(NeuronConfig, place), table(NeuronConfig(), place)):
        assert [int(row.addresses[0]) for row in query] == NeuronConfig.write_addresses([300])[0].tolist()
        assert all(row.count == 1 for row in query)
    assert table(0x80000010)[0].name == "external SRAM" and table(DRAM.address + 5)[0].count == DRAM.count
    assert table(0xC0004)[0].mask == 0xFFFF
    for nothing in (0x2, 0x90000000, "NoContainer"):
        with pytest.raises(KeyError, match="no register"):
            table(nothing)


def test_every_row_is_complete():
    for row in ROWS:
        assert row.source and row.count >= len(row.addresses) >= 1
        assert row.accuracy in (Accuracy.EXACT, Accuracy.BEHAVIOURAL) or row.note or row.containers
        assert row.fields & ~row.mask == 0, row
