"""Plasticity rules of topologies: what they work on, when they run, what they record."""

from __future__ import annotations

from typing import Any

import pytest
from topologies import CELL, CIRCUIT, COMPARTMENT, DOMAIN, MS, connect, data, neurons, shape, sources

from grenade import ppu
from grenade.abstract import MappingError
from haldls.ppu_toolchain import CompilerNotFoundError
from pygrenade_common import CuboidMultiIndexSequence, Edge, Topology
from pygrenade_vx.execution import run
from pygrenade_vx.network.abstract import GreedyMapper, JITCalibration, OnlyRecordingPlasticityRuleGenerator, PlasticityRule

Observable = OnlyRecordingPlasticityRuleGenerator.Observable
TICKS = 2 * MS
"""A millisecond in cycles of the processors."""


@pytest.fixture(scope="module", autouse=True)
def _compiler() -> None:
    try:
        ppu.program((), "sram")
    except CompilerNotFoundError as error:
        pytest.skip(str(error))


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
        for port, (projection, channels) in enumerate(zip(self.projections, shapes, strict=True)):
            self.topology.add_edge(projection, self.rule, Edge(channels, channels, 1, port))

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
