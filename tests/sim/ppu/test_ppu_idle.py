"""Loops that wait are skipped, and nothing shows it: state and memory are the same bytes as without skipping."""

import random
import struct
import time

import numpy as np
import pytest
from ppu_words import WAIT, addi, lis, load, store

from hicannx_sim.ppu import Core

TBL, TBU, DEC, CTR, TSR, TCR = 284, 285, 22, 9, 336, 340


def spr(opcode, d, number):
    return 31 << 26 | d << 21 | (number & 31) << 16 | number >> 5 << 11 | opcode << 1


def mfspr(d, number):
    return spr(339, d, number)


def mtspr(number, d):
    return spr(467, d, number)


def form_x(extended, d, a, b, record=0):
    return 31 << 26 | d << 21 | a << 16 | b << 11 | extended << 1 | record


def add(d, a, b):
    return form_x(266, d, a, b)


def subf(d, a, b):
    return form_x(40, d, a, b)


def addc(d, a, b):
    return form_x(10, d, a, b)


def adde(d, a, b):
    return form_x(138, d, a, b)


def subfc(d, a, b):
    return form_x(8, d, a, b)


def subfe(d, a, b):
    return form_x(136, d, a, b)


def addic(d, a, value, record=0):
    return (12 + record) << 26 | d << 21 | a << 16 | value & 0xFFFF


def subfic(d, a, value):
    return 8 << 26 | d << 21 | a << 16 | value & 0xFFFF


def cmpw(a, b):
    return form_x(0, 0, a, b)


def cmplw(a, b):
    return form_x(32, 0, a, b)


def cmpwi(a, value):
    return 11 << 26 | a << 16 | value & 0xFFFF


def branch(condition, bit, words):
    return 16 << 26 | condition << 21 | bit << 16 | words * 4 & 0xFFFC


def blt(words):
    return branch(12, 0, words)


def beq(words):
    return branch(12, 2, words)


def bne(words):
    return branch(4, 2, words)


def bdnz(words):
    return branch(16, 0, words)


HERE = 0x48000000  # b .
SYNC, NOP, BLR = 0x7C0004AC, 0x60000000, 0x4E800020


def core_of(words, plain):
    """With a breakpoint anywhere a core skips nothing."""
    core = Core()
    core.load_image(struct.pack(f">{len(words)}I", *words))
    core.set_breakpoint(0x3FF0, plain)
    return core


def both(words, ends, setting=lambda core: None):
    """The core that skips and the one that does not, at the same cycles."""
    cores = [core_of(words, plain) for plain in (False, True)]
    for core in cores:
        setting(core)
    for end in ends:
        reasons = [core.run(end) for core in cores]
        assert reasons[0] == reasons[1]
        for name, array in cores[0].arrays().items():
            assert np.array_equal(array, cores[1].arrays()[name]), (end, name)
    return cores[0]


def constant(register, value):
    return [lis(register, value >> 16), 24 << 26 | register << 21 | register << 16 | value & 0xFFFF]


