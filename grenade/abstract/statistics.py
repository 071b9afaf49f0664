"""How much of the chips a mapped topology uses, and how long it took to put it there: `extract_statistics` takes one as well."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from grenade.abstract.identifiers import ExecutionInstanceOnExecutor
from grenade.abstract.mapped import MappedTopology
from grenade.common import ExecutionInstanceID
from grenade.network import NetworkGraphStatistics, extract_statistics


@dataclass
class MappedTopologyStatistics(NetworkGraphStatistics):
    """The same as of a network graph, by execution instance on the executor, and the time that the whole mapping took."""

    execution_instances: dict[ExecutionInstanceOnExecutor, NetworkGraphStatistics.ExecutionInstance] = field(  # type: ignore[assignment]
        default_factory=dict
    )
    mapping_duration: timedelta = timedelta(0)


@extract_statistics.register
def _of_topology(mapped: MappedTopology) -> MappedTopologyStatistics:
    found = MappedTopologyStatistics(mapping_duration=mapped.construction_duration)
    for instance in mapped.instances:
        one = extract_statistics(instance.graph)
        for statistics in one.execution_instances.values():
            found.execution_instances[ExecutionInstanceOnExecutor(ExecutionInstanceID(instance.number))] = statistics
        found.abstract_network_construction_duration += one.abstract_network_construction_duration
        found.hardware_network_construction_duration += one.hardware_network_construction_duration
        found.verification_duration += one.verification_duration
        found.routing_duration += one.routing_duration
    return found
