"""What the core does beyond the golden data: memory port, interrupts, alignment, undecoded words, breakpoints, state."""

import struct

import numpy as np
import pytest
from ppu_words import WAIT, addi, addis, core_with, memory

from hicannx_sim.ppu import Core, disassemble, encode_vector

FOREVER = 1_000_000


class Outside:
    """Records what leaves the SRAM; every load gives its own address."""

    def __init__(self):
        self.log = []

    def load(self, address, cycle):
        self.log.append(("load", address))
        return address

    def store(self, address, word, enables, cycle):
        self.log.append(("store", address, word, enables))

    def fetch(self, address, cycle):
        return WAIT if address == 0x80000004 else addi(5, 5, 1)

    def read(self, location, enables, cycle):
        return bytes(range(128))

    def write(self, location, lanes, enables, cycle):
        self.log.append(("write", location, lanes, enables))


def test_accesses_beyond_the_sram_go_to_the_port():
    core, outside = core_with(addis(3, 0, 0x4000), memory(32, 4, 8, 3), memory(38, 4, 1, 3), memory(44, 4, 2, 3), WAIT), Outside()
    core.attach(outside)
    assert core.run(FOREVER) == "sleeping"
    assert core.gpr[4] == 0x40000008
    assert outside.log == [("load", 0x40000008), ("store", 0x40000000, 0x80000, 4), ("store", 0x40000000, 8, 3)]


def test_held_access_waits_for_its_grant():
    core, outside = core_with(addis(3, 0, 0x4000), memory(32, 4, 8, 3), WAIT), Outside()
    core.attach(outside)
    core.hold_outside = True
    core.step()  # its grant goes unused
    assert core.run(FOREVER) == "outside"
    assert (core.pc, outside.log, core.instructions) == (4, [], 1)
    assert core.run(FOREVER) == "outside"
    assert core.run(FOREVER, grant=True) == "sleeping"
    assert outside.log == [("load", 0x40000008)]
    assert core.instructions == 2


@pytest.mark.parametrize("address", [0x40000000, 0xFFFFFFF8, 0x3FF8])
def test_multiple_words_wait_for_one_grant(address):
    """Wherever the first and the last of them lie."""
    core, outside = core_with(memory(46, 28, 0, 3), WAIT), Outside()
    core.attach(outside)
    core.gpr[3], core.hold_outside = address, True
    assert core.run(FOREVER) == "outside"
    assert outside.log == []
    assert core.run(FOREVER, grant=True) == "sleeping"
    beyond = [place for place in range(address, address + 16, 4) if 0x4000 <= place < 1 << 32]
    assert outside.log == [("load", place) for place in beyond]


def test_code_outside():
    core, outside = core_with(addis(3, 0, -0x8000), 0x7C6903A6, 0x4E800420), Outside()  # lis 3,0x8000; mtctr 3; bctr
    core.attach(outside)
    assert core.run(FOREVER) == "sleeping"
    assert (core.gpr[5], core.pc) == (1, 0x80000004)


def test_error_of_the_port_reaches_the_caller():
    class Broken(Outside):
        def load(self, address, cycle):
            raise LookupError("nobody there")

    core = core_with(addis(3, 0, 0x4000), memory(32, 4, 8, 3), WAIT)
    core.attach(Broken())
    with pytest.raises(LookupError, match="nobody there"):
        core.run(FOREVER)


def test_parallel_access_carries_lanes_in_order():
    core = core_with(
        addi(3, 0, 77), encode_vector("fxvinx", [1, 0, 3]), encode_vector("fxvcmpb", [2]), encode_vector("fxvoutx", [1, 0, 3, 1]), WAIT
    )
    outside = Outside()
    core.set_vector(2, bytes([1, 0, 0, 255] * 32))
    core.attach(outside)
    core.run(FOREVER)
    assert core.vector(1) == bytes(range(128))
    assert outside.log == [("write", 77, bytes(range(128)), bytes([255, 0, 0, 0] * 32))]


