"""Both plasticity processors on the chip: control, memories, omnibus, parallel bus, time, and that nothing depends on who looks."""

import base64
import gzip
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from ppu_words import WAIT, addi, lis, load, store

import haldls
from hicannx_sim import System
from hicannx_sim.chip.processor_fault import ProcessorFault
from hicannx_sim.ppu import encode_vector

SRAM, CONTROL, STATUS = 0x2800000, 0x2A00000, 0x2A00001
BOTTOM = 0x1000000
ROW = 0x2C00000  # synapse array
SYNC = 0x7C0004AC
GOLDEN = Path(__file__).parents[2] / "golden" / "ppu_programs.jsonl.gz"


def word(d, value):
    """Puts 32 bits into a register."""
    return [lis(d, value >> 16), 24 << 26 | d << 21 | d << 16 | value & 0xFFFF]


def time_base(d):
    return 31 << 26 | d << 21 | (284 & 31) << 16 | (284 >> 5) << 11 | 339 << 1


def omnibus(address):
    """The processor's byte address of a chip word."""
    return 0x80000000 | address << 2


def put(bench, words, ppu=0, at=0):
    bench.chip.write_all(SRAM + ppu * BOTTOM + at // 4 + np.arange(len(words)), words)


def start(bench, *words, ppu=0):
    put(bench, words, ppu)
    bench.write(CONTROL + ppu * BOTTOM, 1)


def memory(bench, ppu=0):
    return bench.chip.read_all(SRAM + ppu * BOTTOM + np.arange(4096))


def finish(bench, ticks=100_000, ppu=0):
    bench.chip.advance(bench.chip.now + ticks)
    assert bench.read(STATUS + ppu * BOTTOM)
    return memory(bench, ppu)


# ------------------------------------------------------------------------------------------------------------ control
def test_a_program_runs_sleeps_and_is_stopped(bench):
    start(bench, addi(3, 0, 5), store(3, 0x100, 0), WAIT)
    assert not bench.read(STATUS)
    assert finish(bench)[0x40] == 5
    bench.write(CONTROL, 0)
    assert not bench.read(STATUS)
    bench.chip.advance(bench.chip.now + 1000)
    assert memory(bench)[0x40] == 5 and bench.chip.processors.cores[0].cycle == 4


def test_instructions_issue_from_the_fourth_cycle_on(bench):
    put(bench, [time_base(3), store(3, 0x100, 0), WAIT])
    released = bench.chip.now + 1000
    bench.write(CONTROL, 1, released)
    bench.chip.advance(released + 2 * 4 - 1)
    assert bench.chip.processors.cores[0].instructions == 0
    bench.chip.advance(released + 2 * 4)
    assert bench.chip.processors.cores[0].instructions == 1
    assert finish(bench)[0x40] == 4


def test_a_clock_that_is_forced_off_stops_time(bench):
    start(bench, *[addi(3, 3, 1)] * 100, time_base(4), store(3, 0x400, 0), store(4, 0x404, 0), WAIT)
    bench.chip.advance(bench.chip.now + 2 * 50)
    bench.write(CONTROL, 0b101)
    stopped = bench.chip.processors.cores[0].gpr[3]
    assert 40 < stopped < 60
    bench.chip.advance(bench.chip.now + 5000)
    assert bench.chip.processors.cores[0].gpr[3] == stopped
    bench.write(CONTROL, 1)
    assert finish(bench)[0x100:0x102].tolist() == [100, 104]
    start(bench, WAIT)
    bench.write(CONTROL, 0b111)  # forced on is stronger
    assert bench.chip.processors.cores[0].sleeping


def test_reset_of_the_chip_stops_and_clears(bench):
    start(bench, 0x48000000, ppu=1)
    bench.chip.advance(1000)
    assert bench.chip.processors.cores[1].instructions > 50
    bench.chip.reset(bench.chip.now)
    assert not bench.chip.processors.cores[1].instructions and not memory(bench, 1).any()
    bench.chip.advance(bench.chip.now + 1000)
    assert not bench.chip.processors.cores[1].instructions


def test_a_processor_can_stop_itself(bench):
    start(bench, *word(3, omnibus(CONTROL)), addi(4, 0, 0), store(4, 0, 3), addi(5, 0, 1), store(5, 0x100, 0), WAIT)
    bench.chip.advance(bench.chip.now + 1000)
    assert bench.read(CONTROL) == 0 and memory(bench)[0x40] == 0


def test_host_shares_the_memory_while_a_program_runs(bench):
    start(bench, load(3, 0x100, 0), 0x2C030000, 0x4182FFF8, store(3, 0x104, 0), WAIT)  # polls 0x100
    bench.chip.advance(2000)
    assert not bench.read(STATUS)
    bench.write(SRAM + 0x40, 77)
    bench.chip.advance(bench.chip.now + 100)
    bench.write(SRAM + 0x40, 0x4200, byte_enables=2)
    assert finish(bench)[0x40:0x42].tolist() == [0x424D, 77]


# ------------------------------------------------------------------------------------------------------------ omnibus
def test_registers_of_the_chip(bench):
    bench.put(haldls.SystimeSyncBase(0x1234567), 0)
    base = int(haldls.SystimeSyncBase.write_addresses([0])[0, 0])
    there_and_back = [load(4, 0, 3), store(4, 0x100, 0), addi(4, 4, 1), store(4, 0, 3), load(5, 0, 3), store(5, 0x104, 0)]
    start(bench, *word(3, omnibus(base)), *there_and_back, WAIT)
    assert finish(bench)[0x40:0x42].tolist() == [0x1234567, 0x1234568]
    assert bench.read(base) == 0x1234568


def test_a_load_from_the_omnibus_takes_its_way_there_and_back(bench):
    base = omnibus(int(haldls.SystimeSyncBase.write_addresses([0])[0, 0]))
    program = [*word(3, base), SYNC, time_base(4), load(5, 0, 3), addi(5, 5, 0), time_base(6), store(4, 0x100, 0), store(6, 0x104, 0), WAIT]
    start(bench, *program)
    first, last = finish(bench)[0x40:0x42].tolist()
    assert last - first == 16 + 7  # two ways of eight cycles; load to use and the readings take the rest


def test_events_from_a_processor(bench):
    """The event register of the PADI buses, written from inside."""
    start(bench, *word(3, omnibus(0x110000)), *word(4, 0x0001000F), store(4, 0, 3), WAIT)
    finish(bench)
    assert bench.chip.fabric.counters()["padi_from_register"] == 4


def test_undefined_and_unmodelled_accesses_are_reported(bench):
    start(bench, *word(3, 0x60000000), load(4, 0, 3), *word(3, 0x20000), store(4, 0, 3), *word(3, omnibus(0x3FFFFFF)), load(4, 0, 3), WAIT)
    finish(bench)
    assert bench.chip.faults.processor_counts == {
        ProcessorFault(0, 8, 0x60000000, "load", False): 1,
        ProcessorFault(0, 20, 0x20000, "store", True): 1,
        ProcessorFault(0, 32, omnibus(0x3FFFFFF), "load", True): 1,
    }
    assert bench.chip.faults.counts == {}
    assert str(next(iter(bench.chip.faults.processor_counts))) == "PPU 0, instruction at 0x00000008: load at 0x60000000: not modelled"


# ------------------------------------------------------------------------------------------------------------ each other
def barrier(other, own=0x200):
    """Writes 1 into the other one's memory and waits for its own."""
    return [
        *word(3, omnibus(SRAM + other * BOTTOM + own // 4)), addi(4, 0, 1), store(4, 0, 3), load(5, own, 0), 0x2C050000, 0x4182FFF8,
        time_base(6), store(6, own + 4, 0), WAIT,
    ]  # fmt: skip


@pytest.mark.parametrize("steps", [1, 7, 50, 100_000])
def test_processors_meet_through_their_memories(bench, steps):
    """The slower one at once, the other when its word has come; to the same cycle whatever steps the chip is advanced in."""
    put(bench, barrier(1))
    put(bench, [addi(9, 9, 1)] * 300 + barrier(0), 1)
    bench.write(CONTROL, 1, 100)
    bench.write(CONTROL + BOTTOM, 1, 140)
    for tick in range(140, 5000, steps):
        bench.chip.advance(tick)
    found = [finish(bench, ppu=ppu)[0x81] for ppu in (0, 1)]
    stored = 4 + 300 + 3 + 20  # cycle of the first one at which the second one's store issues
    assert stored + 8 + 5 < found[0] < stored + 8 + 5 + 16
    assert found == [352, 316]


@pytest.mark.parametrize("ppu", [0, 1])
@pytest.mark.parametrize("rounds", [100, 3000, 30_000])
def test_a_store_of_the_other_one_is_seen_at_the_same_time_whatever_the_steps(make_bench, ppu, rounds):
    """One counts in its memory until the other one, after some rounds by itself, writes there. Long steps let one run ahead."""
    found = []
    for step in (1000, 10_000_000):
        bench = make_bench()
        counting = [addi(4, 4, 1), store(4, 0x204, 0), load(5, 0x200, 0), 0x2C050000, 0x4182FFF0, time_base(6), store(6, 0x208, 0), WAIT]
        put(bench, counting, ppu)
        delay = [addi(7, 0, rounds), 0x7CE903A6, 0x42000000, addi(4, 0, 1)]  # mtctr 7; bdnz .
        put(bench, [*word(3, omnibus(SRAM + ppu * BOTTOM + 0x80)), *delay, store(4, 0, 3), WAIT], 1 - ppu)
        for number in range(2):
            bench.write(CONTROL + number * BOTTOM, 1, 1000)
        for tick in range(1000, 1_000_000, step):
            bench.chip.advance(tick)
        found.append(finish(bench, 1_000_000, ppu)[0x80:0x83].tolist())
    assert found[0] == found[1] and found[0][0] == 1 and found[0][2] >= 5 * rounds


# ------------------------------------------------------------------------------------------------------------ parallel bus
def rows(*instructions):
    """Each entry (name, vector register, location)."""
    return [part for name, v, location in instructions for part in (*word(3, location), encode_vector(name, [v, 0, 3]))]


def set_vector(bench, number, values, ppu=0):
    bench.chip.processors.cores[ppu].set_vector(number, bytes(values))


def get_vector(bench, number, ppu=0):
    return np.frombuffer(bench.chip.processors.cores[ppu].vector(number), np.uint8)


@pytest.mark.parametrize("ppu", [0, 1])
@pytest.mark.parametrize(
    ("base", "mask", "plane"), [(0, 63, "weights"), (0x40000, 63, "labels"), (0x10000, 3, "time_calibs"), (0x20000, 3, "amp_calibs")]
)
def test_planes_of_the_synapse_array(bench, ppu, base, mask, plane):
    values = np.random.default_rng(ppu).integers(0, 256, (2, 128), np.uint8)
    set_vector(bench, 1, values[0], ppu)
    set_vector(bench, 2, values[1], ppu)
    row = 200
    out = rows(("fxvoutx", 1, base + 2 * row), ("fxvoutx", 2, base + 2 * row + 1), ("fxvinx", 3, base + 2 * row + 1))
    start(bench, *out, WAIT, ppu=ppu)
    finish(bench, ppu=ppu)
    array = np.asarray(getattr(bench.chip.fabric.synapses if "calibs" in plane else bench.chip.fabric.analog, plane))[256 * ppu + row]
    np.testing.assert_array_equal(array[0::2], values[0] & mask)
    np.testing.assert_array_equal(array[1::2], values[1] & mask)
    np.testing.assert_array_equal(get_vector(bench, 3, ppu), values[1] & mask)
    assert np.count_nonzero(
        getattr(bench.chip.fabric.synapses if "calibs" in plane else bench.chip.fabric.analog, plane)
    ) == np.count_nonzero(array)


def test_weights_over_the_omnibus_and_the_parallel_bus(bench):
    """Columns are where the containers say, and only the omnibus sees the memory's order of bits."""
    set_vector(bench, 1, [(7 * lane) % 64 for lane in range(128)])
    start(bench, *rows(("fxvoutx", 1, 2 * 3 + 1)), WAIT)
    finish(bench)
    quad = haldls.SynapseWeightQuad()
    for column in (1, 3, 41, 255):
        place = 64 * 3 + 32 * (column % 2) + column // 8
        quad.decode(bench.get(haldls.SynapseWeightQuad, place))
        assert quad.values[column % 8 // 2] == 7 * (column // 2) % 64


def test_raw_cells_show_weight_and_calibration_as_stored(bench):
    set_vector(bench, 1, [0b01_000001] * 128)
    start(bench, *rows(("fxvoutx", 1, 0xF0000 + 4 * 5 + 1), ("fxvinx", 2, 2 * 5 + 1), ("fxvinx", 3, 0xF0000 + 4 * 5 + 1)), WAIT)
    finish(bench)
    assert get_vector(bench, 2).tolist() == [16] * 128  # the lower five bits are mirrored
    assert get_vector(bench, 3).tolist() == [0b01_000001] * 128
    assert (np.asarray(bench.chip.fabric.synapses.time_calibs)[5, 1::2] == 1).all()


def test_masked_writes_leave_the_other_lanes(bench):
    set_vector(bench, 1, [9] * 128)
    set_vector(bench, 2, [1 if lane % 3 == 0 else 0 for lane in range(128)])
    program = [*rows(("fxvoutx", 1, 0)), encode_vector("fxvcmpb", [2]), encode_vector("fxvsplatb", [4, 3]), addi(3, 0, 0)]
    start(bench, *program, encode_vector("fxvoutx", [4, 0, 3, 1]), WAIT)
    finish(bench)
    assert np.asarray(bench.chip.fabric.analog.weights)[0, 0::2].tolist() == [0 if lane % 3 == 0 else 9 for lane in range(128)]


@pytest.mark.parametrize(("location", "lanes"), [(0x80000 + 512, [2, 1, 3]), (0xC90200, [0, 0, 0])])
def test_neuron_resets(bench, location, lanes):
    """By value in the row behind the array, by enabled lanes at the other place."""
    set_vector(bench, 1, lanes + [0] * 125)
    set_vector(bench, 2, [1, 0, 1] + [0] * 125)
    for block in range(2):
        bench.put(haldls.CommonNeuronBackendConfig(), block)
    for neuron in range(512):
        bench.put(haldls.NeuronConfig(enable_fire=True), neuron)
        bench.put(haldls.NeuronBackendConfig(enable_spike_out=True, address_out=neuron & 31), neuron)
    start(bench, encode_vector("fxvcmpb", [2]), *word(3, location), encode_vector("fxvoutx", [1, 0, 3, 1]), WAIT)
    finish(bench)
    assert sorted(int(body) & 31 for body in bench.spikes(bench.chip.now)["body"]) == [0, 4]


WINDOWS = [  # location and words on the omnibus of the column switches of even columns, and the bits that exist in a lane
    (0x10200, 0x14000, 3), (0x20200, 0x24000, 3), (0x00200, 0x04000, 0x20), (0x40200, 0x44000, 0x20),
    (0xF0404, 0xF8080, 0xC0), (0xF0406, 0xF80C0, 0xC0),
]  # fmt: skip


@pytest.mark.parametrize("ppu", [0, 1])
@pytest.mark.parametrize("parity", [0, 1])
@pytest.mark.parametrize(("location", "words", "mask"), WINDOWS)
def test_column_switches_behind_the_rows(bench, location, words, mask, parity, ppu):
    """What the vector unit writes behind the last row of a window is what the host reads there, lane by lane, and the other way round."""
    at = ROW + words + 32 * parity + ppu * BOTTOM + np.arange(32)
    values = (np.arange(128) * 37 % 256).astype(np.uint8)
    set_vector(bench, 1, values, ppu)
    start(bench, *rows(("fxvoutx", 1, location + parity), ("fxvinx", 2, location + parity)), WAIT, ppu=ppu)
    finish(bench, ppu=ppu)
    assert np.array_equal(np.array(bench.chip.read_all(at)).astype(">u4").view(np.uint8), values & mask)
    assert np.array_equal(get_vector(bench, 2, ppu), values & mask)
    assert not bench.chip.faults.processor_counts


def test_masked_writes_of_column_switches(bench):
    """A published plasticity program attaches the debug line of some columns only."""
    set_vector(bench, 1, np.full(128, 1, np.uint8))
    set_vector(bench, 2, np.where(np.arange(128) < 64, 1, 0xFF).astype(np.uint8))
    start(bench, encode_vector("fxvcmpb", [2]), *word(3, 0x20201), encode_vector("fxvoutx", [1, 0, 3, 1]), WAIT)
    finish(bench)
    switches = bench.chip.fabric.columns.current_switches()
    assert np.flatnonzero(switches & 4).tolist() == list(range(1, 128, 2))


def test_random_numbers_need_a_seed_and_differ(bench):
    set_vector(bench, 1, range(1, 129))
    draws = [("fxvinx", v, 0xE0000) for v in (2, 3, 5, 6)]
    start(bench, *rows(("fxvoutx", 1, 0xE0000), *draws, ("fxvinx", 4, 0xE0001)), WAIT)
    finish(bench)
    first, second = get_vector(bench, 5), get_vector(bench, 6)
    assert len(set(first)) > 70 and len(set(second)) > 70 and (first != second).sum() > 120
    assert not get_vector(bench, 4).any()


def test_undefined_places_are_reported(bench):
    start(bench, *rows(("fxvinx", 1, 0x30000), ("fxvoutx", 1, 0xC_0000 + 7), ("fxvinx", 1, 0x2000000)), WAIT)
    finish(bench)
    assert [(fault.address, fault.access, fault.undefined) for fault in bench.chip.faults.processor_counts] == [
        (0x30000, "vector read", True), (0xC0007, "vector write", False), (0x2000000, "vector read", True),
    ]  # fmt: skip


def test_conditional_reads_are_reported(bench):
    """Nobody knows what the lanes that are not enabled read on the chip."""
    np.asarray(bench.chip.fabric.analog.weights)[0, 0::2] = 5
    start(bench, addi(3, 0, 0), encode_vector("fxvinx", [1, 0, 3, 1]), WAIT)
    finish(bench)
    assert get_vector(bench, 1).tolist() == [5] * 128
    assert [fault.access for fault in bench.chip.faults.processor_counts] == ["conditional vector read"]


def test_cycles_of_the_parallel_bus(bench):
    """Measured on the chip: 20 cycles with `sync` for weights, within 2 (facts: ppu/isa_scalar 6)."""
    for name in ("fxvoutx", "fxvinx"):
        timed = [time_base(4), encode_vector(name, [1, 0, 3]), SYNC, time_base(5)]
        start(bench, addi(3, 0, 6), SYNC, *timed, store(4, 0x100, 0), store(5, 0x104, 0), WAIT)
        begin, end = finish(bench)[0x40:0x42].tolist()
        assert end - begin - 1 == pytest.approx(20, abs=2)
        bench.write(CONTROL, 0)


def test_converter_rows(bench):
    """A conversion holds the vector unit, its results stay for buffered reads; a pair takes 410 cycles, within a tenth."""
    bench.put(haldls.CADCConfig(enable=True), 0)
    bench.put(haldls.CommonCorrelationConfig(), 0)
    timed = [time_base(4), *rows(("fxvinx", 1, 0x80000), ("fxvinx", 2, 0x2C0000)), SYNC, time_base(5)]
    start(bench, SYNC, *timed, store(4, 0x100, 0), store(5, 0x104, 0), WAIT)
    begin, end = finish(bench)[0x40:0x42].tolist()
    assert end - begin - 1 == pytest.approx(410, abs=41)
    samples = bench.chip.fabric.cadc.read()[0]
    np.testing.assert_array_equal(get_vector(bench, 1), samples[0, 0::2])
    np.testing.assert_array_equal(get_vector(bench, 2), samples[1, 0::2])
    assert bench.chip.fabric.cadc.summary()["cadc_conversions"] == 1


def timed_row(at):
    """Reads a row of weights and leaves the times before and after it."""
    return [SYNC, time_base(4), encode_vector("fxvinx", [1, 0, 3]), SYNC, time_base(5), store(4, at, 0), store(5, at + 4, 0)]


def test_a_reset_during_a_conversion_leaves_nothing_behind(bench):
    """The next program's first access to a row takes no longer than any other."""
    bench.put(haldls.CADCConfig(enable=True), 0)
    bench.put(haldls.CommonCorrelationConfig(), 0)
    start(bench, *rows(("fxvinx", 1, 0x80000)), WAIT)
    bench.chip.advance(bench.chip.now + 200)
    bench.write(CONTROL, 0)
    start(bench, addi(3, 0, 6), *timed_row(0x100), *timed_row(0x108), WAIT)
    begin, end, again, last = finish(bench)[0x40:0x44].tolist()
    assert end - begin == last - again


@pytest.mark.parametrize("steps", [7, 100_000])
def test_one_converts_over_the_omnibus_and_the_other_goes_on(bench, steps):
    """A triggered load waits for the end of its conversion, whose samples are there then; nobody else waits."""
    for half in (0, 1):
        bench.put(haldls.CADCConfig(enable=True), half)
        bench.put(haldls.CommonCorrelationConfig(), half)
    triggered = omnibus(ROW + BOTTOM + 0x80000)  # the other one's
    put(bench, [*word(3, triggered), time_base(4), load(5, 0, 3), SYNC, time_base(6), WAIT])
    put(bench, [0x60000000] * 60 + [addi(3, 0, 6), *timed_row(0x100), WAIT], 1)
    bench.write(CONTROL, 1, 100)
    bench.write(CONTROL + BOTTOM, 1, 100)
    for tick in range(100, 2000, steps):
        bench.chip.advance(tick)
    finish(bench)
    registers, weights = bench.chip.processors.cores[0].gpr, memory(bench, 1)[0x40:0x42]
    assert 370 < int(registers[6]) - int(registers[4]) < 450
    assert weights[1] - weights[0] == 20
    samples = bench.chip.fabric.cadc.read()[1, 0]
    assert int(registers[5]) == int.from_bytes(bytes(samples[0:8:2].tolist()), "big")
    assert bench.chip.fabric.cadc.summary()["cadc_conversions"] == 1


# ------------------------------------------------------------------------------------------------------------ FPGA memories
@pytest.fixture
def system():
    return System()


def test_scalar_access_to_the_memories_of_the_fpga(make_bench, system):
    bench = make_bench(chip=system.chip)
    stores = [part for base in (0x40000010, 0x50000020, 0x5FFFFFFC) for part in (*word(3, base), store(4, 0, 3))]
    start(bench, *word(4, 0x12345678), *stores, 0x98830000 | 1, load(5, 0, 3), store(5, 0x100, 0), WAIT)
    assert finish(bench)[0x40] == 0x12785678  # one byte was replaced
    memory = system.fpga.registers.memory
    assert memory.sram_array[4] == 0x12345678 and memory.dram[0][8] == 0x12345678
    assert memory.dram[(1 << 14) - 1][-1] == 0x12785678


def test_the_sram_of_the_fpga_repeats_in_its_window(make_bench, system):
    """Its window is larger than the 128 kB behind it: a halfword and a word far beyond them read back, and stand in the memory."""
    bench = make_bench(chip=system.chip)
    halfword, half_back = 44 << 26 | 4 << 21 | 3 << 16, 40 << 26 | 5 << 21 | 3 << 16  # sth, lhz
    beyond = [*word(3, 0x4002001A), halfword, half_back, store(5, 0x100, 0), *word(3, 0x40040034), store(4, 0, 3), load(6, 0, 3)]
    start(bench, *word(4, 0x1234ABCD), *beyond, store(6, 0x104, 0), WAIT)
    assert finish(bench)[0x40:0x42].tolist() == [0xABCD, 0x1234ABCD]
    memory = system.fpga.registers.memory.sram_array
    assert memory[0x18 // 4] == 0xABCD and memory[0x34 // 4] == 0x1234ABCD


def test_vector_access_to_the_memories_of_the_fpga(make_bench, system):
    """Words come in reverse order (facts: ppu/memory_map)."""
    bench = make_bench(chip=system.chip)
    set_vector(bench, 1, range(128))
    start(bench, *rows(("fxvoutx", 1, 0x80000000 + 0x100), ("fxvoutx", 1, 0x81000000), ("fxvinx", 2, 0x80000000 + 0x100)), WAIT)
    finish(bench)
    expected = np.frombuffer(bytes(range(128)), ">u4")[::-1]
    np.testing.assert_array_equal(system.fpga.registers.memory.sram_array[0x400:0x420], expected)
    np.testing.assert_array_equal(system.fpga.registers.memory.dram[0][:32], expected)
    assert get_vector(bench, 2).tolist() == list(range(128))


def test_serial_vector_access_keeps_the_order(make_bench, system):
    bench = make_bench(chip=system.chip)
    set_vector(bench, 1, range(128))
    start(bench, *word(3, 0x40000000), encode_vector("fxvstax", [1, 0, 3]), SYNC, encode_vector("fxvlax", [2, 0, 3]), WAIT)
    finish(bench)
    np.testing.assert_array_equal(system.fpga.registers.memory.sram_array[:32], np.frombuffer(bytes(range(128)), ">u4"))
    assert get_vector(bench, 2).tolist() == list(range(128))


@pytest.mark.parametrize("name", ["fxvinx", "fxvoutx"])
def test_rows_behind_the_dram_are_not_there(make_bench, system, name):
    """The last ones in it end behind it."""
    bench, places = make_bench(chip=system.chip), (0x81FFFFF9, 0x81FFFFFF)
    start(bench, *rows(*((name, 1, place) for place in places)), WAIT)
    finish(bench)
    assert [(fault.address, fault.undefined) for fault in bench.chip.faults.processor_counts] == [(place, True) for place in places]


def jump(address):
    return [*word(9, address), 0x7D2903A6, 0x4E800420]  # mtctr 9; bctr


@pytest.mark.parametrize(("window", "dram"), [(0x80000100, False), (0x90000100, True)])
def test_code_in_the_memories_of_the_fpga(make_bench, system, window, dram):
    bench, outside = make_bench(chip=system.chip), system.fpga.registers.memory
    code = [addi(3, 0, 5), addi(3, 3, 2), store(3, 0x100, 0), WAIT]
    written = [part for k, w in enumerate(code) for part in (*word(7, w), store(7, 4 * k, 8))]
    start(bench, *word(8, (0x50000000 if dram else 0x40000000) + 0x100), *written, SYNC, *jump(window))
    assert finish(bench)[0x40] == 7
    assert (outside.dram[0] if dram else outside.sram_array)[0x40:0x44].tolist() == code
    assert bench.chip.processors.cores[0].fills == 1


@pytest.mark.parametrize("address", [0x4000, 0x40000000, 0xA0000000])
def test_a_core_stands_still_where_no_instruction_is(make_bench, system, address):
    bench = make_bench(chip=system.chip)
    start(bench, *jump(address))
    bench.chip.advance(10_000_000)
    assert list(bench.chip.faults.processor_counts) == [ProcessorFault(0, address, address, "fetch", True)]
    assert not bench.read(STATUS)
    put(bench, [addi(3, 0, 1), WAIT])
    bench.write(CONTROL, 0)
    bench.write(CONTROL, 1)
    finish(bench)


# ------------------------------------------------------------------------------------------------------------ whole programs
def golden():
    """Programs with the results of the hardware description."""
    return [json.loads(line) for line in gzip.decompress(GOLDEN.read_bytes()).decode().splitlines()]


def masked(data, ranges):
    data = bytearray(data)
    for begin, end in ranges:
        data[begin:end] = bytes(end - begin)
    return hashlib.sha256(data).hexdigest()


def test_golden_programs_in_pairs(make_bench):
    """One on each processor, at the same time."""
    bench, programs, wrong = make_bench(), golden(), []
    for pair in zip(programs[0::2], programs[1::2], strict=False):
        bench.chip.reset(bench.chip.now)
        for ppu, program in enumerate(pair):
            image = base64.b64decode(program["image_b64"])
            put(bench, np.frombuffer(image + bytes(-len(image) % 4), ">u4"), ppu)
        begin = bench.chip.now
        for ppu in (0, 1):
            bench.write(CONTROL + ppu * BOTTOM, 1)
        bench.chip.advance(begin + 2 * (2 * max(program["cycles_first_sleep"] for program in pair) + 20_000))
        for ppu, program in enumerate(pair):
            if masked(memory(bench, ppu).astype(">u4").tobytes(), program["timing_ranges"]) != program["sram_sha256_masked"]:
                wrong.append(program["id"])
    assert len(programs) > 150 and wrong == []
