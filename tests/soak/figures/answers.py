"""(chip, seed, program) decides every byte: the same SHA-256 wherever the model runs."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from word_streams import HALT, Generator

import hicannx_sim as sim
from figures.row import Row
from hicannx_sim.anncore import LEVELS

EXPERIMENT = Path(__file__).parents[2] / "bringup" / "one_experiment.py"
THREADS, PROGRAMS = 4, 12


def _experiment(python: str, level: int) -> str:
    done = subprocess.run([python, EXPERIMENT, str(level)], capture_output=True, text=True, check=False)
    return done.stdout.split()[2] if done.returncode == 0 else f"failed: {done.stderr[-300:]}"


def interpreters(pythons: list[str]) -> Row:
    """An experiment on every instruction set, with every interpreter."""
    names = {python: subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[1] for python in pythons}
    hashes = {f"{level}, Python {names[one]}": _experiment(one, number) for number, level in enumerate(LEVELS) for one in pythons}
    first = next(iter(hashes.values()))
    wrong = [name for name, made in hashes.items() if made != first or "failed" in made]
    versions = ", ".join(".".join(name.split(".")[:2]) for name in names.values())
    what = f"One experiment gives one SHA-256 on each of the instruction sets {', '.join(LEVELS)}, with Python {versions}"
    return Row(what, len(hashes), "runs", len(wrong), "; ".join(wrong))


def _answer(number: int) -> str:
    """Hash over what a random program gives on a chip of its own."""
    try:
        words = sim.System(sim.VirtualChip(number), seed=number).execute(np.append(Generator(number).program(600), HALT))
    except sim.ProtocolError as error:
        return str(error)
    return hashlib.sha256(words.tobytes()).hexdigest()


def threads(programs: int, seed: int) -> Row:
    """Random programs one after the other, and beside each other in threads."""
    numbers = [1000 * seed + number for number in range(programs)]
    alone = [_answer(number) for number in numbers]
    with ThreadPoolExecutor(THREADS) as pool:
        beside = list(pool.map(_answer, numbers))
    wrong = [number for number, one, other in zip(numbers, alone, beside, strict=True) if one != other]
    what = f"Random programs give the same SHA-256 alone and in {THREADS} threads beside each other"
    return Row(what, programs, "programs", len(wrong), ", ".join(map(str, wrong)))


def answers(scale: float, seed: int, pythons: tuple[str, ...] = ()) -> list[Row]:
    """pythons: further interpreters that have the project built."""
    return [interpreters([sys.executable, *pythons]), threads(max(2, round(PROGRAMS * scale)), seed)]
