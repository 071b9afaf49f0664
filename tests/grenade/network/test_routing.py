"""Routing: every spike pulls on what its connections say and on nothing else, at the places where the original's router puts them."""

import numpy as np
import pytest
from event_fabric import outputs, pulls
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import (
    EXCITATORY,
    INHIBITORY,
    INSTANCE,
    PROJECTION,
    all_to_all,
    background,
    external,
    graph,
    network,
    neuron,
    population,
    projection,
    shape,
)

import pygrenade_vx.network as grenade
from halco import BackgroundSpikeSourceOnDLS
from haldls import SynapseDriverConfig

PAIR = shape([(0, 0), (0, 1)])
LINE = {EXCITATORY: "excitatory", INHIBITORY: "inhibitory"}


def routing(made):
    return made.routing.execution_instances[INSTANCE]


def hardware(made):
    return made.hardware[INSTANCE]


def rows(made, number=0):
    """(row, column, weight) of every synapse of a projection."""
    placed = made.get_placed_connections(PROJECTION(number))
    return [[(int(one.synapse_row), int(one.synapse_on_row), int(one.weight)) for one in connection] for connection in placed]


def populations(made):
    return [*made.network.execution_instances[INSTANCE].populations.values()]


def sender(cell, compartment):
    """The circuit that sends the spikes of a compartment."""
    circuits = {int(index): some for index, some in cell.coordinate.get_placed_compartments().items()}
    masters = {int(index): one.spike_master for index, one in cell.compartments.items()}
    return circuits[int(compartment)][masters[int(compartment)].neuron_on_compartment]


def spikes(made, number, source, compartment=0):
    """Where a source's spike enters the crossbar, and its labels there."""
    one, found = populations(made)[number], routing(made)
    if isinstance(one, grenade.Population):
        circuit = sender(one.neurons[source], compartment)
        output = circuit.toNeuronColumnOnDLS().toNeuronEventOutputOnDLS()
        address = int(found.neuron_addresses[int(circuit)])
        return [] if address < 0 else [(output.toCrossbarInputOnDLS(), int(output) << 8 | address)]
    if isinstance(one, grenade.BackgroundSourcePopulation):
        labels = found.background_labels[grenade.PopulationOnExecutionInstance(number)]
        return [(generator(one, place).toCrossbarInputOnDLS(), int(labels[place][source])) for place in one.coordinate]
    return [(label.spl1_address.toCrossbarInputOnDLS(), int(label)) for label in labels_from_host(made, number, source)]


def generator(one, hemisphere):
    return BackgroundSpikeSourceOnDLS(4 * int(hemisphere) + int(one.coordinate[hemisphere]))


def labels_from_host(made, number, source):
    return routing(made).external_labels[grenade.PopulationOnExecutionInstance(number)][source]


def pulled(made, number, source, compartment=0):
    """What one spike of a source pulls on: {(population, neuron, compartment, line): weight}."""
    users = {
        int(circuit): (target, n, int(place))
        for target, one in enumerate(populations(made))
        if isinstance(one, grenade.Population)
        for n, cell in enumerate(one.neurons)
        for place, circuits in cell.coordinate.get_placed_compartments().items()
        for circuit in circuits
    }
    found = {}
    for place, label in spikes(made, number, source, compartment):
        for (circuit, line), weight in pulls(hardware(made), place, label).items():
            key = (*users[circuit], line)
            found[key] = found.get(key, 0) + weight
    return found


def wanted(made, number, source, compartment=0):
    """The same, as the connections say it."""
    found = {}
    for one in made.network.execution_instances[INSTANCE].projections.values():
        for pre, place, post, target, weight in one.table.tolist():
            if weight and (int(one.population_pre), pre, place) == (number, source, compartment):
                key = (int(one.population_post), post, target, LINE[one.receptor])
                found[key] = found.get(key, 0) + weight
    return found


def check(made):
    """Every source pulls on what it is connected to, synapses stand alone, and generators draw the labels of their sources."""
    for number, one in enumerate(populations(made)):
        for source, cell in enumerate(one.neurons):
            for compartment in cell.compartments if isinstance(one, grenade.Population) else [0]:
                assert pulled(made, number, source, compartment) == wanted(made, number, source, compartment)
        for hemisphere, labels in routing(made).background_labels.get(grenade.PopulationOnExecutionInstance(number), {}).items():
            drawn = hardware(made).background_sources[generator(one, hemisphere)]
            all_drawn = [int(drawn.neuron_label) & ~int(drawn.mask) | i for i in range(len(labels))]
            assert all_drawn == [int(label.neuron_label) for label in labels]
    synapses = routing(made).synapses
    assert len({*zip(synapses.row.tolist(), synapses.column.tolist(), strict=True)}) == len(synapses)


