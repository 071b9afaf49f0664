"""Runs one program of a client, and notes what became of it. Here scripts; notebooks in the module of that name.

    python -m hicannx.compatibility.program FILE RECORD [PICTURES]

Figures that the program shows are kept as files in the folder PICTURES if it is given.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import pyplot

__all__ = ["main"]


def main(play: Callable[[Path], object], file: str, record: str, pictures: str = "") -> int:
    """Runs a file by a function. Exit status 1 if it fails."""
    matplotlib.use("Agg")
    pyplot.show = _kept(Path(pictures) if pictures else None)
    error = ""
    try:
        play(Path(file))
    except SystemExit as end:
        error = "" if end.code in (None, 0) else f"exit status {end.code}"
    except Exception as failure:
        traceback.print_exc()
        error = f"{type(failure).__name__}: {next(iter(str(failure).splitlines()), '')}{''.join(getattr(failure, '__notes__', []))}"
    times = os.times()
    note = {"test": file, "outcome": "failed" if error else "passed", "message": error, "seconds": round(times.user + times.system, 2)}
    Path(record).write_text(json.dumps(note) + "\n", "utf-8")
    return int(bool(error))


def script(file: Path) -> None:
    """Runs a script as Python does."""
    runpy.run_path(str(file), run_name="__main__")


def _kept(folder: Path | None) -> Callable[..., None]:
    """What shows figures: it writes them to a folder and closes them."""
    number = 0

    def show(*_: Any, **__: Any) -> None:
        nonlocal number
        for figure in pyplot.get_fignums():
            if folder is not None:
                pyplot.figure(figure).savefig(folder / f"{number:03}.png", dpi=70)
            number += 1
        pyplot.close("all")

    return show


if __name__ == "__main__":
    sys.exit(main(script, *sys.argv[1:]))