@pytest.mark.parametrize(
    ("opcode", "offset", "faults"),
    [(32, 1, True), (32, 2, True), (32, 4, False), (40, 1, False), (40, 2, False), (40, 3, True), (34, 3, False)],
)
def test_alignment_interrupt(opcode, offset, faults):
    core = core_with(addi(3, 0, 0x100), memory(opcode, 4, offset, 3), WAIT, at=0x40)
    core.poke(0, 0x48000040)  # b 0x40
    core.poke(0x18, WAIT)
    core.poke(0x100, 0x01020304)
    core.gpr[4] = 99
    core.run(FOREVER)
    assert core.pc == (0x18 if faults else 0x48)
    assert core.spr(26) == (0x44 if faults else 0)
    assert (core.gpr[4] == 99) == faults
    if opcode == 40 and offset == 1:
        assert core.gpr[4] == 0x0203


LOAD, STORE, UPDATE, MULTIPLE, NOP = memory(32, 5, 1, 3), memory(36, 6, 2, 3), memory(33, 5, 1, 3), memory(46, 30, 1, 3), addi(9, 9, 1)
EARLIER, LATER = memory(32, 10, 0, 3), memory(32, 5, 1, 10)  # at an address that is on its way


@pytest.mark.parametrize(
    ("code", "reported"),
    [
        ((LOAD, STORE), [4]),
        ((LOAD, STORE, LOAD), [4, 8]),
        ((LOAD, NOP, STORE), [0, 8]),
        ((LOAD, memory(32, 5, 4, 3)), [0]),
        ((UPDATE, STORE), [0, 4]),
        ((MULTIPLE, STORE), [0, 4]),
        ((LOAD, UPDATE), [4]),
        ((EARLIER, LOAD, LATER), [4, 8]),
        ((EARLIER, memory(32, 10, 1, 3), LATER), [8]),  # waits as well
    ],
)
def test_of_two_misaligned_accesses_in_a_row_the_second_is_reported(code, reported):
    """Only if they issue one cycle after the other; neither is carried out. (facts: isa_scalar 3.7)"""
    core, base = core_with(*code, WAIT, at=0x100), 0x100
    handler = [addi(7, 7, 1), 0x7D1A02A6, addi(8, 8, 4), 0x7D1A03A6, 0x4C000064]  # counts; SRR0 + 4; rfi
    found = []
    core.gpr[3] = 0x800
    core.load_image(struct.pack(f">{len(handler)}I", *handler), 0x200)
    core.poke(0x18, 0x480001E8)  # b 0x200
    core.pc = base
    while not core.sleeping:
        before = core.gpr[7]
        core.step()
        if core.gpr[7] != before:
            found.append(core.spr(26) - base)
    assert found == reported
    assert core.memory()[0x800:0x808] == bytes(8)


def test_decrementer_interrupts_the_sleep():
    core = core_with(0x48000040, at=0)
    program = [addi(3, 0, 100), 0x7C7603A6, addis(3, 0, 0x400), 0x7C7453A6, addi(3, 0, -0x8000), 0x7C600124, WAIT]  # DEC, TCR.DIE, MSR.EE
    core.load_image(struct.pack(">7I", *program), 0x40)
    core.load_image(struct.pack(">4I", addis(8, 0, 0x800), 0x7D1053A6, addi(9, 9, 1), WAIT), 0x30)
    assert core.run(FOREVER) == "sleeping"
    assert (core.gpr[9], core.pc, core.spr(26)) == (1, 0x3C, 0x58)
    assert not core.spr(336) & 0x08000000
    assert not core.msr & 0x8000  # cleared on entry


def test_pins_interrupt_only_while_enabled():
    core = core_with(WAIT)
    core.poke(0x14, addi(9, 0, 5))
    core.poke(0x18, WAIT)
    core.run(50)
    core.interrupt()
    assert core.run(100) == "sleeping"
    assert core.gpr[9] == 0
    core.load_image(struct.pack(">3I", addi(3, 0, -0x8000), 0x7C600124, WAIT))
    core.reset()
    core.run(50)
    core.interrupt()
    core.run(100)
    assert (core.gpr[9], core.spr(26)) == (5, 8)


def test_undecoded_words_do_nothing_and_are_listed_once():
    core = core_with(0, 0x60000000, 0x44000002, WAIT)  # nothing; ori 0,0,0; sc; wait
    core.run(FOREVER)
    assert core.undecoded() == [0, 8]
    assert not core.gpr.any()


