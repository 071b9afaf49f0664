"""Topologies that are mapped and run: spikes find their way, recordings their channel, large topologies several chips' worth of runs."""

from __future__ import annotations

import re
from contextlib import nullcontext

import pytest
import topologies
from topologies import (
    DOMAIN,
    MS,
    PATH,
    SOMA,
    connect,
    data,
    execute,
    neurons,
    record,
    record_voltage,
    runtimes,
    settings,
    sources,
)

from grenade.abstract import MappingError, TopologyError
from grenade.errors import InputError, NetworkError, UnsuccessfulRouting
from halco import AtomicNeuronOnDLS, Enum, PADIBusOnPADIBusBlock
from haldls.lola import AtomicNeuron, Chip
from pygrenade_common import ExecutionInstanceID, ExecutionInstanceOnExecutor, Population, Topology
from pygrenade_vx.execution import run
from pygrenade_vx.network import extract_statistics
from pygrenade_vx.network.abstract import (
    CADCRecorder,
    GreedyMapper,
    JITCalibration,
    PadRecorder,
    PoissonSourceNeuron,
    UncalibratedSynapse,
    reverse_mapping,
)


def permutation(*numbers: int) -> GreedyMapper:
    mapper = GreedyMapper()
    mapper.neuron_permutation = [AtomicNeuronOnDLS(Enum(number)) for number in numbers]
    return mapper


def arrived(spikes, sent) -> bool:
    """Whether every spike that was sent, and no other one, has arrived."""
    return len(spikes) == len(sent) and all(0 < time - start < PATH for time, start in zip(spikes, sent, strict=True))


def test_spikes_take_the_connections_of_the_topology(executor):
    topology = Topology()
    source, target = topology.add_vertex(sources(3)), topology.add_vertex(neurons(3))
    connect(topology, source, target, [(0, 2), (2, 0)])
    recorder = record(topology, target, [2, 0, 1])
    output = execute(executor, topology, data(topology, {source: [[[1000, 9000], [5000], [2000]]]}))
    (spikes,) = output.ports.get((recorder, 0)).spikes
    assert arrived(spikes[0], [1000, 9000]) and arrived(spikes[1], [2000]) and len(spikes[2]) == 0
    assert output.execution_instances.contains(ExecutionInstanceOnExecutor())


def test_a_source_may_be_silent_beside_others(executor):
    topology = Topology()
    source, target = topology.add_vertex(sources(3)), topology.add_vertex(neurons(3))
    connect(topology, source, target, [(0, 0), (1, 1), (2, 2)])
    recorder = record(topology, target, range(3))
    output = execute(executor, topology, data(topology, {source: [[[1000], [], [2000, 3000]]]}))
    (spikes,) = output.ports.get((recorder, 0)).spikes
    assert arrived(spikes[0], [1000]) and len(spikes[1]) == 0 and arrived(spikes[2], [2000, 3000])


def test_batch_entries_are_kept_apart(executor):
    topology = Topology()
    source, target = topology.add_vertex(sources(1)), topology.add_vertex(neurons(1))
    connect(topology, source, target, [(0, 0)])
    heard, sent = record(topology, target, [0]), record(topology, source, [0])
    output = execute(executor, topology, data(topology, {source: [[[1000]], [[3000, 4000]]]}))
    first, second = (entry[0] for entry in output.ports.get((heard, 0)).spikes)
    assert arrived(first, [1000]) and arrived(second, [3000, 4000])
    assert [len(entry[0]) for entry in output.ports.get((sent, 0)).spikes] == [1, 2]


def test_weights_of_a_snippet_count_without_another_mapping(executor):
    topology = Topology()
    source, target = topology.add_vertex(sources(1)), topology.add_vertex(neurons(1))
    projection = connect(topology, source, target, [(0, 0)])
    recorder = record(topology, target, [0])
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    given = data(topology, {source: [[[1000]]]})
    inputs = [mapped.map_root_input_data(given)]
    given.ports.set((projection, 1), UncalibratedSynapse.ParameterSpace.Parameterization([0]))
    inputs.append(mapped.map_root_input_data(given))
    outputs = [mapped.map_root_output_data(output) for output in run(executor, [mapped, mapped], inputs, {})]
    assert [len(output.ports.get((recorder, 0)).spikes[0][0]) for output in outputs] == [1, 0]


def test_neurons_take_the_places_of_the_permutation(executor):
    topology = Topology()
    first, second = topology.add_vertex(neurons(1)), topology.add_vertex(neurons(2))
    mapped = permutation(7, 300, 2)(topology, JITCalibration(), executor)
    places = [reverse_mapping.get_locally_placed_neuron_coordinates(one, mapped) for one in (first, second)]
    numbers = [[int(circuit.toEnum()) for place in some for circuit in place.get_atomic_neurons()] for some in places]
    assert numbers == [[7], [300, 2]]
    with pytest.raises(ValueError, match="names each neuron circuit once"):
        permutation(7, 7)
    with pytest.raises(ValueError, match="names each background source once"):
        GreedyMapper().background_source_permutation = [PADIBusOnPADIBusBlock(1)] * 2


