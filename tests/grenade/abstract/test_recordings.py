"""What recorders give, sources on the chip, and neurons of several compartments."""

from __future__ import annotations

from topologies import (
    CELL,
    COMPARTMENT,
    DOMAIN,
    MS,
    RECEPTOR,
    connect,
    data,
    execute,
    neurons,
    projection,
    record,
    record_voltage,
    settings,
    shape,
    sources,
)

from grenade.abstract import Population
from halco import AtomicNeuronOnDLS, AtomicNeuronOnLogicalNeuron, CompartmentOnLogicalNeuron, Enum, LogicalNeuronCompartments, PadOnDLS
from haldls.lola import AtomicNeuron, Chip
from pygrenade_common import (
    CompartmentOnNeuron,
    CuboidMultiIndexSequence,
    Edge,
    ListMultiIndexSequence,
    MultiIndex,
    ReceptorOnCompartment,
    Topology,
)
from pygrenade_vx.common import ChipOnConnection
from pygrenade_vx.network import Receptor
from pygrenade_vx.network.abstract import (
    CADCRecorder,
    GreedyMapper,
    JITCalibration,
    PadRecorder,
    PoissonSourceNeuron,
    SpikeIOSourceNeuron,
    UncalibratedNeuron,
    UncalibratedSynapse,
)

SIGNALS = AtomicNeuron.Readout.Source


