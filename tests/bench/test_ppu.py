"""Speed of the plasticity processor's core: instructions per second; for the vector unit beside numpy's loop over as many lanes."""

import struct

import numpy as np
import pytest

from sim.ppu import Core, encode_vector

WAIT = 0x7C00007C
COUNT = 30000  # loops


def loop(*body):
    """`body` COUNT times, then sleep."""
    words = [0x38600000 | COUNT, 0x7C6903A6, *body, 0x42000000 | -4 * len(body) & 0xFFFC, WAIT]
    return struct.pack(f">{len(words)}I", *words)


def rate(benchmark, amount, name):
    if benchmark.stats:  # absent when benchmarks are disabled
        benchmark.extra_info[name] = round(amount / benchmark.stats.stats.median / 1e6, 1)


SCALAR = {
    "arithmetic": [0x7C842A14, 0x7CA52278, 0x5486103A, 0x38840001, 0x7CC62050, 0x2C060005, 0x7CE63838, 0x38E70003],
    "memory": [0x80801000, 0x38840001, 0x90801000, 0x88A01004, 0x98A01005, 0xA0C01008, 0x7CC62A14, 0xB0C0100A],
}


@pytest.mark.benchmark(group="ppu scalar")
@pytest.mark.parametrize("kind", SCALAR)
def test_scalar_instructions(benchmark, kind):
    core = Core()
    core.load_image(loop(*SCALAR[kind]))

    def run():
        core.reset()
        return core.run(1 << 40)

    assert benchmark(run) == "sleeping"
    assert core.instructions == 2 + 9 * COUNT
    rate(benchmark, core.instructions, "million instructions per second")


VECTOR = {
    "add": [encode_vector("fxvaddbm", [1, 2, 3]), encode_vector("fxvaddhfs", [4, 5, 6])] * 4,
    "accumulate": [encode_vector("fxvmatachfs", [1, 2]), encode_vector("fxvmatacbfs", [1, 2])] * 4,
    "mixed": [
        *(encode_vector("fxvcmpb", [1]), encode_vector("fxvmulhfs", [2, 1, 3, 1]), encode_vector("fxvsel", [4, 1, 2, 2])),
        *(encode_vector("fxvshh", [5, 2, -3]), encode_vector("fxvpckbu", [6, 1, 2, 1]), encode_vector("fxvupckbl", [7, 1, 2, 0])),
        *(encode_vector("fxvmahm", [8, 1, 2]), encode_vector("fxvsubbfs", [9, 1, 2])),
    ],
}


@pytest.mark.benchmark(group="ppu vector")
@pytest.mark.parametrize("kind", VECTOR)
def test_vector_instructions(benchmark, kind):
    core = Core()
    core.load_image(loop(*VECTOR[kind]))
    for number in range(32):
        core.set_vector(number, bytes((37 * number + 11 * lane) & 255 for lane in range(128)))

    def run():
        core.reset()
        return core.run(1 << 40)

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
