"""How topologies are cut: sections that fit on a chip, in the direction of the spikes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from topologies import DOMAIN, connect, neurons, record_voltage, shape, sources

from grenade.abstract import MappingError, Population
from grenade.abstract.connections import connections
from grenade.abstract.partition import Partition
from grenade.abstract.placement import Permutations, Places
from pygrenade_common import Topology
from pygrenade_vx.network.abstract import PoissonSourceNeuron


def limited(circuits: int) -> Permutations:
    permutations = Permutations()
    permutations.set_neurons(permutations.neurons[:circuits])
    return permutations


def cut(topology: Topology, permutations: Permutations, *projections) -> list[tuple[int, int, int, int]]:
    """Vertex, first cell, number of cells and execution instance of each section."""
    made = Partition(topology, {one: connections(topology, one) for one in projections}, permutations)
    return [(int(one.vertex), one.first, one.size, one.instance) for one in made.sections]


def background(size: int) -> Population:
    return Population(PoissonSourceNeuron(), shape(size), PoissonSourceNeuron.ParameterSpace(size), DOMAIN)


def test_what_fits_is_not_cut():
    topology = Topology()
    for vertex in (neurons(300), sources(1000), background(256), neurons(212)):
        topology.add_vertex(vertex)
    assert cut(topology, Permutations()) == [(0, 0, 300, 0), (1, 0, 1000, 0), (2, 0, 256, 0), (3, 0, 212, 0)]


def test_populations_are_cut_where_a_chip_is_full():
    topology = Topology()
    topology.add_vertex(neurons(5))
    assert cut(topology, limited(2)) == [(0, 0, 2, 0), (0, 2, 2, 1), (0, 4, 1, 2)]


def test_generators_count_as_well():
    topology = Topology()
    topology.add_vertex(background(300))
    topology.add_vertex(background(1))
    topology.add_vertex(background(1))
    topology.add_vertex(background(1))
    assert [section[1:3] for section in cut(topology, Permutations())] == [(0, 256), (256, 44), (0, 1), (0, 1), (0, 1)]
    assert [section[3] for section in cut(topology, Permutations())] == [0, 0, 0, 0, 1]


def test_two_recorded_voltages_to_a_part():
    topology = Topology()
    vertex = topology.add_vertex(neurons(6))
    record_voltage(topology, vertex, [0, 1, 5])
    assert cut(topology, Permutations()) == [(0, 0, 5, 0), (0, 5, 1, 1)]


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=10), st.integers(1, 6))
def test_spikes_never_go_backwards(pairs, circuits):
    topology = Topology()
    vertices = [topology.add_vertex(neurons(1)) for _ in range(6)]
    made = [connect(topology, vertices[source], vertices[target], [(0, 0)]) for source, target in sorted(pairs)]
    reach = {(a, b) for a, b in pairs} | {(a, a) for a in range(6)}
    for _ in range(3):
        reach |= {(a, d) for a, b in reach for c, d in reach if b == c}
    together = max(sum((a, b) in reach and (b, a) in reach for b in range(6)) for a in range(6))
    if together > circuits:
        with pytest.raises(MappingError, match=f"need {together} neuron circuits" if together == circuits + 1 else "need"):
            cut(topology, limited(circuits), *made)
        return
    instance = {vertex: number for vertex, _, _, number in cut(topology, limited(circuits), *made)}
    assert all(instance[source] <= instance[target] for source, target in pairs)
    assert all(list(instance.values()).count(number) <= circuits for number in instance.values())


def test_a_neuron_that_is_larger_than_the_permutation_is_refused():
    topology = Topology()
    topology.add_vertex(neurons(1))
    with pytest.raises(MappingError, match=r"cell 0 of VertexOnTopology\(0\) alone needs 1 neuron circuits, a chip has 0 in the mapper"):
        cut(topology, limited(0))


def test_places_run_out_in_words():
    places = Places(limited(3))
    cell = neurons(1).get_cell()
    assert len(places.neurons(cell.shape, 2, "population of vertex 0")) == 2
    with pytest.raises(MappingError, match=r"vertex 1: there is room for 1 of 2 neurons of 1 circuits each; 0 circuits are left") as error:
        places.neurons(cell.shape, 2, "population of vertex 1")
    assert (error.value.needed, error.value.available) == (2, 0)
    for bus in range(4):
        assert {int(one) for one in places.generator("nobody").values()} == {bus}
    with pytest.raises(MappingError, match="all generators of background spikes are in use"):
        places.generator("nobody")