def test_connections_above_63_have_several_synapses(executor):
    topology = Topology()
    source, target = topology.add_vertex(sources(1)), topology.add_vertex(neurons(2))
    projection = connect(topology, source, target, [(0, 1)], max_weight=126)
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    (synapses,) = reverse_mapping.get_uncalibrated_synapse_coordinates(projection, mapped)
    assert len(set(synapses)) == 2 and {int(one.toSynapseOnSynram().x()) for one in synapses} == {1}
    statistics = extract_statistics(mapped).get_execution_instances()[ExecutionInstanceOnExecutor()]
    assert (statistics.get_num_neurons(), statistics.get_num_projections()) == (2, 1)


# ------------------------------------------------------------------------------------------------------------------- several instances
def test_a_topology_that_is_too_large_runs_in_parts_and_spikes_pass_between_them(executor):
    topology = Topology()
    source, hidden, out = topology.add_vertex(sources(1)), topology.add_vertex(neurons(3)), topology.add_vertex(neurons(3))
    connect(topology, source, hidden, [(0, 0), (0, 1), (0, 2)])
    connect(topology, hidden, out, [(0, 2), (1, 1), (2, 0)])
    recorder = record(topology, out, [0, 1, 2])
    mapper = permutation(0, 1)
    output = execute(executor, topology, data(topology, {source: [[[1000, 9000]]]}), mapper)
    (spikes,) = output.ports.get((recorder, 0)).spikes
    assert [len(some) for some in spikes] == [2, 2, 2]
    assert all(0 < time - start < 2 * PATH for some in spikes for time, start in zip(some, [1000, 9000], strict=True))
    numbers = sorted(int(instance.execution_instance_id) for instance, _ in output.execution_instances)
    assert numbers == [*range(len(numbers))] and len(numbers) > 2


