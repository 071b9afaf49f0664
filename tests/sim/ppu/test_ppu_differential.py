"""The scalar core against Unicorn (QEMU's PowerPC) on random programs: registers and memory after 10 million instructions.

HICANNX_DIFFERENTIAL=N runs N million instead, HICANNX_SEED=n other programs. A difference is traced to its first instruction.

Excluded or kept in range, as the core deviates from the architecture or Unicorn is no reference (facts: ppu/isa_scalar 3):
amounts of shifts are below 32; divisors are neither 0 nor -1; `mfcr` reads all fields; words are aligned; update forms have RA
neither 0 nor RT; `lmw` keeps its base; XER gets the three bits that the core has. `popcntb` and `prtyw` are not in Unicorn's
32-bit processors, so they are compared with a count of bits here. Interrupts, taken traps and special registers but LR, CTR and
XER have no counterpart.
"""

import os
import random

import numpy as np
import pytest
import unicorn
from unicorn import ppc_const

from hicannx_sim.ppu import Core, disassemble

MILLIONS = float(os.environ.get("HICANNX_DIFFERENTIAL", 10))
SEED = int(os.environ.get("HICANNX_SEED", 1))
SRAM, START, LEAVES, DATA, COUNTER, SAVED = 0x4000, 0x100, 0x2400, 0x2800, 0x3F00, 0x3F80
DATA_BYTES = 0x400
BODY, ROUNDS = 1500, 30  # instructions of a program, roughly, and how often they run
WAIT = 0x7C00007C
TEMPORARY, ADDRESS = 2, 3  # registers for prepared operands; the others hold random values
FREE = [0, *range(4, 32)]


def d_form(opcode, d, a, value):
    return opcode << 26 | d << 21 | a << 16 | value & 0xFFFF


def x_form(extended, d, a, b, record=0):
    return 31 << 26 | d << 21 | a << 16 | b << 11 | extended << 1 | record


def li(d, value):
    return d_form(14, d, 0, value)


def rlwinm(a, s, shift, begin, end):
    return 21 << 26 | s << 21 | a << 16 | shift << 11 | begin << 6 | end << 1


ARITHMETIC = [266, 10, 138, 40, 8, 136, 235]  # add addc adde subf subfc subfe mullw, with OE and Rc
ONE_OPERAND = [234, 202, 232, 200, 104]  # addme addze subfme subfze neg
LOGIC = [28, 60, 444, 412, 316, 476, 124, 284]  # and andc or orc xor nand nor eqv
LOADS = {32: 4, 34: 1, 40: 2, 42: 2}  # lwz lbz lhz lha; one more is the update form
STORES = {36: 4, 38: 1, 44: 2}
INDEXED_LOADS = {23: 4, 87: 1, 279: 2, 343: 2}  # 32 more is the update form
INDEXED_STORES = {151: 4, 215: 1, 407: 2}
CR_LOGIC = [257, 129, 289, 225, 33, 449, 417, 193]


