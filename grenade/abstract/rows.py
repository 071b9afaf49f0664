"""Arrays whose rows are compared as a whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
_LIMIT = 1 << 62


def keys(*arrays: Rows) -> list[NDArray[np.int64]]:
    """A number for each row of several arrays: equal for equal rows, ordered as they are. Rows have no negative numbers."""
    width = arrays[0].shape[1]
    if width == 1:
        return [rows[:, 0] for rows in arrays]
    sizes = [1 + max((int(rows[:, column].max(initial=0)) for rows in arrays), default=0) for column in range(width)]
    if np.prod(np.array(sizes, object)) >= _LIMIT:
        return _ranks(arrays)
    found = [np.zeros(len(rows), np.int64) for rows in arrays]
    for column, size in enumerate(sizes):
        found = [key * size + rows[:, column] for key, rows in zip(found, arrays, strict=True)]
    return found


def _ranks(arrays: tuple[Rows, ...]) -> list[NDArray[np.int64]]:
    """The same by sorting all rows."""
    ranks = np.unique(np.concatenate(arrays), axis=0, return_inverse=True)[1].reshape(-1)
    return np.split(ranks, np.cumsum([len(rows) for rows in arrays])[:-1])


def unique(rows: Rows) -> Rows:
    """Each row once, in ascending order."""
    if len(rows) < 2:
        return rows
    key = keys(rows)[0]
    first = np.unique(key, return_index=True)[1]
    return rows[first]


def places(rows: Rows, wanted: Rows) -> NDArray[np.int64]:
    """For each wanted row where it first stands among the others; -1: it does not."""
    if rows.shape[1] != wanted.shape[1] or not len(rows):
        return np.full(len(wanted), -1, np.int64)
    if len(rows) == 1:
        same: NDArray[np.int64] = (wanted == rows).all(axis=1).astype(np.int64)
        return same - 1
    have, asked = keys(rows, wanted)
    order = np.argsort(have, kind="stable")
    found = np.minimum(np.searchsorted(have, asked, sorter=order), len(have) - 1)
    at = order[found]
    return np.where(have[at] == asked, at, -1)