def test_all_to_all_fills_half_of_the_chip():
    made = graph(population(range(256), record=False), external(256), projection(1, 0, all_to_all(256, 256), weight=63))
    assert (hardware(made).synapse_weights[:256] == 63).all() and not hardware(made).synapse_weights[256:].any()
    for source in (0, 63, 64, 255):
        assert pulled(made, 1, source) == {(0, target, 0, "excitatory"): 63 for target in range(256)}


def test_a_few_connections_lie_where_the_original_puts_them():
    """One external source to one neuron: first driver of the first bus, whose rows are 0 and 1, label 0."""
    made = graph(population([5]), external(1), projection(1, 0, [(0, 0)], weight=100))
    assert rows(made) == [[(0, 5, 63), (1, 5, 37)]]
    assert hardware(made).row_modes[:3].tolist() == [SynapseDriverConfig.RowMode.excitatory] * 2 + [SynapseDriverConfig.RowMode.disabled]
    assert hardware(made).driver_compare_masks[:2].tolist() == [0, -1]
    assert [int(label) for label in labels_from_host(made, 1, 0)] == [0]


def test_excitatory_rows_come_first_and_a_second_row_may_stay_off():
    made = graph(population([7]), external(2), projection(1, 0, [(0, 0), (1, 0)]), projection(1, 0, [(0, 0)], receptor=INHIBITORY))
    assert rows(made, 0) == [[(0, 7, 1)], [(1, 7, 1)]] and rows(made, 1) == [[(8, 7, 1)]]
    assert hardware(made).row_modes[[0, 1, 8, 9]].tolist() == [1, 1, 2, 0]


def test_zero_weights_keep_their_synapse():
    made = graph(population([7]), external(1), projection(1, 0, [(0, 0)], weight=0))
    assert rows(made) == [[(0, 7, 0)]]


def test_recurrent_spikes_take_the_bus_of_their_event_output():
    """Column 40 has event output 1, so bus 1; 168 has event output 5, the same bus, but another label."""
    made = graph(population([40, 168, 10]), projection(0, 0, [(0, 2), (1, 2)]))
    (first,), (second,) = rows(made)
    assert first[0] // 2 % 4 == 1 and second[0] // 2 % 4 == 1 and first[0] != second[0]
    assert routing(made).neuron_addresses[[40, 168]].tolist() == [0, 0]
    check(made)


def test_neurons_that_are_only_recorded_get_the_lowest_free_address():
    made = graph(population([0, 1, 2]), population([33]), projection(0, 1, [(1, 0)]))
    addresses = routing(made).neuron_addresses
    assert sorted(addresses[[0, 1, 2]].tolist()) == [0, 1, 2] and addresses[1] == 0 and addresses[33] == 0
    alone = routing(graph(population([5, 6, 300]))).neuron_addresses
    assert alone[[5, 6]].tolist() == [0, 1] and alone[300] == 0 and (np.delete(alone, [5, 6, 300]) == -1).all()


def test_silent_neurons_get_no_address():
    assert (routing(graph(population([0, 1], record=False))).neuron_addresses == -1).all()


def test_both_hemispheres_get_a_label_each_and_one_of_them_returns():
    made = graph(population([0, 300]), external(1, record=True), projection(1, 0, [(0, 0), (0, 1)]))
    top, bottom = labels_from_host(made, 1, 0)
    assert (int(top) >> 13 & 1, int(bottom) >> 13 & 1) == (0, 1)
    assert [bool(int(label) & 1 << 12) for label in (top, bottom)] == [True, False]
    back = [
        output
        for label in (top, bottom)
        for output in outputs(hardware(made), label.spl1_address.toCrossbarInputOnDLS(), int(label))
        if output >= 8
    ]
    assert len(back) == 1
    check(made)


