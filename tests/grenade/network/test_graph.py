"""Network graphs: settings, views and translations; when a change needs routing, and updates without it."""

import copy

import numpy as np
import pytest
from networks import (
    EXCITATORY,
    INHIBITORY,
    INSTANCE,
    POPULATION,
    PROJECTION,
    all_to_all,
    background,
    external,
    graph,
    network,
    neuron,
    population,
    projection,
    recorded,
    shape,
)

import pygrenade_vx.network as grenade
from halco import (
    AtomicNeuronOnDLS,
    BackgroundSpikeSourceOnDLS,
    CompartmentOnLogicalNeuron,
    Enum,
    HemisphereOnDLS,
    PadOnDLS,
    SpikeIOAddress,
    SynapseOnSynapseRow,
    SynapseRowOnDLS,
    SynapseWeightRowOnDLS,
)
from haldls import NeuronConfig
from haldls.lola import SynapseWeightRow
from pygrenade_vx.signal_flow import OutputDataSnippet

RULE = grenade.PlasticityRule
MEMBRANE, ADAPTATION = NeuronConfig.ReadoutSource.membrane, NeuronConfig.ReadoutSource.adaptation
PAIR = shape([(0, 0), (0, 1)])


def translation(made):
    return made.graph_translation.execution_instances[INSTANCE]


def hardware(made):
    return made.hardware[INSTANCE]


def circuit(number):
    return AtomicNeuronOnDLS(Enum(number))


def rule(projections=(0,), source=None, neurons=2, **attributes):
    made = RULE()
    made.projections = [PROJECTION(number) for number in projections]
    handle = RULE.PopulationHandle()
    handle.neuron_readout_sources = [{CompartmentOnLogicalNeuron(): [source]} for _ in range(neurons)]
    made.populations = [handle]
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def test_only_external_populations_take_spikes():
    assert translation(graph(population([0]))).event_input_vertex is None
    assert translation(graph(population([0]), background(1, {0: 0}))).event_input_vertex is None
    assert translation(graph(population([0]), external(1))).event_input_vertex is not None
    assert INSTANCE not in graph().graph_translation.execution_instances


def test_vertices_of_outputs():
    silent = translation(graph(population([0], record=False)))
    assert (silent.event_output_vertex, silent.madc_sample_output_vertex, silent.cadc_sample_output_vertex) == (None, None, [])
    made = translation(
        graph(population([0, 300]), grenade.CADCRecording([recorded(0, 0), recorded(0, 1)]), grenade.MADCRecording([recorded(0)]))
    )
    vertices = [made.event_output_vertex, made.madc_sample_output_vertex, *made.cadc_sample_output_vertex]
    assert None not in vertices and len({*vertices}) == 4


def test_spikes_are_known_by_their_label():
    made = graph(population([0, 40]), external(2, record=True), projection(1, 0, [(0, 0), (1, 1)]), background(2, {1: 3}, record=True))
    spikes = translation(made).spikes
    assert [tuple(one) for one in spikes.recorded] == [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0), (2, 0, 0), (2, 1, 0)]
    found = made.routing.execution_instances[INSTANCE]
    neurons = [output % 4 << 14 | output << 8 | int(found.neuron_addresses[n]) for n, output in ((0, 0), (40, 1))]
    sources = [int(label) for labels in found.external_labels[grenade.PopulationOnExecutionInstance(1)] for label in labels]
    drawn = [int(label) for label in found.background_labels[grenade.PopulationOnExecutionInstance(2)][HemisphereOnDLS(1)]]
    assert spikes.index_of_label[[*neurons, *sources, *drawn]].tolist() == [0, 1, 2, 3, 4, 5]
    assert (spikes.index_of_label >= 0).sum() == 6


