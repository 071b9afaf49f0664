"""Targets of calibrations: what shall come out. Names and defaults are the original's (facts: calix_expectations 6).

Potentials and amplitudes are reads of the parallel converter (0 to 255), settings are CapMem codes (0 to 1022), times seconds.
"""

from __future__ import annotations

from typing import Any

from halco import AtomicNeuronOnDLS, CapMemBlockOnDLS, SynapticInputOnNeuron
from haldls import CADCSampleQuad, CapMemCell
from haldls.lola import AtomicNeuron
from hicannx.calibration.arrays import IntegerArray, OptionalArray, RealArray
from hicannx.calibration.parts import Array, Maybe, Member, Number, OneOf, Part, Real, Struct
from hicannx.calibration.values import TimeInS

__all__ = [
    "CADCCalibTarget", "CalibTarget", "CorrelationCalibTarget", "HagenCalibTarget", "HagenNeuronCalibTarget", "HagenSyninCalibTarget",
    "NeuronCalibTarget", "STPCalibTarget", "SpikingCalibTarget",
]  # fmt: skip


class CalibTarget(Struct):
    """Base of all targets."""

    __slots__ = ()
    __module__ = "pyccalix"


class _Range(Struct):
    """From `lower` to `upper`. Raises ValueError if they are the wrong way round."""

    __slots__ = ()
    lower: Member[Any]
    upper: Member[Any]

    def __init__(self, lower: Any, upper: Any) -> None:
        super().__init__()
        self.lower, self.upper = lower, upper
        if self.lower > self.upper:
            raise ValueError(f"a range cannot reach from {self.lower} down to {self.upper}")

    def to_tuple(self) -> tuple[Any, Any]:
        """Lower and upper end."""
        return self.lower, self.upper


class CADCCalibTarget(CalibTarget):
    """Of the parallel converters: the reads (`read_range`) at both ends of the voltages in use (`dynamic_range`, CapMem codes)."""

    __slots__ = ()
    __module__ = "pyccalix"

    class DynamicRange(_Range):
        __slots__ = ()
        __module__ = "pyccalix"
        Value = CapMemCell.Value
        lower, upper = Number(CapMemCell.Value, "Q"), Number(CapMemCell.Value, "Q")

    class ReadRange(_Range):
        __slots__ = ()
        __module__ = "pyccalix"
        Value = CADCSampleQuad.Value
        lower, upper = Number(CADCSampleQuad.Value, "Q"), Number(CADCSampleQuad.Value, "Q")

    dynamic_range = Part(DynamicRange, lower=70, upper=550)
    read_range = Part(ReadRange, lower=20, upper=220)


class CorrelationCalibTarget(CalibTarget):
    """Of correlation sensors: amplitude of a pair without delay, in reads (0.2 to 2 can be reached), time constant (2 to 30 us)."""

    __slots__ = ()
    __module__ = "pyccalix"
    amplitude = Real(float, 0.5)
    time_constant = Real(TimeInS, 5e-6)


class STPCalibTarget(CalibTarget):
    """Of short-term plasticity: voltages of the modulated and the recovered state, of both sets, for each quadrant, in CapMem codes."""

    __slots__ = ()
    __module__ = "pyccalix"

    class ValuePerQuadrant(IntegerArray):
        __module__ = "pyccalix"
        of, over_coordinates = CapMemCell.Value, (CapMemBlockOnDLS,)

    v_charge_0 = Array(ValuePerQuadrant, "u8", 100)
    v_recover_0 = Array(ValuePerQuadrant, "u8", 400)
    v_charge_1 = Array(ValuePerQuadrant, "u8", 330)
    v_recover_1 = Array(ValuePerQuadrant, "u8", 50)


class _Potential(IntegerArray):
    of, over_coordinates = CADCSampleQuad.Value, (AtomicNeuronOnDLS,)


class _PerNeuronTimeConstant(RealArray):
    __slots__ = ()
    of, over_coordinates = TimeInS, (AtomicNeuronOnDLS,)


