"""Options of calibrations: how they are made. Names and defaults are the original's (facts: calix_expectations 6)."""

from __future__ import annotations

from enum import IntEnum

from halco import AtomicNeuronOnDLS, CapMemBlockOnDLS
from haldls import CapMemCell, PADIEvent, SynapseCorrelationCalibQuad, SynapseQuad
from hicannx.calibration.arrays import IntegerArray
from hicannx.calibration.parts import Array, Choice, Flag, Maybe, Member, Number, Part, Place, Real, Struct
from hicannx.calibration.values import PotentialInVolt

__all__ = [
    "CADCCalibOptions", "CalibOptions", "CorrelationCalibOptions", "HagenCalibOptions", "HagenSyninCalibOptions", "NeuronCalibOptions",
    "STPCalibOptions", "SpikingCalibOptions", "SynapseDriverCalibOptions",
]  # fmt: skip


class CalibOptions(Struct):
    """Base of all options."""

    __slots__ = ()
    __module__ = "pyccalix"


class CADCCalibOptions(CalibOptions):
    """Of the parallel converters.

    calibrate_offsets    whether every channel gets an offset of its own (default). Off for the correlation reset that calibrates itself
    """

    __slots__ = ()
    __module__ = "pyccalix"
    calibrate_offsets = Flag(True)


class NeuronCalibOptions(CalibOptions):
    """Of neurons.

    readout_neuron    neuron that is connected to pad 0 (with the converters' ramp of quadrant 0 on pad 1), or None
    """

    __slots__ = ()
    __module__ = "pyccalix"
    readout_neuron: Member[AtomicNeuronOnDLS | None] = Maybe(Place())


class SynapseDriverCalibOptions(CalibOptions):
    """Of synapse drivers in hagen mode.

    offset_test_activation    activation, as a label, at which the drivers' amplitudes are made equal
    """

    __slots__ = ()
    __module__ = "pyccalix"
    offset_test_activation = Number(SynapseQuad.Label, "B", int(PADIEvent.HagenActivation(3)))


class STPCalibOptions(CalibOptions):
    """Of short-term plasticity, for each quadrant, in CapMem codes.

    i_ramp    current of the ramp that modulates pulses
    v_stp     voltage of the state at which the drivers' amplitudes are made equal
    """

    __slots__ = ()
    __module__ = "pyccalix"

    class ValuePerQuadrant(IntegerArray):
        __module__ = "pyccalix"
        of, over_coordinates = CapMemCell.Value, (CapMemBlockOnDLS,)

    i_ramp = Array(ValuePerQuadrant, "u8", 600)
    v_stp = Array(ValuePerQuadrant, "u8", 180)


class CorrelationCalibOptions(CalibOptions):
    """Of correlation sensors.

    branches                  which of the two traces count
    v_res_meas, v_reset       reset voltages of the measurement and of the accumulation capacitors
    calibrate_synapses        whether each synapse's own bits are searched, which takes hours
    time_constant_priority    weight of the time constant, from 0 to 1, against the amplitude when they are
    default_amp_calib, default_time_calib    bits of all synapses while bias currents are searched
    """

    __slots__ = ()
    __module__ = "pyccalix"

    class Branches(IntEnum):
        """Traces to consider."""

        CAUSAL = 0
        ACAUSAL = 1
        BOTH = 2

    branches: Member[Branches] = Choice(Branches.BOTH)
    v_res_meas = Real(PotentialInVolt, 0.9)
    v_reset = Real(PotentialInVolt, 1.85)
    calibrate_synapses = Flag(False)
    time_constant_priority = Real(float, 0.3)
    default_amp_calib = Number(SynapseCorrelationCalibQuad.AmpCalib, "B", 0)
    default_time_calib = Number(SynapseCorrelationCalibQuad.TimeCalib, "B", 0)

    def check(self) -> None:
        """Raises IndexError, as the original, if the priority is not in its range."""
        if not 0 <= self.time_constant_priority <= 1:
            raise IndexError(f"CorrelationCalibOptions.time_constant_priority has to be from 0 to 1, not {self.time_constant_priority}")


CorrelationCalibOptions.Branches.__module__ = "pyccalix"


class HagenCalibOptions(CalibOptions):
    """Of hagen mode with integration on membranes. `neuron_disable_leakage`: the leak bias is set to 0 in the end."""

    __slots__ = ()
    __module__ = "pyccalix"
    cadc_options = Part(CADCCalibOptions)
    neuron_options = Part(NeuronCalibOptions)
    neuron_disable_leakage = Flag(True)
    synapse_driver_options = Part(SynapseDriverCalibOptions)


class HagenSyninCalibOptions(CalibOptions):
    """Of hagen mode with integration on the lines of the synaptic inputs."""

    __slots__ = ()
    __module__ = "pyccalix"
    cadc_options = Part(CADCCalibOptions)
    synapse_driver_options = Part(SynapseDriverCalibOptions)


class SpikingCalibOptions(CalibOptions):
    """Of spiking neurons.

    refine_potentials    whether converters and potentials are calibrated once more in the end; None: unless an input is conductance-based
    """

    __slots__ = ()
    __module__ = "pyccalix"
    cadc_options = Part(CADCCalibOptions)
    neuron_options = Part(NeuronCalibOptions)
    correlation_options = Part(CorrelationCalibOptions)
    stp_options = Part(STPCalibOptions)
    refine_potentials: Member[bool | None] = Maybe(Flag(False))

    def __init__(
        self,
        cadc_options: CADCCalibOptions | None = None,
        neuron_options: NeuronCalibOptions | None = None,
        correlation_options: CorrelationCalibOptions | None = None,
        stp_options: STPCalibOptions | None = None,
        refine_potentials: bool | None = None,
    ) -> None:
        super().__init__()
        parts = {
            "cadc_options": cadc_options,
            "neuron_options": neuron_options,
            "correlation_options": correlation_options,
            "stp_options": stp_options,
        }
        for name, part in parts.items():
            if part is not None:
                setattr(self, name, part)
        self.refine_potentials = refine_potentials