def test_placed_connections_are_coordinates():
    made = graph(population([5]), external(2), projection(1, 0, [(0, 0), (1, 0)], weight=100))
    both = made.get_placed_connections(PROJECTION(0))
    assert [len(one) for one in both] == [2, 2] and made.get_placed_connection(PROJECTION(0), 1) == both[1]
    first = both[0][0]
    assert (first.synapse_row, first.synapse_on_row, int(first.weight)) == (SynapseRowOnDLS(0), SynapseOnSynapseRow(5), 63)
    assert np.array([int(first.synapse_row), int(first.synapse_on_row)], int).tolist() == [0, 5]
    assert first.synapse_row.toSynapseWeightRowOnDLS() == SynapseWeightRowOnDLS(0) and SynapseWeightRow().values[first.synapse_on_row] == 0
    assert "synapse_row=SynapseRowOnDLS" in str(first)
    for wrong in (lambda: made.get_placed_connection(PROJECTION(0), 2), lambda: made.get_placed_connections(PROJECTION(1))):
        with pytest.raises(RuntimeError, match="projection"):
            wrong()


def test_weights_and_labels_stand_in_the_matrix():
    made = graph(population([3, 300]), external(3), projection(1, 0, [(0, 0), (2, 0), (1, 1)], weight=9))
    weights, labels = hardware(made).synapse_weights, hardware(made).synapse_labels
    assert np.argwhere(weights).tolist() == [[0, 3], [1, 3], [256, 44]] and weights.sum() == 27
    assert labels[[0, 1], 3].tolist() == [0, 1]
    assert np.flatnonzero(hardware(made).neurons_with_synapses).tolist() == [3, 300]
    assert np.flatnonzero(hardware(made).padi_buses).tolist() == [0, 4]


def test_neurons_of_a_target_population_have_synaptic_input():
    made = graph(population([3, 4, 300]), population([9]), external(1), projection(2, 0, [(0, 1)]))
    assert np.flatnonzero(hardware(made).neurons_with_synapses).tolist() == [3, 4]


def test_background_generators_are_complete():
    made = hardware(graph(background(4, {0: 1, 1: 2}, period=100, rate=7, seed=1234), background(1, {0: 3}, period=50)))
    assert {*made.background_sources} == {BackgroundSpikeSourceOnDLS(i) for i in (1, 6, 3)}
    random = made.background_sources[BackgroundSpikeSourceOnDLS(6)]
    assert (int(random.period), int(random.rate), int(random.seed), int(random.mask), random.enable_random) == (100, 7, 1234, 3, True)
    assert not made.background_sources[BackgroundSpikeSourceOnDLS(3)].enable_random
    assert not any(source.enable for source in made.background_sources.values()), "nobody hears them"


@pytest.mark.parametrize("circuits, on", [([0], [1]), ([300], [6]), ([0, 300], [1, 6])])
def test_background_generators_are_on_where_there_are_synapses(circuits, on):
    targets = population(circuits, record=False), background(4, {0: 1, 1: 2})
    made = hardware(graph(*targets, projection(1, 0, [(0, i) for i in range(len(circuits))])))
    assert [int(at) for at, source in made.background_sources.items() if source.enable] == on


def test_the_serial_link_turns_addresses_into_labels():
    population_ = grenade.SpikeIOSourcePopulation
    source = population_([population_.Neuron(SpikeIOAddress(17), True), population_.Neuron(SpikeIOAddress(3))], population_.Config())
    source.config.data_rate_scaler = 5
    made = graph(population([0]), source, projection(1, 0, [(1, 0)]))
    link = hardware(made).spikeio
    assert {*link.input_routes} == {SpikeIOAddress(17), SpikeIOAddress(3)} and int(link.config.data_rate_scaler) == 5
    assert link.config.enable_rx and link.config.enable_tx and link.config.enable_internal_loopback
    assert translation(made).event_input_vertex is None
    assert translation(made).spikes.index_of_label[int(link.input_routes[SpikeIOAddress(17)])] == 1
    assert hardware(graph(population([0]))).spikeio is None


