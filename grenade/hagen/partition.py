"""How a matrix is cut into pieces that fit into one synapse array each. (facts: clients/hxtorch_jaxsnn 2.4)"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from grenade.hagen.limits import COLUMNS, ROWS
from halco import HemisphereOnDLS

HEMISPHERES = HemisphereOnDLS.size


@dataclass(frozen=True)
class Piece:
    """Rows and columns of a matrix, and the run and hemisphere (0 top, 1 bottom) in which they are multiplied."""

    rows: slice
    columns: slice
    run: int
    hemisphere: int

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.columns.stop - self.columns.start  # type: ignore[no-any-return]


def pieces(rows: int, columns: int) -> list[Piece]:
    """The pieces of a matrix: all rows of the first columns, then those of the next ones; top and bottom in turn, two in each run.

    >>> [(piece.rows.stop, piece.columns.stop, piece.run, piece.hemisphere) for piece in pieces(200, 10)]
    [(128, 10, 0, 0), (200, 10, 0, 1)]
    """
    places = [(row, column) for column in _cut(columns, COLUMNS) for row in _cut(rows, ROWS)]
    return [Piece(row, column, *divmod(number, HEMISPHERES)) for number, (row, column) in enumerate(places)]


def runs(pieces: list[Piece]) -> list[list[Piece]]:
    """The pieces of each run."""
    return [list(found) for _, found in groupby(pieces, lambda piece: piece.run)]


def _cut(size: int, most: int) -> Iterator[slice]:
    return (slice(begin, min(begin + most, size)) for begin in range(0, size, most))