class _TauSynOnNeuron(RealArray):
    __slots__ = ()
    of, over_coordinates = TimeInS, (SynapticInputOnNeuron,)


class _TauSyn(RealArray):
    __slots__ = ()
    of, over_coordinates = TimeInS, (AtomicNeuronOnDLS, SynapticInputOnNeuron)


class HagenNeuronCalibTarget(CalibTarget):
    """Of neurons in hagen mode.

    leak                resting potential
    tau_mem, tau_syn    time constants of the membrane and of both inputs; tau_syn 0: the shortest
    i_synin_gm          bias current of the inputs' amplifiers whose median amplitude all others are brought to
    target_noise        standard deviation of reads that the leak is chosen for; None: tau_mem decides
    synapse_dac_bias    bias current of the synapses
    """

    __slots__ = ()
    __module__ = "pyccalix"

    class Potential(_Potential):
        __module__ = "pyccalix"

    class PerNeuronTimeConstant(_PerNeuronTimeConstant):
        __slots__ = ()
        __module__ = "pyccalix"

    class TauSynOnNeuron(_TauSynOnNeuron):
        __slots__ = ()
        __module__ = "pyccalix"

    class TauSyn(_TauSyn):
        __slots__ = ()
        __module__ = "pyccalix"

    TauSyn.row = TauSynOnNeuron

    leak = Array(Potential, "u8", 120)
    tau_mem = Array(PerNeuronTimeConstant, "f8", 60e-6)
    tau_syn = Array(TauSyn, "f8", 0.32e-6)
    i_synin_gm = Number(CapMemCell.Value, "Q", 450)
    target_noise: Member[float | None] = Maybe(Real(float, 0.0))
    synapse_dac_bias = Number(CapMemCell.Value, "Q", CapMemCell.Value.max)


