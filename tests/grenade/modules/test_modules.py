"""Modules that run together: sources with changing spikes, projections with changing weights, neurons that are calibrated to parameters."""

import numpy as np
import pytest

import grenade.hardware
from grenade.errors import GrenadeError, InputError, UnsuccessfulRouting
from grenade.modules import (
    Experiment,
    HXBaseParameter,
    HXParameter,
    InputPopulation,
    MixedHXModelParameter,
    Population,
    Projection,
    ProjectionConnection,
    SingleCompartmentNeuron,
)
from halco import AtomicNeuronOnDLS, DLSGlobal, LogicalNeuronOnDLS
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.parameters import chip_for

IDENTIFIER = "hxcube0fpga0chip0_1"
RUNTIME = 50e-6


class Calibrated(Experiment):
    """Counts its calibrations."""

    calibrations = 0

    def calibrated(self, targets):
        self.calibrations += 1
        return chip_for(IDENTIFIER, targets)


class Sources(InputPopulation):
    times: list[list[list[float]]]

    def get_spike_times(self):
        return self.times


class Matrix(Projection):
    """All to all, by a matrix [source, target]."""

    def __init__(self, source, target, experiment):
        super().__init__(source.size, target.size, experiment)
        self.ends, self.weights = (source, target), np.zeros((source.size, target.size), int)

    def source_population(self):
        return self.ends[0]

    def target_population(self):
        return self.ends[1]

    def get_connections(self):
        return [ProjectionConnection(*place, weight) for place, weight in np.ndenumerate(self.weights)]

    def set(self, weights):
        self.weights, self.changed_input_data = np.array(weights), True


@pytest.fixture(scope="module", autouse=True)
def connection():
    grenade.hardware.HARDWARE.open()
    yield
    grenade.hardware.HARDWARE.release()


class Chain:
    """Five sources, four neurons, two neurons."""

    def __init__(self, **options):
        self.experiment = Calibrated()
        parameters = {"threshold": 150, "tau_syn": 6e-6, "tau_mem": 12e-6, "refractory_time": 30e-6, "synapse_dac_bias": 1000}
        self.sources = Sources(5, self.experiment, None, False)
        self.hidden, self.output = (Population(size=size, experiment=self.experiment, **parameters, **options) for size in (4, 2))
        self.first = Matrix(self.sources, self.hidden, self.experiment)
        self.second = Matrix(self.hidden, self.output, self.experiment)
        self.sources.times = [[[3.0]] * 5, [[5.0]] * 5]

    def run(self):
        self.experiment.run(RUNTIME)
        return [sorted({*zip(spikes.entries.tolist(), spikes.neurons.tolist(), strict=True)}) for spikes in self._spikes()]

    def _spikes(self):
        return self.hidden.hw_observables.spikes, self.output.hw_observables.spikes


@pytest.fixture(scope="module")
def chain():
    return Chain()


def only(source_size, target_size, target, weight=63):
    weights = np.zeros((source_size, target_size), int)
    weights[:, target] = weight
    return weights


@pytest.mark.parametrize("neuron", range(4))
def test_the_neuron_with_weights_fires_in_every_batch_entry(chain, neuron):
    chain.first.set(only(5, 4, neuron))
    assert chain.run() == [[(0, neuron), (1, neuron)], []]
    neurons, times = chain.hidden.hw_observables.spikes.first(1)
    assert ((times[:, 0] / 125 - [3, 5] > 0) & (times[:, 0] / 125 - [3, 5] < 15)).all() and neurons.tolist() == [[neuron]] * 2


@pytest.mark.parametrize("neuron", range(2))
def test_neurons_drive_neurons(chain, neuron):
    chain.first.set(np.full((5, 4), 63))
    chain.second.set(only(4, 2, neuron))
    assert chain.run()[1] == [(0, neuron), (1, neuron)]
    chain.second.set(only(4, 2, neuron, -63))
    assert chain.run()[1] == []


