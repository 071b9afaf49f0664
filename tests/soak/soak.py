"""Measures how reliable everything is and keeps the figures in docs/reliability.md.

    python tests/soak/soak.py [--scale 1] [--seed 1] [--figures codec,transport] [--python python3.13] [--no-document]

--scale     how much is tried: 1 takes minutes, 100 takes hours, 0.01 shows in a minute that it works
--figures   only these: codec, addresses, processors, answers, snapshots, transport, sanitized, coverage. All but the last without it:
            that one runs the whole test suite
--python    one more interpreter for the answers, in which the project is built; may be repeated

The exit status is the number of figures with faults.
"""

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parent
FOLDERS = ("helpers", "fuzz", "sim", "sim/ppu", "haldls")
sys.path[:0] = [str(HERE), *(str(TESTS / folder) for folder in FOLDERS)]

from figures import document  # noqa: E402
from figures.addresses import addresses  # noqa: E402
from figures.answers import answers  # noqa: E402
from figures.codec import codec  # noqa: E402
from figures.coverage import coverage  # noqa: E402
from figures.processors import processors  # noqa: E402
from figures.row import Row  # noqa: E402
from figures.sanitized import sanitized  # noqa: E402
from figures.snapshots import snapshots  # noqa: E402
from figures.transport import transport  # noqa: E402

Figure = Callable[[float, int], list[Row]]
FIGURES: dict[str, Figure] = {
    one.__name__: one for one in (transport, codec, addresses, processors, answers, snapshots, sanitized, coverage)
}
ON_DEMAND = {"coverage"}
DOCUMENT = TESTS.parent / "docs" / "reliability.md"


def measured(figure: Figure, scale: float, seed: int) -> tuple[list[Row], float]:
    """Rows of a figure and the seconds they took; what a figure raises is a fault of its own."""
    logging.disable(logging.CRITICAL)
    begin = time.perf_counter()
    try:
        rows = figure(scale, seed)
    except Exception as error:
        name = getattr(figure, "__name__", "answers")
        rows = [Row(f"{name} could not be measured", 0, "times", 1, f"{type(error).__name__}: {error}")]
    return rows, time.perf_counter() - begin


def command(scale: float, seed: int, chosen: list[str] | None) -> str:
    """What measures this again."""
    parts = {"SCALE": f"{scale:g}", "SEED": str(seed), "FIGURES": ",".join(chosen or [])}
    usual = {"SCALE": "1", "SEED": "1", "FIGURES": ""}
    return " ".join(["make soak", *(f"{name}={value}" for name, value in parts.items() if value != usual[name])])


def measure(names: list[str], scale: float, seed: int, pythons: list[str]) -> dict[str, list[Row]]:
    """Each figure in a process of its own, as many at a time as there are processors; shows the rows as they come."""
    figures = {name: FIGURES[name] for name in names}
    if "answers" in figures:
        figures["answers"] = partial(answers, pythons=tuple(pythons))
    found: dict[str, list[Row]] = {}
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), max_tasks_per_child=1) as pool:
        waiting = {name: pool.submit(measured, figure, scale, seed) for name, figure in figures.items()}
        for name, future in waiting.items():
            found[name], seconds = future.result()
            for row in found[name]:
                print(f"{name:11} {row.count:>13,} {row.unit:12} {row.result}  ({row.what})", flush=True)
            print(f"{name:11} {seconds:.0f} s", flush=True)
    return found


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--figures", default="")
    parser.add_argument("--python", action="append", default=[])
    parser.add_argument("--no-document", action="store_true")
    options = parser.parse_args()
    chosen = [name for name in options.figures.split(",") if name]
    if unknown := set(chosen) - FIGURES.keys():
        parser.error(f"no figure {', '.join(sorted(unknown))}: there are {', '.join(FIGURES)}")
    if options.scale <= 0:
        parser.error("--scale has to be more than 0")
    names = chosen or [name for name in FIGURES if name not in ON_DEMAND]
    found = measure(names, options.scale, options.seed, options.python)
    if not options.no_document:
        # a figure is measured again by its own command, whatever else ran beside it
        document.update(DOCUMENT, {name: (rows, command(options.scale, options.seed, chosen and [name])) for name, rows in found.items()})
    return min(sum(any(row.faults for row in rows) for rows in found.values()), 255)


if __name__ == "__main__":
    sys.exit(main())
