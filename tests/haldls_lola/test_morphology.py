"""Neurons of several compartments."""

import copy

import numpy as np
import pytest

from halco import (
    AtomicNeuronOnDLS,
    AtomicNeuronOnLogicalNeuron,
    CompartmentOnLogicalNeuron,
    LogicalNeuronCompartments,
    LogicalNeuronOnDLS,
)
from haldls.container import container_on
from haldls.lola import AtomicNeuron, LogicalNeuron, MCSafeAtomicNeuron, Morphology


def circuit(x: int, y: int = 0) -> AtomicNeuronOnLogicalNeuron:
    return AtomicNeuronOnLogicalNeuron(x, y)


def two_compartments() -> tuple[Morphology, CompartmentOnLogicalNeuron, CompartmentOnLogicalNeuron]:
    morphology = Morphology()
    first = morphology.create_compartment([circuit(0), circuit(1), circuit(1, 1)])
    return morphology, first, morphology.create_compartment([circuit(3)])


def connect(morphology: Morphology) -> None:
    morphology.connect_to_soma(circuit(1))
    morphology.connect_resistor_to_soma(circuit(3))
    morphology.connect_soma_line(1, 3, 0)


def test_a_compartment_joins_neighbouring_membranes() -> None:
    morphology, _, _ = two_compartments()
    assert morphology[circuit(0)].connect_right and not morphology[circuit(1)].connect_right
    assert morphology[circuit(1)].connect_vertical and morphology[circuit(1, 1)].connect_vertical
    assert not morphology[circuit(0)].connect_vertical


def test_the_somatic_line_joins_compartments() -> None:
    morphology, first, second = two_compartments()
    with pytest.raises(RuntimeError, match="not all compartments"):
        morphology.done()
    connect(morphology)
    shape, neuron = morphology.done()
    assert [len(some) for some in shape.get_compartments().values()] == [3, 1, 1]
    circuits = neuron.collapse_neuron()
    assert circuits[second][0].multicompartment.enable_conductance and circuits[first][1].multicompartment.connect_soma
    assert [one.multicompartment.connect_soma_right for one in circuits[first]] == [False, True, False]


def test_circuits_that_pass_the_somatic_line_on_are_part_of_the_neuron() -> None:
    morphology, _, _ = two_compartments()
    connect(morphology)
    shape, neuron = morphology.done()
    assert shape.get_compartments()[CompartmentOnLogicalNeuron(2)] == [circuit(2)]
    assert neuron.collapse_neuron()[CompartmentOnLogicalNeuron(2)][0].multicompartment.connect_soma_right
    assert morphology.done()[0] == shape


def test_a_direct_connection_must_not_join_compartments() -> None:
    morphology, _, _ = two_compartments()
    morphology.connect_to_soma(circuit(1))
    morphology.connect_to_soma(circuit(3))
    morphology.connect_soma_line(1, 3, 0)
    with pytest.raises(RuntimeError, match="compartment 0 is larger"):
        morphology.done()


def test_a_circuit_is_connected_to_the_somatic_line_one_way_only() -> None:
    morphology, _, _ = two_compartments()
    connect(morphology)
    with pytest.raises(RuntimeError, match="already connected"):
        morphology.connect_to_soma(circuit(3))
    with pytest.raises(RuntimeError, match="already connected"):
        morphology.connect_resistor_to_soma(circuit(1))


def test_a_mirrored_neuron_has_its_switches_on_the_other_side() -> None:
    morphology = two_compartments()[0]
    connect(morphology)
    shape, neuron = morphology.done()
    mirrored = LogicalNeuronOnDLS(shape.flip_x(), AtomicNeuronOnDLS(5, 0))
    _, words, _ = neuron.write_access(mirrored)
    placed = [place for some in mirrored.get_placed_compartments().values() for place in some]
    switches = {}
    for number, place in enumerate(placed):
        written = AtomicNeuron()
        written.decode(words[34 * number : 34 * (number + 1)])
        switches[int(place)] = written.multicompartment.connect_right, written.multicompartment.connect_soma_right
    # columns 3 2 1 0 of the morphology stand at 5 6 7 8: the line runs from 5 to 7, the membranes of 7 and 8 are joined
    assert switches[5] == switches[6] == (False, True)
    assert switches[7] == (True, False) and switches[8] == (False, False)
    read = LogicalNeuron()
    read.decode(words, mirrored)
    assert (read.write_access(mirrored)[1] == words).all()


