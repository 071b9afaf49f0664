"""A snapshot at any instruction, restored in another process, goes on to the same bits."""

import copy
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from word_streams import HALT, INIT, Generator

import hicannx_sim as sim
from haldls import MADCConfig, MADCControl
from hicannx_sim.setup import snapshot

ROOT = Path(__file__).parents[2]
RESUME = """
import sys, numpy as np
sys.path[:0] = {path!r}
import hicannx_sim as sim
data = np.load(sys.argv[1])
system = sim.System()
for number in range({programs}):
    system.restore(data[f"snapshot{{number}}"].tobytes())
    parts = [system.feed(data[f"rest{{number}}"]), system.finish()]
    data_out = np.concatenate([*parts, system.execute(data["next"])])
    np.save(sys.argv[1] + f".{{number}}.npy", data_out)
"""
PROGRAMS = 12
WRITE = 0x0B << 56 | 15 << 32


def run(system, words):
    """A run in pieces; those that do not follow the protocol end it."""
    system.begin()
    try:
        parts = [system.feed(piece) for piece in words]
    except sim.ProtocolError:
        system.finish()
        return None
    return np.concatenate([*parts, system.finish()])


def case(number):
    """A system with a past and a program."""
    chip = sim.VirtualChip(number, "typical" if number % 2 else "ideal", ["madc start"] if number % 4 == 2 else [])
    system = sim.System(chip, seed=number, setup="jboa" if number % 3 == 1 else "cube")
    generator = Generator(1000 + number)
    run(system, [generator.program(500)])
    while True:
        words = np.append(generator.program(1200), HALT)
        if not np.any((words >> np.uint64(56) >= 16) & (words >> np.uint64(63) == 0)):
            return system, words


@pytest.fixture(scope="module")
def resumed(tmp_path_factory):
    """For each program: what one process answers in one go, and what two processes answer with a snapshot between them."""
    path, arrays, expected, heads = tmp_path_factory.mktemp("snapshots") / "cases.npz", {"next": np.append(INIT, HALT)}, [], []
    for number in range(PROGRAMS):
        system, words = case(number)
        start = system.snapshot()
        expected.append(np.concatenate([system.execute(words), system.execute(arrays["next"])]))
        system.restore(start)
        cut = int(np.random.default_rng(number).integers(len(words)))
        system.begin()
        heads.append(system.feed(words[:cut]))
        arrays[f"snapshot{number}"], arrays[f"rest{number}"] = np.frombuffer(system.snapshot(number % 3 == 0), np.uint8), words[cut:]
    np.savez(path, **arrays)
    script = RESUME.format(path=[str(ROOT), str(ROOT / "compat"), str(ROOT / "tools")], programs=PROGRAMS)
    subprocess.run([sys.executable, "-c", script, str(path)], check=True, capture_output=True)
    tails = [np.load(f"{path}.{number}.npy") for number in range(PROGRAMS)]
    return [(one, np.concatenate(parts)) for one, *parts in zip(expected, heads, tails, strict=True)]


@pytest.mark.parametrize("number", range(PROGRAMS))
def test_rest_of_the_stream_is_the_same_in_a_new_process(resumed, number):
    expected, found = resumed[number]
    assert len(expected) > 50
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("number", [3, 4])
def test_cuts_make_no_difference(number):
    system, words = case(number)
    start = system.snapshot()
    whole = system.execute(words)
    system.restore(start)
    cuts = np.sort(np.random.default_rng(number).integers(0, len(words), 200))
    np.testing.assert_array_equal(run(system, np.split(words, cuts)), whole)


def test_what_is_restored_gives_the_same_snapshot():
    for number in range(4):
        system, words = case(number)
        system.begin()
        system.feed(words[:700])
        data = system.snapshot()
        other = sim.System(sim.VirtualChip(99), seed=99, strict=True)
        assert other.restore(data).snapshot() == data
        assert other.identity == system.identity and other.seed == system.seed and not other.strict
        assert other.counters == system.counters and other.runs == system.runs
        assert other.chip.fabric.counters() == system.chip.fabric.counters()


