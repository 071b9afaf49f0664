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

from hicannx.compatibility.clock import watched

__all__ = ["main"]


class Pictures:
    """Figures that a program shows, as files 000.png, 001.png, ... in a folder; in none they are only closed."""

    def __init__(self, folder: str) -> None:
        self._folder, self._number = Path(folder) if folder else None, 0

    def keep(self, figure: Any) -> None:
        """One figure, as it is now."""
        if self._folder is not None:
            figure.savefig(self._folder / f"{self._number:03}.png", dpi=70)
        self._number += 1

    def show(self) -> None:
        """In place of `pyplot.show`: keeps and closes all figures."""
        for number in pyplot.get_fignums():
            self.keep(pyplot.figure(number))
        pyplot.close("all")


def main(play: Callable[[Path, Pictures], object], file: str, record: str, folder: str = "") -> int:
    """Runs a file by a function. Exit status 1 if it fails."""
    matplotlib.use("Agg")
    pictures, error = Pictures(folder), ""
    watched()
    pyplot.show = lambda *_, **__: pictures.show()
    try:
        play(Path(file), pictures)
    except SystemExit as end:
        error = "" if end.code in (None, 0) else f"exit status {end.code}"
    except Exception as failure:
        traceback.print_exc()
        error = f"{type(failure).__name__}: {next(iter(str(failure).splitlines()), '')}{''.join(getattr(failure, '__notes__', []))}"
    times, model = os.times(), watched()
    note = {"test": file, "outcome": "failed" if error else "passed", "message": error, "seconds": round(times.user + times.system, 2)}
    note |= {"model": round(model.model, 2), "on_chip": round(model.on_chip, 3)}
    Path(record).write_text(json.dumps(note) + "\n", "utf-8")
    return int(bool(error))


def script(file: Path, _: Pictures) -> None:
    """Runs a script as Python does."""
    runpy.run_path(str(file), run_name="__main__")


if __name__ == "__main__":
    sys.exit(main(script, *sys.argv[1:]))