def test_one_calibration_lasts_until_parameters_change(chain):
    chain.run()
    before = chain.experiment.calibrations
    chain.sources.times = [[[3.0]] * 5]
    assert len(chain.run()[0]) == 4
    assert before == chain.experiment.calibrations == 1
    chain.hidden.parameters["leak"] = HXParameter(85)
    chain.run()
    assert chain.experiment.calibrations == 2


def test_voltages_of_both_populations_are_recorded_if_asked_for():
    chain = Chain(enable_cadc_recording=True)
    chain.run()
    for population in (chain.hidden, chain.output):
        assert population.hw_observables.cadc.dense(RUNTIME, 1e-6).shape == (51, 2, population.size)
        assert population.hw_observables.madc is None
    assert chain.sources.hw_observables.spikes is None


def test_sources_that_are_recorded_come_back():
    experiment = Calibrated()
    sources = Sources(2, experiment, DLSGlobal(), True)
    sources.times = [[[1.0], [2.0, 3.0]]]
    target = Population(1, experiment, enable_madc_recording=True, record_neuron_id=0)
    Matrix(sources, target, experiment)
    experiment.run(RUNTIME)
    neurons, times = sources.hw_observables.spikes.first(4)
    assert neurons.tolist() == [[0, 1, 1, -1]] and times[0, :3] / 125 == pytest.approx([1, 2, 3], abs=1.5)
    assert len(target.hw_observables.madc.values) == pytest.approx(50 * 29.4, rel=0.02)


def test_a_loaded_chip_needs_no_calibration(chain, tmp_path):
    other = Chain()
    other.experiment.default_execution_instance.chip = chain.experiment.calibrated(chain.experiment.targets())
    other.first.set(np.full((5, 4), 63))
    assert len(other.run()[0]) == 8 and other.experiment.calibrations == 0


# ------------------------------------------------------------------------------------------------------------------ parameters
def test_parameters_have_a_value_for_chip_and_model():
    same, mixed = HXParameter(5), MixedHXModelParameter(1.0, 150)
    assert (same.hardware_value, same.model_value) == (5, 5) and (mixed.hardware_value, mixed.model_value) == (150, 1.0)
    same.hardware_value = 6
    assert same.model_value == 6 and isinstance(mixed, HXBaseParameter)


def test_each_neuron_has_the_values_of_its_population():
    experiment = Experiment()
    places = [LogicalNeuronOnDLS(SingleCompartmentNeuron().compartments, AtomicNeuronOnDLS(0, 1))]
    Population(3, experiment, leak=[70, 75, 80])
    Population(1, experiment, leak=MixedHXModelParameter(0.0, 90), placement_constraint=places)
    experiment._place()
    leak = experiment.targets()["leak"]
    assert leak[[0, 1, 2, 256]].tolist() == [70, 75, 80, 90] and set(leak[3:256]) == {70}


@pytest.mark.parametrize(
    "options, error, text",
    [
        ({"tau": 1}, TypeError, "no parameter tau; it has tau_syn"),
        ({"enable_madc_recording": True}, GrenadeError, "record_neuron_id"),
        ({"placement_constraint": []}, GrenadeError, "0 places for 2 neurons"),
    ],
)
def test_populations_of_another_form_are_refused(options, error, text):
    experiment = Experiment()
    with pytest.raises(error, match=text):
        Population(2, experiment, **options)
    assert experiment._modules == []


def test_what_is_common_to_all_is_the_same_for_all():
    experiment = Experiment()
    Population(1, experiment, i_synin_gm=500)
    Population(1, experiment, i_synin_gm=400)
    experiment._place()
    with pytest.raises(GrenadeError, match="i_synin_gm is common to all neurons"):
        experiment.targets()


@pytest.mark.parametrize("value", [[1, 2, 3], [[1, 2]], np.nan])
def test_values_are_one_or_one_per_neuron(value):
    experiment = Experiment()
    Population(2, experiment, leak=value)
    experiment._place()
    with pytest.raises(GrenadeError, match="leak of a population of 2 neurons"):
        experiment.targets()


