"""The state of a core as arrays: what comes back is the same core, and what cannot be one is refused."""

import random

import numpy as np
import pytest

from hicannx_sim.base.errors import SnapshotError
from hicannx_sim.ppu import Core, encode_vector

PROGRAM = [
    0x38600003,  # li 3,3
    0x1C830005,  # mulli 4,3,5
    0x90800100,  # stw 4,0x100(0)
    0x80A00100,  # lwz 5,0x100(0)
    encode_vector("fxvsplatb", [1, 4]),
    encode_vector("fxvaddbm", [2, 1, 1]),
    0x4BFFFFE8,  # b to the beginning
]


def busy(cycles=200):
    core = Core()
    core.load_image(b"".join(word.to_bytes(4, "big") for word in PROGRAM))
    core.set_spr(22, 1000)  # decrementer
    core.run(cycles)
    return core


def restored(core):
    other = Core()
    for name, array in other.arrays().items():
        array[...] = core.arrays()[name]
    other.restored()
    return other


def test_a_core_goes_on_from_its_arrays():
    core = busy()
    other = restored(core)
    core.run(5000), other.run(5000)
    assert all(np.array_equal(array, other.arrays()[name]) for name, array in core.arrays().items())


@pytest.mark.parametrize("seed", range(300))
def test_a_damaged_state_is_refused_or_runs(seed):
    """Up to four bytes of the state are others; then the core runs on, or SnapshotError says which field no core can have."""
    chance, core = random.Random(seed), busy()
    state = core.arrays()["state"]
    for _ in range(chance.randint(1, 4)):
        state[chance.randrange(len(state))] = chance.choice([0, 1, 0x7F, 0x80, 0xFF])
    try:
        core.restored()
    except SnapshotError as error:
        assert "out of range" in str(error)
    else:
        core.run(core.cycle + 5000)


def test_the_field_is_named():
    core = busy()
    time = core.arrays()["state"].view("i8")
    time[list(time).index(core.cycle)] = -1
    with pytest.raises(SnapshotError, match="the PPU's now is out of range"):
        core.restored()
