"""Matrices in pieces: sizes of a synapse array, order, hemispheres and runs as on the real system."""

from __future__ import annotations

import numpy as np
import pytest

from grenade.hagen.partition import pieces, runs


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1, 1), [(0, 1, 0, 1, 0, 0)]),
        ((128, 256), [(0, 128, 0, 256, 0, 0)]),
        ((129, 256), [(0, 128, 0, 256, 0, 0), (128, 129, 0, 256, 0, 1)]),
        ((128, 257), [(0, 128, 0, 256, 0, 0), (0, 128, 256, 257, 0, 1)]),
        (
            (300, 300),
            [
                (0, 128, 0, 256, 0, 0), (128, 256, 0, 256, 0, 1), (256, 300, 0, 256, 1, 0),
                (0, 128, 256, 300, 1, 1), (128, 256, 256, 300, 2, 0), (256, 300, 256, 300, 2, 1),
            ],
        ),
    ],
)  # fmt: skip
def test_pieces(shape: tuple[int, int], expected: list[tuple[int, ...]]) -> None:
    found = [(one.rows.start, one.rows.stop, one.columns.start, one.columns.stop, one.run, one.hemisphere) for one in pieces(*shape)]
    assert found == expected


@pytest.mark.parametrize("shape", [(1, 700), (500, 1), (257, 513), (1000, 1000)])
def test_pieces_cover_every_entry_once(shape: tuple[int, int]) -> None:
    covered = np.zeros(shape, int)
    for one in pieces(*shape):
        covered[one.rows, one.columns] += 1
    assert (covered == 1).all()
    assert all(len({piece.hemisphere for piece in together}) == len(together) <= 2 for together in runs(pieces(*shape)))