class NeuronCalibTarget(CalibTarget):
    """Of spiking neurons.

    leak, reset, threshold         potentials
    tau_mem, tau_syn               time constants of the membrane and of both inputs
    cuba_synin                     strength of the inputs: not calibrated, calibrated, or calibrated so that both inputs are equally strong
    coba_synin                     where an input's strength is zero (`e_coba_reversal`) and as set (`e_coba_reference`); reversal None: the
                                   input is current-based; reference None: in the middle of leak and threshold
    membrane_capacitance           0 to 63, for 0 to 2.2 pF
    refractory_time, holdoff_time  time after a spike without another one, and the part of it at its end in which the membrane is free
    synapse_dac_bias               bias current of the synapses
    tau_icc                        time constant of the conductance between compartments; None: not calibrated. (The original loses it when
                                   a target is pickled; here it is kept.)
    """

    __slots__ = ()
    __module__ = "pyccalix"

    class Potential(_Potential):
        __module__ = "pyccalix"

    class PerNeuronTimeConstant(_PerNeuronTimeConstant):
        __slots__ = ()
        __module__ = "pyccalix"

    class TauSynPerNeuron(_TauSynOnNeuron):
        __slots__ = ()
        __module__ = "pyccalix"

    class TauSyn(_TauSyn):
        __slots__ = ()
        __module__ = "pyccalix"

    TauSyn.row = TauSynPerNeuron

    class MembraneCapacitance(IntegerArray):
        __module__ = "pyccalix"
        of, over_coordinates = AtomicNeuron.MembraneCapacitance.CapacitorSize, (AtomicNeuronOnDLS,)

    class UncalibratedCubaSynapticInput(Struct):
        """Bias currents as they shall be, for each input of each neuron."""

        __slots__ = ()
        __module__ = "pyccalix"

        class ISyninGMOnNeuron(IntegerArray):
            __module__ = "pyccalix"
            of, over_coordinates = CapMemCell.Value, (SynapticInputOnNeuron,)

        class ISyninGM(IntegerArray):
            __module__ = "pyccalix"
            of, over_coordinates = CapMemCell.Value, (AtomicNeuronOnDLS, SynapticInputOnNeuron)

        ISyninGM.row = ISyninGMOnNeuron

        i_synin_gm = Array(ISyninGM, "u8", 500)

    class CalibratedCubaSynapticInput(Struct):
        """Both inputs are brought to the median amplitude of all neurons at these bias currents, one for each input."""

        __slots__ = ()
        __module__ = "pyccalix"

        class ISyninGM(IntegerArray):
            __module__ = "pyccalix"
            of, over_coordinates = CapMemCell.Value, (SynapticInputOnNeuron,)

        i_synin_gm = Array(ISyninGM, "u8", 500)

    class CalibratedMatchingCubaSynapticInput(Struct):
        """Both inputs are brought to the median amplitude of all neurons' excitatory input at this bias current."""

        __slots__ = ()
        __module__ = "pyccalix"
        i_synin_gm = Number(CapMemCell.Value, "Q", 500)

    class CalibratedCobaSynapticInput(Struct):
        """Potentials of conductance-based inputs, in reads; also beyond what the converter can read."""

        __slots__ = ()
        __module__ = "pyccalix"

        class PotentialOnNeuron(OptionalArray):
            __slots__ = ()
            __module__ = "pyccalix"
            over_coordinates = (SynapticInputOnNeuron,)

        class Potential(OptionalArray):
            __slots__ = ()
            __module__ = "pyccalix"
            over_coordinates = (AtomicNeuronOnDLS, SynapticInputOnNeuron)

        Potential.row = PotentialOnNeuron
        e_coba_reversal = Array(Potential, "d", None)
        e_coba_reference = Array(Potential, "d", None)

    leak = Array(Potential, "u8", 80)
    reset = Array(Potential, "u8", 70)
    threshold = Array(Potential, "u8", 125)
    tau_mem = Array(PerNeuronTimeConstant, "f8", 10e-6)
    tau_syn = Array(TauSyn, "f8", 10e-6)
    cuba_synin: Member[UncalibratedCubaSynapticInput | CalibratedCubaSynapticInput | CalibratedMatchingCubaSynapticInput] = OneOf(
        UncalibratedCubaSynapticInput,
        CalibratedCubaSynapticInput,
        CalibratedMatchingCubaSynapticInput,
        default=CalibratedMatchingCubaSynapticInput,
    )
    coba_synin = Part(CalibratedCobaSynapticInput)
    membrane_capacitance = Array(MembraneCapacitance, "u1", 63)
    refractory_time = Array(PerNeuronTimeConstant, "f8", 2e-6)
    holdoff_time = Array(PerNeuronTimeConstant, "f8", 0.0)
    synapse_dac_bias = Number(CapMemCell.Value, "Q", 600)
    tau_icc: Member[PerNeuronTimeConstant | None] = Maybe(Array(PerNeuronTimeConstant, "f8"), stored=False)


class HagenCalibTarget(CalibTarget):
    """Of hagen mode with integration on membranes."""

    __slots__ = ()
    __module__ = "pyccalix"
    cadc_target = Part(CADCCalibTarget, dynamic_range=CADCCalibTarget.DynamicRange(150, 500))
    neuron_target = Part(HagenNeuronCalibTarget)


class HagenSyninCalibTarget(CalibTarget):
    """Of hagen mode with integration on the lines of the synaptic inputs."""

    __slots__ = ()
    __module__ = "pyccalix"
    cadc_target = Part(CADCCalibTarget, dynamic_range=CADCCalibTarget.DynamicRange(150, 340))
    synapse_dac_bias = Number(CapMemCell.Value, "Q", 800)


class SpikingCalibTarget(CalibTarget):
    """Of a chip with spiking neurons. Without `correlation_target` the correlation sensors are not calibrated."""

    __slots__ = ()
    __module__ = "pyccalix"
    cadc_target = Part(CADCCalibTarget)
    neuron_target = Part(NeuronCalibTarget)
    correlation_target: Member[CorrelationCalibTarget | None] = Maybe(Part(CorrelationCalibTarget))
    stp_target = Part(STPCalibTarget)
