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


def coupled(number, size=3):
    """FPGAs whose random programs send spikes to each other, and meet at barriers."""
    setup = MultichipSetup.of([sim.VirtualChip(number + chip, "ideal") for chip in range(size)], seed=number)
    programs = []
    for chip, system in enumerate(setup.systems.values()):
        system.inject(*faults(np.random.default_rng(number + chip)), seed=number)
        first, second = program(10 * number + chip, 300), program(10 * number + chip + 5, 100 * chip + 1)
        programs.append(np.concatenate([first[:-1], [np.uint64(7 << 56 | 8)], second]))
    return setup, programs


@pytest.mark.parametrize("number", range(4))
def test_several_fpgas_do_the_same_however_long_a_round_is(number):
    expected = None
    for longest in (None, 1, 13, 100):
        setup, programs = coupled(number)
        setup.longest_round = longest
        found = [setup.execute(programs), setup.execute(programs[::-1]), setup.counters, [one.counters for one in setup.systems.values()]]
        assert len({system.fpga.cycle for system in setup.systems.values()}) == 1, "all stop in the same cycle"
        expected = expected or found
        for words, before in zip(found[0] + found[1], expected[0] + expected[1], strict=True):
            np.testing.assert_array_equal(words, before)
        assert found[2:] == expected[2:]
    assert expected[2]["spikes"] > 0 and expected[2]["barriers"] > 0
    assert sum(one["event path"]["between FPGAs"]["received"] for one in expected[3]) > 0
