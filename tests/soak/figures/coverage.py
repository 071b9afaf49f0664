"""Branches of the Python part that the test suite takes."""

import json
import subprocess
import sys
from pathlib import Path

from figures.row import Row

ROOT = Path(__file__).parents[3]
FLOOR = 95.0  # percent


def coverage(scale: float, seed: int, arguments: tuple[str, ...] = ()) -> list[Row]:
    """The whole suite under `coverage`, whatever the scale. arguments: for pytest, such as a folder instead of all of them."""
    tool, report = [sys.executable, "-m", "coverage"], ROOT / "build" / "coverage" / "report.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([*tool, "erase"], cwd=ROOT, check=True)
    suite = subprocess.run([*tool, "run", "-m", "pytest", *arguments], cwd=ROOT, check=False)
    for step in (["combine", "-q"], ["json", "-q", "-o", str(report)]):
        subprocess.run([*tool, *step], cwd=ROOT, check=True)
    totals = json.loads(report.read_text())["totals"]
    share = 100 * totals["covered_branches"] / totals["num_branches"]
    found = f"{share:.1f} % of the branches taken" + (", the suite failed" if suite.returncode else "")
    what = f"The test suite takes at least {FLOOR:.0f} % of the branches of the Python part"
    return [Row(what, totals["num_branches"], "branches", (share < FLOOR) + bool(suite.returncode), found)]
