"""Plasticity rules of topologies: what they work on, when they run, what they record."""

from __future__ import annotations

from typing import Any

import pytest
from topologies import CELL, CIRCUIT, COMPARTMENT, DOMAIN, MS, RECEPTOR, connect, data, neurons, projection, shape, sources

from grenade.abstract import MappingError, UncalibratedSynapse
from halco import AtomicNeuronOnDLS, Enum
from pygrenade_common import CuboidMultiIndexSequence, Edge, ListMultiIndexSequence, MultiIndex, Topology
from pygrenade_vx.execution import run
from pygrenade_vx.network import PlasticityRule as RuleOnNetwork
from pygrenade_vx.network.abstract import GreedyMapper, JITCalibration, OnlyRecordingPlasticityRuleGenerator, PlasticityRule

pytestmark = pytest.mark.usefixtures("compiler")

Observable = OnlyRecordingPlasticityRuleGenerator.Observable
TICKS = 2 * MS
"""A millisecond in cycles of the processors."""


def timer(start: float, period: float, number: int) -> PlasticityRule.Dynamics:
    """Times in ms."""
    made = PlasticityRule.Dynamics.Timer()
    made.start, made.period, made.num_periods = round(start * TICKS), round(period * TICKS), number
    return PlasticityRule.Dynamics(made, 1)


