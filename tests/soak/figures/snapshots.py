"""A snapshot in the middle of a random program goes on to the same bits in another process."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from test_snapshot import RESUME, ROOT, case
from word_streams import HALT, INIT

import hicannx_sim as sim
from figures.row import Row

SNAPSHOTS, EACH = 200, 20
NEXT = np.append(INIT, HALT)


class Cut(NamedTuple):
    """A program that was interrupted: its answers in one go, those before the snapshot, the snapshot, the rest of the words."""

    expected: Any
    head: Any
    snapshot: bytes
    rest: Any


def cut(number: int) -> Cut:
    """Case `number`, interrupted somewhere."""
    system, words = case(number)
    start = system.snapshot()
    expected = np.concatenate([system.execute(words), system.execute(NEXT)])
    system.restore(start)
    place = int(np.random.default_rng(number).integers(len(words)))
    system.begin()
    return Cut(expected, system.feed(words[:place]), system.snapshot(number % 3 == 0), words[place:])


def resumed(cuts: list[Cut], folder: Path) -> list[Any]:
    """What a new process answers to the rest of each and to the next program."""
    arrays = {"next": NEXT}
    for place, one in enumerate(cuts):
        arrays[f"snapshot{place}"], arrays[f"rest{place}"] = np.frombuffer(one.snapshot, np.uint8), one.rest
    file = folder / "cases.npz"
    np.savez(file, **arrays)
    script = RESUME.format(path=[str(ROOT), str(ROOT / "compat"), str(ROOT / "tools")], programs=len(cuts))
    done = subprocess.run([sys.executable, "-c", script, str(file)], check=False, capture_output=True, text=True)
    if done.returncode:
        raise sim.SimError(f"in the new process: {done.stderr.splitlines()[-1]}")
    return [np.load(f"{file}.{place}.npy") for place in range(len(cuts))]


def batch(numbers: list[int], folder: Path) -> dict[int, str]:
    """What was wrong with which of these cases; with all of them if the new process broke."""
    cuts, wrong = {}, {}
    for number in numbers:
        try:
            cuts[number] = cut(number)
        except sim.SimError as error:
            wrong[number] = str(error)
    try:
        tails = resumed(list(cuts.values()), folder)
    except sim.SimError as error:
        return wrong | dict.fromkeys(cuts, str(error))
    for (number, one), tail in zip(cuts.items(), tails, strict=True):
        if not np.array_equal(one.expected, np.concatenate([one.head, tail])):
            wrong[number] = "other answers"
    return wrong


def snapshots(scale: float, seed: int) -> list[Row]:
    """200 at scale 1; a new process for every 20 of them."""
    numbers = [100_000 * seed + number for number in range(max(1, round(SNAPSHOTS * scale)))]
    wrong: dict[int, str] = {}
    with TemporaryDirectory() as folder:
        for start in range(0, len(numbers), EACH):
            wrong |= batch(numbers[start : start + EACH], Path(folder))
    what = "A snapshot at a random word of a random program goes on in a new process to the same answers"
    return [Row(what, len(numbers), "snapshots", len(wrong), "; ".join(f"case {number}: {text}" for number, text in wrong.items()))]
