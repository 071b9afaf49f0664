"""Observed execution: it changes nothing, it stops where it should, and what it records is right."""

import base64
import gzip
import json
import random
import threading
from pathlib import Path

import numpy as np
import pytest
from ppu_words import WAIT, addi, addis, core_with, memory

from hicannx_sim.ppu import INSTRUCTIONS, Core, disassemble, encode_vector
from hicannx_sim.ppu.observed import PARALLEL, READS, WRITES

RFI, BRANCH_SELF = 0x4C000064, 0x48000000
FOREVER = 1_000_000
START = 4  # cycle of the first instruction
NOWHERE = (0x12345677, 0x12345677, READS | WRITES | PARALLEL)  # no program gets there


class Recorder:
    """Notes each stop and lets the core go on after `then`."""

    def __init__(self, core, then=lambda core: None):
        self.stops = []
        self._then = then
        core.attach_debugger(self)

    def stopped(self, core):
        cause, where, _ = core.stop
        self.stops.append((cause, where, core.pc))
        self._then(core)


class Port:
    """Memory everywhere beyond the SRAM, and code that counts in r5 and goes back to r31."""

    def __init__(self):
        self.words, self.rows = {}, {}

    def load(self, address, cycle):
        return self.words.get(address, address)

    def store(self, address, word, enables, cycle):
        self.words[address] = word

    def fetch(self, address, cycle):
        return addi(5, 5, 1) if address != 0x80000008 else 0x4E800020  # blr

    def read(self, location, enables, cycle):
        return self.rows.get(location, bytes(range(128)))

    def write(self, location, lanes, enables, cycle):
        self.rows[location] = lanes


# -- observing changes nothing


def golden():
    path = Path(__file__).parents[2] / "golden" / "ppu_programs.jsonl.gz"
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def watch_nothing(core):
    core.watch(*NOWHERE)


def record_everything(core):
    core.start_trace(16, lanes=True)
    core.start_profile()


def far_breakpoint(core):
    core.break_far(0xFFFFFFF0)


OBSERVERS = [Recorder, watch_nothing, record_everything, far_breakpoint]


def finish(core, observe, slices, interrupts=()):
    """The states after the cycles in `slices`, with requests from pins before some of them."""
    core.attach(Port())
    if observe:
        observe(core)
    states = []
    for number, until in enumerate(slices):
        if number in interrupts:
            core.interrupt(doorbell=number % 2 == 0)
        core.run(until)
        states.append(b"".join(array.tobytes() for array in core.arrays().values()))
    return states


@pytest.mark.parametrize("observe", OBSERVERS)
def test_golden_programs_run_the_same_when_observed(observe):
    for program in golden():
        image = base64.b64decode(program["image_b64"])
        states = []
        for observer in (None, observe):
            core = Core()
            core.load_image(image)
            states.append(finish(core, observer, [FOREVER]))
        assert states[0] == states[1], program["id"]


def random_word(chance):
    row = chance.choice(INSTRUCTIONS)
    word = row.primary << 26 | chance.getrandbits(26)
    if row.primary == 4:
        word = word & ~(511 << 2) | row.extended << 2
    elif row.extended is not None:
        word = word & ~(1023 << 1) | row.extended << 1
    if row.name in ("b", "bc"):  # stays near
        word = row.primary << 26 | (chance.getrandbits(10) << 16 if row.name == "bc" else 0) | chance.randrange(0, 0x400, 4)
        word |= 2  # absolute
    return word


def mtspr(number, register):
    return 31 << 26 | register << 21 | (number & 31) << 16 | number >> 5 << 11 | 467 << 1


def mfspr(register, number):
    return mtspr(number, register) ^ (467 ^ 339) << 1