def test_breakpoint_stops_once_before_its_instruction():
    core = core_with(addi(3, 3, 1), addi(3, 3, 1), addi(3, 3, 1), WAIT)
    core.set_breakpoint(4)
    assert core.run(FOREVER) == "breakpoint"
    assert (core.pc, core.gpr[3]) == (4, 1)
    assert core.run(FOREVER) == "sleeping"
    assert core.gpr[3] == 3


def test_division_has_defined_corners():
    smallest = 0x80000000
    corners = [(0, 5, 0, 0xFFFFFFFF), (1, 5, 0, 0xFFFFFFFF), (1, smallest + 5, 0, 0), (1, smallest, 0xFFFFFFFF, smallest)]
    for signed, x, y, result in corners:
        core = core_with(0x7CA32000 | ((491 if signed else 459) | 512) << 1)
        core.gpr[3:5] = x, y
        core.step()
        assert core.gpr[5] == result
        assert core.spr(1) == 0xC0000000


def test_lha_takes_its_displacement_with_a_sign_unless_told_otherwise():
    for zero_extends, address in [(False, 0x3FFFFFFC), (True, 0x4000FFFC)]:
        core, outside = core_with(addis(3, 0, 0x4000), memory(42, 5, -4, 3), WAIT), Outside()
        core.attach(outside)
        core.lha_zero_extends = zero_extends
        core.run(FOREVER)
        assert outside.log == [("load", address)]


def test_changed_code_runs():
    core = core_with(addi(4, 0, 0), memory(36, 3, 12, 0), addi(4, 4, 1), addi(4, 4, 1), WAIT)
    core.gpr[3] = addi(4, 4, 100)
    core.poke(12, addi(4, 4, 1))
    core.run(FOREVER)
    assert core.gpr[4] == 101


def test_slices_and_state_do_not_change_the_result():
    words = [addi(3, 0, 500), 0x7C6903A6, 0x7C8419D6, addi(4, 4, 7), encode_vector("fxvsplath", [1, 4])]
    words += [encode_vector("fxvmatachm", [1, 1]), 0x42000000 | -16 & 0xFFFC, WAIT]
    whole, sliced = core_with(*words), core_with(*words)
    whole.run(FOREVER)
    for until in range(0, 20000, 37):
        other = Core()
        for name, array in sliced.arrays().items():
            other.arrays()[name][...] = array
        other.restored()
        sliced = other
        sliced.run(until)
    sliced.run(FOREVER)
    assert whole.vector_instructions == 1000
    assert (whole.slept, whole.instructions) == (sliced.slept, sliced.instructions)
    assert np.array_equal(whole.arrays()["state"], sliced.arrays()["state"])


@pytest.mark.parametrize("address", [-4, 2, 0x4000])
def test_addresses_outside_of_the_sram_are_refused(address):
    with pytest.raises(ValueError, match="no word of the SRAM"):
        Core().peek(address)


def test_image_that_does_not_fit():
    with pytest.raises(ValueError, match="do not fit"):
        Core().load_image(bytes(8), 0x3FFC)


def test_disassembly():
    assert disassemble(0x4182FFF0, 0x100) == "bc 12,2,0xf0"
    assert disassemble(0x80650008) == "lwz 3,8(5)"
    assert disassemble(0x7CA32415) == "addco. 5,3,4"
    assert disassemble(0x7C6902A6) == "mfspr 3,9"


TBL, SYNC = 0x7C1C42A6, 0x7C0004AC  # mftbl 0; sync


@pytest.mark.parametrize("name, alone, shared", [("fxvlax", 43, 49), ("fxvstax", 43, 47)])
def test_vectors_wait_for_the_sram_on_the_chip(name, alone, shared):
    """Cycles with the sync behind it, as software measures them: of the hardware description, and of the chip. (facts: ppu/isa_scalar 6)"""
    for on, cycles in ((False, alone), (True, shared)):
        core = core_with(SYNC, TBL | 3 << 21, encode_vector(name, [1, 0, 9]), SYNC, TBL | 4 << 21, WAIT)
        core.shared_sram, core.gpr[9] = on, 0x400
        core.run(1000)
        assert core.gpr[4] - core.gpr[3] - 1 == cycles
