"""One neuron circuit: switches, analog parameters and digital backend behind one object."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from halco import AtomicNeuronOnDLS, NeuronBackendAddressOut
from haldls.capmem import CapMemCell
from haldls.fields import Field
from haldls.lola._cells import ANALOG, neuron_cells
from haldls.lola.table import Coded, Composed, Member, Part, Preset, Struct
from haldls.neuron import NeuronConfig
from haldls.neuron_backend import NeuronBackendConfig


class SynapticInput(Struct):
    """Input circuit that turns synaptic currents into a current (or conductance) onto the membrane."""

    enable = Field(bool)
    i_bias_tau = Field(ANALOG, doc="bias of the leak that sets the synaptic time constant")
    i_bias_coba = Field(ANALOG, doc="bias of the conductance-based mode")
    i_shift_reference = Field(ANALOG, doc="shift of the reference of the transconductance amplifier")
    i_bias_gm = Field(ANALOG, doc="bias of the transconductance amplifier: strength of the input")
    v_rev_coba = Field(ANALOG, doc="reversal potential of the conductance-based mode")
    enable_small_capacitance = Field(bool, default=True, doc="use a small part of the capacitance on the synaptic line")
    enable_high_resistance = Field(bool)
    enable_coba_mode = Field(bool)


class Leak(Struct):
    """Leak conductance."""

    v_leak = Field(ANALOG)
    i_bias = Field(ANALOG)
    enable_degeneration = Field(bool)
    enable_division = Field(bool, doc="an eighth of the conductance")
    enable_multiplication = Field(bool, doc="eight times the conductance")


class Reset(Struct):
    """Conductance towards the reset voltage during the refractory period."""

    v_reset = Field(ANALOG)
    i_bias = Field(ANALOG)
    enable_degeneration = Field(bool)
    enable_division = Field(bool, doc="an eighth of the conductance")
    enable_multiplication = Field(bool, doc="eight times the conductance")


class Threshold(Struct):
    """Threshold comparator."""

    enable = Field(bool)
    v_threshold = Field(ANALOG)


class Multicompartment(Struct):
    """Connections to neighbours and to the shared somatic line."""

    connect_soma = Field(bool)
    connect_soma_right = Field(bool)
    connect_right = Field(bool)
    connect_vertical = Field(bool)
    enable_conductance = Field(bool)
    enable_conductance_division = Field(bool, doc="a quarter of the conductance")
    enable_conductance_multiplication = Field(bool, doc="four times the conductance")
    i_bias_nmda = Field(ANALOG)


class _CurrentType(IntEnum):
    source, sink = 0, 1


class ConstantCurrent(Struct):
    """Constant current onto the membrane."""

    Type = _CurrentType
    enable = Field(bool)
    i_offset = Field(ANALOG)
    type = Field(_CurrentType)


class MembraneCapacitance(Struct):
    """Size of the membrane capacitance; the largest is about 2.3 pF."""

    CapacitorSize = NeuronConfig.MembraneCapacitorSize
    capacitance = Field(NeuronConfig.MembraneCapacitorSize)


class Adaptation(Struct):
    """Adaptation current."""

    enable = Field(bool)
    enable_pulse = Field(bool, doc="spike-triggered part")
    invert_a = Field(bool)
    invert_b = Field(bool)
    v_ref = Field(ANALOG)
    i_bias_tau = Field(ANALOG)
    i_bias_a = Field(ANALOG)
    i_bias_b = Field(ANALOG)
    v_leak = Field(ANALOG)


class Exponential(Struct):
    """Exponential term."""

    enable = Field(bool)
    v_exp = Field(ANALOG)
    i_bias = Field(ANALOG)


class _AnalogOutputMode(IntEnum):
    off, normal, strong = 0, 1, 2


class EventRouting(Struct):
    """Where the events of the neuron go."""

    AnalogOutputMode = _AnalogOutputMode
    Address = NeuronBackendAddressOut
    # bit 0 lets the comparator fire, bit 1 makes it strong
    analog_output = Coded(
        _AnalogOutputMode,
        {_AnalogOutputMode.off: 0b00, _AnalogOutputMode.normal: 0b01, _AnalogOutputMode.strong: 0b11},
        aliases={0b10: 0b00},
        doc="events of the threshold comparator",
    )
    enable_digital = Field(bool, doc="events leave the backend")
    enable_bypass_excitatory = Field(bool, doc="excitatory input events fire the neuron directly")
    enable_bypass_inhibitory = Field(bool, doc="inhibitory input events fire the neuron directly")
    address = Field(NeuronBackendAddressOut, doc="low 8 bits of the event's label")
    enable_post_overwrite = Field(bool)

    disabled = Preset()
    enabled = Preset(analog_output=_AnalogOutputMode.normal, enable_digital=True)
    bypass_exc = Preset(analog_output=_AnalogOutputMode.normal, enable_digital=True, enable_bypass_excitatory=True)
    bypass_inh = Preset(analog_output=_AnalogOutputMode.normal, enable_digital=True, enable_bypass_inhibitory=True)


class Readout(Struct):
    """What the readout amplifier of the neuron shows."""

    Source = NeuronConfig.ReadoutSource
    enable_buffered_access = Field(bool)
    enable_amplifier = Field(bool)
    enable_unbuffered_access = Field(bool)
    source = Field(NeuronConfig.ReadoutSource)


class RefractoryPeriod(Struct):
    """Duration of the reset after a spike."""

    InputClock = NeuronBackendConfig.InputClock
    ResetHoldoff = NeuronBackendConfig.ResetHoldoff
    RefractoryTime = NeuronBackendConfig.RefractoryTime
    input_clock = Field(NeuronBackendConfig.InputClock, doc="0 the slow, 1 the fast clock of the backend")
    reset_holdoff = Field(NeuronBackendConfig.ResetHoldoff)
    refractory_time = Field(NeuronBackendConfig.RefractoryTime, unit="cycles of the selected clock")
    enable_pause = Field(bool)


class _Operation(IntEnum):
    local, AND, XNOR, MULLER_C = 0, 1, 2, 3


class Bayesian(Struct):
    """Combination of the neuron's events with its neighbours'."""

    Operation = _Operation
    to_post_pulse = Field(bool, default=True)
    operation = Field(_Operation)
    connect_fire_vertical = Field(bool)
    connect_fire_to_right = Field(bool)
    connect_fire_from_right = Field(bool)
    enable_master = Field(bool)
    enable_slave = Field(bool)


SWITCHES = {
    "enable_synaptic_input_excitatory": "excitatory_input.enable",
    "enable_synaptic_input_inhibitory": "inhibitory_input.enable",
    "enable_synaptic_input_excitatory_small_capacitance": "excitatory_input.enable_small_capacitance",
    "enable_synaptic_input_inhibitory_small_capacitance": "inhibitory_input.enable_small_capacitance",
    "enable_synaptic_input_excitatory_high_resistance": "excitatory_input.enable_high_resistance",
    "enable_synaptic_input_inhibitory_high_resistance": "inhibitory_input.enable_high_resistance",
    "enable_synaptic_input_excitatory_coba_mode": "excitatory_input.enable_coba_mode",
    "enable_synaptic_input_inhibitory_coba_mode": "inhibitory_input.enable_coba_mode",
    "enable_leak_degeneration": "leak.enable_degeneration",
    "enable_leak_division": "leak.enable_division",
    "enable_leak_multiplication": "leak.enable_multiplication",
    "enable_reset_degeneration": "reset.enable_degeneration",
    "enable_reset_division": "reset.enable_division",
    "enable_reset_multiplication": "reset.enable_multiplication",
    "enable_threshold_comparator": "threshold.enable",
    "connect_soma": "multicompartment.connect_soma",
    "connect_soma_right": "multicompartment.connect_soma_right",
    "connect_membrane_right": "multicompartment.connect_right",
    "connect_bottom": "multicompartment.connect_vertical",
    "enable_multicomp_conductance": "multicompartment.enable_conductance",
    "enable_divide_multicomp_conductance_bias": "multicompartment.enable_conductance_division",
    "enable_multiply_multicomp_conductance_bias": "multicompartment.enable_conductance_multiplication",
    "enable_membrane_offset": "constant_current.enable",
    "invert_membrane_offset": "constant_current.type:0",
    "membrane_capacitor_size": "membrane_capacitance.capacitance",
    "enable_adaptation": "adaptation.enable",
    "invert_adaptation_a": "adaptation.invert_a",
    "invert_adaptation_b": "adaptation.invert_b",
    "enable_exponential": "exponential.enable",
    "enable_fire": "event_routing.analog_output:0",
    "enable_strong_fire": "event_routing.analog_output:1",
    "enable_bypass_excitatory": "event_routing.enable_bypass_excitatory",
    "enable_bypass_inhibitory": "event_routing.enable_bypass_inhibitory",
    "enable_readout": "readout.enable_buffered_access",
    "enable_readout_amplifier": "readout.enable_amplifier",
    "enable_unbuffered_access": "readout.enable_unbuffered_access",
    "readout_source": "readout.source",
    "enable_pause": "refractory_period.enable_pause",
}
"""What each field of NeuronConfig is called here."""

CELLS = {
    "i_bias_synin_exc_tau": "excitatory_input.i_bias_tau",
    "i_bias_synin_exc_coba": "excitatory_input.i_bias_coba",
    "i_bias_synin_exc_shift": "excitatory_input.i_shift_reference",
    "i_bias_synin_exc_gm": "excitatory_input.i_bias_gm",
    "e_synin_exc_rev": "excitatory_input.v_rev_coba",
    "i_bias_synin_inh_tau": "inhibitory_input.i_bias_tau",
    "i_bias_synin_inh_coba": "inhibitory_input.i_bias_coba",
    "i_bias_synin_inh_shift": "inhibitory_input.i_shift_reference",
    "i_bias_synin_inh_gm": "inhibitory_input.i_bias_gm",
    "e_synin_inh_rev": "inhibitory_input.v_rev_coba",
    "v_leak": "leak.v_leak",
    "i_bias_leak": "leak.i_bias",
    "v_reset": "reset.v_reset",
    "i_bias_reset": "reset.i_bias",
    "v_threshold": "threshold.v_threshold",
    "i_mem_offset": "constant_current.i_offset",
    "v_adapt_leak": "adaptation.v_leak",
    "i_bias_adapt_tau": "adaptation.i_bias_tau",
    "i_bias_adapt_a": "adaptation.i_bias_a",
    "i_bias_adapt_b": "adaptation.i_bias_b",
    "v_adapt_ref": "adaptation.v_ref",
    "v_exp": "exponential.v_exp",
    "i_bias_exp": "exponential.i_bias",
    "i_bias_nmda": "multicompartment.i_bias_nmda",
}
"""What each row of the capacitive memory is called here, in the order of access."""

BACKEND = {
    "address_out": "event_routing.address",
    "enable_spike_out": "event_routing.enable_digital",
    "post_overwrite": "event_routing.enable_post_overwrite",
    "enable_adaptation_pulse": "adaptation.enable_pulse",
    "select_input_clock": "refractory_period.input_clock",
    "reset_holdoff": "refractory_period.reset_holdoff",
    "refractory_time": "refractory_period.refractory_time",
    "enable_bayesian_extension": "bayesian.to_post_pulse",
    "enable_bayesian_0": "bayesian.operation:0",
    "enable_bayesian_1": "bayesian.operation:1",
    "connect_fire_bottom": "bayesian.connect_fire_vertical",
    "connect_fire_to_right": "bayesian.connect_fire_to_right",
    "connect_fire_from_right": "bayesian.connect_fire_from_right",
    "enable_neuron_master": "bayesian.enable_master",
    "enable_neuron_slave": "bayesian.enable_slave",
}
"""What each field of NeuronBackendConfig is called here."""


class AtomicNeuron(Composed):
    """One neuron circuit.

    >>> from haldls.lola import AtomicNeuron
    >>> neuron = AtomicNeuron()
    >>> neuron.leak.v_leak = 700
    >>> neuron.event_routing = AtomicNeuron.EventRouting.enabled
    >>> neuron.asNeuronConfig().enable_fire
    True
    """

    coordinate = AtomicNeuronOnDLS

    AnalogValue = CapMemCell.Value
    SynapticInput, Leak, Reset, Threshold, Multicompartment = SynapticInput, Leak, Reset, Threshold, Multicompartment
    ConstantCurrent, MembraneCapacitance, Adaptation, Exponential = ConstantCurrent, MembraneCapacitance, Adaptation, Exponential
    EventRouting, Readout, RefractoryPeriod, Bayesian = EventRouting, Readout, RefractoryPeriod, Bayesian

    excitatory_input = Member(SynapticInput)
    inhibitory_input = Member(SynapticInput)
    leak = Member(Leak)
    reset = Member(Reset)
    threshold = Member(Threshold)
    multicompartment = Member(Multicompartment)
    constant_current = Member(ConstantCurrent)
    membrane_capacitance = Member(MembraneCapacitance)
    adaptation = Member(Adaptation)
    exponential = Member(Exponential)
    event_routing = Member(EventRouting)
    readout = Member(Readout)
    refractory_period = Member(RefractoryPeriod)
    bayesian = Member(Bayesian)

    parts = (
        Part(NeuronConfig, AtomicNeuronOnDLS.toNeuronConfigOnDLS, SWITCHES),
        neuron_cells(CELLS),
        Part(NeuronBackendConfig, AtomicNeuronOnDLS.toNeuronBackendConfigOnDLS, BACKEND),
    )

    def asNeuronConfig(self) -> NeuronConfig:  # noqa: N802
        """The neuron's switches as NeuronConfig."""
        return self._part(NeuronConfig)  # type: ignore[no-any-return]

    def asNeuronBackendConfig(self) -> NeuronBackendConfig:  # noqa: N802
        """The neuron's digital settings as NeuronBackendConfig."""
        return self._part(NeuronBackendConfig)  # type: ignore[no-any-return]

    def set_from(self, config: Any) -> None:
        """Takes over what a NeuronConfig or NeuronBackendConfig holds. Strong firing without firing is off."""
        if type(config) not in (NeuronConfig, NeuronBackendConfig):
            raise TypeError(f"a NeuronConfig or NeuronBackendConfig is needed, not {config!r}")
        self._take(config)