def test_readouts_of_recordings_and_rules():
    made = hardware(
        graph(
            population([1, 2, 300, 8]), external(1), projection(1, 0, [(0, 0)]),
            grenade.MADCRecording([recorded(0, 1), recorded(0, 0, source=ADAPTATION)]),
            grenade.CADCRecording([recorded(0, 2), recorded(0, 1)], placement_on_dram=True),
            grenade.PadRecording({PadOnDLS(1): grenade.PadRecording.Source(recorded(0, 2), True)}),
            rule(source=None, neurons=4),
        )
    )  # fmt: skip
    assert [int(one.circuit) for one in made.madc] == [2, 1] and made.cadc_on_dram
    assert {int(hemisphere): view.columns.tolist() for hemisphere, view in made.cadc.items()} == {0: [2], 1: [44]}
    ((pad, (readout, buffered)),) = made.pads.items()
    assert (pad, int(readout.circuit), buffered) == (PadOnDLS(1), 300, True)
    assert made.readout_sources == {circuit(2): MEMBRANE, circuit(1): ADAPTATION, circuit(300): MEMBRANE}
    only_rule = hardware(graph(population([1, 2]), rule((), source=ADAPTATION)))
    assert only_rule.readout_sources == {circuit(1): ADAPTATION, circuit(2): ADAPTATION}


def test_views_of_a_rule():
    """Columns of all neurons of the target population; top before bottom; ascending, whatever the order of the neurons."""
    made = graph(
        population([9, 300, 4, 256]), external(2), projection(1, 0, [(0, 0), (1, 0), (0, 1)]), projection(1, 0, [(0, 2)]),
        rule((1, 0), source=MEMBRANE, neurons=4),
    )  # fmt: skip
    found = hardware(made).rules[grenade.PlasticityRuleOnExecutionInstance(0)]
    views = [(int(view.projection), int(view.hemisphere), view.rows.tolist(), view.columns.tolist()) for view in found.synapses]
    assert views == [(1, 0, [0], [4, 9]), (0, 0, [0, 1], [4, 9]), (0, 1, [0], [0, 44])]
    neurons = [(int(view.hemisphere), view.columns.tolist(), view.readout_sources) for view in found.neurons]
    assert neurons == [(0, [4, 9], [MEMBRANE] * 2), (1, [0, 44], [MEMBRANE] * 2)]


def test_a_rule_without_connections_has_no_views_of_synapses():
    made = graph(population([1, 2]), external(1), projection(1, 0, np.zeros((0, 5), int)), rule())
    assert hardware(made).rules[grenade.PlasticityRuleOnExecutionInstance(0)].synapses == []


BASE = {
    "circuits": [0, 1],
    "record": True,
    "weight": 5,
    "pairs": [(0, 0), (1, 1)],
    "receptor": EXCITATORY,
    "period": 100,
    "kernel": "a",
    "source": MEMBRANE,
}


def variant(**changes):
    """A network with some of its properties changed."""
    now = BASE | changes
    made = [
        population(now["circuits"], record=now["record"]),
        external(2),
        background(2, {0: now.get("bus", 1)}, period=now["period"]),
        projection(1, 0, now["pairs"], now["weight"], now["receptor"]),
        rule(source=None, kernel=now["kernel"], recording=now.get("recording")),
        grenade.MADCRecording([recorded(0, now.get("recorded", 0), source=now["source"])]),
        *now.get("more", []),
    ]
    return network(*made)


def routed(made):
    return grenade.build_network_graph(made, grenade.routing.PortfolioRouter()(made))


