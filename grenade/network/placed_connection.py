"""Where a connection lies on the chip, as users say it who route themselves. (facts: clients/grenade 2.14)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grenade.values import Entity, attribute, listed, made
from halco import SynapseOnSynapseRow, SynapseRowOnDLS
from haldls.lola import SynapseMatrix

__all__ = ["ConnectionToHardwareRoutes", "PlacedConnection"]


@dataclass
class PlacedConnection(Entity):
    """One hardware synapse of a connection."""

    weight: SynapseMatrix.Weight = attribute(made(SynapseMatrix.Weight), default=SynapseMatrix.Weight())
    label: SynapseMatrix.Label = attribute(made(SynapseMatrix.Label), default=SynapseMatrix.Label())
    synapse_row: SynapseRowOnDLS = attribute(made(SynapseRowOnDLS), default=SynapseRowOnDLS())
    synapse_on_row: SynapseOnSynapseRow = attribute(made(SynapseOnSynapseRow), default=SynapseOnSynapseRow())


@dataclass
class ConnectionToHardwareRoutes(Entity):
    """Which circuits of its target a connection reaches. Where its synapses lie says the same."""

    atomic_neurons_on_target_compartment: list[Any] = attribute(listed(lambda one: one), default_factory=list)