LOOPS = {
    "itself": [HERE],
    "word": [load(3, 0x200), cmpwi(3, 0), beq(-2), WAIT],
    "word behind a function": [0x48000009, 0x4BFFFFFC, load(3, 0x200), cmpwi(3, 0), form_x(444, 4, 5, 4), BLR],
    "counter": [*constant(4, 300_000), mtspr(CTR, 4), bdnz(0), addi(5, 0, 7), WAIT],
    "counting up": [addi(3, 0, 0), *constant(4, 100_000), addi(3, 3, 1), cmpw(3, 4), blt(-2), WAIT],
    "counting down": [*constant(3, 100_000), addi(3, 3, -3), cmpwi(3, 2), branch(12, 1, -2), WAIT],
    "over the sign": [*constant(3, 0x7FFF0000), addi(3, 3, 1), cmpwi(3, 0), branch(12, 1, -2), WAIT],
    "in memory": [addi(3, 0, 0), addi(3, 3, 1), store(3, 0x300), cmpwi(3, 0x7000), blt(-3), WAIT],
    "the same into memory": [addi(3, 0, 5), store(3, 0x300), load(4, 0x300), 0x4BFFFFF8],
    "time": [mfspr(3, TBL), *constant(4, 400_000), mfspr(5, TBL), subf(6, 3, 5), cmplw(6, 4), blt(-3), WAIT],
    "time with both halves": [
        *(mfspr(3, TBU), mfspr(5, TBL), mfspr(4, TBU), cmpw(3, 4), bne(-4)), *constant(7, 300_000), cmplw(5, 7), blt(-8), WAIT,
    ],
    "time since a moment": [
        *(addi(6, 0, 5), addi(7, 0, 0), *constant(10, 300_000)),
        *(mfspr(3, TBU), mfspr(5, TBL), mfspr(4, TBU), cmplw(3, 4), bne(-4)), subfc(8, 6, 5), subfe(9, 7, 3), cmplw(8, 10), blt(-8), WAIT,
    ],
    "time that is left": [
        *constant(10, 300_000),
        *(mfspr(5, TBL), subfic(6, 5, -1), addc(6, 6, 10), adde(7, 7, 7), addic(6, 6, 1, record=1), branch(12, 1, -5)), WAIT,
    ],
    "decrementer": [*constant(4, 250_000), mtspr(DEC, 4), mfspr(5, DEC), cmpwi(5, 0), bne(-2), WAIT],
    "status of the timer": [*constant(4, 250_000), mtspr(DEC, 4), mfspr(5, TSR), lis(6, 0x800), form_x(28, 5, 5, 6, 1), beq(-3), WAIT],
    "synchronised": [SYNC, load(3, 0x200), cmpwi(3, 0), beq(-3), WAIT],
    "nested": [addi(7, 0, 40), *constant(4, 3000), mtspr(CTR, 4), bdnz(0), addi(7, 7, -1), cmpwi(7, 0), bne(-6), WAIT],
    "multiplied": [addi(3, 0, 1), 7 << 26 | 3 << 21 | 3 << 16 | 3, cmpwi(3, 0), bne(-2), WAIT],
    "rotated": [addi(3, 0, 1), 21 << 26 | 3 << 21 | 3 << 16 | 1 << 11 | 31 << 1, cmpwi(3, -1), bne(-2), WAIT],
}  # fmt: skip


WORKING = ("in memory", "multiplied", "rotated")  # what changes there is not followed


@pytest.mark.parametrize("name", LOOPS)
def test_nothing_shows_that_a_loop_was_skipped(name):
    chance = random.Random(name)
    ends = np.cumsum([chance.choice([1, 7, 300, 2000, 100_000]) + chance.randrange(50) for _ in range(40)]).tolist()
    both(LOOPS[name], ends)
    core = both(LOOPS[name], [1_000_000])
    assert (core.skipped > 100_000) == (name not in WORKING)


def test_interrupts_come_in_time():
    """The decrementer reloads itself; its handler counts while the program waits for a word."""
    handler = [lis(10, 0x800), mtspr(TSR, 10), load(11, 0x210), addi(11, 11, 1), store(11, 0x210), 0x4C000064]
    start = [0x48000080, *[NOP] * 11, 0x48000040, *[NOP] * 16]  # to 0x80; decrementer 0x30 to 0x70
    words = start[:12] + [0x48000000 | 0x100 - 0x30] + [NOP] * 19
    main = [
        *constant(4, 5000),
        mtspr(54, 4),
        mtspr(DEC, 4),
        lis(5, 0x440),
        mtspr(TCR, 5),
        *constant(6, 0x8000),
        0x7CC00124,
        load(3, 0x200),
        cmpwi(3, 0),
        beq(-2),
        WAIT,
    ]
    words += main + [NOP] * (64 - 32 - len(main)) + handler
    core = both(words, [100_000, 1_000_000, 1_000_001])
    assert core.peek(0x210) == (1_000_000 - 60) // 5000


