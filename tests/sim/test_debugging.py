"""Debugging on the whole chip: nothing depends on whether somebody looks, stops or steps; and what lies around the cores."""

import numpy as np
import pytest
from ppu_words import addi, lis, load, store

from hicannx_sim import System, VirtualChip
from hicannx_sim.debugger.debugger import DebugError
from hicannx_sim.ppu import encode_vector
from hicannx_sim.ppu.observed import READS, WRITES
from hicannx_sim.setup.debugging import ChipMemory, debugger_of, gdb_server, standstill_of

SRAM, CONTROL, BOTTOM = 0x2800000, 0x2A00000, 0x1000000
FAR_CODE = 0x80000000


def back(words):
    return 18 << 26 | -4 * words & 0x3FFFFFC


# Reads a row of the converters, keeps time and result, writes into the other core's memory and the FPGA's, for ever.
TOP = [
    lis(3, 8), lis(7, 0x8E00), lis(8, 0x4000), addi(9, 0, 0x400),
    encode_vector("fxvinx", [1, 0, 3]), encode_vector("fxvstax", [1, 0, 9]), 0x7C9C42A6,  # mftbl 4
    store(4, 0x300, 0), store(4, 0x200, 7), store(4, 8, 8), load(5, 8, 8), addi(6, 6, 1), back(8),
]  # fmt: skip
# Code in the FPGA's memory: waits for the other core's word, counts, sleeps on the decrementer.
BOTTOM_START = [lis(3, 0x8000), 0x7C6903A6, 0x4E800420]  # bctr
BOTTOM_FAR = [
    lis(4, 0x400), 0x7C9453A6, addi(4, 0, 77), 0x7C9603A6, addi(4, 0, -0x8000), 0x7C800124,  # TCR.DIE, DEC, MSR.EE
    load(5, 0x200, 0), addi(6, 6, 1), store(6, 0x210, 0), 0x7C9603A6, back(4),
]  # fmt: skip
HANDLER = [lis(10, 0x800), 0x7D5053A6, 0x4C000064]  # TSR, rfi


class Brief:
    """A debugger that stops for no longer than it takes to look."""

    def __init__(self, core):
        self.stops = []
        core.attach_debugger(self)

    def stopped(self, core):
        self.stops.append(core.stop[0])


def look_on(system):
    pass


def record(system):
    for core in system.chip.processors.cores:
        core.start_trace()
        core.start_profile()


def stop_often(system):
    for core in system.chip.processors.cores:
        debugger = Brief(core)
        core.set_breakpoint(0x1C)
        core.break_far(FAR_CODE + 4 * 7)
        core.watch(0x200, 0x203, READS)
        core.watch(0x40000008, 0x4000000B, WRITES)
        system.brief.append(debugger)


