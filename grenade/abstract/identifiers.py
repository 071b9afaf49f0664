"""Numbers that name the parts of a topology and of cells."""

from __future__ import annotations

from typing import NamedTuple

from grenade.common import ConnectionOnExecutor, ExecutionInstanceID
from halco.value import BaseType

_MAX = (1 << 63) - 1


class VertexOnTopology(BaseType, maximum=_MAX):
    """A vertex; numbers are given in order of addition and not used again."""


class EdgeOnTopology(BaseType, maximum=_MAX):
    """An edge; numbers are given in order of addition and not used again."""


class TimeDomainOnTopology(BaseType, maximum=_MAX):
    """Vertices of one time domain run at the same time."""


class CompartmentOnNeuron(BaseType, maximum=_MAX):
    """A compartment of a neuron."""


class ReceptorOnCompartment(BaseType, maximum=_MAX):
    """A receptor of a compartment."""


class ExecutionInstanceOnExecutor(NamedTuple):
    """A part of a topology that runs in one go, and the connection that it runs on."""

    execution_instance_id: ExecutionInstanceID = ExecutionInstanceID()
    connection_on_executor: ConnectionOnExecutor = ConnectionOnExecutor()
