"""However the time of FPGAs is cut into rounds, the same words come out."""

import sys
from pathlib import Path

import numpy as np
import pytest

import hicannx_sim as sim
from hicannx_sim.setup.multichip import MultichipSetup

sys.path.insert(0, str(Path(__file__).parents[1] / "fpga"))
from test_random_setups import FORBIDDEN, HALT, Generator, _paired, faults, loops

JBOA = (2, 4, 8, 10, 14, 16)


def program(number, words=600):
    draw, generator = np.random.default_rng(number), Generator(7000 + number)
    found = generator.program(words)
    found = found[(found >> np.uint64(56) < FORBIDDEN) | (found >> np.uint64(63) == 1)]
    found = np.concatenate([np.array(loops(draw), np.uint64), found, [HALT]])
    return found[_paired(found)]


def system_in_need(number):
    """A system in which something goes wrong."""
    system = sim.System(sim.VirtualChip(number, "ideal"), seed=number, setup="jboa")
    system.inject(*faults(np.random.default_rng(number)), seed=number)
    return system


@pytest.mark.parametrize("number", JBOA)
@pytest.mark.parametrize("longest", [None, 1, 7, 41, 1000])
def test_one_fpga_in_a_setup_does_what_it_does_alone(number, longest):
    words = program(number)
    alone = system_in_need(number)
    expected = alone.execute(words)
    setup = MultichipSetup({0: system_in_need(number)})
    setup.longest_round = longest
    (found,) = setup.execute([words])
    np.testing.assert_array_equal(found, expected)
    assert alone.counters["event path"]["between FPGAs"]["received"] > 0