def test_the_parallel_converters_sample_each_recorded_neuron(executor, compiler):
    topology = Topology()
    target = topology.add_vertex(neurons(3))
    recorder = record_voltage(topology, target, [2, 0], CADCRecorder)
    output = execute(executor, topology, data(topology, {}, MS // 10))
    results = output.ports.get((recorder, 0))
    (samples,) = results.samples
    assert results.batch_size() == 1 and len(samples) == 2 and len(samples[0]) == len(samples[1]) > 10
    assert samples[0].times.tolist() == samples[1].times.tolist() == sorted(samples[0].times.tolist())
    assert all(0 <= time <= MS // 10 and -128 <= value < 128 for some in samples for time, value in some)
    first, rest = samples[0][0], samples[0][1:]
    assert [first, *rest] == list(samples[0]) and samples[0] == list(samples[0]) and samples[0] != 3
    assert repr(samples[0]) == f"Samples({len(samples[0])} pairs of time and value)"


def test_parts_without_a_recorded_neuron_add_nothing_to_a_recorder(executor, compiler):
    topology = Topology()
    first, second = topology.add_vertex(neurons(300)), topology.add_vertex(neurons(300))
    recorder = record_voltage(topology, second, [299], CADCRecorder)
    output = execute(executor, topology, data(topology, {}, MS // 20))
    ((samples,),) = output.ports.get((recorder, 0)).samples
    assert len(samples) > 5 and output.execution_instances.contains  # of the second part
    assert len([*output.execution_instances]) == 2 and first != second


def test_signals_that_lead_to_pads_are_those_that_the_neurons_are_set_to(executor):
    topology = Topology()
    target = topology.add_vertex(neurons(2))
    recorder = record_voltage(
        topology, target, [1, 0], lambda shape, time_domain: PadRecorder([PadOnDLS(1), PadOnDLS(0)], shape, time_domain)
    )
    mapper = GreedyMapper()
    mapper.neuron_permutation = [AtomicNeuronOnDLS(Enum(number)) for number in (0, 256)]
    mapped = mapper(topology, JITCalibration(), executor)
    given, chosen = data(topology, {}), settings(2)
    chosen.configs[1][CompartmentOnNeuron()][0].readout.source = SIGNALS.exc_synin
    given.ports.set((target, 1), chosen)
    given.ports.set((recorder, 1), PadRecorder.Parameterization([True, False]))
    (instance,) = mapped.map_root_input_data(given)
    (network,) = instance.graph.network.execution_instances.values()
    found = {int(pad): source for pad, source in network.pad_recording.recordings.items()}
    assert [found[number].enable_buffered for number in (0, 1)] == [False, True]
    assert [found[number].neuron.source for number in (0, 1)] == [SIGNALS.membrane, SIGNALS.exc_synin]
    assert [found[number].neuron.coordinate.neuron_on_population for number in (0, 1)] == [0, 1]
    output = execute(executor, topology, given, mapper)
    ((_, results),) = output.execution_instances
    first, second = results.pre_execution_chips[ChipOnConnection()].readout_chain.pad_mux
    assert first.neuron_i_stim_mux_to_pad and first.neuron_i_stim_mux[0] and not any(first.buffer_to_pad)
    assert second.buffer_to_pad[1] and not second.neuron_i_stim_mux_to_pad
    assert not output.ports.contains((recorder, 0)), "what leads to a pad is recorded by others"


# ------------------------------------------------------------------------------------------------------------------------ sources
def background(size):
    return Population(PoissonSourceNeuron(), shape(size), PoissonSourceNeuron.ParameterSpace(size), DOMAIN)


def generator(size, rate):
    made = PoissonSourceNeuron.ParameterSpace.Parameterization(size)
    made.period, made.rate, made.seed = 1000, rate, 5
    return made


def test_generators_send_at_random_to_the_neurons_they_are_connected_to(executor):
    topology = Topology()
    source, target = topology.add_vertex(background(2)), topology.add_vertex(neurons(2))
    synapses = connect(topology, source, target, [(0, 1)])
    heard = record(topology, target, [0, 1])
    found = {}
    for rate in (255, 0):
        given = data_of(topology, {(source, 0): generator(2, rate), (target, 1): settings(2), (synapses, 1): weights(1)})
        found[rate] = [len(some) for some in execute(executor, topology, given).ports.get((heard, 0)).spikes[0]]
    assert found[255][0] == 0 and found[255][1] > 5, "only the first of two sources is connected, to the second neuron"
    assert found[0] == [0, 0]


def test_serial_sources_have_the_labels_of_the_data(executor):
    topology = Topology()
    kind = Population(SpikeIOSourceNeuron(), shape(2), SpikeIOSourceNeuron.ParameterSpace(2), DOMAIN)
    source, target = topology.add_vertex(kind), topology.add_vertex(neurons(2))
    synapses = connect(topology, source, target, [(0, 0), (1, 1)])
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    given = data_of(
        topology,
        {(source, 0): SpikeIOSourceNeuron.Parameterization(labels=[7, 9]), (target, 1): settings(2), (synapses, 1): weights(2)},
    )
    (instance,) = mapped.map_root_input_data(given)
    (network,) = instance.graph.network.execution_instances.values()
    labels = [[int(one.label) for one in some.neurons] for some in network.populations.values() if hasattr(some.neurons[0], "label")]
    assert labels == [[7, 9]] and not instance.spikes
    heard = record(topology, target, [0, 1])
    (spikes,) = execute(executor, topology, given).ports.get((heard, 0)).spikes
    assert [len(some) for some in spikes] == [0, 0], "nothing is connected to the link"


def weights(number):
    return UncalibratedSynapse.ParameterSpace.Parameterization([63] * number)


def data_of(topology, ports):
    given = data(Topology(), {})
    for port, one in ports.items():
        given.ports.set(port, one)
    return given


# ------------------------------------------------------------------------------------------------------------------- compartments
def two_compartments():
    """A neuron of two circuits: the first compartment sends spikes and has two receptors, the second one only belongs to the shape."""
    circuits = {CompartmentOnLogicalNeuron(number): [AtomicNeuronOnLogicalNeuron(number)] for number in (0, 1)}
    receptors = {ReceptorOnCompartment(0): Receptor.Type.excitatory, ReceptorOnCompartment(1): Receptor.Type.inhibitory}
    kind = UncalibratedNeuron.Compartment
    soma = CompartmentOnNeuron()
    cell = UncalibratedNeuron({soma: kind(kind.SpikeMaster(0), [receptors])}, LogicalNeuronCompartments(circuits))
    return Population(cell, shape(1), UncalibratedNeuron.ParameterSpace(1, {soma: 1}), DOMAIN)


def test_synapses_of_one_projection_act_on_the_receptors_they_lead_to(executor):
    topology = Topology()
    source, target = topology.add_vertex(sources(2)), topology.add_vertex(two_compartments())
    synapses = topology.add_vertex(projection([(0, 0), (1, 1)]))
    inputs, outputs = (getattr(topology.get(synapses).get_connector(), f"get_{end}_sequence")() for end in ("input", "output"))
    soma = CuboidMultiIndexSequence([1], MultiIndex([0]), [COMPARTMENT])
    topology.add_edge(source, synapses, Edge(inputs.cartesian_product(soma), inputs))
    receptors = ListMultiIndexSequence([MultiIndex([0, 0, one]) for one in (0, 1)], [CELL, COMPARTMENT, RECEPTOR])
    topology.add_edge(synapses, target, Edge(outputs, receptors))
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    (network,) = mapped.instances[0].graph.network.execution_instances.values()
    types = {one.receptor.type: one.table[:, 0].tolist() for one in network.projections.values()}
    assert types == {Receptor.Type.excitatory: [0], Receptor.Type.inhibitory: [1]}
    (neuron,) = (some.neurons[0] for some in network.populations.values() if hasattr(some.neurons[0], "coordinate"))
    assert len(neuron.compartments) == 2 and neuron.compartments[CompartmentOnLogicalNeuron(1)].spike_master is None


def test_weights_that_stay_the_same_and_others_that_change(executor):
    topology = Topology()
    source, target = topology.add_vertex(sources(1)), topology.add_vertex(neurons(2))
    kept, changed = (connect(topology, source, target, [(0, cell)]) for cell in (0, 1))
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    given = data(topology, {source: [[[1000]]]}, weight=20)
    (before,) = mapped.map_root_input_data(given)
    given.ports.set((changed, 1), UncalibratedSynapse.ParameterSpace.Parameterization([30]))
    (after,) = mapped.map_root_input_data(given)
    found = [
        [int(one.table[0, -1]) for one in next(iter(some.graph.network.execution_instances.values())).projections.values()]
        for some in (before, after)
    ]
    assert found == [[20, 20], [20, 30]] and kept != changed


def test_equal_configurations_of_several_populations_are_one(executor):
    topology = Topology()
    first, second = topology.add_vertex(neurons(1)), topology.add_vertex(neurons(1))
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    given = data(topology, {})
    given.ports.set((first, 1), settings(1, Chip()))
    given.ports.set((second, 1), settings(1, Chip()))
    (instance,) = mapped.map_root_input_data(given)
    assert instance.chip.neuron_block.atomic_neurons[0].event_routing.analog_output == AtomicNeuron.EventRouting.AnalogOutputMode.normal


def test_projections_that_lead_nowhere_need_no_synapses(executor):
    topology = Topology()
    source = topology.add_vertex(sources(1))
    topology.add_vertex(projection([(0, 0)]))
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    assert not mapped.instances[0].made.projections and source is not None


def test_neurons_take_the_next_place_where_they_fit(executor):
    """Two circuits side by side do not fit at the border of the array, nor where another neuron is."""
    mapper, wide = GreedyMapper(), two_compartments()
    mapper.neuron_permutation = [AtomicNeuronOnDLS(Enum(number)) for number in (255, 1, 0, 2, 3)]
    topology = Topology()
    single, target = topology.add_vertex(neurons(1)), topology.add_vertex(wide)
    mapped = mapper(topology, JITCalibration(), executor)
    places = [[int(circuit.toEnum()) for place in mapped.places(one) for circuit in place.get_atomic_neurons()] for one in (single, target)]
    assert places == [[255], [1, 2]]
