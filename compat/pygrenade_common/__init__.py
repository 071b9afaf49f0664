"""Numbers of executors, connections and execution instances, and abstract topologies, under their original import name.

See `grenade.common` and `grenade.abstract`.
"""

from grenade.abstract import (
    BatchedPortData,
    CellOnPopulationDimensionUnit,
    CompartmentOnNeuron,
    CompartmentOnNeuronDimensionUnit,
    CuboidMultiIndexSequence,
    Edge,
    EdgeOnTopology,
    ExecutionInstanceOnExecutor,
    InputData,
    ListMultiIndexSequence,
    MultiIndex,
    MultiIndexSequence,
    OutputData,
    Population,
    PortData,
    Projection,
    ReceptorOnCompartment,
    ReceptorOnCompartmentDimensionUnit,
    SequenceConnector,
    StaticConnector,
    TimeDomainOnTopology,
    TimeDomainRuntimes,
    Topology,
    Vertex,
    VertexOnTopology,
)
from grenade.abstract import MappedTopology as LinkedTopology
from grenade.common import ConnectionOnExecutor, ExecutionInstanceID

__all__ = [
    "BatchedPortData", "CellOnPopulationDimensionUnit", "CompartmentOnNeuron", "CompartmentOnNeuronDimensionUnit", "ConnectionOnExecutor",
    "CuboidMultiIndexSequence", "Edge", "EdgeOnTopology", "ExecutionInstanceID", "ExecutionInstanceOnExecutor", "InputData",
    "LinkedTopology", "ListMultiIndexSequence", "MultiIndex", "MultiIndexSequence", "OutputData", "Population", "PortData", "Projection",
    "ReceptorOnCompartment", "ReceptorOnCompartmentDimensionUnit", "SequenceConnector", "StaticConnector", "TimeDomainOnTopology",
    "TimeDomainRuntimes", "Topology", "Vertex", "VertexOnTopology",
]  # fmt: skip
