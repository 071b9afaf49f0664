"""What the network builder refuses, and that it stays as it was."""

import pytest
from networks import (
    BOTH,
    EXCITATORY,
    INHIBITORY,
    POPULATION,
    all_to_all,
    background,
    external,
    network,
    neuron,
    population,
    projection,
    recorded,
    shape,
)

import pygrenade_vx.network as grenade
from halco import CompartmentOnLogicalNeuron, PadOnDLS, SpikeIOAddress
from haldls import NeuronConfig
from pygrenade_common import ConnectionOnExecutor, ExecutionInstanceID
from pygrenade_vx.common import ChipOnConnection

PAIR = shape([(0, 0), (0, 1)])
MEMBRANE, ADAPTATION = NeuronConfig.ReadoutSource.membrane, NeuronConfig.ReadoutSource.adaptation
RULE = grenade.PlasticityRule


def refused(match, *entities):
    """The last entity is refused after the others, with a RuntimeError, and the builder goes on without it."""
    builder = grenade.NetworkBuilder()
    for entity in entities[:-1]:
        builder.add(entity)
    with pytest.raises(RuntimeError, match=match):
        builder.add(entities[-1])
    assert builder.done() == network(*entities[:-1])


def test_descriptors_count_in_order_of_addition():
    builder = grenade.NetworkBuilder()
    assert builder.add(population([0])) == POPULATION(0)
    assert builder.add(external(1)) == POPULATION(1)
    assert builder.add(projection(1, 0, [(0, 0)])) == grenade.ProjectionOnNetwork(0)
    assert builder.add(projection(1, 0, [(0, 0)])) == grenade.ProjectionOnNetwork(1)
    assert builder.add(RULE()) == grenade.PlasticityRuleOnNetwork(0)
    assert builder.add(grenade.MADCRecording([recorded(0)])) is None
    assert builder.add(population([0]), ExecutionInstanceID(1)) == POPULATION(0, ExecutionInstanceID(1))


def test_done_empties_the_builder():
    builder = grenade.NetworkBuilder()
    builder.add(population([0]))
    assert builder.done() == network(population([0]))
    assert builder.done() == network()
    assert builder.add(population([0])) == POPULATION(0)


def test_what_was_added_can_be_changed_without_effect():
    builder, made = grenade.NetworkBuilder(), population([0])
    builder.add(made)
    made.neurons = []
    assert builder.done() == network(population([0]))


def test_execution_instances_are_no_numbers():
    with pytest.raises(TypeError, match="ExecutionInstanceID is needed, not 1"):
        grenade.NetworkBuilder().add(population([0]), 1)


def test_only_entities_can_be_added():
    with pytest.raises(TypeError, match="plasticity rule can be added, not 3"):
        grenade.NetworkBuilder().add(3)


@pytest.mark.parametrize("change", ["compartment missing", "master outside", "receptors missing"])
def test_neurons_fit_their_shape(change):
    made = neuron(0, PAIR)
    compartment = made.compartments[CompartmentOnLogicalNeuron()]
    if change == "compartment missing":
        made.compartments = {}
    elif change == "master outside":
        compartment.spike_master = compartment.SpikeMaster(2, True)
    else:
        compartment.receptors = [BOTH]
    refused("population 1, neuron 1: .*compartment", external(1), grenade.Population([neuron(5), made]))


def test_circuits_have_one_user():
    refused(r"population 1, neuron 1: .*Enum\(3\).* in use by population 0", population([3]), population([2, 3]))
    refused(r"population 0 uses .*Enum\(3\).* twice", grenade.Population([neuron(3), neuron(4), neuron(3)]))
    refused(r"population 1, neuron 0: .*Enum\(256\).* in use by population 0", grenade.Population([neuron(0, PAIR)]), population([256]))


def test_background_buses_have_one_user():
    refused("population 1: .*PADIBusOnPADIBusBlock.2.* in use by population 0", background(1, {0: 2}), background(1, {0: 2, 1: 3}))
    assert network(background(1, {0: 2}), background(1, {1: 2}))


@pytest.mark.parametrize(
    "size, random, match",
    [(3, True, "1, 2, 4, ... 256 neurons, not 3"), (0, True, "not 0"), (2, False, "1 neuron, not 2"), (512, True, "not 512")],
)
def test_background_sources_have_a_size_that_the_generator_can_draw(size, random, match):
    refused(match, background(size, {0: 0}, enable_random=random))


def spikeio(scaler=1, loopback=True):
    made = grenade.SpikeIOSourcePopulation(
        [grenade.SpikeIOSourcePopulation.Neuron(SpikeIOAddress(5))], grenade.SpikeIOSourcePopulation.Config()
    )
    made.config.data_rate_scaler, made.config.enable_internal_loopback = scaler, loopback
    return made