@pytest.mark.parametrize("missing", ["connect_to_soma", "connect_resistor_to_soma", "connect_soma_line"])
def test_every_link_is_needed(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    morphology, _, _ = two_compartments()
    monkeypatch.setattr(Morphology, missing, lambda *_: None)
    connect(morphology)
    with pytest.raises(RuntimeError, match="not all compartments"):
        morphology.done()


@pytest.mark.parametrize(
    "block, text",
    [
        ([], "at least one"),
        ([circuit(0)], "already part"),
        ([circuit(5), circuit(5)], "already part"),
        ([circuit(5), circuit(7)], "neighbours"),
    ],
)
def test_impossible_compartments(block: list[AtomicNeuronOnLogicalNeuron], text: str) -> None:
    morphology, _, _ = two_compartments()
    with pytest.raises(RuntimeError, match=text):
        morphology.create_compartment(block)


def test_a_somatic_line_to_nowhere_is_refused() -> None:
    morphology = Morphology()
    morphology.create_compartment([circuit(0)])
    morphology.done()
    morphology.connect_soma_line(20, 21, 0)
    with pytest.raises(RuntimeError, match="not all compartments"):
        morphology.done()


def test_reading_refuses_a_switch_that_leads_out_of_the_neuron() -> None:
    neuron = AtomicNeuron()
    neuron.multicompartment.connect_right = True
    shape = LogicalNeuronCompartments({CompartmentOnLogicalNeuron(): [circuit(0)]})
    with pytest.raises(RuntimeError, match="connect_right is set at column 5, row 0"):
        LogicalNeuron().decode(neuron.encode(), LogicalNeuronOnDLS(shape, AtomicNeuronOnDLS(5, 0)))


def test_circuits_come_from_atomic_neurons_without_their_connections() -> None:
    whole = AtomicNeuron()
    whole.multicompartment.connect_soma = True
    whole.multicompartment.i_bias_nmda = 4
    whole.leak.v_leak = 5
    safe = MCSafeAtomicNeuron(whole)
    assert (safe.leak.v_leak, safe.multicompartment.i_bias_nmda) == (5, 4)
    assert MCSafeAtomicNeuron(whole.multicompartment).multicompartment == safe.multicompartment
    with pytest.raises(TypeError, match="made from"):
        MCSafeAtomicNeuron(whole.leak)


def test_placed_neuron_is_its_circuits() -> None:
    morphology, first, _ = two_compartments()
    connect(morphology)
    shape, neuron = morphology.done()
    neuron[first, 2].leak.v_leak = 700
    neuron[first, 2].multicompartment.i_bias_nmda = 9
    place = LogicalNeuronOnDLS(shape, AtomicNeuronOnDLS(5, 0))
    addresses, words, enables = neuron.write_access(place)
    single = neuron.collapse_neuron()[first][2]
    assert (single.leak.v_leak, single.multicompartment.i_bias_nmda, single.multicompartment.connect_vertical) == (700, 9, True)
    one = single.write_access(place.get_placed_compartments()[first][2])
    assert all((whole[68:102] == part).all() for whole, part in zip((addresses, words, enables), one, strict=True))
    assert (LogicalNeuron.read_access(place) == addresses).all()
    read = LogicalNeuron()
    read.decode(words, place)
    assert read == neuron
    assert container_on[LogicalNeuronOnDLS] is LogicalNeuron


def test_connections_are_out_of_reach() -> None:
    morphology, first, _ = two_compartments()
    connect(morphology)
    neuron = morphology.done()[1]
    with pytest.raises(AttributeError):
        neuron[first, 0].multicompartment.connect_soma = True  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        neuron[first, 0] = AtomicNeuron()  # type: ignore[assignment]
    with pytest.raises(IndexError):
        neuron[first, 3]
    other = copy.copy(neuron)
    other[first, 0] = MCSafeAtomicNeuron()
    assert other == neuron
    other[first, 0].leak.i_bias = 1
    assert other != neuron


def test_write_needs_the_same_shape() -> None:
    morphology, _, _ = two_compartments()
    connect(morphology)
    neuron = morphology.done()[1]
    with pytest.raises(RuntimeError, match="compartments"):
        neuron.write_access(LogicalNeuronOnDLS())
    assert all(len(column) == 0 for column in LogicalNeuron().write_access(LogicalNeuronOnDLS()))
    assert LogicalNeuron.read_access(LogicalNeuronOnDLS()).dtype == np.uint32


def test_morphologies_compare_by_their_connections() -> None:
    first, second = two_compartments()[0], two_compartments()[0]
    assert first == second
    connect(first)
    assert first != second
    assert "A" in repr(first) and "B" in repr(first)


def test_circuits_of_a_neuron_can_be_seen_by_compartment() -> None:
    """As clients set parameters: every circuit of every compartment, in place."""
    morphology = Morphology()
    wide = morphology.create_compartment([AtomicNeuronOnLogicalNeuron(0, 0), AtomicNeuronOnLogicalNeuron(1, 0)])
    _, neuron = morphology.done()
    assert len(LogicalNeuron().morphology) == 0
    ((compartment, circuits),) = neuron.morphology.items()
    assert compartment == wide and len(circuits) == 2
    for circuit in circuits:
        circuit.leak.v_leak = 123
    assert [int(circuit.leak.v_leak) for circuit in neuron.collapse_neuron()[compartment]] == [123, 123]
