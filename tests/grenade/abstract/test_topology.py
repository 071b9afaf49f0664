"""Topologies: what fits together and what is refused."""

from __future__ import annotations

import pytest
from topologies import CELL, COMPARTMENT, DOMAIN, SOMA, connect, neuron_shape, neurons, record, record_voltage, shape, sources

from grenade.abstract import MissingError, Population, TopologyError
from pygrenade_common import CuboidMultiIndexSequence, Edge, ListMultiIndexSequence, MultiIndex, Topology, VertexOnTopology
from pygrenade_vx.network.abstract import SpikeRecorder, UncalibratedNeuron


@pytest.fixture
def small():
    topology = Topology()
    return topology, topology.add_vertex(sources(2)), topology.add_vertex(neurons(3))


def spikes(*cells):
    return ListMultiIndexSequence([MultiIndex([cell, 0]) for cell in cells], [CELL, COMPARTMENT])


def test_vertices_and_edges_come_and_go(small):
    topology, source, target = small
    projection = connect(topology, source, target, [(0, 0), (1, 2)])
    first, second = topology.in_edges(projection)[0], topology.out_edges(projection)[0]
    assert (topology.source(first), topology.target(second)) == (source, target) and topology.num_edges() == 2
    with pytest.raises(ValueError, match="has edges"):
        topology.remove_vertex(projection)
    topology.clear_vertex(projection)
    topology.remove_vertex(projection)
    assert not topology.contains(projection) and topology.edges() == [] and topology.vertices() == [source, target]
    with pytest.raises(IndexError, match=r"VertexOnTopology\(2\)"):
        topology.get(projection)
    assert topology.add_vertex(neurons(1)) == VertexOnTopology(3)  # numbers are not used again


def test_copies_do_not_follow(small):
    topology, _, target = small
    other = Topology(topology)
    assert other == topology
    record(other, target, [0])
    assert other != topology and topology.num_vertices() == 2


def test_topologies_with_the_same_content_are_equal_however_they_came_about(small):
    topology, _, target = small
    other = topology.copy()
    for one in (topology, other):
        recorder = record(one, target, [0, 2])
    edge = other.get(other.in_edges(recorder)[0])
    other.clear_vertex(recorder)
    other.set(recorder, SpikeRecorder(CuboidMultiIndexSequence([2]), DOMAIN))
    assert other != topology
    other.add_edge(target, recorder, edge)
    assert other == topology


@pytest.mark.parametrize(
    "edge, text",
    [
        (Edge(spikes(0), CuboidMultiIndexSequence([1]), 0, 1), "has 1 input ports, there is no port 1"),
        (Edge(spikes(0), CuboidMultiIndexSequence([1]), 1, 0), "gives analog_observable, .* takes spike"),
        (Edge(spikes(3), CuboidMultiIndexSequence([1]), 0, 0), r"has no channel \(3, 0\)"),
        (Edge(shape(1), CuboidMultiIndexSequence([1]), 0, 0), "have the units"),
    ],
)
def test_edges_that_do_not_fit_are_refused(small, edge, text):
    topology, _, target = small
    recorder = topology.add_vertex(SpikeRecorder(CuboidMultiIndexSequence([1]), DOMAIN))
    before = topology.copy()
    with pytest.raises(TopologyError, match=text):
        topology.add_edge(target, recorder, edge)
    assert topology == before


def test_a_channel_of_a_recorder_has_one_source(small):
    topology, _, target = small
    recorder = record(topology, target, [0])
    with pytest.raises(ValueError, match=r"channel \(0,\) of port 0 .* has an edge already"):
        topology.add_edge(target, recorder, Edge(spikes(1), CuboidMultiIndexSequence([1]), 0, 0))


def test_a_vertex_is_only_replaced_by_one_that_fits_its_edges(small):
    topology, source, target = small
    record(topology, target, [2])
    with pytest.raises(ValueError, match=r"has no channel \(2, 0\)"):
        topology.set(target, neurons(2))
    assert topology.get(target).size() == 3
    topology.set(target, neurons(4))
    assert topology.get(target).size() == 4
    with pytest.raises(TypeError):
        topology.set(source, "a population")


def test_edges_connect_as_many_channels():
    with pytest.raises(ValueError, match="2 on the source and 1"):
        Edge(spikes(0, 1), CuboidMultiIndexSequence([1]))


def test_populations_need_a_parameter_space_of_their_size_and_kind():
    cell = neurons(1).get_cell()
    with pytest.raises(ValueError, match="of as many, not of 3"):
        Population(cell, shape(2), UncalibratedNeuron.ParameterSpace(3, {SOMA: 1}), DOMAIN)
    with pytest.raises(ValueError, match=r"\{0: 1\} circuits by compartment, its parameter space has \{0: 2\}"):
        Population(cell, shape(2), UncalibratedNeuron.ParameterSpace(2, {SOMA: 2}), DOMAIN)
    with pytest.raises(ValueError, match="parameter space of its own kind"):
        Population(cell, shape(2), sources(2).get_parameter_space(), DOMAIN)
    with pytest.raises(ValueError, match="CellOnPopulationDimensionUnit"):
        Population(cell, CuboidMultiIndexSequence([2]), UncalibratedNeuron.ParameterSpace(2, {SOMA: 1}), DOMAIN)


def test_compartments_have_to_fit_the_shape():
    kind = UncalibratedNeuron.Compartment
    with pytest.raises(ValueError, match="circuit 1 cannot send its spikes"):
        UncalibratedNeuron({SOMA: kind(kind.SpikeMaster(1), [{}])}, neuron_shape())
    with pytest.raises(ValueError, match="has 1 circuits, but receptors for 2"):
        UncalibratedNeuron({SOMA: kind(None, [{}, {}])}, neuron_shape())
    with pytest.raises(ValueError, match="there is no compartment 1"):
        UncalibratedNeuron({1: kind(None, [{}])}, neuron_shape())


def test_missing_things_are_index_errors(small):
    topology, source, _ = small
    with pytest.raises(MissingError):
        topology.add_edge(source, VertexOnTopology(17), Edge(spikes(0), spikes(0)))
    voltage = record_voltage(topology, small[2], [1])
    assert [port.type.name for port in topology.get(voltage).get_input_ports()] == ["analog_observable"]


def test_an_edge_is_only_replaced_by_one_that_fits(small):
    topology, _, target = small
    recorder = record(topology, target, [0])
    (edge,) = topology.in_edges(recorder)
    one = CuboidMultiIndexSequence([1])
    topology.set(edge, Edge(spikes(2), one))
    assert topology.get(edge) == Edge(spikes(2), one)
    with pytest.raises(TopologyError, match=r"has no channel \(3, 0\)"):
        topology.set(edge, Edge(spikes(3), one))
    assert topology.get(edge) == Edge(spikes(2), one)


def test_a_recorder_of_two_channels_has_two_edges(small):
    topology, _, target = small
    recorder = topology.add_vertex(SpikeRecorder(CuboidMultiIndexSequence([2]), DOMAIN))
    for channel, cell in enumerate((2, 0)):
        topology.add_edge(target, recorder, Edge(spikes(cell), CuboidMultiIndexSequence([1], MultiIndex([channel]))))
    assert len(topology.in_edges(recorder)) == 2