@pytest.mark.parametrize(
    "changes",
    [
        {"circuits": [0, 2]},
        {"record": False},
        {"weight": 64},
        {"pairs": [(0, 0)]},
        {"pairs": [(0, 0), (1, 0)]},
        {"receptor": INHIBITORY},
        {"bus": 2},
        {"recorded": 1},
        {"recording": RULE.RawRecording()},
        {"more": [external(1)]},
        {"more": [projection(1, 0, [(0, 0)])]},
        {"more": [rule()]},
        {"more": [grenade.CADCRecording([recorded(0)])]},
        {"more": [grenade.PadRecording({PadOnDLS(0): grenade.PadRecording.Source(recorded(0), True)})]},
    ],
    ids=str,
)
def test_changes_that_need_routing(changes):
    old, new = routed(variant()), variant(**changes)
    assert grenade.requires_routing(new, old)
    before = vars(grenade.NetworkGraph(old))
    with pytest.raises(RuntimeError, match="route it"):
        grenade.update_network_graph(old, new)
    assert vars(old) == before


@pytest.mark.parametrize("changes", [{}, {"weight": 7}, {"weight": 0}, {"period": 9}, {"kernel": "b"}, {"source": ADAPTATION}], ids=str)
def test_changes_that_need_none(changes):
    """The updated graph is as one that is routed anew, and copies keep the old state."""
    old, new = routed(variant()), variant(**changes)
    kept = copy.copy(old)
    assert not grenade.requires_routing(new, old)
    grenade.update_network_graph(old, new)
    assert same(hardware(old), hardware(routed(new))) and same(hardware(kept), hardware(routed(variant())))
    assert (hardware(old) is hardware(kept)) == (not changes)  # else a chip would be made of them for new spikes alone
    assert old.get_placed_connections(PROJECTION(0)) == routed(new).get_placed_connections(PROJECTION(0))
    assert kept.get_placed_connections(PROJECTION(0)) == routed(variant()).get_placed_connections(PROJECTION(0))
    assert not grenade.requires_routing(new, old) and old.network is new


def same(one, other):
    """Whether two sets of settings are equal; those with arrays deep inside are compared as they print."""
    pairs = [(value, vars(other)[name]) for name, value in vars(one).items()]
    return all(np.array_equal(*pair) if isinstance(pair[0], np.ndarray) else str(pair[0]) == str(pair[1]) for pair in pairs)


def test_weights_within_the_synapses_of_a_connection():
    """A connection that was routed with 130 has three synapses; smaller weights leave the last ones at zero."""
    old = routed(variant(weight=130))
    for weight, split in ((189, [63, 63, 63]), (64, [63, 1, 0]), (0, [0, 0, 0])):
        grenade.update_network_graph(old, variant(weight=weight))
        assert [int(one.weight) for one in old.get_placed_connection(PROJECTION(0), 1)] == split
    assert grenade.requires_routing(variant(weight=190), old)


@pytest.mark.parametrize(
    ("call", "needed"),
    [
        (lambda: grenade.routing.PortfolioRouter()(None), "Network is needed, not None"),
        (lambda: grenade.build_network_graph(network(), None), "RoutingResult is needed, not None"),
        (lambda: grenade.requires_routing(network(), 3), "NetworkGraph is needed, not 3"),
        (lambda: grenade.update_network_graph(graph(), None), "Network is needed, not None"),
        (lambda: grenade.extract_neuron_spikes(None, graph()), "OutputDataSnippet is needed, not None"),
        (lambda: grenade.extract_madc_samples(OutputDataSnippet(), network()), "NetworkGraph is needed, not"),
    ],
)
def test_arguments_of_other_kinds_are_refused(call, needed):
    with pytest.raises(TypeError, match=f"a {needed}"):
        call()


def test_graphs_can_be_copied():
    made = graph(population([0]))
    for twin in (grenade.NetworkGraph(made), copy.copy(made), copy.deepcopy(made)):
        assert twin.network is made.network and twin is not made
    assert grenade.NetworkGraph().network == network()


def test_a_compartment_s_receptors_count():
    old = graph(grenade.Population([neuron(0, PAIR)]))
    assert grenade.requires_routing(network(grenade.Population([neuron(0, PAIR, receptors={EXCITATORY})])), old)
    assert not grenade.requires_routing(network(grenade.Population([neuron(0, PAIR)])), old)


