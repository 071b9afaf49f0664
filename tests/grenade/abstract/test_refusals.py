"""What topologies and their parts refuse, in words that name what is wrong, and what counts as equal."""

from __future__ import annotations

import re

import numpy as np
import pytest
from topologies import (
    CELL,
    COMPARTMENT,
    DOMAIN,
    SOMA,
    connect,
    data,
    neuron_shape,
    neurons,
    projection,
    record,
    record_voltage,
    settings,
    shape,
    sources,
)

from grenade.abstract import MappingError, MissingError, TopologyError
from grenade.abstract.sources import SpikeSource
from halco import AtomicNeuronOnDLS, AtomicNeuronOnLogicalNeuron, CompartmentOnLogicalNeuron, Enum, LogicalNeuronCompartments, PadOnDLS
from pygrenade_common import (
    CompartmentOnNeuron,
    CuboidMultiIndexSequence,
    Edge,
    ExecutionInstanceID,
    ExecutionInstanceOnExecutor,
    InputData,
    ListMultiIndexSequence,
    MultiIndex,
    OutputData,
    Population,
    ReceptorOnCompartment,
    SequenceConnector,
    TimeDomainOnTopology,
    TimeDomainRuntimes,
    Topology,
)
from pygrenade_vx.network import Receptor
from pygrenade_vx.network.abstract import (
    CalibratedNeuron,
    ExternalSourceNeuron,
    GreedyMapper,
    JITCalibration,
    PadRecorder,
    PlasticityRule,
    PoissonSourceNeuron,
    SpikeIOSourceNeuron,
    SpikeRecorder,
    UncalibratedNeuron,
    UncalibratedSynapse,
    reverse_mapping,
)

OTHER = TimeDomainOnTopology(1)
ONE = CuboidMultiIndexSequence([1])
Target = CalibratedNeuron.ParameterSpace.CalibrationTarget
Weights = UncalibratedSynapse.ParameterSpace.Parameterization


class OtherRuntimes(TimeDomainRuntimes):
    """Runtimes of something that is no chip."""

    def batch_size(self) -> int:
        return 1


def pads(*numbers):
    return PadRecorder([PadOnDLS(number) for number in numbers], CuboidMultiIndexSequence([len(numbers)]), DOMAIN)


def calibrated(targets, capacitances):
    receptors = {ReceptorOnCompartment(0): Receptor.Type.excitatory}
    compartment = CalibratedNeuron.Compartment(CalibratedNeuron.Compartment.SpikeMaster(0), [receptors])
    cell = CalibratedNeuron({SOMA: compartment}, neuron_shape())
    return Population(cell, shape(len(targets)), CalibratedNeuron.ParameterSpace(targets, capacitances), DOMAIN)


@pytest.mark.parametrize(
    "vertex, what",
    [
        (neurons(1), "cells"),
        (projection([(0, 0)]), "synapses"),
        (SpikeRecorder(ONE, DOMAIN), "recorders"),
        (PlasticityRule(None, PlasticityRule.ID(0), [], [ONE], DOMAIN), "plasticity rules"),
    ],
)
def test_what_is_on_a_chip_runs_for_clock_cycles(vertex, what):
    with pytest.raises(TopologyError, match=rf"{what}.* run for ClockCycleTimeDomainRuntimes, not for OtherRuntimes"):
        vertex.check_runtimes(OtherRuntimes())


# -------------------------------------------------------------------------------------------------------------------- populations
def test_places_of_cells_differ():
    with pytest.raises(TopologyError, match="two cells of a population have the same place"):
        Population(
            ExternalSourceNeuron(),
            ListMultiIndexSequence([MultiIndex([1]), MultiIndex([1])], [CELL]),
            ExternalSourceNeuron.ParameterSpace(2),
            DOMAIN,
        )


def test_populations_are_equal_if_all_of_them_is():
    assert neurons(2) == neurons(2) and neurons(2) != neurons(3) and sources(2) != neurons(2)
    assert neurons(1).get_cell() == neurons(1).get_cell() != sources(1).get_cell()
    assert neurons(2) != 2


@pytest.mark.parametrize(
    "targets, capacitances, text",
    [
        ([{SOMA: [Target()]}], [], "calibration targets for 1 neurons, but capacitances for 0"),
        ([{SOMA: [Target(), Target()]}], [{SOMA: 1e-12}], r"neuron 0: calibration targets are needed for \{0: 1\} .*, not \{0: 2\}"),
        ([{SOMA: [Target()]}], [{CompartmentOnNeuron(1): 1e-12}], r"neuron 0: capacitances are needed for compartments \[0\], not \[1\]"),
    ],
)
def test_calibrated_neurons_have_a_target_and_a_capacitance_each(targets, capacitances, text):
    with pytest.raises(TopologyError, match=text):
        calibrated(targets, capacitances)


