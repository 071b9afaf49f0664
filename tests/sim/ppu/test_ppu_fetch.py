"""Code beyond the SRAM: the instruction cache, its time, and what the core reports there."""

import struct

import numpy as np
import pytest
from ppu_words import WAIT, addi

from hicannx_sim.ppu import Core, disassemble

FOREVER = 1_000_000
EXTERNAL = 0x80000000
LINE, CACHE = 64, 4096  # bytes
ENTER = [0x3C608000, 0x7C6903A6, 0x4E800420]  # lis 3,0x8000; mtctr 3; bctr


def jump(source, target):
    return 18 << 26 | (target - source) & 0x03FFFFFC


class Memory:
    """External memory with code; keeps what was asked for, and when."""

    def __init__(self, code, delay=0):
        self.code, self.delay, self.asked = dict(code), delay, []

    def fetch(self, address, cycle):
        self.asked.append((address, cycle))
        return self.code.get(address, 0x60000000), self.delay

    def load(self, address, cycle):
        return self.code.get(address, 0)

    def store(self, address, word, enables, cycle):
        self.code[address] = word


def running(code, delay=0):
    core, memory = Core(), Memory(code, delay)
    core.load_image(struct.pack(">3I", *ENTER))
    core.attach(memory)
    return core, memory


def counted_loop(rounds, at=EXTERNAL):
    """Counts r5 up in a loop of two instructions."""
    return {at: addi(4, 0, rounds), at + 4: 0x7C8903A6, at + 8: addi(5, 5, 1), at + 12: 0x4200FFFC, at + 16: WAIT}  # mtctr 4; bdnz


def test_a_loop_is_fetched_once():
    core, memory = running(counted_loop(500))
    assert core.run(FOREVER) == "sleeping"
    assert core.gpr[5] == 500
    assert [address for address, _ in memory.asked] == list(range(EXTERNAL, EXTERNAL + LINE, 4))
    assert core.fills == 1


def test_a_line_starts_with_the_missing_word():
    core, memory = running({EXTERNAL: jump(0, 0x4C), EXTERNAL + 0x4C: WAIT})
    core.run(FOREVER)
    second = [address - EXTERNAL for address, _ in memory.asked[16:]]
    assert second == [*range(0x4C, 0x80, 4), *range(0x40, 0x4C, 4)]


def test_words_are_asked_for_one_a_cycle():
    core, memory = running({EXTERNAL: WAIT}, delay=100)
    core.run(FOREVER)
    cycles = [cycle for _, cycle in memory.asked]
    assert np.diff(cycles).tolist() == [1] * 15


def test_only_misses_cost_time():
    cycles = {}
    for delay in (0, 1000):
        core, _ = running(counted_loop(500), delay)
        core.run(FOREVER)
        cycles[delay] = core.slept
    assert cycles[1000] - cycles[0] == 1000


def test_hits_take_as_long_as_code_in_the_sram():
    inside = Core()
    for address, word in counted_loop(500, at=0).items():
        inside.poke(address, word)
    inside.run(FOREVER)
    outside, _ = running(counted_loop(500))
    outside.run(FOREVER)
    first = outside.slept - inside.slept
    longer, _ = running(counted_loop(600))
    longer.run(FOREVER)
    inside_longer = Core()
    for address, word in counted_loop(600, at=0).items():
        inside_longer.poke(address, word)
    inside_longer.run(FOREVER)
    assert longer.slept - inside_longer.slept == first


def test_lines_at_the_same_place_push_each_other_out():
    """Two pieces of code a cache size apart that jump to each other are fetched every time; a line further on, once each."""
    for distance, fills in [(CACHE, 8), (CACHE + LINE, 2)]:
        there, back = EXTERNAL, EXTERNAL + distance
        code = {there: addi(5, 5, 1), there + 4: jump(there + 4, back), back: 0x2C050004, back + 4: 0x4182000C}  # cmpwi 5,4; beq .+12
        code |= {back + 8: jump(back + 8, there), back + 16: WAIT}
        core, _ = running(code)
        assert core.run(FOREVER) == "sleeping"
        assert (core.gpr[5], core.fills) == (4, fills)


def test_stores_do_not_reach_the_cache_but_the_reset_empties_it():
    """r6 = the word of `addi 5,5,1` changed to add 9 is stored over it; the core runs on with what it has."""
    code = counted_loop(3)
    core, _ = running(code | {EXTERNAL + 4: 0x90C70008, EXTERNAL + 8: addi(5, 5, 1), EXTERNAL + 12: WAIT})  # stw 6,8(7)
    core.gpr[6:8] = addi(5, 5, 9), EXTERNAL
    core.run(FOREVER)
    assert core.gpr[5] == 1
    core.reset()
    core.gpr[6:8] = addi(5, 5, 9), EXTERNAL
    core.run(FOREVER)
    assert core.gpr[5] == 9


def test_a_miss_waits_for_its_grant():
    core, memory = running(counted_loop(2))
    core.hold_outside = True
    assert core.run(FOREVER) == "outside"
    assert (core.pc, memory.asked, core.instructions) == (EXTERNAL, [], 3)
    assert core.wanted >= core.cycle
    assert core.run(FOREVER, grant=True) == "sleeping"
    assert len(memory.asked) == 16


def test_undecoded_words_beyond_the_sram_are_reported_once():
    code = counted_loop(5) | {EXTERNAL + 8: 0x44000002, EXTERNAL + 12: 0x4200FFFC, EXTERNAL + 16: 0x00000000, EXTERNAL + 20: WAIT}  # sc
    core, _ = running(code)
    core.run(FOREVER)
    assert core.undecoded() == [EXTERNAL + 8, EXTERNAL + 16]
    first, second = core.undecoded_words()
    assert (first.word, second.word) == (0x44000002, 0)
    assert first.cycle < second.cycle
    assert "0x44000002 at 0x80000008" in str(first)


def test_state_carries_the_cache():
    """A core that takes over the state in the middle of a loop needs no fetch."""
    core, _ = running(counted_loop(500))
    core.run(300)
    other, memory = running({})
    for name, array in core.arrays().items():
        other.arrays()[name][...] = array
    other.restored()
    assert other.run(FOREVER) == "sleeping"
    assert other.gpr[5] == 500
    assert memory.asked == []
    core.run(FOREVER)
    assert other.slept == core.slept


def test_error_of_a_fetch_reaches_the_caller():
    class Empty(Memory):
        def fetch(self, address, cycle):
            raise LookupError(f"no memory at {address:#x}")

    core = Core()
    core.load_image(struct.pack(">3I", *ENTER))
    core.attach(Empty({}))
    with pytest.raises(LookupError, match="0x80000000"):
        core.run(FOREVER)


def test_the_words_of_this_file_are_what_they_claim():
    assert [disassemble(word) for word in ENTER] == ["addis 3,0,-32768", "mtspr 9,3", "bcctr 20,0"]