def test_the_fast_converter_has_two_channels_so_many_recordings_take_several_parts(executor):
    topology = Topology()
    target = topology.add_vertex(neurons(5))
    recorder = record_voltage(topology, target, [0, 1, 2, 3, 4])
    output = execute(executor, topology, data(topology, {}, MS // 20))
    (samples,) = output.ports.get((recorder, 0)).samples
    assert len(samples) == 5 and all(len(some) > 500 for some in samples)
    assert all(0 <= time <= MS // 20 and 0 <= value < 1024 for some in samples for time, value in some)
    assert output.execution_instances.contains(ExecutionInstanceOnExecutor(ExecutionInstanceID(2)))


def test_what_runs_in_a_circle_cannot_be_cut(executor):
    topology = Topology()
    one, other = topology.add_vertex(neurons(2)), topology.add_vertex(neurons(2))
    connect(topology, one, other, [(0, 0), (1, 1)])
    connect(topology, other, one, [(0, 1), (1, 0)])
    text = r"vertices \[0, 1\] have to run at the same time and need 4 neuron circuits, a chip has 3"
    with pytest.raises(MappingError, match=text) as error:
        permutation(0, 1, 2)(topology, JITCalibration(), executor)
    assert (error.value.needed, error.value.available) == (4, 3)


# ------------------------------------------------------------------------------------------------------------------------ recordings
def test_recorders_give_the_signal_that_the_neuron_is_set_to(executor):
    topology = Topology()
    target = topology.add_vertex(neurons(2))
    recorder = record_voltage(topology, target, [0])
    means = {}
    for signal in (AtomicNeuron.Readout.Source.membrane, AtomicNeuron.Readout.Source.exc_synin):
        given = data(topology, {}, MS // 20)
        chosen = settings(2)
        chosen.configs[0][SOMA][0].readout.source = signal
        given.ports.set((target, 1), chosen)
        (samples,) = execute(executor, topology, given).ports.get((recorder, 0)).samples
        means[signal] = sum(value for _, value in samples[0]) / len(samples[0])
    assert len(set(means.values())) == 2


def test_two_recorders_cannot_place_their_samples_differently(executor):
    topology = Topology()
    target = topology.add_vertex(neurons(2))
    for cell, dram in ((0, False), (1, True)):
        record_voltage(topology, target, [cell], lambda shape, time_domain, dram=dram: CADCRecorder(shape, dram, time_domain))
    with pytest.raises(MappingError, match="block RAM or into DRAM"):
        GreedyMapper()(topology, JITCalibration(), executor)


@pytest.mark.parametrize(
    ("buffered", "cells", "text"),
    [
        ([True, True], [0, 1], None),
        ([True, False], [0, 2], None),
        ([True, True], [0, 2], "pads 0 and 1 .* buffered ones need different hemispheres or parities"),
        ([False, False], [0, 1], "pads 0 and 1 .* unbuffered ones need different hemispheres"),
    ],
)
def test_pads_share_the_lines_to_them(executor, buffered, cells, text):
    """What passes the buffer stands in the data, so that two neurons go together or not is known with them."""
    topology = Topology()
    target = topology.add_vertex(neurons(3))
    recorder = record_voltage(topology, target, cells, lambda shape, time_domain: PadRecorder([0, 1], shape, time_domain))
    given = data(topology, {}, MS // 100)
    given.ports.set((recorder, 1), PadRecorder.Parameterization(buffered))
    with nullcontext() if text is None else pytest.raises(NetworkError, match=text):
        execute(executor, topology, given)


# ------------------------------------------------------------------------------------------------------------------------------ data
def test_data_that_is_missing_or_does_not_fit_is_named(executor):
    topology = Topology()
    source, target = topology.add_vertex(sources(2)), topology.add_vertex(neurons(1))
    projection = connect(topology, source, target, [(1, 0)])
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    given = data(topology, {source: [[[], []]]})
    mapped.map_root_input_data(given)
    for port, wrong, text in (
        ((projection, 1), UncalibratedSynapse.ParameterSpace.Parameterization([64]), "synapse 0: the weight 64 is above 63"),
        ((target, 1), settings(2), "population of 1 cells takes data for as many"),
        ((target, 1), UncalibratedSynapse.ParameterSpace.Parameterization([1]), "takes a UncalibratedNeuron"),
    ):
        other = data(topology, {source: [[[], []]]})
        other.ports.set(port, wrong)
        with pytest.raises(TopologyError, match=text):
            mapped.map_root_input_data(other)
    given.ports.erase((projection, 1))
    with pytest.raises(ValueError, match=r"vertex 2 \(Projection\(1 synapses\)\) needs data at port 1"):
        mapped.map_root_input_data(given)


def test_batch_sizes_have_to_be_the_same(executor):
    topology = Topology()
    source = topology.add_vertex(sources(1))
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    given = data(topology, {source: [[[1]], [[2]]]})
    given.time_domain_runtimes.set(DOMAIN, runtimes(100, 3))
    with pytest.raises(ValueError, match=r"not for \[2, 3\]"):
        mapped.map_root_input_data(given)


def test_neurons_on_one_chip_agree_on_the_rest_of_it(executor):
    topology = Topology()
    _, second = topology.add_vertex(neurons(1)), topology.add_vertex(neurons(1))
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    given = data(topology, {})
    given.ports.set((second, 1), settings(1, Chip()))
    with pytest.raises(ValueError, match=r"heterogeneous. \(vertex 1 asks for another one"):
        mapped.map_root_input_data(given)


def test_snippets_have_the_same_parts(executor):
    small, large = Topology(), Topology()
    small.add_vertex(neurons(1))
    large.add_vertex(neurons(3))
    mapped = [permutation(0, 1)(one, JITCalibration(), executor) for one in (small, large)]
    inputs = [each.map_root_input_data(data(one, {})) for each, one in zip(mapped, (small, large), strict=True)]
    with pytest.raises(InputError, match=r"the same execution instances \(\[1, 2\]\)"):
        run(executor, mapped, inputs, {})


def test_refusals_in_a_part_say_what_it_has_of_the_topology(executor):
    """The second half of a population that is larger than a chip: its numbers in the part's network would tell nobody anything."""
    topology = Topology()
    source, target = topology.add_vertex(sources(1)), topology.add_vertex(neurons(600))
    vertex = connect(topology, source, target, [(0, 599)], max_weight=63 * 300)
    given = data(topology, {source: [[[]]]}, weight=63 * 300)
    with pytest.raises(UnsuccessfulRouting) as error:
        execute(executor, topology, given)
    [number] = re.findall(r"neuron 87 of population (\d) needs 300 synapses", str(error.value))
    assert f"population {number} is cells 512 to 599 of vertex {int(target)}" in str(error.value)
    assert f"projection 0 is of vertex {int(vertex)}" in str(error.value)


def test_refusals_of_a_whole_network_count_as_the_topology_does_unless_a_population_is_cut(executor):
    """512 sources are two generators of the same chip, so the third population of the network is the second one of the topology."""
    topology, shape, space = Topology(), topologies.shape(512), PoissonSourceNeuron.ParameterSpace(512)
    source = topology.add_vertex(Population(PoissonSourceNeuron(), shape, space, DOMAIN))
    target = topology.add_vertex(neurons(1))
    connect(topology, source, target, [(cell, 0) for cell in range(512)])
    with pytest.raises(UnsuccessfulRouting, match=rf"neuron 0 of population 2 .*population 2 is cells 0 to 0 of vertex {int(target)}"):
        GreedyMapper()(topology, JITCalibration(), executor)


def test_refusals_of_the_builder_are_translated_as_well(executor):
    """Neurons 2 and 4 of a population that is cut by the fast converter's channels share a parity."""
    topology = Topology()
    target = topology.add_vertex(neurons(5))
    record_voltage(topology, target, [0, 1, 2, 4])
    with pytest.raises(NetworkError, match=rf"only from an even and an odd column.*population 0 is cells 2 to 4 of vertex {int(target)}"):
        permutation(0, 1, 2, 3, 4)(topology, JITCalibration(), executor)
