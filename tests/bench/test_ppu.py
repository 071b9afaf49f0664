"""Speed of the plasticity processor's core: instructions per second, beside a plain C switch and Unicorn in the same run; vector
operations per second, beside numpy's loop over as many lanes. The rates are those of the fastest round."""

import struct
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
import unicorn
from unicorn import ppc_const

from hicannx_sim.ppu import Core, encode_vector

WAIT = 0x7C00007C
FOREVER = 1 << 40
COUNT = 30000  # loops
SLICE = 1000  # cycles, or instructions where there are no cycles
EXTERNAL = 0x80000000
SRAM = 0x4000


def loop(*body):
    """`body` COUNT times, then sleep."""
    return [0x38600000 | COUNT, 0x7C6903A6, *body, 0x42000000 | -4 * len(body) & 0xFFFC, WAIT]


def image(*body):
    words = loop(*body)
    return struct.pack(f">{len(words)}I", *words)


def rate(benchmark, amount, name):
    if benchmark.stats:  # absent when benchmarks are disabled
        benchmark.extra_info[name] = round(amount / benchmark.stats.stats.min / 1e6, 1)


SCALAR = {
    "arithmetic": [0x7C842A14, 0x7CA52278, 0x5486103A, 0x38840001, 0x7CC62050, 0x2C060005, 0x7CE63838, 0x38E70003],
    "memory": [0x80801000, 0x38840001, 0x90801000, 0x88A01004, 0x98A01005, 0xA0C01008, 0x7CC62A14, 0xB0C0100A],
}
INSTRUCTIONS = 2 + 9 * COUNT
both_kinds = pytest.mark.parametrize("kind", SCALAR)


@pytest.fixture
def core():
    return Core()


@pytest.mark.benchmark(group="ppu scalar")
@both_kinds
def test_core(benchmark, core, kind):
    core.load_image(image(*SCALAR[kind]))

    def run():
        core.reset()
        return core.run(FOREVER)

    assert benchmark(run) == "sleeping"
    assert core.instructions == INSTRUCTIONS
    rate(benchmark, INSTRUCTIONS, "million instructions per second")


@pytest.mark.benchmark(group="ppu scalar")
@both_kinds
def test_core_in_slices(benchmark, core, kind):
    """As beside the chip, but called from Python: one call for each SLICE cycles."""
    core.load_image(image(*SCALAR[kind]))

    def run():
        core.reset()
        while core.run(core.cycle + SLICE) != "sleeping":
            pass

    benchmark(run)
    assert core.instructions == INSTRUCTIONS
    rate(benchmark, INSTRUCTIONS, "million instructions per second")


class External:
    """Code beyond the SRAM."""

    def __init__(self, words):
        self.words = {EXTERNAL + 4 * n: word for n, word in enumerate(words)}

    def fetch(self, address, cycle):
        return self.words.get(address, 0)


@pytest.mark.benchmark(group="ppu scalar")
@both_kinds
def test_core_with_code_beyond_the_sram(benchmark, core, kind):
    core.attach(External(loop(*SCALAR[kind])))

    def run():
        core.reset()
        core.pc = EXTERNAL
        return core.run(FOREVER)

    assert benchmark(run) == "sleeping"
    assert core.instructions == INSTRUCTIONS
    rate(benchmark, INSTRUCTIONS, "million instructions per second")


@pytest.fixture(scope="module")
def switch_peer(tmp_path_factory):
    """The C interpreter beside this file, compiled."""
    cffi = pytest.importorskip("cffi", reason="the peer in C is compiled with cffi")
    builder = cffi.FFI()
    builder.cdef("int64_t switch_run(uint32_t *memory, uint32_t size, uint32_t *r);")
    source = Path(__file__).with_name("ppu_switch_peer.c").read_text()
    builder.set_source("ppu_switch_peer", source, extra_compile_args=["-O2"])
    spec = spec_from_file_location("ppu_switch_peer", builder.compile(tmpdir=str(tmp_path_factory.mktemp("peer"))))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.benchmark(group="ppu scalar")
