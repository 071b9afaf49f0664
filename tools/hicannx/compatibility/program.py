"""Runs one program of a client, a script or a page, and notes what became of it.

    python -m hicannx.compatibility.program FILE RECORD [PICTURES]

Figures that the program shows, or leaves open, are kept as files in the folder PICTURES if it is given. The cells of a page run in a shell
of IPython; code that a widget runs counts as the cell that made the widget.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import traceback
from pathlib import Path
from typing import Any

from hicannx.compatibility.pages import cells

__all__ = ["main"]


def main(file: Path, record: Path, pictures: Path | None) -> int:
    """Exit status 1 if the program fails."""
    pictures_kept(pictures)
    error = ""
    try:
        play(file) if file.suffix == ".rst" else runpy.run_path(str(file), run_name="__main__")
    except SystemExit as end:
        error = "" if end.code in (None, 0) else f"exit status {end.code}"
    except Exception as failure:
        traceback.print_exc()
        error = f"{type(failure).__name__}: {next(iter(str(failure).splitlines()), '')}{''.join(getattr(failure, '__notes__', []))}"
    times = os.times()
    note = {"test": str(file), "outcome": "failed" if error else "passed", "message": error, "seconds": round(times.user + times.system, 2)}
    record.write_text(json.dumps(note) + "\n", "utf-8")
    return int(bool(error))


def pictures_kept(folder: Path | None) -> None:
    """From now on figures that are shown are written to a folder and closed; so are those that are open at the end of a cell."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    number = 0

    def show(*_: Any, **__: Any) -> None:
        nonlocal number
        for figure in pyplot.get_fignums():
            if folder is not None:
                pyplot.figure(figure).savefig(folder / f"{number:03}.png", dpi=70)
            number += 1
        pyplot.close("all")

    pyplot.show = show


def play(page: Path) -> None:
    """Runs the cells of a page one after the other. Raises what a cell raises, with its number as a note."""
    from IPython.core.interactiveshell import InteractiveShell
    from matplotlib import pyplot

    shell = InteractiveShell.instance()
    shell.register_magic_function(lambda _: None, "line", "matplotlib")  # figures go where pictures_kept says
    inside: list[BaseException] = []
    shell.showtraceback = lambda *_, **__: inside.append(sys.exc_info()[1] or RuntimeError("a cell failed"))
    for number, cell in enumerate(cells(page)):
        result = shell.run_cell(cell)
        pyplot.show()
        failed = result.error_before_exec or result.error_in_exec or next(iter(inside), None)
        if failed is not None:
            failed.add_note(f" (cell {number})")
            raise failed


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None))