def test_the_serial_link_has_one_configuration():
    refused("population 1: the serial link has one configuration; population 0", spikeio(1), spikeio(2))
    refused("the serial link has one configuration", spikeio(1), spikeio(1, loopback=False))
    assert network(spikeio(3), spikeio(3))


NEURONS = population([0, 1])


@pytest.mark.parametrize(
    "match, pre, post, connections",
    [
        ("there is no population 7", 7, 0, [(0, 0)]),
        ("there is no population 7", 0, 7, [(0, 0)]),
        ("its target is population 1, a ExternalSourcePopulation", 0, 1, [(0, 0)]),
        ("connection 1: compartment 0 of neuron 2 of population 0 does not exist, the population has 2 neurons", 1, 0, [(0, 0), (0, 2)]),
        ("connection 0: compartment 0 of neuron 3 of population 1 does not exist, the population has 3 neurons", 1, 0, [(3, 0)]),
        ("compartment 1 of neuron 0 of population 1 does not exist, sources outside", 1, 0, [(0, 1, 0, 0, 1)]),
        ("compartment 1 of neuron 0 of population 0 does not exist, the neuron has no such", 0, 0, [(0, 1, 0, 0, 1)]),
        ("compartment 2 of neuron 1 of population 0 does not exist", 1, 0, [(0, 0, 0, 0, 1), (0, 0, 1, 2, 1)]),
        ("connections 1 and 3 both connect neuron 1 of population 1 with neuron 1 of population 0", 1, 0, [(0, 0), (1, 1), (1, 0), (1, 1)]),
    ],
)
def test_connections_fit_their_populations(match, pre, post, connections):
    refused(f"projection 0.*{match}", NEURONS, external(3), projection(pre, post, connections))


def test_projections_of_the_same_neurons_are_fine():
    assert network(NEURONS, external(2), projection(1, 0, [(0, 0)]), projection(1, 0, [(0, 0)]))


def test_targets_have_the_receptor():
    only = grenade.Population([neuron(0), neuron(1, receptors={EXCITATORY})])
    refused(
        "projection 1, connection 1: compartment 0 of neuron 1 of population 0 has no inhibitory receptor 0",
        only, external(1), projection(1, 0, all_to_all(1, 2)), projection(1, 0, all_to_all(1, 2), receptor=INHIBITORY),
    )  # fmt: skip


def test_sources_send_spikes():
    mute = grenade.Population([neuron(0), neuron(1, master=None)])
    refused("connection 1: compartment 0 of neuron 1 of population 0 sends no spikes", mute, projection(0, 0, [(0, 0), (1, 0)]))


def test_background_sources_reach_their_targets():
    top_and_bottom = population([0, 256])
    refused(
        "connection 1: .*neuron 1 of population 0 has no excitatory receptor 0 where the background source is",
        top_and_bottom, background(1, {0: 0}), projection(1, 0, [(0, 0), (0, 1)]),
    )  # fmt: skip
    assert network(top_and_bottom, background(1, {0: 0, 1: 0}), projection(1, 0, [(0, 0), (0, 1)]))
    assert network(grenade.Population([neuron(0, PAIR)]), background(1, {1: 0}), projection(1, 0, [(0, 0)]))


def test_refusals_carry_the_place():
    builder = grenade.NetworkBuilder()
    builder.add(NEURONS)
    with pytest.raises(RuntimeError) as found:
        builder.add(projection(0, 0, [(0, 0), (0, 5)]))
    assert found.value.place == {"projection": 0, "connection": 1, "population": 0, "neuron": 5, "compartment": 0}
    builder.add(population([4]))
    with pytest.raises(RuntimeError) as found:
        builder.add(grenade.MADCRecording([recorded(0, 0), recorded(1, 0)]))
    assert found.value.place == {"population": (0, 1)}


RECORDINGS = [grenade.MADCRecording, grenade.CADCRecording]


def pads(*neurons, buffered=True):
    return grenade.PadRecording({PadOnDLS(i): grenade.PadRecording.Source(one, buffered) for i, one in enumerate(neurons)})


@pytest.mark.parametrize("recording", [*(lambda *n, kind=kind: kind([*n]) for kind in RECORDINGS), pads], ids=["madc", "cadc", "pads"])
def test_recorded_neurons_exist_and_are_different(recording):
    refused("there is no population 5", NEURONS, recording(recorded(5)))
    refused("the neurons of population 1 are not on the chip", NEURONS, external(1), recording(recorded(1)))
    refused("there is no circuit 0 of compartment 0 of neuron 2 of population 0", NEURONS, recording(recorded(0, 2)))
    refused("there is no circuit 0 of compartment 1 of neuron 1", NEURONS, recording(recorded(0, 1, 1)))
    refused("there is no circuit 1 of compartment 0", NEURONS, recording(recorded(0, 1, 0, 1)))
    refused("neuron 1 of population 0 is recorded twice", NEURONS, recording(recorded(0, 1), recorded(0, 1)))
    refused("has it already", NEURONS, recording(recorded(0, 1)), recording(recorded(0, 0)))