@both_kinds
def test_peer_switch_in_c(benchmark, switch_peer, kind):
    memory, registers = np.zeros(SRAM // 4, np.uint32), np.zeros(32, np.uint32)
    memory[: len(loop(*SCALAR[kind]))] = loop(*SCALAR[kind])
    pointers = [switch_peer.ffi.from_buffer("uint32_t[]", array) for array in (memory, registers)]
    assert benchmark(switch_peer.lib.switch_run, pointers[0], SRAM, pointers[1]) == INSTRUCTIONS
    rate(benchmark, INSTRUCTIONS, "million instructions per second")


@pytest.mark.benchmark(group="ppu scalar")
@both_kinds
@pytest.mark.parametrize("sliced", [False, True], ids=["at once", "in slices"])
def test_peer_unicorn(benchmark, kind, sliced):
    machine = unicorn.Uc(unicorn.UC_ARCH_PPC, unicorn.UC_MODE_PPC32 | unicorn.UC_MODE_BIG_ENDIAN)
    machine.mem_map(0, SRAM)
    code = image(*SCALAR[kind])
    machine.mem_write(0, code)
    end, counter = len(code) - 4, ppc_const.UC_PPC_REG_PC

    def run():
        if not sliced:
            return machine.emu_start(0, end)
        machine.emu_start(0, end, count=SLICE)
        while (pc := machine.reg_read(counter)) != end:
            machine.emu_start(pc, end, count=SLICE)

    benchmark(run)
    rate(benchmark, INSTRUCTIONS, "million instructions per second")


VECTOR = {
    "add": [encode_vector("fxvaddbm", [1, 2, 3]), encode_vector("fxvaddhfs", [4, 5, 6])] * 4,
    "accumulate": [encode_vector("fxvmatachfs", [1, 2]), encode_vector("fxvmatacbfs", [1, 2])] * 4,
    "mixed": [
        *(encode_vector("fxvcmpb", [1]), encode_vector("fxvmulhfs", [2, 1, 3, 1]), encode_vector("fxvsel", [4, 1, 2, 2])),
        *(encode_vector("fxvshh", [5, 2, -3]), encode_vector("fxvpckbu", [6, 1, 2, 1]), encode_vector("fxvupckbl", [7, 1, 2, 0])),
        *(encode_vector("fxvmahm", [8, 1, 2]), encode_vector("fxvsubbfs", [9, 1, 2])),
    ],
    "memory": [
        *(encode_vector("fxvlax", [1, 0, 31]), encode_vector("fxvaddbfs", [1, 1, 2]), encode_vector("fxvstax", [1, 0, 31])),
        *(encode_vector("fxvlax", [3, 0, 30]), encode_vector("fxvsubbfs", [3, 3, 2]), encode_vector("fxvstax", [3, 0, 30])),
        *(encode_vector("fxvcmpb", [3]), encode_vector("fxvsel", [4, 1, 3, 1])),
    ],
    "synapses": [  # a learning rule: weights and readings in, arithmetic, masked weights out
        *(encode_vector("fxvinx", [1, 0, 29]), encode_vector("fxvinx", [2, 0, 28]), encode_vector("fxvmulbfs", [3, 2, 4])),
        *(encode_vector("fxvaddbfs", [1, 1, 3]), encode_vector("fxvcmpb", [1]), encode_vector("fxvsel", [1, 1, 5, 2])),
        *(encode_vector("fxvoutx", [1, 0, 29]), encode_vector("fxvoutx", [5, 0, 28, 1])),
    ],
}


@pytest.mark.benchmark(group="ppu vector")
@pytest.mark.parametrize("kind", VECTOR)
def test_vector_instructions(benchmark, core, kind):
    core.load_image(image(*VECTOR[kind]))
    core.attach_rows(np.zeros((512, 128), np.uint8))
    for number in range(32):
        core.set_vector(number, bytes((37 * number + 11 * lane) & 255 for lane in range(128)))

    def run():
        core.reset()
        core.gpr[28:32] = 300, 17, 0x2000, 0x3000
        return core.run(FOREVER)

    assert benchmark(run) == "sleeping"
    assert core.vector_instructions == 8 * COUNT
    rate(benchmark, core.vector_instructions, "million vector operations per second")


@pytest.mark.benchmark(group="ppu vector")
def test_peer_numpy_adds_as_many_lanes(benchmark):
    a, b = np.ones((8 * COUNT, 128), np.int8), np.ones((8 * COUNT, 128), np.int8)
    result = np.empty_like(a)
    benchmark(np.add, a, b, result)
    rate(benchmark, 8 * COUNT, "million vector operations per second")
    assert (result == 2).all()
