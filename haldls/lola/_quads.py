"""How the columns of a synapse array are spread over its words.

A word holds a quad: four columns that are two apart. Quads 0..31 of a row hold the even columns, 32..63 the odd ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from haldls.lola.table import Numbering

QUADS: int = 64
ENTRIES: int = 4
ROWS: int = 256

_quad, _entry = np.ogrid[:QUADS, :ENTRIES]
COLUMNS: NDArray[np.int64] = 8 * (_quad % 32) + 2 * _entry + _quad // 32
"""Column [quad, entry]; facts: lola, column/quad permutation."""


def quads_of_row(enums: Numbering) -> Numbering:
    """Numbers of the 64 quads of each row (or of each hemisphere, for what exists once per column)."""
    return enums[:, None] * QUADS + np.arange(QUADS)


def rows_of_hemisphere(enums: Numbering) -> Numbering:
    """Numbers of the 256 rows of each hemisphere."""
    return enums[:, None] * ROWS + np.arange(ROWS)


def by_column(*names: str) -> dict[str, tuple[str, NDArray[np.int64]]]:
    """Source of a quad whose fields are arrays over its entries: the attributes of the same names, taken at its columns."""
    return {name: (name, COLUMNS) for name in names}