def random_program(seed):
    """256 words: random ones with many waits, both timers with interrupts, and handlers."""
    chance = random.Random(seed)
    words = [random_word(chance) for _ in range(256)]
    words[40::31] = [WAIT] * len(words[40::31])
    words[0] = 0x48000040
    words[0x14 // 4] = words[0x24 // 4] = RFI
    words[0x2C // 4] = words[0x30 // 4] = 0x480003E2  # ba
    words[0x3E0 // 4 : 0x3F8 // 4] = [addis(30, 0, 0x0C00), mtspr(336, 30), mfspr(30, 26), addi(30, 30, 4), mtspr(26, 30), RFI]  # TSR, SRR0
    words[16:24] = [addi(3, 0, 700), mtspr(22, 3), mtspr(54, 3), addis(3, 0, 0x4C0), mtspr(340, 3), addi(3, 0, -0x8000), 0x7C600124, 0]
    return words


@pytest.mark.parametrize("observe", OBSERVERS)
def test_random_programs_with_timers_and_interrupts_run_the_same_when_observed(observe):
    for seed in range(60):
        chance = random.Random(seed)
        slices = [*sorted(chance.sample(range(5000), 12)), 6000]
        interrupts = chance.sample(range(13), 4)
        states = [finish(core_with(*random_program(seed)), observer, slices, interrupts) for observer in (None, observe)]
        assert states[0] == states[1], seed


# -- stops


def counter():
    """Counts in r3 and stores it at 0x100, ten times, then sleeps."""
    return core_with(addi(3, 0, 0), addi(3, 3, 1), memory(36, 3, 0x100, 0), 0x2C03000A, 0x4180FFF4, WAIT)


def test_a_breakpoint_stops_in_front_of_its_instruction_each_time():
    core = counter()
    recorder = Recorder(core)
    core.set_breakpoint(8)
    assert core.run(FOREVER) == "sleeping"
    assert recorder.stops == [("break", 8, 8)] * 10
    assert core.gpr[3] == 10


def test_no_breakpoint_is_missed_between_slices():
    core = counter()
    recorder = Recorder(core)
    core.set_breakpoint(8)
    for until in range(200):
        core.run(until)
    assert len(recorder.stops) == 10


def test_breakpoint_behind_a_wait_and_at_the_first_instruction_of_a_handler():
    core = core_with(*[addi(3, 0, -0x8000), 0x7C600124, WAIT, addi(4, 0, 1), WAIT], at=0x40)
    core.poke(0, 0x48000040)
    core.poke(0x14, RFI)
    recorder = Recorder(core)
    core.set_breakpoint(0x14)
    core.set_breakpoint(0x48)
    core.set_breakpoint(0x4C)
    core.run(100)
    core.interrupt()
    core.run(300)
    assert recorder.stops == [("break", 0x48, 0x48), ("break", 0x14, 0x14), ("break", 0x48, 0x48)]
    core.set_spr(26, 0x4C)
    assert core.sleeping
    core.wake()
    core.pc = 0x4C
    core.run(400)
    assert recorder.stops[3:] == [("break", 0x4C, 0x4C)]


def test_breakpoint_on_code_beyond_the_sram():
    core = core_with(addis(3, 0, -0x8000), 0x7C6903A6, 0x4E800421, WAIT)  # bctrl to 0x8000_0000, which returns
    core.attach(Port())
    recorder = Recorder(core)
    core.break_far(0x80000004)
    core.run(FOREVER)
    assert recorder.stops == [("break", 0x80000004, 0x80000004)]
    assert core.gpr[5] == 2
    core.break_far(0x80000004, False)
    core.reset()
    core.run(FOREVER)
    assert len(recorder.stops) == 1


@pytest.mark.parametrize(
    ("first", "last", "kinds", "stops"),
    [
        (0x100, 0x103, WRITES, 10),
        (0x102, 0x102, WRITES, 10),
        (0x104, 0x1FF, WRITES, 0),
        (0xF0, 0xFF, WRITES, 0),
        (0x100, 0x103, READS, 0),
        (0x100, 0x103, READS | WRITES, 10),
        (0x100, 0x103, WRITES | PARALLEL, 0),
    ],
)
def test_watchpoints_stop_in_front_of_accesses_to_their_bytes(first, last, kinds, stops):
    core = counter()
    recorder = Recorder(core)
    core.watch(first, last, kinds)
    core.run(FOREVER)
    assert recorder.stops == [("watch", max(first, 0x100), 8)] * stops
    assert core.unwatch(first, last, kinds)
    assert not core.unwatch(first, last, kinds)


def lanes_access(name):
    return [addi(3, 0, 0x200), encode_vector(name, [1, 0, 3]), WAIT]


@pytest.mark.parametrize(
    ("words", "watch", "met"),
    [
        ([memory(47, 30, 0x200, 0), WAIT], (0x204, 0x204, WRITES), True),  # stmw
        ([memory(46, 30, 0x200, 0), WAIT], (0x208, 0x20F, READS), False),  # lmw
        ([addi(3, 0, 0x201), memory(32, 4, 0, 3), WAIT], (0x200, 0x207, READS), False),  # misaligned: no access
        ([addi(3, 0, 0x200), 0x7C80192E, WAIT], (0x200, 0x203, WRITES), True),  # stwx 4,0,3
        ([addis(3, 0, 0x4000), memory(34, 4, 5, 3), WAIT], (0x40000005, 0x40000005, READS), True),
        (lanes_access("fxvlax"), (0x27F, 0x27F, READS), True),
        (lanes_access("fxvstax"), (0x27F, 0x27F, READS), False),
        (lanes_access("fxvstax"), (0x280, 0x2FF, WRITES), False),
        (lanes_access("fxvinx"), (0x200, 0x200, READS | PARALLEL), True),
        (lanes_access("fxvinx"), (0x200, 0x200, READS), False),
        (lanes_access("fxvoutx"), (0x200, 0x200, WRITES | PARALLEL), True),
        (lanes_access("fxvoutx"), (0x201, 0x300, WRITES | PARALLEL), False),
    ],
)
def test_accesses_of_all_kinds_are_foreseen(words, watch, met):
    core = core_with(*words)
    core.poke(0x18, WAIT)
    core.attach(Port())
    recorder = Recorder(core)
    core.watch(*watch)
    assert core.run(FOREVER) == "sleeping"
    assert [stop[0] for stop in recorder.stops] == ["watch"] * met


def test_a_watched_access_that_waits_for_its_grant_stops_once():
    core = core_with(addis(3, 0, 0x4000), memory(32, 4, 8, 3), WAIT)
    core.attach(Port())
    core.hold_outside = True
    recorder = Recorder(core)
    core.watch(0x40000008, 0x4000000B, READS)
    assert core.run(FOREVER) == "outside"
    assert core.run(FOREVER, grant=True) == "sleeping"
    assert len(recorder.stops) == 1
    assert core.gpr[4] == 0x40000008


def test_steps():
    core = counter()
    recorder = Recorder(core, lambda core: core.step_on() if len(recorder.stops) < 5 else None)
    core.step_on()
    core.run(FOREVER)
    assert recorder.stops == [("step", pc, pc) for pc in (4, 8, 12, 16, 4)]


def test_a_step_ends_with_the_wait_and_a_range_behind_its_last_instruction():
    core = counter()
    recorder = Recorder(core, lambda core: core.step_on() if core.pc == 0x14 and not core.sleeping else None)
    core.step_on(0, 0x14)
    core.run(FOREVER)
    assert recorder.stops == [("step", 0x14, 0x14)] * 2
    assert core.sleeping


def test_a_step_survives_an_access_that_is_held():
    core = core_with(addis(3, 0, 0x4000), memory(32, 4, 8, 3), WAIT)
    core.attach(Port())
    core.hold_outside = True
    core.run(FOREVER)
    recorder = Recorder(core)
    core.step_on()
    assert core.run(FOREVER) == "outside"
    assert not recorder.stops
    core.run(FOREVER, grant=True)
    assert recorder.stops == [("step", 8, 8)]


def test_another_thread_stops_an_endless_program():
    core = core_with(BRANCH_SELF)
    recorder = Recorder(core, lambda core: core.poke(0, WAIT))
    timer = threading.Timer(0.05, core.ask_to_stop)
    timer.start()
    assert core.run(1 << 60) == "sleeping"
    timer.join()
    assert recorder.stops == [("asked", 0, 0)]


def test_places_for_watchpoints_and_far_breakpoints_are_limited():
    core = Core()
    for number in range(32):
        core.watch(number, number, READS)
        core.break_far(0x80000000 + 4 * number)
    with pytest.raises(ValueError, match="no watchpoint"):
        core.watch(8, 4, READS)
    with pytest.raises(ValueError, match="32 watchpoints"):
        core.watch(99, 99, READS)
    with pytest.raises(ValueError, match="32 breakpoints"):
        core.break_far(0x90000000)


# -- trace


def test_trace_keeps_the_last_instructions_with_what_they_changed():
    core = counter()
    core.start_trace(6)
    core.run(FOREVER)
    entries = core.trace()
    assert core.traced == 42
    assert [disassemble(int(entry["word"])) for entry in entries] == [
        "bc 12,0,0xfffffff4", "addi 3,3,1", "stw 3,256(0)", "cmpwi 0,3,10", "bc 12,0,0xfffffff4", "wait",
    ]  # fmt: skip
    assert entries["pc"].tolist() == [16, 4, 8, 12, 16, 20]
    assert entries["gprs"].tolist() == [0, 1 << 3, 0, 0, 0, 0]
    assert entries["values"][1].tolist() == [10, 0, 0, 0]
    assert entries["specials"].tolist() == [0, 0, 0, 1, 0, 0]
    assert entries["values"][3][0] == core.cr
    assert (entries["kind"][2], entries["address"][2]) == (WRITES, 0x100)
    assert np.all(np.diff(entries["cycle"]) > 0)


def test_trace_of_the_first_instructions_of_a_range():
    core = counter()
    core.start_trace(3, first=8, last=12, head=True)
    core.run(FOREVER)
    assert core.trace()["pc"].tolist() == [8, 12, 8]
    core.stop_trace()
    assert len(core.trace()) == 0


def test_trace_with_vector_registers():
    core = core_with(addi(3, 0, 0x55), encode_vector("fxvsplatb", [7, 3]), encode_vector("fxvmtacb", [7]), WAIT)
    core.start_trace(lanes=True)
    core.run(FOREVER)
    assert core.trace()["vector"].tolist() == [255, 7, 255, 255]
    assert core.trace_lanes()[1].tobytes() == bytes([0x55] * 128)
    with pytest.raises(ValueError, match="room for"):
        core.start_trace(0)


def test_the_names_of_vector_instructions_that_write_a_register_are_complete():
    """Each vector instruction runs; the trace says a register was written if and only if one changed."""
    for row in (row for row in INSTRUCTIONS if row.primary == 4):
        chance = np.random.default_rng(1)
        core = core_with(4 << 26 | 5 << 21 | 6 << 16 | 7 << 11 | row.extended << 2, WAIT)
        core.attach(Port())
        for number in range(32):
            core.set_vector(number, chance.integers(0, 128, 128, np.uint8).tobytes())
        core.accumulator[:] = chance.integers(0, 1 << 20, 64, np.uint32)
        before = [core.vector(number) for number in range(32)]
        core.start_trace()
        core.run(FOREVER)
        changed = [number for number in range(32) if core.vector(number) != before[number]]
        assert changed == [number for number in core.trace()["vector"].tolist()[:1] if number != 255], row.name


# -- profile


def test_profile_counts_every_instruction_and_cycle():
    core = counter()
    core.start_profile()
    core.run(FOREVER)
    profile = core.profile()
    assert profile["pc"].tolist() == [0, 4, 8, 12, 16, 20]
    assert profile["count"].tolist() == [1, 10, 10, 10, 10, 1]
    assert profile["cycles"].sum() + core.asleep == core.cycle - START
    assert core.asleep == core.cycle - core.slept
    core.start_profile()
    assert len(core.profile()) == 0


def test_profile_of_code_beyond_the_sram():
    class Endless(Port):
        def fetch(self, address, cycle):
            return addi(5, 5, 1)

    core = core_with(addis(3, 0, -0x7000), 0x7C6903A6, 0x4E800420)  # bctr to 0x9000_0000
    core.attach(Endless())
    core.start_profile()
    core.run(3000)
    profile = core.profile()
    beyond = profile[profile["pc"] >= 0x90000000]
    assert len(beyond) == core.gpr[5] > 2000
    assert beyond["pc"].tolist() == [0x90000000 + 4 * number for number in range(len(beyond))]
    assert set(beyond["count"]) == {1}
