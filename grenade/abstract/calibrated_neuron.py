"""Neurons whose behaviour the user gives, in reads of the parallel converter and seconds; a calibration finds the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from grenade.abstract.data import Parameterization
from grenade.abstract.errors import TopologyError
from grenade.abstract.identifiers import CompartmentOnNeuron
from grenade.abstract.neurons import LocallyPlacedNeuron
from grenade.abstract.population import CellParameterSpace
from grenade.values import Entity, attribute, exactly, listed, made, mapped, optional, truth
from halco.value import shown
from haldls import CADCSampleQuad
from haldls.lola import AtomicNeuron

IDEAL_CAPACITANCE_PER_NEURON = 2.2e-12
"""Capacitance of a circuit's membrane with all of its capacitor in use, in farad. (facts: clients/grenade 2.12)"""

Read = CADCSampleQuad.Value


@dataclass
class DisabledSynapticInput(Entity):
    """An input that is not used."""


@dataclass
class CubaSynapticInput(Entity):
    """Current-based: time constant (s), bias currents of its amplifier and of the synapses (CapMem LSB)."""

    tau_syn: float = attribute(float, default=10e-6)
    i_synin_gm: AtomicNeuron.AnalogValue = attribute(made(AtomicNeuron.AnalogValue), default=AtomicNeuron.AnalogValue(500))
    synapse_dac_bias: AtomicNeuron.AnalogValue = attribute(made(AtomicNeuron.AnalogValue), default=AtomicNeuron.AnalogValue(600))


@dataclass
class CobaSynapticInput(Entity):
    """Conductance-based: the same, and where its strength is zero (`e_reversal`) and as set (`e_reference`), in reads.

    Without `e_reference` that is in the middle of leak and threshold.
    """

    tau_syn: float = attribute(float, default=10e-6)
    e_reversal: float = attribute(float, default=300.0)
    e_reference: float | None = attribute(optional(float), default=None)
    i_synin_gm: AtomicNeuron.AnalogValue = attribute(made(AtomicNeuron.AnalogValue), default=AtomicNeuron.AnalogValue(500))
    synapse_dac_bias: AtomicNeuron.AnalogValue = attribute(made(AtomicNeuron.AnalogValue), default=AtomicNeuron.AnalogValue(600))


SynapticInput = DisabledSynapticInput | CubaSynapticInput | CobaSynapticInput


def _input(value: Any) -> SynapticInput:
    if isinstance(value, SynapticInput):
        return value
    raise TypeError(f"a CubaSynapticInput, a CobaSynapticInput or a DisabledSynapticInput is needed, not {shown(value)}")


@dataclass
class RefractoryPeriod(Entity):
    """Time after a spike without another one, and the part of it at its end in which the membrane is free (s)."""

    refractory_time: float = attribute(float, default=2e-6)
    holdoff_time: float = attribute(float, default=0.0)


@dataclass
class InterAtomicNeuronConnectivity(Entity):
    """Switches between a circuit and its neighbours; `tau_icc` (s) is of the conductance to the shared line, None: it is off."""

    connect_soma: bool = attribute(truth, default=False)
    connect_soma_right: bool = attribute(truth, default=False)
    connect_right: bool = attribute(truth, default=False)
    connect_vertical: bool = attribute(truth, default=False)
    tau_icc: float | None = attribute(optional(float), default=None)


_Refractory = RefractoryPeriod
_Connectivity = InterAtomicNeuronConnectivity


