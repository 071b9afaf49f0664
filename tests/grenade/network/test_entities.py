"""Entities: what can be assigned, compared, copied and printed, and what their descriptors are equal to."""

import copy
import pickle

import numpy as np
import pytest
from networks import (
    BOTH,
    EXCITATORY,
    INHIBITORY,
    POPULATION,
    PROJECTION,
    background,
    external,
    neuron,
    population,
    projection,
    recorded,
    shape,
)

import pygrenade_vx as grenade
from halco import CompartmentOnLogicalNeuron
from haldls import NeuronConfig
from pygrenade_common import ExecutionInstanceID

network = grenade.network
RULE = network.PlasticityRule


@pytest.mark.parametrize(
    "entity",
    [
        network.Receptor(),
        network.Population(),
        network.Projection(),
        network.MADCRecording(),
        network.CADCRecording(),
        network.PadRecording(),
        network.ExternalSourcePopulation(),
        network.BackgroundSourcePopulation(),
        network.SpikeIOSourcePopulation(),
        RULE(),
        RULE.TimedRecording(),
        RULE.RawRecording(),
        RULE.PopulationHandle(),
        population([3, 4]),
        background(4, {0: 1, 1: 2}),
        projection(0, 1, [(0, 0), (1, 0)]),
    ],
    ids=lambda entity: type(entity).__qualname__,
)
def test_entities_are_values(entity):
    twin = copy.deepcopy(entity)
    assert twin == entity and copy.copy(entity) == entity
    assert str(entity).startswith(type(entity).__name__) or type(entity).__name__ in str(entity)
    assert pickle.loads(pickle.dumps(entity)) == entity


def test_copies_are_independent():
    original = population([3])
    twin = copy.copy(original)
    twin.neurons[0].compartments[CompartmentOnLogicalNeuron()].spike_master.enable_record_spikes = False
    assert original != twin and original.neurons[0].compartments[CompartmentOnLogicalNeuron()].spike_master.enable_record_spikes


def test_containers_are_copied_on_assignment():
    neurons = [neuron(0)]
    made = network.Population(neurons)
    neurons.append(neuron(1))
    assert len(made.neurons) == 1
    made.neurons = neurons
    assert len(made.neurons) == 2


def test_a_failed_assignment_changes_nothing_and_names_the_attribute():
    made = population([3])
    with pytest.raises(TypeError, match=r"Population\.neurons"):
        made.neurons = [1, 2]
    assert made == population([3])
    with pytest.raises(AttributeError, match="has no attribute 'neuron'; it has neurons"):
        made.neuron = []
    with pytest.raises(TypeError, match=r"Receptor\.type"):
        network.Receptor(network.Receptor.ID(), "excitatory")


def test_receptors_are_kept_in_sets():
    assert EXCITATORY in {network.Receptor(network.Receptor.ID(0), network.Receptor.Type.excitatory)}
    assert INHIBITORY not in {EXCITATORY} and len(BOTH) == 2


def test_descriptors_are_keys_like_their_numbers():
    kept = {network.ProjectionOnExecutionInstance(3): "data"}
    assert kept[PROJECTION(3)] == "data" and PROJECTION(3).toProjectionOnExecutionInstance() in kept
    assert int(POPULATION(2)) == 2 and POPULATION(2) == POPULATION(2, ExecutionInstanceID()) and {POPULATION(2): 1}[POPULATION(2)] == 1
    assert POPULATION(2) != POPULATION(2, ExecutionInstanceID(1)) and POPULATION(1) < POPULATION(2)
    assert POPULATION(2) != PROJECTION(2)
    with pytest.raises(TypeError, match="0 or more"):
        POPULATION(-1)
    with pytest.raises(TypeError, match="PopulationOnNetwork"):
        POPULATION(PROJECTION(1))


def test_populations_are_named_by_either_descriptor():
    made = network.Projection()
    made.from_numpy(EXCITATORY, np.zeros((0, 5), int), network.PopulationOnExecutionInstance(1), POPULATION(2))
    assert made.population_pre == POPULATION(1) and made.population_post == POPULATION(2)


@pytest.mark.parametrize(
    "table", [np.zeros(5, int), np.zeros((2, 4), int), np.zeros((1, 5, 1), int), [["a"] * 5], [[0.5] * 5], [[np.inf] * 5]]
)
def test_connections_of_another_shape_are_refused(table):
    made = projection(0, 1, [(0, 0)])
    with pytest.raises(RuntimeError, match="connections are an array of"):
        made.from_numpy(INHIBITORY, table, POPULATION(5), POPULATION(6))
    assert made == projection(0, 1, [(0, 0)])


def test_negative_connections_are_refused():
    with pytest.raises(RuntimeError, match="connection 1 has weight -5"):
        projection(0, 1, [(0, 0, 1, 0, 1), (1, 0, 1, 0, -5)])


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.uint64, np.float64, bool])
def test_connections_of_any_kind_of_integer(kind):
    assert projection(0, 1, [(1, 0, 1, 0, 1)]) == projection(0, 1, np.array([(1, 0, 1, 0, 1)], kind))


def test_connections_can_be_seen_and_set_one_by_one():
    made = projection(0, 1, [(3, 4)], weight=70)
    (one,) = made.connections
    assert one.index_pre == (3, CompartmentOnLogicalNeuron()) and one.index_post[0] == 4 and one.weight == 70
    connection = network.Projection.Connection
    made.connections = [one, connection((0, CompartmentOnLogicalNeuron(1)), (2, CompartmentOnLogicalNeuron()), connection.Weight(5))]
    assert made.table.tolist() == [[3, 0, 4, 0, 70], [0, 1, 2, 0, 5]]
    assert network.Projection(EXCITATORY, made.connections, POPULATION(0), POPULATION(1)) == made


def test_what_was_added_is_not_changed_by_its_array():
    table = np.zeros((1, 5), int)
    made = projection(0, 1, table)
    table[0, 4] = 9
    assert made.table[0, 4] == 0


def test_a_recording_takes_the_register_s_name_of_a_signal():
    made = recorded(1, 2, source=NeuronConfig.ReadoutSource.adaptation)
    assert made.source == NeuronConfig.ReadoutSource.adaptation and "population=PopulationOnExecutionInstance(1)" in str(made)
    assert network.MADCRecording([made]).neurons == [made]


def test_observables_are_made_without_arguments_and_filled():
    observable = RULE.TimedRecording.ObservableArray()
    observable.type, observable.size = RULE.TimedRecording.ObservableArray.Type.uint16, 4
    per_synapse = RULE.TimedRecording.ObservablePerSynapse()
    per_synapse.layout_per_row = per_synapse.LayoutPerRow.packed_active_columns
    rule = RULE()
    rule.recording = RULE.TimedRecording()
    rule.recording.observables = {"b": observable, "a": per_synapse}
    assert list(rule.recording.observables) == ["a", "b"] and rule.recording.placement_in_dram
    rule.timer.period = RULE.Timer.Value(250)
    rule.timer.num_periods = 3
    with pytest.raises(TypeError, match=r"TimedRecording\.observables"):
        rule.recording.observables = {"a": 3}


def test_invalid_populations_say_so():
    assert population([0, 1]).valid() and not network.Population([neuron(0), neuron(0)]).valid()
    two = neuron(0, shape([(0, 0), (1, 0)]))
    two.compartments[CompartmentOnLogicalNeuron()].receptors = [BOTH]
    assert not two.valid() and not network.Population([two]).valid()


def test_external_sources_are_silent_by_default():
    assert not external(1).neurons[0].enable_record_spikes
