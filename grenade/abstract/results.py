"""What execution instances give, put together in terms of the topology."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np

from grenade.abstract.data import ExecutionInstanceResults, ExecutorResults, OutputData
from grenade.abstract.identifiers import ExecutionInstanceOnExecutor, VertexOnTopology
from grenade.abstract.instance_network import Channel, InstanceNetwork, PlacedRule
from grenade.abstract.plasticity_rule import PlasticityRule
from grenade.abstract.recorders import CADCRecorder, MADCRecorder, Recorder, SpikeRecorder
from grenade.abstract.samples import Samples, Spikes
from grenade.abstract.topology import Topology
from grenade.common import ChipOnConnection, ExecutionInstanceID
from grenade.execution import extract_plasticity_rule_recording_data
from grenade.execution.extraction import spikes_by_neuron
from grenade.network import NetworkGraph, PlasticityRuleOnNetwork
from grenade.signal_flow import ExecutionHealthInfo, OutputDataSnippet
from haldls.lola import Chip

INSTANCE = ExecutionInstanceID()
"""Each execution instance of a topology is a network of its own, with one instance."""


@dataclass
class ExecutionInstanceGlobal(ExecutionInstanceResults):
    """What an execution instance gives besides recordings.

    device_usage_duration   time spent executing, by chip
    realtime_duration       time in the realtime sections, by chip
    execution_health_info   counters of lost events and link errors
    read_ppu_symbols        per batch entry, by chip and name, what was asked for in hooks
    pre_execution_chips     configurations that were written before, by chip
    """

    device_usage_duration: dict[ChipOnConnection, timedelta] = field(default_factory=dict)
    realtime_duration: dict[ChipOnConnection, timedelta] = field(default_factory=dict)
    execution_health_info: ExecutionHealthInfo.ExecutionInstance | None = None
    read_ppu_symbols: list[dict[ChipOnConnection, dict[str, Any]]] = field(default_factory=list)
    pre_execution_chips: Mapping[ChipOnConnection, Chip] = field(default_factory=dict)


class ExecutorGlobal(ExecutorResults):
    """How long a run took altogether."""


@dataclass
class InstanceOutput:
    """What one execution instance gave in one snippet."""

    number: int
    made: InstanceNetwork
    graph: NetworkGraph
    data: OutputDataSnippet
    results: ExecutionInstanceGlobal
    batch_size: int

    def spikes(self, batch: int) -> dict[tuple[int, int, int], Any]:
        """Times of spikes (int64, FPGA cycles) of a batch entry by population, neuron, compartment of the network."""
        output = self.data.data.get(INSTANCE)
        translation = self.graph.graph_translation.execution_instances.get(INSTANCE)
        if output is None or output.spikes is None or translation is None:
            return {}
        return spikes_by_neuron(output.spikes[batch], translation.spikes)


def root_output(topology: Topology, outputs: list[InstanceOutput]) -> OutputData:
    """Recordings by vertex and port, and the rest by execution instance."""
    root = OutputData()
    for output in outputs:
        root.execution_instances.set(ExecutionInstanceOnExecutor(ExecutionInstanceID(output.number)), output.results)
    for vertex in topology.vertices():
        entity = topology.get(vertex)
        if isinstance(entity, SpikeRecorder):
            root.ports.set((vertex, 0), SpikeRecorder.Results(_collected(vertex, entity, outputs, _spikes_of)))
        elif isinstance(entity, MADCRecorder):
            root.ports.set((vertex, 0), MADCRecorder.Results(_collected(vertex, entity, outputs, _madc_of)))
        elif isinstance(entity, CADCRecorder):
            root.ports.set((vertex, 0), CADCRecorder.Results(_collected(vertex, entity, outputs, _cadc_of)))
        elif isinstance(entity, PlasticityRule) and entity.recording is not None:
            _add_rule(root, vertex, outputs)
    return root


Recorded = list[tuple[Channel, Any]]


def _collected(
    vertex: VertexOnTopology, recorder: Recorder, outputs: list[InstanceOutput], what: Callable[[InstanceOutput, int], Recorded]
) -> list[list[Any]]:
    """What channels have recorded, by batch entry and channel."""
    size = max((output.batch_size for output in outputs), default=0)
    found: list[list[Any]] = [[[] for _ in range(recorder.size())] for _ in range(size)]
    for output in outputs:
        for batch in range(output.batch_size):
            for channel, data in what(output, batch):
                if channel.recorder == vertex:
                    found[batch][channel.channel] = data
    return found


_NO_TIMES = np.empty(0, np.int64)


def _spikes_of(output: InstanceOutput, batch: int) -> Recorded:
    times = output.spikes(batch)
    return [(one, Spikes(times.get((one.population, one.neuron, one.compartment), _NO_TIMES))) for one in output.made.spikes]


def _by_place(channels: list[Channel], found: dict[tuple[int, int, int, int], Samples]) -> Recorded:
    nothing = Samples(_NO_TIMES, _NO_TIMES)
    return [(one, found.get((one.population, one.neuron, one.compartment, one.circuit), nothing)) for one in channels]


def _key(neuron: Any) -> tuple[int, int, int, int]:
    at = neuron.compartment_on_neuron, neuron.atomic_neuron_on_compartment
    return int(neuron.population), neuron.neuron_on_population, int(at[0]), at[1]


def _madc_of(output: InstanceOutput, batch: int) -> Recorded:
    data, found = output.data.data.get(INSTANCE), {}
    if data is not None and data.madc is not None:
        samples = data.madc[batch]
        for number, readout in enumerate(output.graph.hardware[INSTANCE].madc):
            mine = samples.channels == number
            found[_key(readout.neuron)] = Samples(samples.times[mine], samples.values[mine])
    return _by_place(output.made.madc, found)


def _cadc_of(output: InstanceOutput, batch: int) -> Recorded:
    data, found = output.data.data.get(INSTANCE), {}
    if data is not None and data.cadc is not None:
        for hemisphere, view in (output.graph.hardware[INSTANCE].cadc or {}).items():
            samples = data.cadc[batch].get(int(hemisphere))
            for column, readout in enumerate(view.readouts if samples is not None else ()):
                found[_key(readout.neuron)] = Samples(samples.times, samples.values[:, column])  # type: ignore[union-attr]
    return _by_place(output.made.cadc, found)


# ------------------------------------------------------------------------------------------------------------------ plasticity rules
def _add_rule(root: OutputData, vertex: VertexOnTopology, outputs: list[InstanceOutput]) -> None:
    """Enters what a rule has recorded. It runs in one instance, as all that it works on does."""
    for output in outputs:
        for number, placed in enumerate(output.made.rules):
            if placed.vertex == vertex:
                data = extract_plasticity_rule_recording_data(output.data, output.graph, PlasticityRuleOnNetwork(number))
                root.ports.set((vertex, 0), PlasticityRule.Results(_of_rule(placed, data), output.batch_size))


def _of_rule(placed: PlacedRule, data: Any) -> Any:
    if not hasattr(data, "data_array"):
        return data
    synapses = {
        name: {number: _joined([(one.synapses, found[one.descriptor]) for one in some]) for number, some in enumerate(placed.projections)}
        for name, found in data.data_per_synapse.items()
    }
    neurons = {
        name: {number: found[at] for number, some in enumerate(placed.populations) for _, at in some}
        for name, found in data.data_per_neuron.items()
    }
    return PlasticityRule.Results.TimedData(synapses, neurons, data.data_array)


def _joined(parts: list[tuple[Any, list[list[Any]]]]) -> list[list[Any]]:
    """Data of one projection whose parts have been recorded one by one, in the order of its synapses."""
    if len(parts) == 1:
        return parts[0][1]
    order = np.argsort(np.concatenate([synapses for synapses, _ in parts]), kind="stable").tolist()
    joined = []
    for entries in zip(*(entry for _, entry in parts), strict=True):
        runs = []
        for samples in zip(*entries, strict=True):
            values = [value for sample in samples for value in sample.data]
            runs.append(type(samples[0])(samples[0].time, [values[at] for at in order]))
        joined.append(runs)
    return joined
