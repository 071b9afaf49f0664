"""Damaged and malicious snapshots: refused with SnapshotError that names the entry, before anything is done with them."""

import os
import random
import resource
import signal
import struct
import zlib

import numpy as np
import pytest
from word_streams import HALT, INIT, Generator

import hicannx_sim as sim
from haldls import BackgroundSpikeSource
from hicannx_sim.setup import snapshot_file
from hicannx_sim.setup.snapshot_ranges import NEVER, POSITIVE_WHERE, RANGES, STRUCTURES

AFTER = np.append(Generator(9).program(300), HALT)


@pytest.fixture(scope="module")
def base():
    """(description, arrays) of a system in the middle of a program."""
    system = sim.System(sim.VirtualChip(1), seed=1)
    system.execute(np.append(INIT, HALT))
    system.begin()
    system.feed(Generator(7).program(600))
    return snapshot_file.decode(system.snapshot())


def changed(base, entry, value):
    described, state = base
    block, name = next((block, name) for block, arrays in state.items() for name in arrays if f"{block}.{name}" == entry)
    array = state[block][name].copy()
    array[...] = value
    return snapshot_file.encode(described, {**state, block: {**state[block], name: array}})


def survives(data):
    """Whether a process refuses a snapshot, or goes on from it without crash, hang, or an error of another kind."""
    if (child := os.fork()) == 0:
        signal.alarm(10)
        status = 1
        try:
            system = sim.System()
            system.restore(data)
            system.finish()
            system.execute(AFTER)
            system.snapshot()
            status = 0
        except sim.SimError:
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


NAMED = [
    ("fpga.*cycle", 2**63 - 10),
    ("fpga.*cycle", 2**61),
    ("fpga.*cycle", -5),
    ("fpga.*streamed", 2**63 - 1),
    ("fpga.jtag*.head", 256),
    ("fpga.jtag.count", 257),
    ("fpga.trace.n_stalls", -1),
    ("fpga.responses.n_reads", -1),
    ("fpga.events.passed", -1),
    ("fpga.*trace.last", 2**62 - 1),
    ("chip.analog.n_dirty", 32768),
    ("chip.analog.n_dirty", -1),
    ("chip.analog.dirty_list", 600),
    ("chip.analog.engine", 0x7F),
    ("board.i2c.prescaler", 2**40),
]


@pytest.mark.parametrize("pattern, value", NAMED)
def test_numbers_out_of_range_are_named(pattern, value, base):
    head, _, tail = pattern.partition("*")
    entries = [f"{block}.{name}" for block, arrays in base[1].items() for name in arrays]
    entry = next(entry for entry in entries if entry.startswith(head) and entry.endswith(tail))
    system = sim.System()
    with pytest.raises(sim.SnapshotError, match=entry):
        system.restore(changed(base, entry, value))
    assert system.execute(HALT.reshape(1) if hasattr(HALT, "reshape") else np.array([HALT], np.uint64)).tolist() == [2 << 56], "usable"


def test_scans_that_nobody_queued_are_not_waited_for(base):
    described, state = base
    jtag = dict(state["fpga.jtag"])
    jtag["n_responses"] = np.full_like(jtag["n_responses"], int(jtag["n_responses"][0]) + 1)
    with pytest.raises(sim.SnapshotError, match=r"fpga\.jtag\.n_responses is "):
        sim.System().restore(snapshot_file.encode(described, {**state, "fpga.jtag": jtag}))


def test_extremes_of_many_entries(base):
    """Whatever the table lets through does no harm."""
    chance = random.Random(5)
    entries = [(f"{block}.{name}", array) for block, arrays in base[1].items() for name, array in arrays.items() if array.size]
    signed = [(entry, array) for entry, array in entries if array.dtype.kind in "if"]
    for entry, array in chance.sample(signed, 40):
        limits = np.iinfo(array.dtype) if array.dtype.kind == "i" else np.finfo(array.dtype)
        values = [limits.max, limits.min, 0, 1, *([NEVER] if array.dtype.itemsize == 8 else [])]
        value = chance.choice(values)
        assert survives(changed(base, entry, value)), (entry, value)


def test_enabled_entries_are_those_of_the_tables(base):
    system = sim.System()
    for name in ("outputs", "inputs"):
        system.restore(changed(base, f"fpga.router.{name}", 7))
        assert snapshot_file.decode(system.snapshot())[1]["fpga.router"][name] == 0


def test_every_line_of_the_table_is_about_something(base):
    from fnmatch import fnmatchcase

    from hicannx_sim.setup.aggregator import Aggregator

    state = base[1] | {"aggregator": Aggregator(3).arrays()}
    entries = [f"{block}.{name}" for block, arrays in state.items() for name in arrays]
    for pattern in [*RANGES, *STRUCTURES, *POSITIVE_WHERE]:
        assert any(fnmatchcase(entry, pattern) for entry in entries), pattern


