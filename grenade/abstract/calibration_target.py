"""What neurons shall do, in the terms of calix' targets, and what a calibration leaves to be set afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from grenade.abstract.calibrated_neuron import (
    IDEAL_CAPACITANCE_PER_NEURON,
    CalibrationTarget,
    CobaSynapticInput,
    DisabledSynapticInput,
)
from grenade.abstract.errors import MappingError
from halco import AtomicNeuronOnDLS, SynapticInputOnNeuron
from haldls.lola import AtomicNeuron, Chip

Size = AtomicNeuron.MembraneCapacitance.CapacitorSize

DEFAULT_GM = 500
"""Bias current of inputs that nobody uses, CapMem LSB."""

DEFAULT_TAU_ICC = 10e-6
"""Time constant of conductances between compartments that nobody uses, s."""

INPUTS: dict[SynapticInputOnNeuron, Callable[[CalibrationTarget], Any]] = {
    SynapticInputOnNeuron.excitatory: lambda target: target.synaptic_input_excitatory,
    SynapticInputOnNeuron.inhibitory: lambda target: target.synaptic_input_inhibitory,
}


def capacitor(capacitance: float) -> Size:
    """The setting for a capacitance in farad, if there were no parasitic one. Raises RangeError above `IDEAL_CAPACITANCE_PER_NEURON`."""
    return Size(int(capacitance / IDEAL_CAPACITANCE_PER_NEURON * int(Size.max) + 1e-6))


def fill(target: Any, circuits: Iterable[tuple[AtomicNeuronOnDLS, CalibrationTarget, float]]) -> None:
    """Enters circuits with the capacitance of their compartment (farad) into a target.

    Raises MappingError if they ask for different bias currents of what a chip has once.
    """
    circuits, neurons = list(circuits), target.neuron_target
    for where, wanted, capacitance in circuits:
        _fill_circuit(neurons, where, wanted, capacitance)
    every = [wanted for _, wanted, _ in circuits]
    neurons.cuba_synin = _strengths(type(neurons).CalibratedCubaSynapticInput(), every)
    used = [choose(wanted) for wanted in every for choose in INPUTS.values()]
    bias = _common([one.synapse_dac_bias for one in used if not isinstance(one, DisabledSynapticInput)], "synapse_dac_bias")
    if bias is not None:
        neurons.synapse_dac_bias = bias


def _fill_circuit(neurons: Any, where: AtomicNeuronOnDLS, wanted: CalibrationTarget, capacitance: float) -> None:
    during = wanted.membrane_capacitance_during_calibration
    neurons.membrane_capacitance[where] = capacitor(capacitance if during is None else during)
    neurons.leak[where], neurons.reset[where] = wanted.v_leak, wanted.v_reset
    if wanted.tau_membrane is not None:
        neurons.tau_mem[where] = wanted.tau_membrane
    if wanted.v_threshold is not None:
        neurons.threshold[where] = wanted.v_threshold
    neurons.refractory_time[where] = wanted.refractory_period.refractory_time
    neurons.holdoff_time[where] = wanted.refractory_period.holdoff_time
    for line, choose in INPUTS.items():
        _fill_input(neurons, where, line, choose(wanted))
    if wanted.inter_atomic_neuron_connectivity.tau_icc is not None:
        if neurons.tau_icc is None:
            neurons.tau_icc = type(neurons).PerNeuronTimeConstant()
            neurons.tau_icc.fill(DEFAULT_TAU_ICC)
        neurons.tau_icc[where] = wanted.inter_atomic_neuron_connectivity.tau_icc


def _fill_input(neurons: Any, where: AtomicNeuronOnDLS, line: SynapticInputOnNeuron, wanted: Any) -> None:
    if isinstance(wanted, DisabledSynapticInput):
        return
    conductance = isinstance(wanted, CobaSynapticInput)
    neurons.tau_syn[where][line] = wanted.tau_syn
    neurons.coba_synin.e_coba_reversal[where][line] = wanted.e_reversal if conductance else None
    neurons.coba_synin.e_coba_reference[where][line] = wanted.e_reference if conductance else None


def _strengths(made: Any, every: list[CalibrationTarget]) -> Any:
    for line, choose in INPUTS.items():
        used = [one.i_synin_gm for one in map(choose, every) if not isinstance(one, DisabledSynapticInput)]
        strength = _common(used, "i_synin_gm")
        made.i_synin_gm[line] = DEFAULT_GM if strength is None else strength
    return made


def _common(values: list[Any], name: str) -> Any:
    """The one value that all are; None if there is none."""
    different = sorted(set(map(int, values)))
    if len(different) > 1:
        raise MappingError(f"{name} is required to be equal for all neurons on one chip. (they ask for {different})")
    return values[0] if values else None


def finish(chip: Chip, where: AtomicNeuronOnDLS, wanted: CalibrationTarget, capacitance: float, place: int) -> None:
    """Sets what is no matter of calibration: switches between circuits, mechanisms that are off, the capacitance of the compartment.

    `place` is that of the circuit in its compartment; the first one has the capacitance.
    """
    neuron, links = chip.neuron_block.atomic_neurons[where], wanted.inter_atomic_neuron_connectivity
    for name in ("connect_soma", "connect_soma_right", "connect_vertical", "connect_right"):
        setattr(neuron.multicompartment, name, getattr(links, name))
    neuron.multicompartment.enable_conductance = links.tau_icc is not None
    if wanted.tau_membrane is None:
        neuron.leak.i_bias, neuron.leak.enable_division, neuron.leak.enable_multiplication = 0, True, False
    if wanted.v_threshold is None:
        neuron.threshold.enable = False
    if wanted.membrane_capacitance_during_calibration is not None:
        neuron.membrane_capacitance.capacitance = capacitor(capacitance) if place == 0 else Size(0)