@pytest.mark.parametrize("base", [0, 1 << 40, (1 << 43) - 1])
def test_any_system_time_is_taken_back(base):
    """The base that the chip's time starts from is the program's to choose, far from the time since the start of the FPGA."""
    writes = [WRITE, 0x0C << 56 | base & 0xFFFFFFFF, WRITE | 1, 0x0C << 56 | base >> 32]
    barrier, systime_init = 7 << 56 | 1, 6 << 56 | 1
    system = sim.System()
    system.execute(np.append(INIT, HALT))
    system.begin()
    system.feed(np.array([*writes, barrier, systime_init, 7 << 56 | 4, 0x0A << 56 | 1], np.uint64))
    data, rest = system.snapshot(), np.array([WRITE | 1 << 36, 0x0A << 56 | 1, HALT], np.uint64)
    expected = [system.feed(rest), system.finish()]
    system.restore(data)
    np.testing.assert_array_equal(np.concatenate([system.feed(rest), system.finish()]), np.concatenate(expected))


def container_words(container):
    """The words that write a container with one coordinate."""
    addresses = type(container).write_addresses([0])[0].tolist()
    return [word for at, data in zip(addresses, container.encode().tolist(), strict=True) for word in (WRITE | at, 0x0C << 56 | data)]


def test_a_recording_that_has_become_slower_is_taken_back():
    """The samples so far would have begun before the chip at the new rate."""
    control = MADCControl(wake_up=True, enable_continuous_sampling=True)
    slow = MADCConfig(enable_madc_clock_scaling=True, madc_clock_scale_value=MADCConfig.MADCClockScaleValue(4000))
    started = copy.copy(control)
    started.start_recording = True
    timer_reset, wait, barrier = 4 << 56, 5 << 56 | 50_000, 7 << 56 | 1
    words = [*container_words(control), timer_reset, wait, *container_words(started), timer_reset, wait, *container_words(slow)]
    system = sim.System()
    system.execute(np.append(INIT, HALT))
    system.begin()
    system.feed(np.array([*words, barrier, timer_reset, wait, 0x0A << 56 | 1], np.uint64))
    data, rest = system.snapshot(), np.array([timer_reset, wait, WRITE | 1 << 36, 0x0A << 56 | 1, HALT], np.uint64)
    assert snapshot.decode(data)[1]["chip.madc"]["start"][0] < 0
    expected = [system.feed(rest), system.finish()]
    system.restore(data)
    np.testing.assert_array_equal(np.concatenate([system.feed(rest), system.finish()]), np.concatenate(expected))
    described, state = snapshot.decode(data)
    for name, value in (("start", state["chip.madc"]["start"] - 1), ("period", np.zeros(1)), ("period", np.full(1, np.inf))):
        with pytest.raises(sim.SnapshotError, match=name):
            system.restore(snapshot.encode(described, {**state, "chip.madc": {**state["chip.madc"], name: value}}))


def test_snapshot_is_a_copy():
    system = sim.System()
    data = system.snapshot()
    answer = system.execute(np.append(INIT, HALT))
    assert system.snapshot() != data
    np.testing.assert_array_equal(system.restore(data).execute(np.append(INIT, HALT)), answer)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda data: data[:10], "no snapshot"),
        (lambda data: b"x" + data[1:], "no snapshot"),
        (lambda data: data[:-1], "damaged"),
        (lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:], "damaged"),
        (lambda data: data[:8] + struct.pack("<I", 99) + data[12:], "format 99"),
    ],
)
def test_what_is_no_snapshot_is_refused(spoil, problem):
    system = sim.System()
    data = system.snapshot()
    with pytest.raises(sim.SnapshotError, match=problem):
        system.restore(spoil(data))
    assert system.snapshot() == data


def test_arrays_of_another_model_are_refused():
    system = sim.System()
    described, state = snapshot.decode(system.snapshot())
    for change in ("mask", "another"):
        changed = {block: dict(arrays) for block, arrays in state.items()}
        changed["chip.crossbar"][change] = np.zeros(3, np.uint16)
        with pytest.raises(sim.SnapshotError, match=change):
            system.restore(snapshot.encode(described, changed))


def test_format_is_the_documented_one():
    data = sim.System(sim.VirtualChip(5), seed=7).snapshot()
    magic, version, compressed, length, size, checksum = struct.unpack_from("<8sIIIQI", data)
    assert (magic, version, compressed, size, checksum) == (b"hxsnap\r\n", 2, 0, len(data) - 32, zlib.crc32(data[:28] + data[32:]))
    described, state = snapshot.decode(data)
    assert described == {"serial": 5, "mode": "typical", "quirks": [], "setup": "cube", "host": None, "seed": 7, "strict": False, "runs": 0}
    assert len(data) == 32 + length + sum(array.nbytes for arrays in state.values() for array in arrays.values())


