"""What plasticity rules have recorded, in terms of the network. (facts: clients/grenade 3.9)"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grenade.common import ExecutionInstanceID, Time, TimedData
from grenade.errors import GrenadeError
from grenade.network.descriptors import PlasticityRuleOnExecutionInstance, PlasticityRuleOnNetwork, ProjectionOnExecutionInstance
from grenade.network.graph import NetworkGraph, NeuronView, RuleOnHardware, SynapseView
from grenade.network.plasticity import RawRecordingData, TimedRecordingData
from grenade.ppu import Recorded
from grenade.ppu.program import CYCLES_PER_FPGA_CYCLE
from grenade.signal_flow import OutputDataSnippet
from halco import CompartmentOnLogicalNeuron

__all__ = ["RecordingError", "extract_plasticity_rule_recording_data"]

COLUMNS = 256


class RecordingError(GrenadeError):
    """A recording is asked for that a plasticity rule has not made."""


def extract_plasticity_rule_recording_data(
    data: OutputDataSnippet, network_graph: NetworkGraph, descriptor: PlasticityRuleOnNetwork
) -> TimedRecordingData | RawRecordingData:
    """What a rule has recorded in a snippet.

    Raises RecordingError if the network has no such rule, if it has no recording, and for the output of another network.
    """
    instance = getattr(descriptor, "execution_instance", None) or ExecutionInstanceID()
    number = PlasticityRuleOnExecutionInstance(int(descriptor))
    rules = network_graph.hardware[instance].rules if instance in network_graph.hardware else {}
    which = f"(rule {int(descriptor)} of {instance!r})"
    if number not in rules:
        raise RecordingError(f"Requested plasticity rule not part of network graph. {which}")
    if rules[number].rule.recording is None:
        raise RecordingError(f"Requested plasticity rule isn't recording data. {which}")
    output = data.data.get(instance)
    if output is None or int(descriptor) not in output.plasticity:
        raise RecordingError(f"The output of this snippet does not contain the recording of the plasticity rule. {which}")
    entries = output.plasticity[int(descriptor)]
    if not all(isinstance(entry, Recorded) for entry in entries):
        return RawRecordingData([entry.view(np.int8) for entry in entries])
    return _Translation(network_graph, instance, rules[number]).data(entries)


def _timed(recorded: Recorded, samples: Iterable[Any]) -> list[TimedData[Any]]:
    """Samples with their times: FPGA cycles since the begin of the experiment."""
    times = (recorded.times // np.uint64(CYCLES_PER_FPGA_CYCLE)).tolist()
    return [TimedData(Time(time), sample) for time, sample in zip(times, samples, strict=True)]


Views = list[NDArray[Any]]
PerConnection = list[list[int]]
PerNeuron = list[dict[CompartmentOnLogicalNeuron, list[int]]]


class _Translation:
    """From the views of a rule to the projections and populations of the network."""

    def __init__(self, graph: NetworkGraph, instance: ExecutionInstanceID, placed: RuleOnHardware) -> None:
        self.graph, self.instance, self.placed = graph, instance, placed

    def data(self, entries: Sequence[Recorded]) -> TimedRecordingData:
        """The recordings of all batch entries."""
        first = entries[0]
        projections = {handle: self._synapses(handle) for handle in self.placed.rule.projections} if first.synapses else {}
        populations = {one.descriptor: self._neurons(one.descriptor) for one in self.placed.rule.populations} if first.neurons else {}
        return TimedRecordingData(
            {
                name: {key: [_timed(one, take(one.synapses[name])) for one in entries] for key, take in projections.items()}
                for name in first.synapses
            },
            {
                name: {key: [_timed(one, take(one.neurons[name])) for one in entries] for key, take in populations.items()}
                for name in first.neurons
            },
            {name: [_timed(one, one.arrays[name].tolist()) for one in entries] for name in first.arrays},
        )

    def _synapses(self, projection: ProjectionOnExecutionInstance) -> Callable[[Views], list[PerConnection]]:
        """Takes the elements of a projection out of those of the views: for each run, by connection, by its synapses."""
        synapses = self.graph.routing.execution_instances[self.instance].synapses[projection]
        views = [(number, view) for number, view in enumerate(self.placed.synapses) if view.projection == projection]
        borders = np.flatnonzero(np.diff(synapses.connection)) + 1

        def take(values: Views) -> list[PerConnection]:
            found = np.zeros((len(values[0]), len(synapses.row)), np.int64)
            for number, view in views:
                inside, row, column = _places(view, synapses.row, synapses.column)
                found[:, inside] = values[number][:, row, column]
            return [[part.tolist() for part in np.split(run, borders)] for run in found]

        return take

    def _neurons(self, population: Any) -> Callable[[Views], list[PerNeuron]]:
        """Takes the elements of a population out of those of the views: for each run, by neuron, by compartment, by circuit."""
        views = [(number, view) for number, view in enumerate(self.placed.neurons) if view.population == population]
        where = {circuit: place for number, view in views for circuit, place in _circuits(number, view)}
        neurons: Any = self.graph.network.execution_instances[self.instance].populations[population]
        shapes = [
            {name: [where[int(circuit)] for circuit in circuits] for name, circuits in neuron.coordinate.get_placed_compartments().items()}
            for neuron in neurons.neurons
        ]

        def take(values: Views) -> list[PerNeuron]:
            plain = [view.tolist() for view in values]
            return [
                [{name: [plain[view][run][at] for view, at in circuits] for name, circuits in shape.items()} for shape in shapes]
                for run in range(len(plain[0]))
            ]

        return take


def _places(view: SynapseView, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
    """Which synapses (rows 0..511) are in a view, and at which row and column of it."""
    inside = np.flatnonzero(rows // COLUMNS == int(view.hemisphere))
    return inside, np.searchsorted(view.rows, rows[inside] % COLUMNS), np.searchsorted(view.columns, columns[inside])


def _circuits(number: int, view: NeuronView) -> Iterable[tuple[int, tuple[int, int]]]:
    """Circuits of a view by their enumeration, with the view's number and their place in it."""
    return ((int(view.hemisphere) * COLUMNS + column, (number, place)) for place, column in enumerate(view.columns.tolist()))