@dataclass
class CalibrationTarget(Entity):
    """What one circuit shall do. Potentials are reads, times are seconds, the capacitance is in farad.

    membrane_capacitance_during_calibration   None: the capacitance that it has afterwards
    tau_membrane, v_threshold                 None: no leak, no spikes
    """

    CubaSynapticInput: ClassVar = CubaSynapticInput
    CobaSynapticInput: ClassVar = CobaSynapticInput
    DisabledSynapticInput: ClassVar = DisabledSynapticInput
    RefractoryPeriod: ClassVar = RefractoryPeriod
    InterAtomicNeuronConnectivity: ClassVar = InterAtomicNeuronConnectivity

    membrane_capacitance_during_calibration: float | None = attribute(optional(float), default=None)
    v_leak: Read = attribute(made(Read), default=Read(80))
    tau_membrane: float | None = attribute(optional(float), default=10e-6)
    v_threshold: Read | None = attribute(optional(made(Read)), default=Read(125))
    v_reset: Read = attribute(made(Read), default=Read(70))
    refractory_period: _Refractory = attribute(exactly(_Refractory), default_factory=_Refractory)
    synaptic_input_excitatory: SynapticInput = attribute(_input, default_factory=DisabledSynapticInput)
    synaptic_input_inhibitory: SynapticInput = attribute(_input, default_factory=DisabledSynapticInput)
    inter_atomic_neuron_connectivity: _Connectivity = attribute(exactly(_Connectivity), default_factory=_Connectivity)


Targets = list[dict[CompartmentOnNeuron, list[CalibrationTarget]]]
Capacitances = list[dict[CompartmentOnNeuron, float]]

_targets = listed(mapped(made(CompartmentOnNeuron), listed(exactly(CalibrationTarget))))
_capacitances = listed(mapped(made(CompartmentOnNeuron), float))
_sources = listed(mapped(made(CompartmentOnNeuron), listed(exactly(AtomicNeuron.Readout.Source))))


class CalibratedNeuron(LocallyPlacedNeuron):
    """Neurons that a calibration makes behave as wanted."""

    class ParameterSpace(CellParameterSpace):
        """Behaviour of each circuit, by neuron, compartment, circuit; capacitance (farad) of each compartment."""

        CalibrationTarget = CalibrationTarget

        @dataclass
        class Parameterization(Entity, Parameterization):
            """The same behaviour as in the parameter space, and the signal that each circuit gives to who reads it."""

            calibration_targets: Targets = attribute(_targets, default_factory=list)
            membrane_capacitance: Capacitances = attribute(_capacitances, default_factory=list)
            readout_sources: list[dict[CompartmentOnNeuron, list[AtomicNeuron.Readout.Source]]] = attribute(_sources, default_factory=list)

            def size(self) -> int:
                """Number of neurons."""
                return len(self.calibration_targets)

        def __init__(self, calibration_targets: Any, membrane_capacitance: Any) -> None:
            self.calibration_targets = _targets(calibration_targets)
            self.membrane_capacitance = _capacitances(membrane_capacitance)
            if len(self.calibration_targets) != len(self.membrane_capacitance):
                sizes = len(self.calibration_targets), len(self.membrane_capacitance)
                raise TopologyError("there are calibration targets for {} neurons, but capacitances for {}".format(*sizes))

        def size(self) -> int:
            """Number of neurons."""
            return len(self.calibration_targets)

        def __eq__(self, other: object) -> bool:
            return vars(self) == vars(other) if isinstance(other, type(self)) else NotImplemented

        __hash__ = None  # type: ignore[assignment]

    def check_parameter_space(self, parameter_space: Any) -> None:
        super().check_parameter_space(parameter_space)
        for neuron, (targets, capacitances) in enumerate(
            zip(parameter_space.calibration_targets, parameter_space.membrane_capacitance, strict=True)
        ):
            numbers = {index: len(some) for index, some in targets.items()}
            _check_numbers(neuron, self.circuits, numbers, capacitances)


def _check_numbers(neuron: int, circuits: Mapping[Any, int], numbers: Mapping[Any, int], capacitances: Mapping[Any, float]) -> None:
    if numbers != circuits:
        wanted, given = ({int(k): v for k, v in one.items()} for one in (circuits, numbers))
        text = f"neuron {neuron}: calibration targets are needed for {wanted} circuits by compartment, not {given}"
        raise TopologyError(text, neuron=neuron)
    if capacitances.keys() != circuits.keys():
        wanted_ones, given_ones = [*map(int, circuits)], [*map(int, capacitances)]
        raise TopologyError(f"neuron {neuron}: capacitances are needed for compartments {wanted_ones}, not {given_ones}", neuron=neuron)
