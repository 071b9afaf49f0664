"""Hashes of everything the model answers, to show that a change of structure changes no byte.

    python tests/helpers/streams.py before.json      # golden programs, the demo, one experiment on every instruction set, bring-up tests
    python tests/helpers/streams.py after.json --against before.json

A line for each stream that differs; the exit status is their number. As a pytest plugin (`-p streams`, with HICANNX_STREAMS naming a file)
it records the responses of each test.
"""

import argparse
import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hicannx_sim as sim
from hicannx_sim.anncore import LEVELS

ROOT = Path(__file__).parents[2]
FILE = "HICANNX_STREAMS"


class Recorder:
    """Hashes what systems answer while each test runs."""

    def __init__(self) -> None:
        self.test = "outside of tests"
        self.hashes: dict[str, Any] = defaultdict(hashlib.sha256)
        for name in ("execute", "feed", "finish"):
            self._wrap(name)

    def _wrap(self, name: str) -> None:
        original = getattr(sim.System, name)

        def recorded(system: Any, *arguments: Any) -> Any:
            words = original(system, *arguments)
            self.hashes[self.test].update(words.tobytes())
            return words

        setattr(sim.System, name, recorded)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: Any) -> None:
        self.test = item.nodeid

    def pytest_sessionfinish(self) -> None:
        Path(os.environ[FILE]).write_text(json.dumps({test: made.hexdigest() for test, made in self.hashes.items()}))


if FILE in os.environ and Path(sys.argv[0]).name != "streams.py":
    _recorder = Recorder()
    pytest_runtest_setup, pytest_sessionfinish = _recorder.pytest_runtest_setup, _recorder.pytest_sessionfinish


def golden_programs() -> Iterator[tuple[str, str]]:
    """Every golden program on a chip of its own."""
    lines = gzip.decompress((ROOT / "tests/golden/programs.jsonl.gz").read_bytes()).splitlines()
    for program in map(json.loads, lines):
        if program.get("words"):
            words = np.array([int(word, 16) for word in program["words"].split()], np.uint64)
            answer = sim.System(sim.VirtualChip(1), seed=1).execute(words)
            yield f"golden {program['name']}", hashlib.sha256(answer.tobytes()).hexdigest()


def experiments() -> Iterator[tuple[str, str]]:
    """The experiment of the determinism test on every instruction set that this machine has."""
    for level, name in enumerate(LEVELS):
        command = [sys.executable, ROOT / "tests/bringup/one_experiment.py", str(level)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        yield f"experiment, {name}", done.stdout.split()[2]


def tests() -> dict[str, str]:
    """Bring-up tests and the demo."""
    recorded = ROOT / "build" / "streams.json"
    recorded.parent.mkdir(exist_ok=True)
    environment = os.environ | {FILE: str(recorded), "PYTHONPATH": str(Path(__file__).parent)}
    wanted = [ROOT / "tests/bringup", ROOT / "tests/examples"]
    subprocess.run([sys.executable, "-m", "pytest", "-p", "streams", "-q", *wanted], env=environment, cwd=ROOT, check=True)
    return dict(json.loads(recorded.read_text()))


def main() -> int:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("record", type=Path)
    options.add_argument("--against", type=Path)
    given = options.parse_args()
    streams = dict(golden_programs()) | dict(experiments()) | tests()
    given.record.write_text(json.dumps(streams, indent=0))
    if given.against is None:
        return 0
    before = json.loads(given.against.read_text())
    different = [name for name in before.keys() | streams.keys() if before.get(name) != streams.get(name)]
    print(*(f"{name}: {'differs' if name in streams and name in before else 'only in one'}" for name in sorted(different)), sep="\n")
    print(f"{len(streams)} streams, {len(different)} different")
    return min(len(different), 255)


if __name__ == "__main__":
    sys.exit(main())