def test_a_chip_that_is_not_virtual_cannot_be_computed():
    with pytest.raises(CalibrationError, match="not the identifier of a virtual chip"):
        chip_for("hxcube3fpga0chip61", {})


# ------------------------------------------------------------------------------------------------------------------ what does not fit
def test_too_many_neurons():
    experiment = Calibrated()
    Population(500, experiment)
    Population(13, experiment)
    with pytest.raises(GrenadeError, match="no room for a population of 13"):
        experiment.run(RUNTIME)


def test_sources_agree_about_batch_entries(chain):
    other = Chain()
    Sources(1, other.experiment).times = [[[1.0]]]
    with pytest.raises(InputError, match=r"same number of batch entries; they have \[1, 2\]"):
        other.run()


def test_times_of_another_number_of_sources():
    other = Chain()
    other.sources.times = [[[1.0]]]
    with pytest.raises(InputError, match="5 sources, times for 1"):
        other.run()


def test_a_network_that_does_not_fit():
    experiment = Calibrated()
    sources, target = Sources(200, experiment), Population(1, experiment)
    sources.times = [[[]] * 200]
    Matrix(sources, target, experiment)
    with pytest.raises(UnsuccessfulRouting):
        experiment.run(RUNTIME)


@pytest.mark.parametrize("runtime", [0, -1e-6])
def test_runtimes_are_positive(chain, runtime):
    with pytest.raises(InputError, match="above 0 s"):
        chain.experiment.run(runtime)


def test_without_a_calibration_and_without_a_connection():
    experiment = Experiment()
    Population(1, experiment)
    with pytest.raises(GrenadeError, match="load_calib"):
        experiment.run(RUNTIME)


def test_places_that_others_have_are_passed_over_or_refused():
    experiment, place = Experiment(), LogicalNeuronOnDLS(SingleCompartmentNeuron().compartments, AtomicNeuronOnDLS(1))
    fixed, free = Population(1, experiment, placement_constraint=[place]), Population(2, experiment)
    experiment._place()
    assert fixed.places == [place]
    assert [int(circuit) for one in free.places for circuit in one.get_atomic_neurons()] == [0, 2]
    Population(1, experiment, placement_constraint=[place])
    experiment._complete = False
    with pytest.raises(GrenadeError, match="is in use already: placement_constraint names places of other neurons"):
        experiment._place()


def test_experiments_need_neurons_whose_parameters_a_chip_is_calibrated_to():
    experiment = Calibrated()
    sources = Sources(1, experiment)
    sources.times = [[[1.0]]]
    with pytest.raises(GrenadeError, match="there is no population on the chip whose parameters it could be calibrated to"):
        experiment.run(RUNTIME)
    with pytest.raises(GrenadeError, match="a neuron has one circuit here, not 2"):
        SingleCompartmentNeuron(2)


def test_recordings_that_a_chip_makes_once():
    experiment = Calibrated()
    for _ in range(2):
        Population(1, experiment, enable_madc_recording=True, record_neuron_id=0)
    with pytest.raises(GrenadeError, match="the fast converter samples one neuron: enable_madc_recording for one population"):
        experiment.run(RUNTIME)
    experiment = Calibrated()
    for dram in (False, True):
        Population(1, experiment, enable_cadc_recording=True, enable_cadc_recording_placement_in_dram=dram)
    with pytest.raises(GrenadeError, match="samples of all populations go to one memory"):
        experiment.run(RUNTIME)


def test_a_population_has_neurons():
    with pytest.raises(GrenadeError, match="a population has neurons, not 0"):
        Population(0, Calibrated())


@pytest.mark.parametrize("weight", [1.5, float("nan")])
def test_connections_are_triples_of_integers(weight):
    experiment = Calibrated()
    sources, target = Sources(1, experiment), Population(1, experiment)
    sources.times = [[[1.0]]]
    matrix = Matrix(sources, target, experiment)
    matrix.get_connections = lambda: [(0, 0, weight)]
    with pytest.raises(GrenadeError, match="connections are triples of integers"):
        experiment.run(RUNTIME)