def test_the_madc_records_one_neuron_or_two_of_unlike_parity():
    five = population([0, 1, 2, 257])
    refused("one neuron or two, not 3", five, grenade.MADCRecording([recorded(0, i) for i in range(3)]))
    refused("one neuron or two, not 0", five, grenade.MADCRecording([]))
    two = r"not neuron 0 of population 0 \(column 0 .* and neuron 2 of population 0 \(column 2 of the top row"
    refused(two, five, grenade.MADCRecording([recorded(0, 0), recorded(0, 2)]))
    refused(
        r"1 of the top row\) and neuron 3 of population 0 \(column 1 of the bottom row",
        five,
        grenade.MADCRecording([recorded(0, 1), recorded(0, 3)]),
    )
    assert network(five, grenade.MADCRecording([recorded(0, 0), recorded(0, 3)]))


def test_pads_share_their_lines():
    four = population([0, 1, 2, 256])
    refused("unbuffered ones need different hemispheres", four, pads(recorded(0, 0), recorded(0, 1), buffered=False))
    refused("neuron 0 of .* and neuron 2 of population 0 .* different hemispheres or parities", four, pads(recorded(0, 0), recorded(0, 2)))
    assert network(four, pads(recorded(0, 0), recorded(0, 1))) and network(four, pads(recorded(0, 0), recorded(0, 3), buffered=False))


@pytest.mark.parametrize("first", [0, 1, 2, 3])
@pytest.mark.parametrize("second", [0, 1, 2, 3])
def test_a_neuron_shows_one_signal(first, second):
    def reading(kind, source):
        at = recorded(0, 1, source=source)
        return (grenade.MADCRecording([at]), grenade.CADCRecording([at]), pads(at), rule(source))[kind]

    if first != second:
        refused(
            "neuron 1 of population 0 is to show its adaptation, but .* its membrane",
            NEURONS,
            reading(first, MEMBRANE),
            reading(second, ADAPTATION),
        )
        assert network(NEURONS, reading(first, MEMBRANE), reading(second, MEMBRANE))


def rule(*sources, projections=(), populations=(0,)):
    """Reads a signal of the second neuron of each population."""
    made = RULE()
    made.projections = [grenade.ProjectionOnNetwork(number) for number in projections]
    for number in populations:
        handle = RULE.PopulationHandle()
        handle.descriptor = POPULATION(number)
        handle.neuron_readout_sources = [
            {CompartmentOnLogicalNeuron(): [None]},
            *({CompartmentOnLogicalNeuron(): [one]} for one in sources),
        ]
        made.populations = [*made.populations, handle]
    return made


def test_rules_work_on_what_is_there():
    refused("plasticity rule 0: there is no projection 0", NEURONS, rule(None, projections=[0]))
    refused("plasticity rule 1: there is no population 4", NEURONS, rule(None), rule(None, populations=[0, 4]))
    refused("the neurons of population 1 are not on the chip", NEURONS, external(2), rule(None, populations=[1]))
    refused("population 0: neuron_readout_sources need one entry per neuron.* neuron 1", NEURONS, rule())
    refused("they do not fit at neuron 2", NEURONS, rule(None, None))
    refused("they do not fit at neuron 0", grenade.Population([neuron(0, PAIR), neuron(1)]), rule(None))


def test_rules_that_want_rows_in_order():
    def wanting(*numbers):
        made = rule(None, projections=numbers)
        made.enable_requires_one_source_per_row_in_order = True
        return made

    refused("wants one source per row", NEURONS, external(2), projection(1, 0, [(0, 0), (1, 1)]), wanting(0))
    refused("wants sources in order", NEURONS, external(2), projection(1, 0, [(1, 0), (1, 1), (0, 0), (0, 1)]), wanting(0))
    assert network(NEURONS, external(2), projection(1, 0, all_to_all(2, 2)), wanting(0))
    apart = population([0, 40, 128])
    refused("PADI buses that are not in their order", NEURONS_ELSEWHERE, apart, projection(1, 0, all_to_all(3, 2)), wanting(0))


NEURONS_ELSEWHERE = population([8, 9])


def test_an_execution_instance_is_on_one_chip():
    other = external(1)
    other.chip_on_executor = (ChipOnConnection(1), ConnectionOnExecutor())
    refused("an execution instance has one chip", NEURONS, other)
    builder = grenade.NetworkBuilder()
    builder.add(NEURONS)
    builder.add(other, ExecutionInstanceID(1))
