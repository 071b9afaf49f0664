"""Cutting a run into slices, at any cycle and before any access, changes neither results nor cycles."""

import base64
import gzip
import itertools
import json
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hicannx_sim.ppu import Core, encode_vector

GOLDEN = Path(__file__).parents[2] / "golden"
FOREVER = 1_000_000
WAIT = 0x7C00007C


def programs():
    return map(json.loads, gzip.decompress((GOLDEN / "ppu_programs.jsonl.gz").read_bytes()).splitlines())


PROGRAMS = {program["id"]: program for program in programs()}


def in_slices(core, lengths, last=FOREVER):
    """Runs to the end in slices of these lengths in turn, granting each access by itself."""
    end, reason = core.cycle, ""
    for length in itertools.cycle(lengths):
        if reason != "outside":
            end += length
        reason = core.run(min(end, last), grant=reason == "outside")
        if end >= last and reason != "outside":
            return
        if reason == "sleeping" and not core.spr(340) & 0x04800000:  # no timer wakes it
            core.run(last)
            return


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a.arrays().values(), b.arrays().values(), strict=True))


@pytest.mark.parametrize("name", PROGRAMS)
def test_golden_programs(name):
    cores = []
    for sliced in (False, True):
        core = Core()
        core.attach_rows(np.zeros((1024, 128), np.uint8))
        core.load_image(base64.b64decode(PROGRAMS[name]["image_b64"]))
        core.hold_outside = sliced
        if sliced:
            numbers = random.Random(name)
            in_slices(core, [numbers.choice([1, 2, 7, 40, 1000, 20000]) for _ in range(50)])
        else:
            core.run(FOREVER)
        cores.append(core)
    assert same(*cores)


def d_form(opcode, d, a, value):
    return opcode << 26 | d << 21 | a << 16 | value & 0xFFFF


INSIDE, OUTSIDE, PERIOD, ENABLE, CLEAR = 20, 21, 22, 23, 24  # registers that hold what their names say
BODY = {
    "addi": d_form(14, 4, 4, 3),
    "add.": 0x7C852215,
    "addic": d_form(12, 5, 5, -1),
    "mullw.": 0x7C8521D7,
    "divwu": 0x7CC42396,
    "cmpwi": d_form(11, 4, 5, 7),
    "cror": 0x4C851382,
    "load inside": d_form(32, 7, INSIDE, 4),
    "load with update inside": d_form(33, 7, INSIDE, 4),
    "store inside": d_form(36, 7, INSIDE, 8),
    "multiple": d_form(46, 29, INSIDE, 0x80),
    "load outside": d_form(32, 8, OUTSIDE, 16),
    "use": 0x7CE83A14,
    "store outside": d_form(38, 8, OUTSIDE, 1),
    "sync": 0x7C0004AC,
    "enable interrupts": ENABLE << 21 | 0x7C000124,
    "start decrementer": PERIOD << 21 | 0x7C1603A6,
    "read time base": 0x7D4C42A6,
    "undecoded": 0x44000002,
    "vector": encode_vector("fxvmatachm", [1, 2]),
    "vector compare": encode_vector("fxvcmpb", [3]),
    "vector load outside": encode_vector("fxvlax", [3, 0, OUTSIDE]),
    "vector load inside": encode_vector("fxvlax", [2, 0, INSIDE]),
    "parallel read": encode_vector("fxvinx", [1, 0, 4]),
    "parallel write": encode_vector("fxvoutx", [3, 0, 4, 1]),
    "sleep": WAIT,
}
HANDLER = [  # counts, clears its request, starts anew, and goes on behind the instruction it came in front of, which may be the sleep
    *(d_form(14, 9, 9, 1), CLEAR << 21 | 0x7C1053A6, PERIOD << 21 | 0x7C1603A6),
    *(0x7D7A02A6, d_form(14, 11, 11, 4), 0x7D7A03A6, 0x4C000064),
]
START, FAR, ROUNDS, LAST = 0x100, 0x80000000, 6, 20_000