def test_spikes_are_times_from_the_begin_of_the_snippet():
    for wrong in (-1, 1.5):
        with pytest.raises(TopologyError, match=f"a spike at {wrong}; times are FPGA cycles"):
            ExternalSourceNeuron.Dynamics([[[wrong]]])
    with pytest.raises(TopologyError, match=r"the same number of sources, not \[1, 2\]"):
        ExternalSourceNeuron.Dynamics([[[]], [[], []]])


def test_generators_have_a_period_a_rate_and_a_seed():
    made = PoissonSourceNeuron.ParameterSpace.Parameterization(3)
    made.rate = 7
    assert int(made.rate) == 7 and made.size() == 3
    with pytest.raises(AttributeError, match="a generator has period, rate, seed, no frequency"):
        made.frequency = 3
    with pytest.raises(OverflowError):
        made.rate = 256
    assert int(made.rate) == 7


# -------------------------------------------------------------------------------------------------------------------- projections
def test_connectors_connect_inputs_to_outputs():
    cells, one = shape(2), CuboidMultiIndexSequence([1], [CELL])
    for wrong in (cells, CuboidMultiIndexSequence([2, 1], [CELL, COMPARTMENT])):
        with pytest.raises(TopologyError, match="the dimensions of an input followed by those of an output"):
            SequenceConnector(cells, cells, wrong)
    with pytest.raises(TopologyError, match=r"a connection has the output \(1,\), which is none of the outputs"):
        SequenceConnector(cells, one, CuboidMultiIndexSequence([2, 2], [CELL, CELL]))


def test_synapses_have_a_weight_each():
    with pytest.raises(TopologyError, match="weights are 0 or more, not -3; inhibition is a matter of the receptor"):
        Weights([1, -3])
    connector = projection([(0, 0), (1, 1)]).get_connector()
    from_one = UncalibratedSynapse.ParameterSpace([63])
    with pytest.raises(TopologyError, match="2 synapses need as many parameter spaces, not 1"):
        type(projection([(0, 0)]))(UncalibratedSynapse(), from_one, connector, DOMAIN)
    with pytest.raises(TopologyError, match="1 synapses take as many weights, not 2"):
        projection([(0, 0)]).check_data(1, Weights([1, 2]))
    for port, given in ((0, Weights([1])), (1, ExternalSourceNeuron.Dynamics([[[]]]))):
        with pytest.raises(TopologyError, match=rf"Parameterization at port 1, no .* at port {port}"):
            projection([(0, 0)]).check_data(port, given)


def test_a_receptor_that_a_compartment_has():
    cell = neurons(1).get_cell()
    assert cell.receptor(0, 1).type == Receptor.Type.inhibitory
    with pytest.raises(TopologyError, match="compartment 0 has no receptor 2"):
        cell.receptor(0, 2)


# ---------------------------------------------------------------------------------------------------------------------- recorders
def test_pads_are_different_and_as_many_as_channels():
    with pytest.raises(TopologyError, match="2 channels need as many different pads"):
        pads(1, 1)
    recorder = pads(0, 1)
    assert recorder.valid_input_port_data(1, PadRecorder.Parameterization([True, False]))
    with pytest.raises(TopologyError, match="2 pads take as many switches of the buffer, not 1"):
        recorder.check_data(1, PadRecorder.Parameterization([True]))
    with pytest.raises(TopologyError, match=r"takes its Parameterization at port 1, no .*Dynamics at port 1"):
        recorder.check_data(1, ExternalSourceNeuron.Dynamics([[[]]]))


# --------------------------------------------------------------------------------------------------------------- indices and edges
def test_indices_are_numbers_with_units():
    with pytest.raises(TopologyError, match="an index is 0 or more, not -1"):
        MultiIndex([-1])
    with pytest.raises(TypeError, match="a unit of a dimension or None is needed, not 'cells'"):
        CuboidMultiIndexSequence([1], ["cells"])
    with pytest.raises(TopologyError, match=r"a sequence with 1 dimensions has no dimensions \[1\]"):
        ONE.projection({1})
    with pytest.raises(TopologyError, match="a sequence with 2 elements cannot be related to one with 1"):
        CuboidMultiIndexSequence([2]).related_sequence_subset_restriction(ONE, ONE)
    assert ONE != [0]


