"""Branches of the Python part that the test suite takes."""

import json
import subprocess
import sys
from pathlib import Path

from figures.row import Row

ROOT = Path(__file__).parents[3]
FLOOR = 95.0  # percent
ROOMS = ("halco", "haldls", "fisch", "stadls", "sim", "compat", "tools")


def coverage(scale: float, seed: int, arguments: tuple[str, ...] = ()) -> list[Row]:
    """The whole suite under `coverage`, whatever the scale. arguments: for pytest, such as a folder instead of all of them."""
    tool = [sys.executable, "-m", "coverage"]
    data, report = ROOT / "build" / "coverage", ROOT / "build" / "coverage.json"
    data.parent.mkdir(exist_ok=True)
    sources = ",".join(str(ROOT / room) for room in ROOMS)
    run = [*tool, "run", "--branch", f"--data-file={data}", f"--source={sources}", "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    suite = subprocess.run(run, cwd=ROOT, check=False)
    subprocess.run([*tool, "json", f"--data-file={data}", "-q", "-o", report], cwd=ROOT, check=True)
    totals = json.loads(report.read_text())["totals"]
    branches, taken = totals["num_branches"], totals["covered_branches"]
    share = 100 * taken / branches
    found = f"{share:.1f} % of the branches taken" + (", the suite failed" if suite.returncode else "")
    what = f"The test suite takes at least {FLOOR:.0f} % of the branches of the Python part"
    return [Row(what, branches, "branches", int(share < FLOOR) + bool(suite.returncode), found)]