class Example:
    """Two sources that are connected to three neurons, and a rule that records the weights of both projections and does nothing."""

    def __init__(self, populations: int = 0) -> None:
        self.topology = Topology()
        self.source, self.target = self.topology.add_vertex(sources(2)), self.topology.add_vertex(neurons(3))
        ends, pairs = (self.topology, self.source, self.target), ([(0, 1)], [(1, 2), (1, 0)])
        self.projections = [connect(*ends, some, max_weight=126) for some in pairs]
        self.recording, self.kernel = OnlyRecordingPlasticityRuleGenerator({Observable.weights}).generate()
        shapes = [CuboidMultiIndexSequence([1]), CuboidMultiIndexSequence([2])]
        rule = PlasticityRule(self.recording, PlasticityRule.ID(0), [shape(3)] * populations, shapes, DOMAIN)
        self.rule = self.topology.add_vertex(rule)
        for port, (vertex, channels) in enumerate(zip(self.projections, shapes, strict=True)):
            self.topology.add_edge(vertex, self.rule, Edge(channels, channels, 1, port))

    def data(self, weight: int = 70) -> Any:
        given = data(self.topology, {self.source: [[[], []]]}, 2 * MS // 5, weight)
        port = self.topology.get(self.rule).parameterization_port
        given.ports.set((self.rule, port), self.kernel)
        given.ports.set((self.rule, port + 1), timer(0.1, 0.1, 2))
        return given


def test_recorded_weights_come_back_by_projection_and_connection(executor):
    example = Example()
    mapped = GreedyMapper()(example.topology, JITCalibration(), executor)
    outputs = run(executor, [mapped], [mapped.map_root_input_data(example.data())], {})
    found = mapped.map_root_output_data(outputs[0]).ports.get((example.rule, 0)).data
    first, second = (found.data_per_synapse["weights"][number][0] for number in (0, 1))
    assert [len(first), len(second)] == [2, 2]  # runs
    assert [sorted(synapses) for synapses in first[0].data] == [[7, 63]]
    assert [sorted(synapses) for synapses in second[1].data] == [[7, 63]] * 2
    times = [int(one.time) / MS for one in first]
    assert times == pytest.approx([0.1, 0.2], abs=0.01) and not found.data_per_neuron


def test_timers_of_a_snippet_count_without_another_mapping(executor):
    example = Example()
    mapped = GreedyMapper()(example.topology, JITCalibration(), executor)
    given = example.data()
    given.ports.set((example.rule, 3), timer(0.25, 0.1, 1))
    outputs = run(executor, [mapped], [mapped.map_root_input_data(given)], {})
    (sample,) = mapped.map_root_output_data(outputs[0]).ports.get((example.rule, 0)).data.data_per_synapse["weights"][0][0]
    assert int(sample.time) / MS == pytest.approx(0.25, abs=0.01)


def test_ports_of_a_rule_without_a_source_are_named(executor):
    example = Example(populations=1)
    with pytest.raises(MappingError, match=r"vertex 4: nothing is connected to the ports \[2\] of the plasticity rule"):
        GreedyMapper()(example.topology, JITCalibration(), executor)
    channels = CuboidMultiIndexSequence([3, 1, 1], [CELL, COMPARTMENT, CIRCUIT])
    example.topology.add_edge(example.target, example.rule, Edge(channels, shape(3), 1, 2))
    mapped = GreedyMapper()(example.topology, JITCalibration(), executor)
    (rule,) = mapped.instances[0].graph.hardware.popitem()[1].rules.values()
    assert [len(view.columns) for view in rule.neurons] == [3]


def test_a_rule_takes_its_kernel_and_its_timer():
    rule = PlasticityRule(None, PlasticityRule.ID(1), [], [CuboidMultiIndexSequence([1])], DOMAIN)
    assert len(rule.get_input_ports()) == 3 and rule.get_output_ports() == []
    assert rule.valid_input_port_data(1, PlasticityRule.Parameterization("")) and rule.valid_input_port_data(2, timer(0, 1, 1))
    assert not rule.valid_input_port_data(0, timer(0, 1, 1)) and not rule.valid_input_port_data(2, PlasticityRule.Parameterization(""))
    with pytest.raises(TypeError, match=r"PlasticityRule\.recording"):
        rule.recording = "everything"


def results(executor: Any, topology: Topology, given: Any, *rules: Any) -> list[Any]:
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    output = mapped.map_root_output_data(run(executor, [mapped], [mapped.map_root_input_data(given)], {})[0])
    return [output.ports.get((rule, 0)) for rule in rules]


def attached(topology: Topology, vertex: Any, recording: Any, identifier: int) -> Any:
    """A rule that works on one projection."""
    channels = topology.get(vertex).get_output_ports()[1].channels
    rule = topology.add_vertex(PlasticityRule(recording, PlasticityRule.ID(identifier), [], [channels], DOMAIN))
    topology.add_edge(vertex, rule, Edge(channels, channels, 1, 0))
    return rule


def test_recorded_weights_have_the_order_of_the_synapses_whichever_receptor_they_act_on(executor):
    topology = Topology()
    source, target = topology.add_vertex(sources(3)), topology.add_vertex(neurons(3))
    synapses = topology.add_vertex(projection([(0, 0), (1, 1), (2, 2)]))
    inputs, outputs = (getattr(topology.get(synapses).get_connector(), f"get_{end}_sequence")() for end in ("input", "output"))
    soma = CuboidMultiIndexSequence([1], MultiIndex([0]), [COMPARTMENT])
    topology.add_edge(source, synapses, Edge(inputs.cartesian_product(soma), inputs))
    receptors = ListMultiIndexSequence([MultiIndex([cell, 0, cell % 2]) for cell in range(3)], [CELL, COMPARTMENT, RECEPTOR])
    topology.add_edge(synapses, target, Edge(outputs, receptors))
    recording, kernel = OnlyRecordingPlasticityRuleGenerator({Observable.weights}).generate()
    rule = attached(topology, synapses, recording, 0)
    given = data(topology, {source: [[[], [], []]]})
    given.ports.set((synapses, 1), UncalibratedSynapse.ParameterSpace.Parameterization([11, 22, 33]))
    given.ports.set((rule, 1), kernel)
    given.ports.set((rule, 2), timer(0.05, 0.05, 2))
    (found,) = results(executor, topology, given, rule)
    assert [run.data for run in found.data.data_per_synapse["weights"][0][0]] == [[[11], [22], [33]]] * 2


def test_each_rule_gives_what_it_has_recorded(executor):
    topology = Topology()
    source, target = topology.add_vertex(sources(1)), topology.add_vertex(neurons(1))
    synapses = connect(topology, source, target, [(0, 0)])
    timed, kernel = OnlyRecordingPlasticityRuleGenerator({Observable.weights}).generate()
    first = attached(topology, synapses, timed, 0)
    second = attached(topology, synapses, RuleOnNetwork.RawRecording(4, False), 1)
    head = "void PLASTICITY_RULE_KERNEL(std::array<SynapseArrayViewHandle, 1>&, std::array<NeuronViewHandle, 0>&, Recording& recording)"
    views = '#include "grenade/vx/ppu/synapse_array_view_handle.h"\n#include "grenade/vx/ppu/neuron_view_handle.h"\n'
    includes = f"{views}using namespace grenade::vx::ppu;\n"
    body = "{ for (size_t i = 0; i < recording.memory.size(); ++i) { recording.memory[i] = 5 - i; } }"
    given = data(topology, {source: [[[]]]})
    for rule, some in ((first, kernel), (second, PlasticityRule.Parameterization(includes + head + body))):
        given.ports.set((rule, 1), some)
        given.ports.set((rule, 2), timer(0.05, 0.05, 1))
    recorded, raw = results(executor, topology, given, first, second)
    assert [run.data for run in recorded.data.data_per_synapse["weights"][0][0]] == [[[63]]]
    assert [entry.tolist() for entry in raw.data.data] == [[5, 4, 3, 2]] and raw.batch_size() == 1


def test_what_a_rule_works_on_runs_at_the_same_time():
    topology = Topology()
    source = topology.add_vertex(sources(1))
    targets = [topology.add_vertex(neurons(1)) for _ in range(3)]
    synapses = [connect(topology, source, target, [(0, 0)]) for target in targets]
    mapper = GreedyMapper()
    mapper.neuron_permutation = [AtomicNeuronOnDLS(Enum(number)) for number in (0, 1)]
    shapes = [topology.get(one).get_output_ports()[1].channels for one in synapses]
    rule = topology.add_vertex(PlasticityRule(None, PlasticityRule.ID(0), [], [shapes[0], shapes[2]], DOMAIN))
    for port, number in enumerate((0, 2)):
        topology.add_edge(synapses[number], rule, Edge(shapes[number], shapes[number], 1, port))
    mapped = mapper(topology, JITCalibration(), None)
    parts = [{int(section.vertex) for section in instance.made.sections} - {int(source)} for instance in mapped.instances]
    assert {int(targets[0]), int(targets[2])} in parts and len(parts) == 2
    assert [len(instance.made.rules) for instance in mapped.instances].count(1) == 1, "the rule runs where its synapses are"
    mapper.neuron_permutation = [AtomicNeuronOnDLS(Enum(0))]
    with pytest.raises(MappingError, match=r"vertices \[1, 3\] have to run at the same time and need 2 neuron circuits, a chip has 1"):
        mapper(topology, JITCalibration(), None)