def test_edges_lead_from_sequences_to_sequences():
    with pytest.raises(TypeError, match=r"Edge\.channels_on_target: a MultiIndexSequence is needed, not 3"):
        Edge(ONE, 3)
    assert Edge(ONE, ONE) == Edge(ONE, ONE) != Edge(ONE, ONE, 1) and Edge(ONE, ONE) != ONE


def test_only_spikes_pass_between_time_domains():
    topology = Topology()
    target = topology.add_vertex(neurons(1))
    recorder = topology.add_vertex(PadRecorder([PadOnDLS(0)], ONE, OTHER))
    channels = ListMultiIndexSequence([MultiIndex([0, 0, 0])], record_channels())
    with pytest.raises(TopologyError, match="only spikes pass between time domains, not analog_observable"):
        topology.add_edge(target, recorder, Edge(channels, ONE, 1, 0))


def record_channels():
    topology = Topology()
    recorder = record_voltage(topology, topology.add_vertex(neurons(1)), [0])
    return topology.get(topology.in_edges(recorder)[0]).channels_on_source.get_dimension_units()


def test_a_vertex_is_only_replaced_by_one_that_takes_its_inputs():
    topology = Topology()
    target = topology.add_vertex(neurons(2))
    recorder = record(topology, target, [0, 1])
    with pytest.raises(TopologyError, match=r"has no channel \(1,\)"):
        topology.set(recorder, SpikeRecorder(ONE, DOMAIN))
    assert topology.get(recorder).size() == 2


def test_neurons_that_are_connected_to_themselves_are_removed_as_others_are():
    topology = Topology()
    target = topology.add_vertex(neurons(2))
    looped = connect(topology, target, target, [(0, 1)])
    edges = topology.edges()
    assert len(edges) == 2 and {topology.source(edge) for edge in edges} == {target, looped}
    topology.clear_vertex(target)
    assert topology.edges() == [] and topology.contains(looped)


def test_topologies_are_equal_to_topologies_only():
    assert Topology() == Topology() and Topology() != []


# --------------------------------------------------------------------------------------------------------------------------- data
def test_data_that_is_not_there_is_named():
    data = InputData()
    with pytest.raises(MissingError, match=re.escape(f"there is nothing for {DOMAIN!r}; there is something for []")):
        data.time_domain_runtimes.get(DOMAIN)
    with pytest.raises(TypeError, match="a TimeDomainRuntimes is needed, not 3"):
        data.time_domain_runtimes.set(DOMAIN, 3)
    assert not data.time_domain_runtimes.contains(DOMAIN)


def test_results_of_the_executor_are_there_after_a_run():
    output = OutputData()
    with pytest.raises(MissingError, match="no results of an executor before a run"):
        output.get_executor()
    results = OutputData.Executor()
    output.set_executor(results)
    assert OutputData(output).get_executor() is results and output.has_executor()


# ------------------------------------------------------------------------------------------------------------------------ mapping
def test_all_of_a_topology_is_in_one_time_domain(executor):
    topology = Topology()
    topology.add_vertex(neurons(1))
    topology.add_vertex(Population(ExternalSourceNeuron(), shape(1), ExternalSourceNeuron.ParameterSpace(1), OTHER))
    with pytest.raises(TopologyError, match=r"one time domain, these are in .*0.*1"):
        GreedyMapper()(topology, JITCalibration(), executor)


def test_nothing_takes_no_data(executor):
    mapped = GreedyMapper()(Topology(), JITCalibration(), executor)
    assert mapped.map_root_input_data(InputData()) == []


def test_runtimes_are_needed(executor):
    topology = Topology()
    topology.add_vertex(neurons(1))
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    given = data(topology, {})
    given.time_domain_runtimes.erase(DOMAIN)
    with pytest.raises(TopologyError, match="there are no runtimes for TimeDomainOnTopology"):
        mapped.map_root_input_data(given)