# ------------------------------------------------------------------------------------------------------------ completeness
WIRING = {
    "Core": "c kept port failure bus debugger o sharers earlier",
    "RegisterFile": "memory strict bank n_banks rows table _banks write_latency read_latency instruction faults",
    "ExternalMemory": "sram_base sram_words dram_base dram_words sram page sram_array dram",
    "DueQueue": "",
    "AnalogCore": "chip capmem_data neuron_config_data neuron_backend_data backend_common_data weights_data labels_data"
    " common_before common_known configured latest_pulse"
    " column_switches_data cells now spikes n_spikes memory engine parameters gains scaled settling settles crosstalk s recorders look_at"
    " recorder_keys",
    "ParallelBus": "analog synapses cadc sensors",
    "SynapseMemory": "planes mirror sensors",
    "EventQueue": "line heap at",
    "Processors": "cores bus fabric active core context serving backoff backoffs switched",
    "Omnibus": "map attached start",
    "Faults": "strict accesses of_processors recent by_processor",
}
"""Of blocks that list their arrays by hand: attributes that cannot change after construction, follow from others, are lengths of arrays, or
evidence for explanations, without effect on what happens.
The other blocks declare their state as one structure."""


def attributes(source, name):
    """Names that the .pxd declares for a class."""
    body = re.search(rf"^cdef class {name}(?:\(\w+\))?:\n(.*?)(?=^\S|\Z)", source, re.M | re.S)[1]
    lines = [line.split("#")[0].strip() for line in body.split("\n") if re.match(r" {4}\S", line)]  # not what stands in a function
    fields = [line for line in lines if line.startswith("cdef ") and "(" not in line and not line.startswith("cdef inline")]
    parts = [part for line in fields for part in re.sub(r"\[[^]]*\]", "", line).split(",")]
    return {part.split()[-1].lstrip("*") for part in parts}


@pytest.mark.parametrize("name", WIRING)
def test_every_field_of_a_block_is_state_or_wiring(name):
    """A field that is added to a block must be added to its arrays, or to the list above."""
    blocks = {type(block).__name__: block for block in sim.System()._blocks().values()}
    classes = [cls for cls in type(blocks[name]).__mro__ if cls is not object]
    sources = [(ROOT / f"{cls.__module__.removeprefix('hicannx_').replace('.', '/')}.pxd").read_text() for cls in classes]
    declared = set().union(*(attributes(source, cls.__name__) for source, cls in zip(sources, classes, strict=True)))
    assert declared
    unknown = declared - set(WIRING[name].split()) - set(blocks[name].arrays())
    assert not unknown, f"{name}: {', '.join(sorted(unknown))}"


def test_every_compiled_block_declares_its_state_or_is_listed():
    for block in sim.System()._blocks().values():
        if hasattr(block, "arrays") and type(block).__name__ not in WIRING:
            source = (ROOT / f"{type(block).__module__.removeprefix('hicannx_').replace('.', '/')}.pxd").read_text()
            head = rf"^cdef class {type(block).__name__}(?:\(\w+\))?:\n"
            assert re.search(head + r"(?: .*\n)*?    cdef \w+(State|Changes) ", source, re.M), block


def test_every_field_of_the_analog_engine_is_state_or_wiring():
    """The same for the structure in C."""
    source = (ROOT / "sim/anncore/kernel/core.h").read_text()
    body = re.search(r"typedef struct \{([^{}]*)\} Core;", source)[1]
    body = re.sub(r"/\*.*?\*/", "", body, flags=re.S).replace("double (*normal)(uint64_t key, uint64_t counter);", "")
    declared = {re.sub(r"\[.*|\W", "", part.split()[-1]) for line in body.split(";") if line.strip() for part in line.split(",")}
    grows, kept = {"pulses", "fires"}, {"s"}
    assert grows <= set(sim.System().chip.fabric.analog.arrays())
    follow = [
        "morphologies", "members", "matrices", "morphology_of", "small", "large", "compartments", "compartment_of", "ways", "driven",
        "linked", "connected", "slaves", "slaves_from", "applied", "spikes", "schedule", "far_before", "decaying", "crossing",
    ]  # fmt: skip
    given = ["common", "jumping", "counting", "level", "noise_key", "weights", "labels", "gains"]
    assert declared == grows | kept | {*follow, *given}
