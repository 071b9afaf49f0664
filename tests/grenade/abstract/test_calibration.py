"""Neurons whose settings a calibration finds."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest
from topologies import DOMAIN, SOMA, neuron_shape, neurons, record_voltage, runtimes, settings, shape

from grenade.abstract import MappingError
from halco import AtomicNeuronOnDLS, Enum, NeuronConfigOnDLS, SynapticInputOnNeuron
from haldls import NeuronConfig
from haldls.lola import AtomicNeuron, Chip
from pyccalix import SpikingCalibTarget
from pygrenade_common import ExecutionInstanceOnExecutor, InputData, Population, ReceptorOnCompartment, Topology
from pygrenade_vx import ideal_capacitance_per_neuron
from pygrenade_vx.common import ChipOnConnection
from pygrenade_vx.network import Receptor
from pygrenade_vx.network.abstract import CalibratedNeuron, FixtureCalibration, GreedyMapper, JITCalibration, reverse_mapping

Target = CalibratedNeuron.ParameterSpace.CalibrationTarget
MEMBRANE = AtomicNeuron.Readout.Source.membrane


def target(**changed) -> Target:
    made = Target()
    made.synaptic_input_excitatory, made.synaptic_input_inhibitory = Target.CubaSynapticInput(), Target.CubaSynapticInput()
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def population(*targets: Target) -> Population:
    receptors = {ReceptorOnCompartment(0): Receptor.Type.excitatory, ReceptorOnCompartment(1): Receptor.Type.inhibitory}
    compartment = CalibratedNeuron.Compartment(CalibratedNeuron.Compartment.SpikeMaster(0), [receptors])
    cell = CalibratedNeuron({SOMA: compartment}, neuron_shape())
    space = CalibratedNeuron.ParameterSpace([{SOMA: [one]} for one in targets], [{SOMA: ideal_capacitance_per_neuron}] * len(targets))
    return Population(cell, shape(len(targets)), space, DOMAIN)


def data(vertex, *targets: Target) -> InputData:
    made = InputData()
    capacitances, signals = [{SOMA: 2.2e-12}] * len(targets), [{SOMA: [MEMBRANE]}] * len(targets)
    given = CalibratedNeuron.ParameterSpace.Parameterization([{SOMA: [one]} for one in targets], capacitances, signals)
    made.ports.set((vertex, 1), given)
    made.time_domain_runtimes.set(DOMAIN, runtimes(1000))
    return made


class StandIn:
    """In the place of calix: keeps what it is asked for, and sets the leak potential of circuit 1."""

    def __init__(self):
        self.asked = []

    def calibrate(self, wanted, options, cache_paths, read_only, connection):
        self.asked.append((wanted, options, cache_paths, connection))
        return self

    def apply(self, builder):
        config = NeuronConfig()
        config.enable_fire = True
        builder.write(NeuronConfigOnDLS(Enum(1)), config)


@pytest.fixture
def calix(monkeypatch):
    found = StandIn()

    class StatefulConnection:
        class reinit:  # noqa: N801 - an attribute of the original
            pop = staticmethod(lambda: None)

        def __init__(self, connection, chip):
            self.identifiers = connection.get_unique_identifier()

    modules = {name: ModuleType(name) for name in ("calix", "calix.spiking", "calix.common", "calix.common.base")}
    modules["calix"].calibrate, modules["calix.spiking"].SpikingCalibTarget = found.calibrate, SpikingCalibTarget
    modules["calix.common.base"].StatefulConnection = StatefulConnection
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    return found


def mapped(executor, calibration, *targets):
    topology = Topology()
    vertex = topology.add_vertex(population(*targets))
    return vertex, GreedyMapper()(topology, calibration, executor)


def test_the_calibration_is_asked_for_what_the_topology_says(executor, calix):
    slow = target(tau_membrane=20e-6, v_leak=90, membrane_capacitance_during_calibration=1.1e-12)
    slow.refractory_period.refractory_time = 5e-6
    calibration = JITCalibration()
    calibration.target, calibration.options, calibration.cache_paths = SpikingCalibTarget(), "options", []
    calibration.target.neuron_target.leak[AtomicNeuronOnDLS(Enum(7))] = 100
    _, made = mapped(executor, calibration, target(), slow)
    ((wanted, options, paths, connection),) = calix.asked
    neurons, first, second = wanted.neuron_target, AtomicNeuronOnDLS(Enum(0)), AtomicNeuronOnDLS(Enum(1))
    assert (options, paths) == ("options", []) and len(connection.identifiers) == 1
    assert [int(neurons.leak[AtomicNeuronOnDLS(Enum(number))]) for number in (0, 1, 7)] == [80, 90, 100]
    assert [float(neurons.tau_mem[one]) for one in (first, second)] == [10e-6, 20e-6]
    assert float(neurons.refractory_time[second]) == 5e-6
    assert [int(neurons.membrane_capacitance[one]) for one in (first, second)] == [63, 31]
    assert int(calibration.target.neuron_target.leak[second]) == 80  # the user's target stays as it is
    assert int(neurons.synapse_dac_bias) == 600 and len(made.bases) == 1


def test_inputs_are_current_or_conductance_based(executor, calix):
    both = target(synaptic_input_inhibitory=Target.CobaSynapticInput(e_reversal=30, i_synin_gm=250))
    mapped(executor, JITCalibration(), both)
    neurons, where = calix.asked[0][0].neuron_target, AtomicNeuronOnDLS(Enum(0))
    lines = SynapticInputOnNeuron.excitatory, SynapticInputOnNeuron.inhibitory
    reversal = [neurons.coba_synin.e_coba_reversal[where][line] for line in lines]
    assert reversal == [None, 30]
    assert np.array(neurons.cuba_synin.i_synin_gm, int).tolist() == [500, 250]


@pytest.mark.parametrize("name, values", [("synapse_dac_bias", (400, 500)), ("i_synin_gm", (300, 500))])
def test_what_a_chip_has_once_is_the_same_for_all(executor, calix, name, values):
    different = [target(synaptic_input_excitatory=Target.CubaSynapticInput(**{name: value})) for value in values]
    if name == "synapse_dac_bias":
        for one, value in zip(different, values, strict=True):
            one.synaptic_input_inhibitory = Target.CubaSynapticInput(synapse_dac_bias=value)
    with pytest.raises(RuntimeError, match=rf"{name} is required to be equal .*{values[0]}, {values[1]}"):
        mapped(executor, JITCalibration(), *different)
    assert not calix.asked


def test_settings_are_those_of_the_result_and_may_be_changed(executor, calix):
    targets = target(), target(v_threshold=None, tau_membrane=None)
    vertex, made = mapped(executor, JITCalibration(), *targets)
    settings = reverse_mapping.get_calibrated_neuron_actual_hardware_parameters(vertex, made)
    assert not settings[1][SOMA][0].threshold.enable and int(settings[1][SOMA][0].leak.i_bias) == 0
    other = made.deepcopy()
    settings[0][SOMA][0].leak.v_leak = 1022
    (instance,) = made.map_root_input_data(data(vertex, *targets))
    (unchanged,) = other.map_root_input_data(data(vertex, *targets))
    leaks = [int(one.chip.neuron_block.atomic_neurons[0].leak.v_leak) for one in (instance, unchanged)]
    assert leaks[0] == 1022 != leaks[1]


def test_chips_that_the_user_has(executor):
    chip = Chip()
    chip.neuron_block.atomic_neurons[0].leak.v_leak = 321
    key = ExecutionInstanceOnExecutor()
    vertex, made = mapped(executor, FixtureCalibration({key: {ChipOnConnection(): chip}}), target())
    (instance,) = made.map_root_input_data(data(vertex, target()))
    assert int(instance.chip.neuron_block.atomic_neurons[0].leak.v_leak) == 321
    with pytest.raises(IndexError, match="not present in FixtureCalibration"):
        mapped(executor, FixtureCalibration(), target())


def test_calix_is_asked_for_only_if_it_is_needed(executor, monkeypatch):
    monkeypatch.setitem(sys.modules, "calix", None)
    monkeypatch.setitem(sys.modules, "calix.spiking", None)
    GreedyMapper()(Topology(), JITCalibration(), executor)
    with pytest.raises(MappingError, match="put the folder src/py of its checkout on PYTHONPATH"):
        mapped(executor, JITCalibration(), target())


def test_targets_take_what_is_one():
    made = target()
    for name, wrong in (("synaptic_input_excitatory", 3), ("refractory_period", 2e-6), ("v_leak", "high")):
        with pytest.raises(TypeError, match=rf"CalibrationTarget\.{name}"):
            setattr(made, name, wrong)
    with pytest.raises(AttributeError, match="has no attribute 'v_rest'"):
        made.v_rest = 80
    assert made == target()


def test_capacitances_beyond_a_circuit_are_refused(executor, calix):
    with pytest.raises(OverflowError, match="64 > max"):
        mapped(executor, JITCalibration(), target(membrane_capacitance_during_calibration=2.24e-12))


def test_inputs_that_nobody_uses_are_not_calibrated(executor, calix):
    off = Target.DisabledSynapticInput()
    mapped(executor, JITCalibration(), target(synaptic_input_excitatory=off, synaptic_input_inhibitory=off))
    neurons, where = calix.asked[0][0].neuron_target, AtomicNeuronOnDLS(Enum(0))
    usual = SpikingCalibTarget().neuron_target
    assert float(neurons.tau_syn[where][SynapticInputOnNeuron.excitatory]) == float(usual.tau_syn[where][SynapticInputOnNeuron.excitatory])
    assert neurons.synapse_dac_bias == usual.synapse_dac_bias


def test_conductances_between_compartments_are_asked_for_where_they_are(executor, calix):
    one, other = target(), target()
    one.inter_atomic_neuron_connectivity.tau_icc = other.inter_atomic_neuron_connectivity.tau_icc = 3e-6
    mapped(executor, JITCalibration(), target(), one, other)
    found = [float(calix.asked[0][0].neuron_target.tau_icc[AtomicNeuronOnDLS(Enum(number))]) for number in range(3)]
    assert found[1:] == [3e-6, 3e-6] and found[0] != 3e-6


def test_only_calibrated_neurons_get_settings_of_the_calibration(executor):
    topology = Topology()
    plain, given = topology.add_vertex(neurons(1)), topology.add_vertex(population(target()))
    chip, fixture = Chip(), FixtureCalibration()
    chip.neuron_block.atomic_neurons[1].leak.v_leak = 321
    GreedyMapper()(Topology(), fixture, executor)  # needs none
    other = Topology()
    other.add_vertex(neurons(1))
    GreedyMapper()(other, fixture, executor)
    fixture = FixtureCalibration({ExecutionInstanceOnExecutor(): {ChipOnConnection(): chip}})
    found = GreedyMapper()(topology, fixture, executor)
    inputs = data(given, target())
    own = settings(1, chip)
    own.configs[0][SOMA][0].leak.v_leak = 77
    inputs.ports.set((plain, 1), own)
    (instance,) = found.map_root_input_data(inputs)
    leaks = [int(instance.chip.neuron_block.atomic_neurons[number].leak.v_leak) for number in (0, 1)]
    assert leaks == [77, 321]


def test_the_signal_of_a_calibrated_neuron_is_that_of_the_data(executor):
    topology = Topology()
    vertex = topology.add_vertex(population(target()))
    recorder = record_voltage(topology, vertex, [0])
    made = GreedyMapper()(topology, FixtureCalibration({ExecutionInstanceOnExecutor(): {ChipOnConnection(): Chip()}}), executor)
    (instance,) = made.map_root_input_data(data(vertex, target()))
    (network,) = instance.graph.network.execution_instances.values()
    assert [neuron.source for neuron in network.madc_recording.neurons] == [MEMBRANE] and topology.contains(recorder)
