"""Tables on a terminal: through rich where it is installed and somebody looks, as plain columns otherwise."""

import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

WIDEST = 60
"""Characters of a plain column; only the last one is longer."""


def show(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Prints a table on standard output."""
    every = [[str(cell) for cell in row] for row in rows]
    if sys.stdout is not None and sys.stdout.isatty():
        try:
            _rich(head, every)
            return
        except ModuleNotFoundError:
            pass
    for line in plain(head, every):
        print(line)


def plain(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with columns side by side.

    >>> plain(("field", "bits"), [("v_leak", "w0[9:0]")])
    ['field   bits', 'v_leak  w0[9:0]']
    """
    widths = [min(max((len(row[column]) for row in (head, *rows)), default=0), WIDEST) for column in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (head, *rows)]


def _rich(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = import_module("rich.table").Table(*head, box=import_module("rich.box").SIMPLE)
    for row in rows:
        table.add_row(*(import_module("rich.markup").escape(cell) for cell in row))
    import_module("rich.console").Console().print(table)