def test_statistics():
    made = graph(
        population([0, 1, 2]), population([300]), external(7), projection(2, 0, all_to_all(7, 3)), projection(2, 1, [(0, 0)], weight=100)
    )
    (numbers,) = (statistics := grenade.extract_statistics(made)).get_execution_instances().values()
    assert numbers.get_num_populations() == 3 and numbers.get_num_projections() == 2
    assert numbers.get_num_neurons() == 4 and numbers.get_num_synapses() == 22
    assert numbers.get_num_synapse_drivers() == 5 and numbers.get_synapse_driver_usage() == 5 / 256
    assert numbers.get_neuron_usage() == 4 / 512 and numbers.get_synapse_usage() == 23 / 131072
    durations = [
        getattr(statistics, f"get_{part}_duration")()
        for part in ("abstract_network_construction", "hardware_network_construction", "routing")
    ]
    assert all(duration.total_seconds() > 0 for duration in durations) and statistics.get_verification_duration().total_seconds() >= 0
    assert "NetworkGraphStatistics" in str(statistics)


def test_population_descriptors_of_a_graph():
    assert [*graph(population([0])).network.execution_instances[INSTANCE].populations] == [POPULATION(0)]


def test_labels_of_all_sources_can_be_looked_up():
    """As scripts do for the serial link: by number, per source and compartment, None for circuits that send nothing."""
    made = graph(
        population([0, 40]), grenade.Population([neuron(64, PAIR, record=False)]), external(2), projection(2, 0, [(0, 0)]),
        background(2, {0: 3, 1: 2}),
    )  # fmt: skip
    labels = translation(made).spike_labels
    assert [*labels] == [POPULATION(number) for number in range(4)] and len(labels) == 4
    of = [[*one.values()] for one in labels[grenade.PopulationOnExecutionInstance(0)]]
    assert [[[int(label) for label in some] for some in one] for one in of] == [[[0]], [[1 << 14 | 1 << 8]]]
    assert [[*one.values()] for one in labels[grenade.PopulationOnExecutionInstance(1)]] == [[[None, None]]]
    assert [[len(some) for some in one.values()] for one in labels[grenade.PopulationOnExecutionInstance(2)]] == [[1], [0]]
    drawn = [some for one in labels[grenade.PopulationOnExecutionInstance(3)] for some in one.values()]
    assert [[(int(label) >> 14, int(label) >> 13 & 1) for label in some] for some in drawn] == [[(3, 1), (2, 0)]] * 2
    with pytest.raises(KeyError):
        labels[grenade.PopulationOnExecutionInstance(4)]


def test_background_sources_of_both_hemispheres_return_from_the_top_one():
    made = graph(population([0], record=False), background(2, {0: 3, 1: 2}, record=True))
    open_to_host = [node for node in hardware(made).crossbar_nodes if int(node.x()) >= 8]
    assert len(open_to_host) == 2  # as the original has it; the label of the bottom one does not pass
    assert [int(at) for at, source in hardware(made).background_sources.items() if source.enable] == [3], "nobody hears the bottom one"
    recorded_labels = [
        int(labels[0]) & 1 << 11 for labels in made.routing.execution_instances[INSTANCE].background_labels[POPULATION(1)].values()
    ]
    assert recorded_labels == [1 << 11, 0]


@pytest.mark.parametrize("wrong", [0, "0", POPULATION(0), None])
def test_projections_are_named_by_their_descriptor(wrong):
    made = graph(population([0]), projection(0, 0, [(0, 0)]))
    with pytest.raises(TypeError, match="ProjectionOnNetwork is needed"):
        made.get_placed_connections(wrong)
    assert made.get_placed_connections(grenade.ProjectionOnExecutionInstance(0)) == made.get_placed_connections(PROJECTION(0))
