"""Projections: weighted connections of two populations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from grenade import network
from grenade.errors import GrenadeError
from grenade.modules.populations import InputPopulation, Module, Population
from grenade.network.projections import ConnectionList
from halco import DLSGlobal

if TYPE_CHECKING:
    from grenade.modules.experiment import Experiment

__all__ = ["Projection", "ProjectionConnection"]


SIGNS = {network.Receptor.Type.excitatory: 1, network.Receptor.Type.inhibitory: -1}


class ProjectionConnection(NamedTuple):
    """One connection: neuron of the source, neuron of the target, and a weight, negative for inhibition."""

    source: int
    target: int
    weight: int


class Projection(Module):
    """Connections with signed weights. Subclasses say which, and between whom.

    On the chip it is two projections, an excitatory and an inhibitory one, which have the same connections, so that a weight can change its
    sign without another routing.
    """

    def __init__(self, in_size: int, out_size: int, experiment: Experiment, chip_coordinate: DLSGlobal | None = None) -> None:
        self.in_size, self.out_size = in_size, out_size
        super().__init__(experiment, chip_coordinate)

    def source_population(self) -> InputPopulation | Population:
        """Where it comes from."""
        raise NotImplementedError("a projection says where it comes from: override source_population")

    def target_population(self) -> Population:
        """Where it leads to."""
        raise NotImplementedError("a projection says where it leads to: override target_population")

    def get_connections(self) -> Sequence[ProjectionConnection]:
        """Its connections; which neurons they connect does not change between runs."""
        raise NotImplementedError("a projection says what it connects: override get_connections")

    def add_to(self, builder: network.NetworkBuilder) -> None:
        table = self._table()
        ends = self.source_population().descriptor, self.target_population().descriptor
        receptors = {network.Receptor(network.Receptor.ID(), kind): sign for kind, sign in SIGNS.items()}
        self.descriptor = tuple(
            builder.add(network.Projection(receptor, _signed(table, sign), *ends, self.chip_on_executor))
            for receptor, sign in receptors.items()
        )

    def _table(self) -> Any:
        given = np.array(self.get_connections())
        with np.errstate(invalid="ignore"):  # what is no number is found below
            table = given.reshape(-1, 3).astype(np.int64)
        if given.size != table.size or not np.array_equal(table.ravel(), given.ravel()):
            raise GrenadeError("connections are triples of integers: neuron of the source, neuron of the target, weight")
        return table


def _signed(table: Any, sign: int) -> ConnectionList:
    """All connections, with the weights of one sign and 0 for those of the other."""
    return ConnectionList.of_weights(np.maximum(sign * table[:, 2], 0), table[:, 0], table[:, 1])