# ------------------------------------------------------------------------------------------------------------------ the file
def test_every_bit_of_the_head_counts():
    data = sim.System().snapshot()
    for compress in (False, True):
        data = sim.System().snapshot(compress)
        for bit in range(8 * 32):
            spoilt = bytearray(data)
            spoilt[bit // 8] ^= 1 << bit % 8
            with pytest.raises(sim.SnapshotError):
                snapshot_file.decode(bytes(spoilt))


def test_lengths_that_do_not_fit():
    data = sim.System().snapshot(True)
    for cut in [*range(40), *range(40, len(data), 997)]:
        with pytest.raises(sim.SnapshotError):
            snapshot_file.decode(data[:cut])
        with pytest.raises(sim.SnapshotError):
            snapshot_file.decode(data + bytes(cut + 1))


def sealed(body, length, compress=False, size=None, version=2):
    """A file with a right checksum."""
    stored = zlib.compress(body, 9) if compress else body
    head = struct.pack("<8sIIIQ", b"hxsnap\r\n", version, compress, length, len(body) if size is None else size)
    return head + struct.pack("<I", zlib.crc32(stored, zlib.crc32(head))) + stored


SYSTEM = b'{"serial":0,"mode":"typical","quirks":[],"setup":"cube","host":null,"seed":0,"strict":false,"runs":0}'
DESCRIPTIONS = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"system":' * 5000,
    b'{"system":{},"arrays":[]}',
    b'{"system":' + SYSTEM.replace(b'"seed":0', b'"seed":-1') + b',"arrays":[]}',
    b'{"system":' + SYSTEM.replace(b'"seed":0', b'"seed":18446744073709551616') + b',"arrays":[]}',
    b'{"system":' + SYSTEM.replace(b'"runs":0', b'"runs":1e3') + b',"arrays":[]}',
    b'{"system":' + SYSTEM.replace(b"typical", b"perfect") + b',"arrays":[]}',
    b'{"system":' + SYSTEM.replace(b"null", b"[1,9223372036854775807,1]") + b',"arrays":[]}',
    *(
        b'{"system":' + SYSTEM + b',"arrays":' + arrays + b"}"
        for arrays in (
            b'[["a","b","<i8",[1000000000000]]]',
            b'[["a","b","<i8",[4294967296,4294967296]]]',
            b'[["a","b","<i8",[-1]]]',
            b'[["a","b","<i8",[1.5]]]',
            b'[["a","b","O",[1]]]',
            b'[["a","b","<U9",[0]]]',
            b'[["a","b","<f1",[0]]]',
            b'[["a","b","<i8",[0]],["a","b","<i8",[0]]]',
            b'[["a","b","<i8"]]',
            b"7",
        )
    ),
]


@pytest.mark.parametrize("text", DESCRIPTIONS, ids=lambda text: repr(text[-40:]))
@pytest.mark.parametrize("compress", [False, True])
def test_descriptions_that_are_none(text, compress):
    with pytest.raises(sim.SnapshotError):
        snapshot_file.decode(sealed(text, len(text), compress))


def test_what_unpacks_to_much_more_is_not_unpacked():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = sealed(bytes(1 << 28), 100, True, size=1000)
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(sim.SnapshotError, match="after the head"):
        snapshot_file.decode(bomb)
    with pytest.raises(sim.SnapshotError, match="head is not right"):
        snapshot_file.decode(sealed(b"x", 100, True, size=1 << 40))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss <= max(made, before) + 4096


def test_the_first_format_is_refused_with_a_word():
    with pytest.raises(sim.SnapshotError, match=r"format 1 is not the one.*take it again"):
        snapshot_file.decode(struct.pack("<8sIIII", b"hxsnap\r\n", 1, 0, 0, 0))


@pytest.mark.parametrize(
    "block, name, array",
    [
        ("board", "dacs.0.inputs", np.zeros(3, np.int64)),
        ("board", "dacs.0.power_down", np.zeros(0, np.int64)),
        ("board", "carrier.temperature", np.zeros((2, 2))),
        ("board", "spi.open_transfers", np.zeros((3, 3), np.int64)),
        ("board", "spi.open_transfers", np.zeros((1 << 14, 2), np.int64)),
        ("fpga.registers", "dram 99999999", np.zeros(4096, np.uint32)),
        ("fpga.registers", "dram -1", np.zeros(4096, np.uint32)),
        ("fpga.registers", "dram x", np.zeros(4096, np.uint32)),
        ("fpga.registers", "dram 3", np.zeros(7, np.uint32)),
        ("chip.analog", "pulses", np.zeros(25, np.uint8)),
        ("chip.analog", "fires", np.full(16, 0x7F, np.uint8)),
    ],
    ids=lambda value: str(getattr(value, "shape", value)),
)
def test_lengths_and_places_that_cannot_be(block, name, array, base):
    described, state = base
    data = snapshot_file.encode(described, {**state, block: {**state[block], name: array}})
    with pytest.raises(sim.SnapshotError, match=name.split()[0].split(".")[0]):
        sim.System().restore(data)


def test_items_that_are_cut_off_name_their_block(base):
    described, state = base
    data = snapshot_file.encode(described, {**state, "chip.queue": {**state["chip.queue"], "heap": np.zeros(7, np.uint8)}})
    with pytest.raises(sim.SnapshotError, match=r"chip\.queue\..* has 7 bytes"):
        sim.System().restore(data)


@pytest.mark.parametrize("value", [[8, 0, 0, 0], [1, 1, 1, 1], [0xFF] * 4])
def test_events_that_lead_nowhere(value):
    """Bytes of the queue of a chip with a running source."""
    system = sim.System(sim.VirtualChip(1), seed=1)
    chip = system.chip
    chip.write_all(BackgroundSpikeSource.write_addresses([0])[0], BackgroundSpikeSource(enable=True, period=100).encode())
    chip.advance(5000)
    description, state = snapshot_file.decode(system.snapshot())
    name = next(name for name in ("line 0", "heap") if state["chip.queue"][name].size)  # where the source's next period is
    events = state["chip.queue"][name].copy()
    events[20:24] = value  # where
    changed = {**state, "chip.queue": {**state["chip.queue"], name: events}}
    with pytest.raises(sim.SnapshotError, match=r"chip\.queue\..*(where|place)"):
        sim.System().restore(snapshot_file.encode(description, changed))