def test_recorded_sources_without_connections_return_from_the_first_bus():
    made = graph(external(3, record=True))
    labels = [label for source in range(3) for label in labels_from_host(made, 0, source)]
    assert [int(label.synapse_label) for label in labels] == [0, 1, 2] and {int(label.spl1_address) for label in labels} == {0}
    assert all(outputs(hardware(made), label.spl1_address.toCrossbarInputOnDLS(), int(label)) == {8} for label in labels)


def test_unconnected_sources_get_no_label():
    made = graph(population([0]), external(3), projection(1, 0, [(1, 0)]))
    assert [len(labels_from_host(made, 1, source)) for source in range(3)] == [0, 1, 0]


def test_background_sources_stay_on_their_bus():
    made = graph(population([0, 300], record=False), background(64, {0: 3, 1: 2}, record=True), projection(1, 0, [(5, 0), (63, 1), (5, 1)]))
    check(made)
    top, bottom = spikes(made, 1, 5)
    assert outputs(hardware(made), *top) == {3, 11} and outputs(hardware(made), *bottom) == {6}


@pytest.mark.parametrize("size", [1, 2, 64, 128, 256])
def test_background_sources_of_all_sizes(size):
    made = graph(
        population([0], record=False),
        background(size, {0: 1}, enable_random=True),
        projection(1, 0, [(i, 0) for i in range(min(size, 16))]),
    )
    check(made)
    generator = hardware(made).background_sources[BackgroundSpikeSourceOnDLS(1)]
    assert int(generator.mask) == size - 1 and generator.enable and generator.enable_random


