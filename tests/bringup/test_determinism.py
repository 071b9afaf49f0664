"""(chip, seed, program) decides every byte that comes back: in every process and on every instruction set.

The experiment stands in a script of its own, `one_experiment.py`, that each test runs in fresh interpreters. Instruction sets and
seeds belong to the model; with another connection the tests that set them are skipped.
"""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from fisch.registry import chosen_kind
from hicannx_sim.anncore import LEVELS

SCRIPT = Path(__file__).parent / "one_experiment.py"
needs_model = pytest.mark.skipif(chosen_kind(os.environ)[0] != "model", reason="the connection is not the embedded model")


@cache
def outcome(level: str = "", repetition: int = 0, **environment: str) -> tuple[int, int, str]:
    """Number of spikes, number of samples, hash of everything."""
    arguments = [sys.executable, str(SCRIPT), *([level] if level else [])]
    done = subprocess.run(arguments, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    spikes, samples, digest = done.stdout.split()
    return int(spikes), int(samples), digest


@needs_model
def test_the_experiment_shows_something() -> None:
    spikes, samples, _ = outcome()
    assert spikes > 100 and samples > 10_000


@needs_model
def test_two_processes_give_the_same_bytes() -> None:
    assert outcome() == outcome(repetition=1)


@needs_model
def test_over_udp_the_bytes_are_the_same(served_chip: str) -> None:
    assert outcome(SLURM_FPGA_IPS=served_chip) == outcome()


@needs_model
@pytest.mark.parametrize("level", range(3), ids=["baseline", "AVX2", "AVX-512"])
def test_every_instruction_set_gives_the_same_bytes(level: int) -> None:
    if level >= len(LEVELS):
        pytest.skip("this machine does not have it")
    assert outcome(str(level)) == outcome()


@needs_model
@pytest.mark.parametrize("environment", [{"HICANNX_SEED": "5"}, {"HICANNX_CHIP": "6"}], ids=["seed", "chip"])
def test_another_seed_or_chip_gives_other_bytes(environment: dict[str, str]) -> None:
    assert outcome(**environment)[2] != outcome()[2]
    assert outcome(**environment) == outcome(repetition=1, **environment)