class Generator:
    """Random legal programs: a body that runs ROUNDS times, with calls, inner loops and forward branches."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.makers = [self.arithmetic] * 5 + [self.immediate] * 4 + [self.logic] * 3 + [self.rotate] * 3 + [self.load, self.store] * 3
        self.makers += [self.one_operand, self.shift, self.multiply, self.divide, self.extend, self.compare, self.compare, self.cr_logic]
        self.makers += [self.nothing, self.condition_register, self.special, self.multiple, self.branch, self.branch]
        self.makers += [self.call, self.inner_loop]

    def bits(self, count):
        return self.random.getrandbits(count)

    def free(self, count=1):
        return [FREE[self.bits(5) % len(FREE)] for _ in range(count)]

    def place(self, size):
        """An offset into the data area; words are aligned, and so are halfwords as far as they have to be."""
        offset = self.random.randrange(DATA_BYTES) & ~3
        return DATA + offset + (0 if size == 4 else self.bits(2) % (5 - size))

    def arithmetic(self):
        return [x_form(self.random.choice(ARITHMETIC) | self.bits(1) << 9, *self.free(3), self.bits(1))]

    def one_operand(self):
        return [x_form(self.random.choice(ONE_OPERAND) | self.bits(1) << 9, *self.free(2), 0, self.bits(1))]

    def multiply(self):
        return [x_form(self.random.choice([75, 11]), *self.free(3), self.bits(1))]

    def divide(self):
        """The divisor is odd, and its second lowest bit 0."""
        d, a, b = self.free(3)
        prepared = [rlwinm(TEMPORARY, b, 0, 0, 29), d_form(24, TEMPORARY, TEMPORARY, 1)]
        return [*prepared, x_form(self.random.choice([491, 459]) | self.bits(1) << 9, d, a, TEMPORARY, self.bits(1))]

    def immediate(self):
        opcode = self.random.choice([7, 8, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29])
        return [d_form(opcode, *self.free(2), self.bits(16))]

    def logic(self):
        return [x_form(self.random.choice(LOGIC), *self.free(3), self.bits(1))]

    def extend(self):
        return [x_form(self.random.choice([954, 922, 26]), *self.free(2), 0, self.bits(1))]

    def rotate(self):
        opcode, (s, a, b) = self.random.choice([20, 21, 23]), self.free(3)
        return [opcode << 26 | s << 21 | a << 16 | b << 11 | self.bits(11)]

    def shift(self):
        s, a, b = self.free(3)
        if self.bits(1):
            return [x_form(824, s, a, self.bits(5), self.bits(1))]
        return [rlwinm(TEMPORARY, b, 0, 27, 31), x_form(self.random.choice([24, 536, 792]), s, a, TEMPORARY, self.bits(1))]

    def compare(self):
        field, (a, b) = self.bits(3) << 2, self.free(2)
        if self.bits(1):
            return [d_form(self.random.choice([10, 11]), field, a, self.bits(16))]
        return [x_form(self.random.choice([0, 32]), field, a, b)]

    def cr_logic(self):
        return [19 << 26 | self.bits(15) << 11 | self.random.choice(CR_LOGIC) << 1]

    def condition_register(self):
        (d,) = self.free()
        mcrf = 19 << 26 | self.bits(3) << 23 | self.bits(3) << 18
        return [self.random.choice([mcrf, x_form(19, d, 0, 0), x_form(144, d, 0, 0) | self.bits(8) << 12])]

    def nothing(self):
        """sync, and traps that never trap."""
        return [self.random.choice([0x7C0004AC, x_form(4, 0, *self.free(2)), d_form(3, 0, 4, self.bits(16))])]

    def special(self):
        (d,) = self.free()
        number = self.random.choice([1, 8, 9]) << 16
        if self.bits(1):
            return [x_form(339, d, 0, 0) | number]
        return [rlwinm(TEMPORARY, d, 0, 0, 2), x_form(467, TEMPORARY, 0, 0) | number]

    def access(self, displaced, indexed):
        (d,), kind = self.free(), self.bits(2)
        opcode, size = self.random.choice(list(displaced.items()))
        place = self.place(size)
        if kind == 0:
            return [d_form(opcode, d, 0, place)]
        if kind == 1:
            base = place + self.random.randrange(-0x400, 0x400)
            return [li(ADDRESS, base), d_form(opcode + self.bits(1), d, ADDRESS, place - base)]
        extended, size = self.random.choice(list(indexed.items()))
        place = self.place(size)
        if kind == 2:
            return [li(ADDRESS, place), x_form(extended, d, 0, ADDRESS)]
        return [li(ADDRESS, 0x1000), li(TEMPORARY, place - 0x1000), x_form(extended | self.bits(1) << 5, d, ADDRESS, TEMPORARY)]

    def load(self):
        return self.access(LOADS, INDEXED_LOADS)

    def store(self):
        return self.access(STORES, INDEXED_STORES)

    def multiple(self):
        return [d_form(46 + self.bits(1), self.random.randrange(22, 32), 0, self.place(4))]

    def simple(self, count):
        makers = [self.arithmetic, self.logic, self.rotate, self.immediate, self.compare, self.load, self.store]
        return [word for _ in range(count) for word in self.random.choice(makers)()]

    def branch(self):
        skipped = self.simple(self.random.randrange(1, 4))
        bo = self.random.choice([4, 12, 4, 12, 0, 2, 8, 10, 16, 18, 20]) | self.bits(1)
        return [16 << 26 | bo << 21 | self.bits(5) << 16 | 4 + 4 * len(skipped) | self.bits(1), *skipped]

    def inner_loop(self):
        body = self.simple(self.random.randrange(1, 6))
        return [li(TEMPORARY, self.random.randrange(1, 5)), 0x7C4903A6, *body, 0x42000000 | -4 * len(body) & 0xFFFC]

    def call(self):
        """A leaf, directly or through CTR or LR; its address is filled in by `program`."""
        return [("leaf", self.random.randrange(4), self.random.randrange(3))]

    @staticmethod
    def called(leaf, way, here):
        target = LEAVES + 0x80 * leaf
        if way == 0:
            return [18 << 26 | (target - here) & 0x03FFFFFC | 1, 0x60000000, 0x60000000]
        return [li(TEMPORARY, target), x_form(467, TEMPORARY, 0, 0) | (9 if way == 1 else 8) << 16, 0x4E800421 if way == 1 else 0x4E800021]

    def program(self):
        """The whole SRAM as words: random data, the program, its leaves."""
        words = np.frombuffer(self.random.randbytes(SRAM), ">u4").astype(np.uint32)
        here = [d_form(46, 4, 0, DATA), x_form(467, 0, 0, 0) | 1 << 16, x_form(144, 5, 0, 0) | 0xFF << 12, li(TEMPORARY, ROUNDS)]
        here[1:2] = [li(0, 0), here[1]]
        here += [d_form(36, TEMPORARY, 0, COUNTER)]
        again = len(here)
        while len(here) < BODY:
            for word in self.random.choice(self.makers)():
                here += self.called(*word[1:], START + 4 * len(here)) if isinstance(word, tuple) else [word]
        here += [d_form(32, TEMPORARY, 0, COUNTER), d_form(14, TEMPORARY, TEMPORARY, -1), d_form(36, TEMPORARY, 0, COUNTER)]
        here += [d_form(11, 28, TEMPORARY, 0), 0x419E0008]  # cmpwi 7; beq 7,.+8
        here += [18 << 26 | 4 * (again - len(here)) & 0x03FFFFFC]
        here += [d_form(47, 4, 0, SAVED), *(word for n, number in enumerate([1, 8, 9]) for word in self.saved(number, n))]
        here += [x_form(19, 4, 0, 0), d_form(36, 4, 0, SAVED - 4), d_form(36, 0, 0, SAVED - 20)]
        words[START // 4 : START // 4 + len(here) + 1] = [*here, WAIT]
        assert START + 4 * len(here) < LEAVES
        for leaf in range(4):
            code = [*self.simple(self.random.randrange(2, 10)), 0x4E800020]
            words[LEAVES // 4 + 0x20 * leaf : LEAVES // 4 + 0x20 * leaf + len(code)] = code
        return words, START + 4 * len(here)

    @staticmethod
    def saved(number, n):
        return [x_form(339, 4, 0, 0) | number << 16, d_form(36, 4, 0, SAVED - 16 + 4 * n)]


def reference(words):
    machine = unicorn.Uc(unicorn.UC_ARCH_PPC, unicorn.UC_MODE_PPC32 | unicorn.UC_MODE_BIG_ENDIAN)
    machine.mem_map(0, SRAM)
    machine.mem_write(0, words.astype(">u4").tobytes())
    return machine


def subject(words, deviates=False):
    core = Core()
    core.lha_zero_extends = deviates
    core.load_image(words.astype(">u4").tobytes())
    core.pc = START
    return core


def first_difference(core, machine, end):
    """Both step by step; says which instruction is the first to leave different registers or memory."""
    registers = [getattr(ppc_const, f"UC_PPC_REG_{n}") for n in range(32)]
    while core.pc != end:
        pc, word = core.pc, core.peek(core.pc)
        core.step()
        machine.emu_start(pc, end, count=1)
        theirs, there = [machine.reg_read(register) for register in registers], machine.reg_read(ppc_const.UC_PPC_REG_PC)
        ours = core.gpr.tolist()
        if (theirs, there) != (ours, core.pc) or bytes(machine.mem_read(0, SRAM)) != core.memory():
            wrong = ", ".join(f"r{n} {ours[n]:#x} is {theirs[n]:#x} there" for n in range(32) if ours[n] != theirs[n])
            what = f"instruction {core.instructions}, {disassemble(word, pc)} at {pc:#x}"
            return f"{what}: {wrong or 'memory'}, next {core.pc:#x}, {there:#x}"
    return "in the pieces that single steps do not show"


def compared(seed, deviates=False):
    """Runs one program on both; returns the number of instructions, and what differs."""
    words, end = Generator(seed).program()
    core, machine = subject(words, deviates), reference(words)
    assert core.run(1 << 40) == "sleeping"
    machine.emu_start(START, end)
    if bytes(machine.mem_read(0, SRAM)) == core.memory():
        return core.instructions, None
    return core.instructions, f"program {seed}: {first_difference(subject(words, deviates), reference(words), end)}"


def test_random_programs():
    done, seed = 0, 1000 * SEED
    while done < 1e6 * MILLIONS:
        count, difference = compared(seed)
        assert difference is None, difference
        done, seed = done + count, seed + 1


def test_programs_stay_random():
    """Values do not wither: after a program the registers and the data are mostly different."""
    words, _ = Generator(7).program()
    core = subject(words)
    core.run(1 << 40)
    assert len(set(core.gpr.tolist())) > 20
    data = np.frombuffer(core.memory(), ">u4")[DATA // 4 : (DATA + DATA_BYTES) // 4]
    assert (data != words[DATA // 4 : (DATA + DATA_BYTES) // 4]).mean() > 0.4
    assert len(set(data.tolist())) > 0.8 * len(data)


def test_a_difference_is_found():
    """A core with a deviation is caught, with the instruction."""
    assert "lha" in (compared(3, deviates=True)[1] or "")


def popcntb(x):
    return sum((x >> shift & 0xFF).bit_count() << shift for shift in (0, 8, 16, 24))


def prtyw(x):
    return (x & 0x01010101).bit_count() & 1


@pytest.mark.parametrize(("extended", "expected"), [(122, popcntb), (154, prtyw)])
def test_bit_counts(extended, expected):
    core, numbers = Core(), random.Random(extended)
    core.poke(0, x_form(extended, 4, 5, 0))
    for _ in range(2000):
        value = numbers.getrandbits(32)
        core.reset()
        core.gpr[4] = value
        core.step()
        assert core.gpr[5] == expected(value)
