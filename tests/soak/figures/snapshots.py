"""A snapshot in the middle of a random program goes on to the same bits in another process."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from test_snapshot import RESUME, ROOT, case
from word_streams import HALT, INIT

from figures.row import Row

SNAPSHOTS, EACH = 200, 20
NEXT = np.append(INIT, HALT)


def batch(numbers: list[int], folder: Path) -> list[int]:
    """Which of these cases go on differently in a new process."""
    arrays, expected, heads = {"next": NEXT}, [], []
    for place, number in enumerate(numbers):
        system, words = case(number)
        start = system.snapshot()
        expected.append(np.concatenate([system.execute(words), system.execute(NEXT)]))
        system.restore(start)
        cut = int(np.random.default_rng(number).integers(len(words)))
        system.begin()
        heads.append(system.feed(words[:cut]))
        arrays[f"snapshot{place}"], arrays[f"rest{place}"] = np.frombuffer(system.snapshot(number % 3 == 0), np.uint8), words[cut:]
    file = folder / "cases.npz"
    np.savez(file, **arrays)
    script = RESUME.format(path=[str(ROOT), str(ROOT / "compat"), str(ROOT / "tools")], programs=len(numbers))
    subprocess.run([sys.executable, "-c", script, str(file)], check=True, capture_output=True)
    found = [np.concatenate([head, np.load(f"{file}.{place}.npy")]) for place, head in enumerate(heads)]
    return [number for number, one, other in zip(numbers, expected, found, strict=True) if not np.array_equal(one, other)]


def snapshots(scale: float, seed: int) -> list[Row]:
    """200 at scale 1; a new process for every 20 of them."""
    numbers = [100_000 * seed + number for number in range(max(1, round(SNAPSHOTS * scale)))]
    with TemporaryDirectory() as folder:
        wrong = [one for start in range(0, len(numbers), EACH) for one in batch(numbers[start : start + EACH], Path(folder))]
    what = "A snapshot at a random word of a random program goes on in a new process to the same answers"
    return [Row(what, len(numbers), "snapshots", len(wrong), ", ".join(map(str, wrong)))]