def test_what_is_asked_of_a_mapping_is_there(executor):
    topology = Topology()
    source, target, other = (topology.add_vertex(one) for one in (sources(1), neurons(1), neurons(1)))
    first, second = (connect(topology, source, one, [(0, 0)]) for one in (target, other))
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    places = [reverse_mapping.get_uncalibrated_synapse_coordinates(one, mapped)[0] for one in (first, second)]
    assert [len(some) for some in places] == [1, 1] and places[0] != places[1]
    with pytest.raises(TopologyError, match="vertex 0 is no population of neurons on the chip"):
        reverse_mapping.get_locally_placed_neuron_coordinates(source, mapped)
    with pytest.raises(TopologyError, match="vertex 1: its neurons are not calibrated"):
        reverse_mapping.get_calibrated_neuron_actual_hardware_parameters(target, mapped)
    with pytest.raises(TopologyError, match="vertex 1 is no projection"):
        reverse_mapping.get_uncalibrated_synapse_coordinates(target, mapped)


def test_settings_are_needed_for_each_compartment(executor):
    topology = Topology()
    target = topology.add_vertex(neurons(1))
    mapped = GreedyMapper()(topology, JITCalibration(), executor)
    given = data(topology, {})
    empty = settings(1)
    empty.configs = [{}]
    given.ports.set((target, 1), empty)
    with pytest.raises(TopologyError, match="vertex 0: there are no settings for compartment 0"):
        mapped.map_root_input_data(given)


def test_two_signals_cannot_lead_to_one_pad(executor):
    topology = Topology()
    target = topology.add_vertex(neurons(2))
    mapper = GreedyMapper()
    mapper.neuron_permutation = [AtomicNeuronOnDLS(Enum(number)) for number in (0, 256)]

    def pad(shape, time_domain):
        return PadRecorder([PadOnDLS(1)], shape, time_domain)

    recorders = [record_voltage(topology, target, [cell], pad) for cell in (0, 1)]
    mapped, given = mapper(topology, JITCalibration(), executor), data(topology, {})
    for recorder in recorders:
        given.ports.set((recorder, 1), PadRecorder.Parameterization([True]))
    with pytest.raises(MappingError, match=r"two signals lead to PadOnDLS\(1\)"):
        mapped.map_root_input_data(given)


def test_neurons_of_other_kinds_are_refused(executor):
    class Other(SpikeSource):
        ParameterSpace = ExternalSourceNeuron.ParameterSpace

    topology = Topology()
    topology.add_vertex(Population(Other(), shape(1), ExternalSourceNeuron.ParameterSpace(1), DOMAIN))
    with pytest.raises(MappingError, match="vertex 0: there are no Others on the chip"):
        GreedyMapper()(topology, JITCalibration(), executor)


def test_only_spikes_of_the_first_compartment_go_to_a_later_part(executor):
    circuits = {CompartmentOnLogicalNeuron(n): [AtomicNeuronOnLogicalNeuron(n)] for n in (0, 1)}
    kind = UncalibratedNeuron.Compartment
    receptors = {ReceptorOnCompartment(0): Receptor.Type.excitatory}
    cell = UncalibratedNeuron(
        {CompartmentOnNeuron(n): kind(kind.SpikeMaster(0), [receptors]) for n in (0, 1)}, LogicalNeuronCompartments(circuits)
    )
    space = UncalibratedNeuron.ParameterSpace(1, {CompartmentOnNeuron(n): 1 for n in (0, 1)})
    topology = Topology()
    pre, post = topology.add_vertex(Population(cell, shape(1), space, DOMAIN)), topology.add_vertex(neurons(511))
    synapse = topology.add_vertex(projection([(0, 0)]))
    inputs = topology.get(synapse).get_connector().get_input_sequence()
    second = CuboidMultiIndexSequence([1], MultiIndex([1]), [COMPARTMENT])
    topology.add_edge(pre, synapse, Edge(inputs.cartesian_product(second), inputs))
    ports = topology.get(post).get_input_ports()[0].channels
    topology.add_edge(synapse, post, Edge(inputs, ListMultiIndexSequence([MultiIndex([0, 0, 0])], ports.get_dimension_units())))
    with pytest.raises(MappingError, match=r"vertex 0 runs before its targets.* not those of compartments \[1\]"):
        GreedyMapper()(topology, JITCalibration(), executor)


def test_labels_of_serial_sources_are_numbers_of_the_link():
    with pytest.raises(OverflowError):
        SpikeIOSourceNeuron.Parameterization(labels=[1 << 16])
    assert SpikeIOSourceNeuron.Parameterization(labels=[3, 4]).size() == 2
    assert ExecutionInstanceOnExecutor(ExecutionInstanceID(1)) != ExecutionInstanceOnExecutor()
    assert np.array_equal(Weights([3, 4]).weights, [3, 4])