def begin():
    system = System(VirtualChip(3, "typical"), seed=2)
    system.brief = []
    chip, far = system.chip, system.fpga.registers.memory.sram_array
    chip.write_all(SRAM + np.arange(len(TOP)), TOP)
    chip.write_all(SRAM + BOTTOM + np.arange(len(BOTTOM_START)), BOTTOM_START)
    chip.write_all(SRAM + BOTTOM + 0x30 // 4 + np.arange(len(HANDLER)), HANDLER)
    far[: len(BOTTOM_FAR)] = BOTTOM_FAR
    return system


def finish(system, asks=False):
    chip = system.chip
    for ppu in range(2):
        chip.write(CONTROL + ppu * BOTTOM, 1, 15, chip.now)
    for tick in range(chip.now, chip.now + 30_000, 997):
        chip.advance(tick)
        if asks:
            for core in chip.processors.cores:
                core.ask_to_stop()
    for core in chip.processors.cores:
        core.ask_to_stop(False)
    return system.snapshot()


@pytest.fixture(scope="module")
def undisturbed():
    system = begin()
    snapshot = finish(system)
    assert system.chip.processors.cores[0].instructions > 100 and system.chip.processors.cores[1].peek(0x210) > 20
    assert system.chip.processors.cores[1].peek(0x200) > 0
    return snapshot


@pytest.mark.parametrize("observe", [record, stop_often])
def test_nothing_depends_on_who_looks(undisturbed, observe):
    system = begin()
    observe(system)
    assert finish(system) == undisturbed
    if observe is stop_often:
        stops = [debugger.stops for debugger in system.brief]
        assert {"break", "watch"} == {*stops[0]} == {*stops[1]}


def test_nothing_depends_on_when_somebody_asks_to_stop(undisturbed):
    system = begin()
    debuggers = [Brief(core) for core in system.chip.processors.cores]
    assert finish(system, asks=True) == undisturbed
    assert all(debugger.stops.count("asked") > 10 for debugger in debuggers)


def test_nothing_depends_on_steps(undisturbed):
    class Stepper(Brief):
        def stopped(self, core):
            super().stopped(core)
            core.step_on()

    system = begin()
    debuggers = [Stepper(core) for core in system.chip.processors.cores]
    for core in system.chip.processors.cores:
        core.step_on()
    assert finish(system) == undisturbed
    assert all(debugger.stops.count("step") > 100 for debugger in debuggers)


def test_trace_and_profile_of_code_in_the_memory_of_the_fpga():
    system = begin()
    record(system)
    finish(system)
    core = system.chip.processors.cores[1]
    entries = core.trace()
    beyond = entries[entries["pc"] >= FAR_CODE]
    assert [int(word) for word in beyond["word"]] == [BOTTOM_FAR[(int(pc) - FAR_CODE) // 4] for pc in beyond["pc"]]
    counted = {int(row["pc"]): int(row["count"]) for row in core.profile()}
    assert counted[FAR_CODE] == 1 and counted[FAR_CODE + 4 * 7] == core.gpr[6]
    assert sum(counted.values()) == core.instructions
    ticks = [system.chip.processors.tick_of(1, int(cycle)) for cycle in entries["cycle"]]
    assert ticks == sorted(ticks) and ticks[-1] <= system.chip.now + 2


def test_looking_has_no_side_effects_and_writing_only_where_there_are_none():
    system = begin()
    finish(system)
    memory, before = ChipMemory(system), system.snapshot()
    assert memory.read(0x8E000210, 4) == system.chip.processors.cores[1].peek(0x210).to_bytes(4, "big")
    assert memory.read(0x4000000A, 4) == memory.read(0x80000008, 8)[2:6]
    assert memory.read(0x90000000, 2) == bytes(2)
    for address in (0x80000000 | 0x110000 << 2, 0x60000000, 0x20000000):  # a trigger, the executor, nothing
        with pytest.raises(DebugError, match=f"{address:#010x}"):
            memory.read(address, 4)
    for address in (0x8A800000, 0x8A800004, 0x8BC00000):  # control, status, weights
        with pytest.raises(DebugError):
            memory.write(address, bytes(4))
    with pytest.raises(DebugError, match="beyond the end"):
        memory.write(0x4001FFFE, b"1234")
    assert memory.read(0x4001FFFE, 8) == bytes(2)
    assert system.snapshot() == before
    for address in (0x4001FFFC, 0x5FFFFFFC, 0x8A000040):
        memory.write(address + 1, b"\x12\x34")
        assert memory.read(address, 4) == b"\0\x12\x34\0"
    assert system.chip.processors.cores[0].peek(0x40) == 0x123400
    system.chip.write(CONTROL, 0, 15, system.chip.now)


def test_debuggers_of_a_system_share_its_standstill_and_follow_its_power():
    system = System()
    assert debugger_of(system, 0).standstill is debugger_of(system, 1).standstill is standstill_of(system)
    assert standstill_of(System()) is not standstill_of(system)
    with gdb_server(system, 0) as server:
        assert len(system.powered) == 1
        old = system.chip.processors.cores[0]
        server._debugger.engage(first=True)
        system.reset()
        assert server._debugger.core is system.chip.processors.cores[0] is not old
        server._debugger.disengage()
    assert system.powered == []
