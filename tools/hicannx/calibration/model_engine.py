"""Calibrations that are computed from what is known of a virtual chip, in a second, in place of a search on the chip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halco import AtomicNeuronOnDLS, iter_all
from haldls import CommonCorrelationConfig, NeuronConfig
from haldls.lola import AtomicNeuron
from hicannx.calibration import settings
from hicannx.calibration.circuits import Codes, NeuronCircuits, codes
from hicannx.calibration.converters import Converters
from hicannx.calibration.drivers import dac_offsets, plasticity_offsets, ramp_currents, synapse_biases
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.options import HagenCalibOptions, HagenSyninCalibOptions, SpikingCalibOptions
from hicannx.calibration.sensors import Sensors, are_known
from hicannx.calibration.targets import HagenCalibTarget, HagenSyninCalibTarget, NeuronCalibTarget, SpikingCalibTarget
from hicannx_sim import VirtualChip
from stadls import DumperDone, PlaybackProgramBuilderDumper

__all__ = ["THRESHOLD_READ", "Found", "hagen", "hagen_synin", "spiking"]

RESET_BIAS = 1012
SETTLING_US = 20_000
THRESHOLD_READ = 1.6
"""Reads by which the largest of 3000 noisy reads lies above a threshold: what calix takes for the threshold (fitted to
one calibration by calix, seen to hold on a second chip)."""


@dataclass
class Found:
    """What was found: the list of writes, and for each kind of circuit which of them did not succeed."""

    cocos: DumperDone
    failed: dict[str, NDArray[np.bool_]] = field(default_factory=dict)


def _inside(values: Codes, low: int = 0, high: int = 1022) -> NDArray[np.bool_]:
    return (values <= low) | (values >= high)


def spiking(chip: VirtualChip, target: SpikingCalibTarget, options: SpikingCalibOptions) -> Found:
    """Spiking neurons. Raises CalibrationError for what only calix itself can do."""
    neurons = target.neuron_target
    _require(target.correlation_target is None or are_known(), "correlation_target")
    _require(neurons.tau_icc is None, "neuron_target.tau_icc")
    _require(all(one is None for row in neurons.coba_synin.e_coba_reversal for one in row), "neuron_target.coba_synin.e_coba_reversal")
    matching = isinstance(neurons.cuba_synin, NeuronCalibTarget.CalibratedMatchingCubaSynapticInput)
    _require(matching, "neuron_target.cuba_synin")
    converters = Converters.calibrated(chip, target.cadc_target)
    dumper, failures = PlaybackProgramBuilderDumper(), {}
    if target.correlation_target is not None:
        sensors = Sensors.calibrated(chip, target.correlation_target, options.correlation_options)
        settings.write_sensors(dumper, sensors, options.correlation_options)
        failures["quadrants"] = _inside(sensors.store) | _inside(sensors.ramp)
    settings.write_converters(dumper, converters)
    values, failed = _spiking_values(chip, neurons, converters)
    clock, cycles = _refractory(neurons)
    settings.write_neurons(dumper, _neurons(values, lambda one, k: _spiking_neuron(one, neurons, cycles, k)))
    dac_bias = synapse_biases(chip, int(neurons.synapse_dac_bias))
    settings.write_neuron_environment(dumper, dac_bias, (0, clock), CommonCorrelationConfig())
    settings.write_wait(dumper, SETTLING_US)
    offsets = plasticity_offsets(chip, options.stp_options)
    settings.write_plasticity(dumper, target.stp_target, options.stp_options.i_ramp.to_numpy(), offsets)
    return Found(dumper.done(), {"neurons": failed, "drivers": _inside(offsets, 0, 15), **failures})


def _require(possible: bool, name: str) -> None:
    if not possible:
        raise CalibrationError(f"{name}: cannot be computed from the model's numbers; calix can search for it (--engine calix)")


def _spiking_values(chip: VirtualChip, target: NeuronCalibTarget, converters: Converters) -> tuple[dict[str, Any], NDArray[np.bool_]]:
    circuits = NeuronCircuits(chip, target.membrane_capacitance.to_numpy())
    leak_volts = converters.volts(target.leak.to_numpy())
    bias, divided = circuits.leak_bias(target.tau_mem.to_numpy())
    conductance = circuits.leak_conductance(bias, divided)
    reset = circuits.reset_code(converters.volts(target.reset.to_numpy()), leak_volts, conductance, RESET_BIAS)
    values: dict[str, Any] = {
        "leak.v_leak": codes(circuits.leak_code(leak_volts)),
        "leak.i_bias": bias,
        "leak.enable_division": divided,
        "reset.v_reset": codes(reset),
        "threshold.v_threshold": codes(circuits.threshold_code(converters.volts(target.threshold.to_numpy() - THRESHOLD_READ))),
        **_input_values(circuits, target.tau_syn.to_numpy(), int(target.cuba_synin.i_synin_gm), True),  # type: ignore[arg-type]
    }
    return values, _failed(values)


def _input_values(circuits: NeuronCircuits, tau: NDArray[np.float64], strength: int, resistance: bool) -> dict[str, Any]:
    """Both synaptic inputs; the inhibitory ones are as strong as the excitatory ones."""
    values: dict[str, Any] = {}
    reference = None
    for side, name in enumerate(("excitatory_input", "inhibitory_input")):
        values[f"{name}.i_bias_tau"], high = circuits.line_bias(side, tau[:, side], resistance)
        if resistance:
            values[f"{name}.enable_high_resistance"] = high
        values[f"{name}.i_bias_gm"], reference = circuits.strength_bias(side, strength, reference)
        values[f"{name}.i_shift_reference"] = circuits.shift_code(side)
    return values


def _failed(values: dict[str, Any]) -> NDArray[np.bool_]:
    """Neurons with a code at an end of its range, as calix counts them."""
    found = [_inside(one) for name, one in values.items() if ".enable" not in name and name != "leak.i_bias"]
    return np.asarray(np.any([*found, values["leak.i_bias"] >= 1022], axis=0))


def _refractory(target: NeuronCalibTarget) -> tuple[int, int]:
    """Scale of the fast clock, and its cycles in a refractory time (facts: calix_expectations 3)."""
    times, holdoff = target.refractory_time.to_numpy(), target.holdoff_time.to_numpy()
    _require(bool((times == times[0]).all() and (holdoff == 0).all()), "neuron_target.refractory_time, holdoff_time")
    scale = next((scale for scale in range(15, 0, -1) if times[0] * 250e6 / 2 ** (scale + 1) >= LEAST_CYCLES), 0)
    return scale, min(int(np.rint(times[0] * 250e6 / 2 ** (scale + 1))) + 1, 255)


LEAST_CYCLES = 30


def _neurons(values: dict[str, Any], start: Callable[[AtomicNeuron, int], None]) -> Any:
    """Each neuron with its values."""
    lists = {name.partition(".")[::2]: one.tolist() for name, one in values.items()}
    for number, place in enumerate(iter_all(AtomicNeuronOnDLS)):
        neuron = AtomicNeuron()
        start(neuron, number)
        for (part, name), one in lists.items():
            setattr(getattr(neuron, part), name, one[number])
        yield place, neuron


def _integrating(neuron: AtomicNeuron) -> None:
    """What all calibrated neurons have in common."""
    neuron.excitatory_input.enable = neuron.inhibitory_input.enable = True
    neuron.reset.enable_multiplication, neuron.reset.i_bias = True, RESET_BIAS
    neuron.event_routing.analog_output = AtomicNeuron.EventRouting.AnalogOutputMode.normal
    neuron.readout.enable_amplifier = True
    neuron.refractory_period.input_clock = 1


def _spiking_neuron(neuron: AtomicNeuron, target: NeuronCalibTarget, cycles: int, number: int) -> None:
    _integrating(neuron)
    neuron.excitatory_input.enable_small_capacitance = neuron.inhibitory_input.enable_small_capacitance = False
    neuron.threshold.enable = True
    neuron.membrane_capacitance.capacitance = target.membrane_capacitance[number]
    neuron.refractory_period.refractory_time = cycles
    neuron.refractory_period.reset_holdoff = 15


def hagen(chip: VirtualChip, target: HagenCalibTarget, options: HagenCalibOptions) -> Found:
    """Neurons that integrate vectors. Raises CalibrationError for what only calix itself can do."""
    neurons = target.neuron_target
    _require(neurons.target_noise is None, "neuron_target.target_noise")
    converters = Converters.calibrated(chip, target.cadc_target)
    dumper = PlaybackProgramBuilderDumper()
    settings.write_converters(dumper, converters)
    circuits, volts = NeuronCircuits(chip), converters.volts(neurons.leak.to_numpy())
    bias, divided = circuits.leak_bias(neurons.tau_mem.to_numpy())
    conductance = circuits.leak_conductance(bias, True)
    values: dict[str, Any] = {
        "leak.v_leak": codes(circuits.leak_code(volts)),
        "reset.v_reset": codes(circuits.reset_code(volts, volts, conductance, RESET_BIAS)),
        **_input_values(circuits, neurons.tau_syn.to_numpy(), int(neurons.i_synin_gm), False),
    }
    leak = np.zeros_like(bias) if options.neuron_disable_leakage else bias
    failed = _failed({**values, "leak.i_bias": bias}) | ~divided
    settings.write_neurons(dumper, _neurons({**values, "leak.i_bias": leak}, _hagen_neuron))
    dac_bias = synapse_biases(chip, int(neurons.synapse_dac_bias))
    settings.write_neuron_environment(dumper, dac_bias, settings.INTEGRATION_CLOCKS, CommonCorrelationConfig(reset_duration=5))
    settings.write_wait(dumper, SETTLING_US)
    ramp = ramp_currents(chip)
    offsets = dac_offsets(chip, ramp, int(options.synapse_driver_options.offset_test_activation))
    settings.write_hagen_drivers(dumper, ramp, offsets)
    return Found(dumper.done(), {"neurons": failed, "drivers": _inside(offsets, 0, 63)})


def _hagen_neuron(neuron: AtomicNeuron, number: int) -> None:
    _integrating(neuron)
    neuron.leak.enable_division = True
    neuron.membrane_capacitance.capacitance = NeuronConfig.MembraneCapacitorSize.max
    neuron.refractory_period.refractory_time = 70


def hagen_synin(chip: VirtualChip, target: HagenSyninCalibTarget, options: HagenSyninCalibOptions) -> Found:
    """The lines of the synaptic inputs integrate vectors."""
    dumper = PlaybackProgramBuilderDumper()
    dac_bias = synapse_biases(chip, int(target.synapse_dac_bias))
    settings.write_neuron_environment(dumper, dac_bias, settings.INTEGRATION_CLOCKS, CommonCorrelationConfig(reset_duration=5))
    settings.write_converters(dumper, Converters.calibrated(chip, target.cadc_target))
    ramp = ramp_currents(chip)
    offsets = dac_offsets(chip, ramp, int(options.synapse_driver_options.offset_test_activation))
    settings.write_hagen_drivers(dumper, ramp, offsets)
    settings.write_neurons(dumper, _neurons({}, _line_neuron))
    settings.write_supply_of_lines(dumper)
    settings.write_wait(dumper, 5 * SETTLING_US)
    return Found(dumper.done(), {"drivers": _inside(offsets, 0, 63)})


def _line_neuron(neuron: AtomicNeuron, number: int) -> None:
    for part in (neuron.excitatory_input, neuron.inhibitory_input):
        part.enable, part.enable_small_capacitance, part.enable_high_resistance, part.i_bias_tau = False, False, True, 0
    neuron.readout.source, neuron.readout.enable_amplifier = AtomicNeuron.Readout.Source.exc_synin, True