class Outside:
    """Everything beyond the SRAM, with code; answers are made of address and number of the access. Keeps who asked when."""

    def __init__(self, code):
        self.code, self.log = code, []

    def answer(self, *what):
        self.log.append(what)
        return (what[1] * 2654435761 + len(self.log)) & 0xFFFFFFFF, what[1] // 4 % 9

    def load(self, address, cycle):
        return self.answer("load", address, cycle)

    def store(self, address, word, enables, cycle):
        self.answer("store", address, cycle, word, enables)

    def fetch(self, address, cycle):
        self.answer("fetch", address, cycle)
        return self.code.get(address, 0x60000000), 20

    def read(self, location, enables, cycle):
        word, _ = self.answer("read", location, cycle)
        return struct.pack(">32I", *range(word % 99999, word % 99999 + 32))

    def write(self, location, lanes, enables, cycle):
        self.answer("write", location, cycle, lanes, enables)


def prepared(body, far):
    """`body` ROUNDS times and then sleep, in the SRAM or beyond it, with a decrementer that may interrupt it."""
    core, start = Core(), FAR if far else START
    code = [*(BODY[name] for name in body), 0x42000000 | -4 * len(body) & 0xFFFC, 0x7C000124, WAIT, 0x4BFFFFFC]  # ...; mtmsr 0
    outside = Outside({start + 4 * n: word for n, word in enumerate(code)} if far else {})
    core.load_image(struct.pack(f">{len(code)}I", *code), START)
    core.load_image(struct.pack(">7I", *HANDLER), 0x30)
    core.attach(outside)
    core.gpr[[INSIDE, OUTSIDE, PERIOD, ENABLE, CLEAR]] = 0x2000, 0x40000000, 23, 0x8000, 0x0C000000
    core.set_spr(9, ROUNDS)
    core.set_spr(340, 0x04000000)  # TCR: the decrementer interrupts
    for number in range(1, 4):
        core.set_vector(number, bytes(range(number, number + 128)))
    core.pc = start
    return core, outside


bodies = st.lists(st.sampled_from(sorted(BODY)), min_size=1, max_size=20).filter(lambda body: body.count("sleep") <= 1)


@settings(deadline=None, max_examples=150)
@given(bodies, st.booleans(), st.lists(st.integers(1, 300), min_size=1, max_size=8))
def test_any_slices(body, far, lengths):
    (whole, first), (sliced, second) = prepared(body, far), prepared(body, far)
    whole.run(LAST)
    sliced.hold_outside = True
    in_slices(sliced, lengths, LAST)
    assert first.log == second.log
    assert same(whole, sliced)


@settings(deadline=None, max_examples=50)
@given(bodies, st.booleans())
def test_single_steps(body, far):
    (whole, first), (stepped, second) = prepared(body, far), prepared(body, far)
    whole.run(LAST)
    while stepped.cycle < LAST:
        stepped.run(LAST, instructions=1)
    assert first.log == second.log
    assert same(whole, stepped)


def test_what_is_cut_does_happen():
    """The programs above are interrupted, fetch code and reach beyond the SRAM."""
    core, outside = prepared(["enable interrupts", "start decrementer", "parallel read", "load outside", "use", "divwu", "addi"], far=True)
    core.run(LAST)
    assert core.gpr[9] > 1
    assert {entry[0] for entry in outside.log} == {"fetch", "read", "load"}


def test_an_access_is_announced_with_its_cycle():
    """`wanted` is the cycle that the port will see, even if the access still has to wait for its operands."""
    core, outside = prepared(["multiple", "mullw.", "load outside", "use", "store outside"], far=False)
    core.hold_outside = True
    announced = []
    while core.run(FOREVER, grant=bool(announced)) == "outside":
        announced.append(core.wanted)
    assert len(announced) == 2 * ROUNDS
    assert announced == [entry[2] for entry in outside.log]
