"""Graphs made by hand: what execution is given, without routing."""

from __future__ import annotations

import numpy as np

from grenade.common import ChipOnConnection, ExecutionInstanceID
from grenade.network.graph import AnalogReadout, GraphTranslation, Hardware, NetworkGraph, SpikingNeuron
from grenade.network.recordings import AtomicNeuronOnExecutionInstance
from grenade.signal_flow import InputData, InputDataSnippet, SpikesToChip
from halco import AtomicNeuronOnDLS, CrossbarL2OutputOnDLS, CrossbarNodeOnDLS, Enum, NeuronEventOutputOnDLS
from haldls import CrossbarNode
from haldls.lola import AtomicNeuron, Chip

INSTANCE = ExecutionInstanceID()
CHIP = ChipOnConnection()
MS = 125_000
MEMBRANE = AtomicNeuron.Readout.Source.membrane


class Example:
    """Neurons that fire by themselves, their spikes recorded, the membrane of some by the fast converter."""

    def __init__(self, neurons: tuple[int, ...] = (0,), madc: tuple[int, ...] = ()) -> None:
        self.chip, hardware, translation = Chip(), Hardware(), GraphTranslation.ExecutionInstance()
        for index, number in enumerate(neurons):
            circuit = AtomicNeuronOnDLS(Enum(number))
            fire_by_itself(self.chip.neuron_block.atomic_neurons[circuit])
            hardware.neuron_addresses[number] = index + 1
            output = circuit.toNeuronColumnOnDLS().toNeuronEventOutputOnDLS()
            hardware.crossbar_nodes[node(output)] = CrossbarNode()
            label = index + 1 | label_of_output(output)
            translation.spikes.recorded.append(SpikingNeuron(0, index, 0))
            translation.spikes.index_of_label[label] = index
            translation.event_output_vertex = 1
        for number in madc:
            neuron = AtomicNeuronOnExecutionInstance(0, neurons.index(number), 0, 0)
            hardware.madc.append(AnalogReadout(AtomicNeuronOnDLS(Enum(number)), MEMBRANE, neuron))
        self.graph = NetworkGraph()
        self.graph.hardware[INSTANCE] = hardware
        self.graph.graph_translation.execution_instances[INSTANCE] = translation

    @property
    def hardware(self) -> Hardware:
        return self.graph.hardware[INSTANCE]

    @property
    def config(self) -> dict[ExecutionInstanceID, dict[ChipOnConnection, Chip]]:
        return {INSTANCE: {CHIP: self.chip}}


def fire_by_itself(neuron: AtomicNeuron) -> None:
    """The leak pulls the membrane over the threshold again and again."""
    neuron.leak.v_leak, neuron.leak.i_bias = 1000, 150
    neuron.reset.v_reset, neuron.reset.i_bias = 250, 1000
    neuron.threshold.v_threshold, neuron.threshold.enable = 480, True
    neuron.refractory_period.refractory_time = 100
    neuron.membrane_capacitance.capacitance = 63
    neuron.event_routing = AtomicNeuron.EventRouting.enabled


def node(output: NeuronEventOutputOnDLS) -> CrossbarNodeOnDLS:
    """From the neurons to the FPGA."""
    return CrossbarNodeOnDLS(CrossbarL2OutputOnDLS(int(output) % 4).toCrossbarOutputOnDLS(), output.toCrossbarInputOnDLS())


def label_of_output(output: NeuronEventOutputOnDLS) -> int:
    """What backend and way add to the address of a neuron's spikes."""
    return 0


def runtime(*cycles: int, spikes: tuple[list[int], list[int]] | None = None) -> InputData:
    """Input of one batch entry: a snippet for each runtime, spikes (times and labels) in the first one."""
    snippets = [InputDataSnippet(runtime=[{INSTANCE: one}]) for one in cycles]
    if spikes is not None:
        snippets[0].data[INSTANCE] = [SpikesToChip(np.array(spikes[0], np.int64), np.array(spikes[1], np.uint16))]
    return InputData(snippets)
