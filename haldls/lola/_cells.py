"""Rows of tables that stand in the capacitive memory."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from halco import CapMemCellOnCapMemBlock, CapMemColumnOnCapMemBlock, CapMemRowOnCapMemBlock
from haldls.capmem import CapMemCell
from haldls.lola.table import Numbering, Part

ANALOG: tuple[type[CapMemCell.Value], type[CapMemCell.DisableRefresh]] = (CapMemCell.Value, CapMemCell.DisableRefresh)
"""An analog parameter: 0..1022, or 1023 for a cell that is not refreshed."""

NEURON_COLUMNS = 128


def shared_cells(attributes: Mapping[str, str], blocks: int) -> Part:
    """Cells that each quadrant has once, quadrant by quadrant: {cell: array attribute indexed by quadrant}.

    `blocks` is the number of quadrants the own coordinate spans: 2 for a hemisphere, 4 for the chip.
    """
    cells = np.array([int(getattr(CapMemCellOnCapMemBlock, cell)) for cell in attributes])

    def at(enums: Numbering) -> Numbering:
        quadrants = enums[:, None] * blocks + np.arange(blocks)
        return np.asarray(quadrants[:, :, None] * CapMemCellOnCapMemBlock.size + cells)

    return Part(CapMemCell, at, {"value": [f"{attribute}[{block}]" for block in range(blocks) for attribute in attributes.values()]})


def neuron_cells(attributes: Mapping[str, str]) -> Part:
    """Cells of the column of a neuron: {row: attribute}."""
    rows = np.array([int(getattr(CapMemRowOnCapMemBlock, row)) for row in attributes]) * CapMemColumnOnCapMemBlock.size

    def at(enums: Numbering) -> Numbering:
        block, column = np.divmod(enums, NEURON_COLUMNS)
        return np.asarray((block * CapMemCellOnCapMemBlock.size + column)[:, None] + rows)

    return Part(CapMemCell, at, {"value": list(attributes.values())})