def test_inputs_spread_over_the_circuits_of_a_compartment():
    """Four connections of one synapse and one of two: to the circuit with fewer inputs, the first of equals."""
    made = graph(
        grenade.Population([neuron(0, PAIR)]),
        external(4),
        projection(1, 0, [(i, 0) for i in range(4)]),
        projection(1, 0, [(0, 0)], weight=64),
    )
    assert [[row // 256 for row, *_ in one] for one in rows(made)] == [[0], [1], [0], [1]]
    assert [[(row // 256, weight) for row, _, weight in one] for one in rows(made, 1)] == [[(0, 63), (1, 1)]]
    check(made)


def test_weights_of_a_projection_are_given_out_in_turns():
    """First one synapse for each connection, then the second ones."""
    made = graph(grenade.Population([neuron(0, PAIR)]), external(2), projection(1, 0, [(0, 0, 0, 0, 126), (1, 0, 0, 0, 1)]))
    assert [[row // 256 for row, *_ in one] for one in rows(made)] == [[0, 0], [1]]


def test_receptors_say_which_circuit_takes_a_synapse():
    made = neuron(0, PAIR)
    (compartment,) = made.compartments.values()
    compartment.receptors = [{EXCITATORY}, {INHIBITORY}]
    found = graph(
        grenade.Population([made]),
        external(3),
        projection(1, 0, [(i, 0) for i in range(3)]),
        projection(1, 0, [(0, 0)], receptor=INHIBITORY),
    )
    assert all(row < 256 for one in rows(found) for row, *_ in one) and rows(found, 1)[0][0][0] >= 256
    check(found)


def test_background_connections_keep_to_their_hemisphere():
    made = graph(grenade.Population([neuron(0, PAIR)]), background(8, {1: 0}), projection(1, 0, [(i, 0) for i in range(8)]))
    assert all(row >= 256 for one in rows(made) for row, *_ in one)
    check(made)


@pytest.mark.parametrize("masters", [0, 1])
def test_compartments_send_and_receive(masters):
    two = shape([(0, 0), (1, 0)], [(0, 1), (1, 1)])
    made = graph(
        grenade.Population([neuron(0, two, master=masters), neuron(64, two, master=masters)]),
        projection(0, 0, [(0, 0, 1, 1, 70), (0, 1, 1, 0, 3), (1, 1, 0, 1, 5)]),
    )
    assert pulled(made, 0, 0, 0) == {(0, 1, 1, "excitatory"): 70} and pulled(made, 0, 0, 1) == {(0, 1, 0, "excitatory"): 3}
    check(made)


@st.composite
def networks(draw):
    """Small networks of all kinds of sources, on both hemispheres and several buses."""
    circuits = draw(st.lists(st.integers(0, 511), min_size=1, max_size=40, unique=True))
    cut = draw(st.integers(1, len(circuits)))
    entities = [population(circuits[:cut], record=draw(st.booleans())), external(draw(st.integers(1, 90)), draw(st.booleans()))]
    if circuits[cut:]:
        entities.append(population(circuits[cut:]))
    if draw(st.booleans()):
        buses = {hemisphere: draw(st.integers(0, 3)) for hemisphere in range(2)}
        entities.append(background(draw(st.sampled_from([1, 4, 128])), buses, draw(st.booleans()), enable_random=True))
    sizes = [len(one.neurons) for one in entities]
    targets = [i for i, one in enumerate(entities) if isinstance(one, grenade.Population)]
    for _ in range(draw(st.integers(0, 4))):
        pre, post = draw(st.integers(0, len(sizes) - 1)), draw(st.sampled_from(targets))
        pairs = draw(st.lists(st.tuples(st.integers(0, sizes[pre] - 1), st.integers(0, sizes[post] - 1)), max_size=30, unique=True))
        table = [(i, 0, j, 0, draw(st.sampled_from([0, 1, 63, 64, 200]))) for i, j in pairs]
        entities.append(projection(pre, post, table or np.zeros((0, 5), int), receptor=draw(st.sampled_from([EXCITATORY, INHIBITORY]))))
    return entities


@settings(max_examples=40, deadline=None)
@given(networks())
def test_spikes_of_any_network_reach_what_they_are_connected_to(entities):
    try:
        made = graph(*entities)
    except grenade.routing.UnsuccessfulRouting:
        return
    check(made)


def fails(match, *entities):
    with pytest.raises(RuntimeError, match=match) as found:
        graph(*entities)
    return found.value


def test_too_many_synapses_on_a_neuron():
    error = fails(
        "neuron 1 of population 0 needs 300 synapses on AtomicNeuronOnDLS.*7.* projections 0, 2.* its column has 256",
        population([0, 7]),
        external(1),
        projection(1, 0, [(0, 1)], weight=100 * 63),
        projection(1, 0, [(0, 0)]),
        projection(1, 0, [(0, 1)], weight=200 * 63),
    )
    assert (error.resource, error.needed, error.available) == ("synapse rows", 300, 256)


def test_sources_from_outside_take_what_drivers_are_left():
    """300 sources to a neuron each need one driver per bus and chunk; 259 that share their targets need more than there are."""
    spread = graph(population(range(256), record=False), external(300), projection(1, 0, [(i, i % 256) for i in range(300)]))
    check(spread)
    circuits = population(range(256), record=False)
    ring = [(i, j) for i in range(256) for j in (i, (i + 1) % 256)]
    shared = [*ring, *((i, 0) for i in range(2, 255)), *((i, 200) for i in range(256, 259))]
    text = r"sources from outside the chip \(population 1\) find no place on the top hemisphere"
    error = fails(text, circuits, external(259), projection(1, 0, shared))
    assert error.resource == "sources on the top hemisphere" and error.needed == 259 > error.available


def test_too_many_drivers_on_a_bus():
    """64 neurons of one event output to one neuron need 32 drivers; a background source on the bus needs one more."""
    sources, target = population([*range(32), *range(256, 288)], record=False), population([100], record=False)
    full = sources, target, projection(0, 1, [(i, 0) for i in range(64)])
    check(graph(*full))
    error = fails(
        r"PADI bus 0 of the top hemisphere \(populations 0, 2\) need 33 synapse drivers, it has 32",
        *full[:2],
        background(1, {0: 0}),
        full[2],
        projection(2, 1, [(0, 0)]),
    )
    assert (error.needed, error.available) == (33, 32)


def test_routers_can_be_chosen():
    made = network(population([0]), external(1), projection(1, 0, [(0, 0)]))
    direct, portfolio = grenade.routing.GreedyRouter()(made), grenade.routing.PortfolioRouter()(made)
    assert rows(grenade.build_network_graph(made, direct)) == rows(grenade.build_network_graph(made, portfolio))
    with pytest.raises(grenade.routing.UnsuccessfulRouting, match="no router"):
        grenade.routing.PortfolioRouter([])(made)


def test_a_graph_needs_the_routing_of_its_network():
    small, large = network(population([0]), external(1)), network(population([0]), external(1), projection(1, 0, [(0, 0)]))
    with pytest.raises(RuntimeError, match="places 0 of 1 connections"):
        grenade.build_network_graph(large, grenade.routing.PortfolioRouter()(small))
    with pytest.raises(RuntimeError, match="route the network again"):
        grenade.build_network_graph(small, grenade.RoutingResult())