def test_a_word_that_changes_between_runs_ends_the_wait():
    cores = [core_of(LOOPS["word"], plain) for plain in (False, True)]
    for core in cores:
        assert core.run(500_000) == "limit"
        core.poke(0x200, 1)
        assert core.run(500_100) == "sleeping"
    assert cores[0].slept == cores[1].slept and cores[0].instructions == cores[1].instructions


def random_loop(chance):
    """A loop of plain instructions around a few registers, with a way out that may never come."""

    def instruction():
        d, a, b = (chance.randint(3, 8) for _ in range(3))
        near = 4 * chance.randrange(128, 140)
        return chance.choice([
            addi(d, a, chance.choice([1, -1, 4, 100, -30000])), addi(d, 0, chance.randrange(-5, 5)), add(d, a, b), subf(d, a, b),
            form_x(444, a, d, a), form_x(28, d, a, b), form_x(235, d, a, b), form_x(459, d, a, b), form_x(104, d, a, 0, 1),
            addc(d, a, b), adde(d, a, b), subfc(d, a, b), subfe(d, a, b), subfic(d, a, chance.choice([-1, 0, 30000])),
            addic(d, a, chance.choice([-1, 1, 5]), chance.randrange(2)), form_x(chance.choice([8, 10]), d, a, b, 1),
            form_x(266, d, a, b, 1), form_x(24, d, a, b), 7 << 26 | d << 21 | a << 16 | 5, 0x7C000026 | d << 21, NOP, SYNC,
            mfspr(d, TBL), mfspr(d, TBU), mfspr(d, DEC), mfspr(d, TSR), mfspr(d, CTR), mtspr(CTR, d), load(d, near), store(d, near),
            cmpwi(d, chance.randrange(-300, 300)), cmpw(a, b), cmplw(a, b),
            branch(chance.choice([4, 12]), chance.randrange(4), chance.randint(2, 3)),
        ])  # fmt: skip

    body = [instruction() for _ in range(chance.randint(1, 7))]
    if chance.random() < 0.7:  # one that counts
        body += [addi(9, 9, chance.choice([1, 1, 3, -1])), cmpw(9, 10)] if chance.random() < 0.7 else [mfspr(9, TBL), cmplw(9, 10)]
        back = blt(-len(body))
    else:
        back = chance.choice([bdnz(-len(body)), 0x48000000 | -4 * len(body) & 0x3FFFFFC])
    start = [
        *constant(9, chance.choice([0, 0x7FFFF000])),
        *constant(10, chance.choice([20_000, 100_000])),
        *constant(4, chance.choice([50_000, 200_000])),
    ]
    start += [mtspr(CTR, 4), *([mtspr(DEC, 4)] if chance.random() < 0.5 else [])]
    return [*start, *body, back, NOP, NOP, NOP, WAIT, WAIT, WAIT]


def test_random_loops():
    """With time bases that begin anywhere, also just before the lower half wraps around."""
    skipped = 0
    for seed in range(500):
        chance = random.Random(seed)
        words, base = random_loop(chance), chance.choice([0, 0xFFFFFFFF - chance.randrange(200_000)])
        core = both(words, [20_000 + chance.randrange(100), 150_000, 150_001, 400_000], lambda core, base=base: core.set_spr(TBL, base))
        skipped += core.skipped > 0
    assert skipped > 200


SECOND = 250_000_000  # cycles


@pytest.mark.parametrize(
    "name", ["itself", "word", "word behind a function", "counter", "time", "time since a moment", "synchronised", "the same into memory"]
)
def test_a_second_of_waiting_costs_no_tenth_of_one(name):
    words = [*LOOPS[name][:-1], HERE] if LOOPS[name][-1] == WAIT else LOOPS[name]
    core = core_of(words, False)
    begin = time.process_time()
    core.run(SECOND)
    assert time.process_time() - begin < 0.1
    assert core.cycle >= SECOND
