"""Runs the notebook of a page, in one shell of IPython: `python -m hicannx.compatibility.notebook FILE RECORD [PICTURES]`.

Figures that a cell displays, or that are open at its end, count as shown, as in notebooks. Code that a widget runs counts as the cell that
made the widget.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from matplotlib import pyplot
from matplotlib.figure import Figure
from traitlets.config import Config

from hicannx.compatibility.pages import cells
from hicannx.compatibility.program import Pictures, main


def play(page: Path, pictures: Pictures) -> None:
    """Runs the cells one after the other. Raises what a cell raises, with its number as a note."""
    shell: Any = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    shell.register_magic_function(lambda _: None, "line", "matplotlib")  # figures are kept as files, whatever the page wants
    formatter = shell.display_formatter.formatters["image/png"]
    formatter.enabled = True
    formatter.for_type(Figure, lambda figure: pictures.keep(figure))
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
    sys.exit(main(play, *sys.argv[1:]))
