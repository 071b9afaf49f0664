"""All connections of a network as arrays."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grenade.network.descriptors import ProjectionOnExecutionInstance
from grenade.network.populations import Receptor
from grenade.network.projections import COLUMNS, Projection

Indices = NDArray[np.int64]


class Connections:
    """Connections of all projections, one after the other.

    `table`: as that of a `Projection`; `first`: per projection where its connections begin, and the end; `pre`, `post`, `receptor`: per
    projection its populations and the position of its receptor in `receptors`.
    """

    def __init__(self, projections: dict[ProjectionOnExecutionInstance, Projection]) -> None:
        every = [*projections.values()]
        self.table = np.concatenate([np.empty((0, len(COLUMNS)), np.int64), *(one.table for one in every)])
        self.first = np.cumsum([0, *(len(one.table) for one in every)])
        self.pre = np.array([int(one.population_pre) for one in every], np.int64)
        self.post = np.array([int(one.population_post) for one in every], np.int64)
        known: dict[tuple[int, object], int] = {}
        keys = [(int(one.receptor.id), one.receptor.type) for one in every]
        self.receptor = np.array([known.setdefault(key, len(known)) for key in keys], np.int64)
        self.receptors = [Receptor(Receptor.ID(number), kind) for number, kind in known]  # type: ignore[arg-type]

    @cached_property
    def projection(self) -> Indices:
        """Per connection the number of its projection."""
        return np.repeat(np.arange(len(self.pre)), np.diff(self.first))

    @property
    def weight(self) -> Indices:
        """Per connection."""
        return self.table[:, 4]

    def same_ends(self, other: Connections) -> bool:
        """Whether the same neurons are connected, in the same order and through the same receptors."""
        names = ("first", "pre", "post", "receptor")
        return (
            all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names)
            and self.receptors == other.receptors
            and np.array_equal(self.table[:, :4], other.table[:, :4])
        )
