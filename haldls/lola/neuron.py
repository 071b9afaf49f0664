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

__all__ = ["AtomicNeuron"]


class SynapticInput(Struct):
    """Input circuit that turns synaptic currents into a current (or conductance) onto the membrane."""

    enable = Field(bool, doc="let the input act on the membrane")
    i_bias_tau = Field(ANALOG, doc="bias of the leak that sets the synaptic time constant")
    i_bias_coba = Field(ANALOG, doc="bias of the conductance-based mode")
    i_shift_reference = Field(ANALOG, doc="shift of the reference of the transconductance amplifier")
    i_bias_gm = Field(ANALOG, doc="bias of the transconductance amplifier: strength of the input")
    v_rev_coba = Field(ANALOG, doc="reversal potential of the conductance-based mode")
    enable_small_capacitance = Field(bool, default=True, doc="use a small part of the capacitance on the synaptic line")
    enable_high_resistance = Field(bool, doc="use the larger resistance on the synaptic line: longer time constant")
    enable_coba_mode = Field(bool, doc="act as a conductance towards v_rev_coba instead of a current")


class Leak(Struct):
    """Leak conductance."""

    v_leak = Field(ANALOG, doc="voltage that the leak pulls the membrane towards")
    i_bias = Field(ANALOG, doc="bias of the leak amplifier: its conductance")
    enable_degeneration = Field(bool, doc="linearize the conductance by source degeneration")
    enable_division = Field(bool, doc="an eighth of the conductance")
    enable_multiplication = Field(bool, doc="eight times the conductance")


class Reset(Struct):
    """Conductance towards the reset voltage during the refractory period."""

    v_reset = Field(ANALOG, doc="voltage that the reset pulls the membrane towards")
    i_bias = Field(ANALOG, doc="bias of the reset amplifier: its conductance")
    enable_degeneration = Field(bool, doc="linearize the conductance by source degeneration")
    enable_division = Field(bool, doc="an eighth of the conductance")
    enable_multiplication = Field(bool, doc="eight times the conductance")


class Threshold(Struct):
    """Threshold comparator."""

    enable = Field(bool, doc="power the comparator of membrane and threshold")
    v_threshold = Field(ANALOG, doc="voltage of the membrane at which the neuron fires")


class Multicompartment(Struct):
    """Connections to neighbours and to the shared somatic line."""

    connect_soma = Field(bool, doc="connect the membrane to the somatic line without a resistance")
    connect_soma_right = Field(bool, doc="connect the somatic line to that of the right neighbour")
    connect_right = Field(bool, doc="connect the membrane to that of the right neighbour")
    connect_vertical = Field(bool, doc="connect the membrane to that of the neuron in the other row")
    enable_conductance = Field(bool, doc="connect the membrane to the somatic line through the conductance")
    enable_conductance_division = Field(bool, doc="a quarter of the conductance")
    enable_conductance_multiplication = Field(bool, doc="four times the conductance")
    i_bias_nmda = Field(ANALOG, doc="bias of the conductance towards the somatic line")


class _CurrentType(IntEnum):
    """Direction of the constant current, seen from the membrane."""

    source, sink = 0, 1


class ConstantCurrent(Struct):
    """Constant current onto the membrane."""

    Type = _CurrentType
    enable = Field(bool, doc="let the current flow onto the membrane")
    i_offset = Field(ANALOG, doc="size of the current")
    type = Field(_CurrentType, doc="whether the current charges the membrane or discharges it")


class MembraneCapacitance(Struct):
    """Size of the membrane capacitance; the largest is about 2.3 pF."""

    CapacitorSize = NeuronConfig.MembraneCapacitorSize
    capacitance = Field(NeuronConfig.MembraneCapacitorSize, doc="size of the capacitor, in steps of about 35 fF")


class Adaptation(Struct):
    """Adaptation current."""

    enable = Field(bool, doc="let the adaptation current act on the membrane")
    enable_pulse = Field(bool, doc="spike-triggered part")
    invert_a = Field(bool, doc="reverse the sign of the subthreshold part")
    invert_b = Field(bool, doc="reverse the sign of the spike-triggered part")
    v_ref = Field(ANALOG, doc="voltage at which the adaptation is at rest")
    i_bias_tau = Field(ANALOG, doc="bias of the leak that sets the time constant")
    i_bias_a = Field(ANALOG, doc="bias of the subthreshold part: its strength")
    i_bias_b = Field(ANALOG, doc="bias of the spike-triggered part: size of a step")
    v_leak = Field(ANALOG, doc="voltage to which the subthreshold part compares the membrane")


class Exponential(Struct):
    """Exponential term."""

    enable = Field(bool, doc="let the exponential current act on the membrane")
    v_exp = Field(ANALOG, doc="voltage around which the exponential sets in")
    i_bias = Field(ANALOG, doc="bias of the exponential circuit: strength of its current")


class _AnalogOutputMode(IntEnum):
    """Whether the threshold comparator reaches the digital backend, and how strongly its signal is driven."""

    off, normal, strong = 0, 1, 2


class EventRouting(Struct):
    """Where the events of the neuron go."""

    AnalogOutputMode = _AnalogOutputMode
    Address = NeuronBackendAddressOut
    constructor = (
        "analog_output",
        "enable_digital",
        "enable_bypass_excitatory",
        "enable_bypass_inhibitory",
        "address",
        "enable_post_overwrite",
    )
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
    enable_post_overwrite = Field(bool, doc="post-synaptic pulses come from the external debug pulse only")

    disabled = Preset()
    enabled = Preset(analog_output=_AnalogOutputMode.normal, enable_digital=True)
    bypass_exc = Preset(analog_output=_AnalogOutputMode.normal, enable_digital=True, enable_bypass_excitatory=True)
    bypass_inh = Preset(analog_output=_AnalogOutputMode.normal, enable_digital=True, enable_bypass_inhibitory=True)


class Readout(Struct):
    """What the readout amplifier of the neuron shows."""

    Source = NeuronConfig.ReadoutSource
    enable_buffered_access = Field(bool, doc="connect the readout amplifier to the readout line of the column")
    enable_amplifier = Field(bool, doc="power the readout amplifier")
    enable_unbuffered_access = Field(bool, doc="connect the membrane to the stimulation line directly")
    source = Field(NeuronConfig.ReadoutSource, doc="what the readout amplifier shows")


class RefractoryPeriod(Struct):
    """Duration of the reset after a spike."""

    InputClock = NeuronBackendConfig.InputClock
    ResetHoldoff = NeuronBackendConfig.ResetHoldoff
    RefractoryTime = NeuronBackendConfig.RefractoryTime
    input_clock = Field(NeuronBackendConfig.InputClock, doc="0 the slow, 1 the fast clock of the backend")
    reset_holdoff = Field(NeuronBackendConfig.ResetHoldoff, doc="release the membrane before the refractory time is over; 15 is latest")
    refractory_time = Field(NeuronBackendConfig.RefractoryTime, unit="cycles of the selected clock", doc="refractory time")
    enable_pause = Field(bool, doc="switch synaptic inputs and exponential term off while the neuron is reset")


class _Operation(IntEnum):
    """How the neuron's own fire signal is combined with those of its neighbours."""

    local, AND, XNOR, MULLER_C = 0, 1, 2, 3


class Bayesian(Struct):
    """Combination of the neuron's events with its neighbours'."""

    Operation = _Operation
    to_post_pulse = Field(bool, default=True, doc="post-synaptic pulses come from the operation; otherwise from the shared fire signal")
    operation = Field(_Operation, doc="logical operation on the fire signals of neighbours")
    connect_fire_vertical = Field(bool, doc="share the fire signal with the neuron of the other row")
    connect_fire_to_right = Field(bool, doc="give the fire signal to the right neighbour")
    connect_fire_from_right = Field(bool, doc="take the fire signal of the right neighbour; known to be broken on the chip")
    enable_master = Field(bool, doc="put the own fire signal onto the shared line")
    enable_slave = Field(bool, doc="be reset with the neighbours' fire signal")


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

    excitatory_input = Member(SynapticInput, doc="synaptic input that excites")
    inhibitory_input = Member(SynapticInput, doc="synaptic input that inhibits")
    leak = Member(Leak, doc="pulls the membrane to its resting potential")
    reset = Member(Reset, doc="pulls the membrane to its reset potential after a spike")
    threshold = Member(Threshold, doc="where the neuron fires")
    multicompartment = Member(Multicompartment, doc="connections to other circuits")
    constant_current = Member(ConstantCurrent, doc="constant current onto the membrane")
    membrane_capacitance = Member(MembraneCapacitance, doc="capacitor of the membrane")
    adaptation = Member(Adaptation, doc="adaptation to the membrane and to spikes")
    exponential = Member(Exponential, doc="exponential term of the membrane equation")
    event_routing = Member(EventRouting, doc="where spikes go and which address they carry")
    readout = Member(Readout, doc="what can be seen from outside")
    refractory_period = Member(RefractoryPeriod, doc="how long the neuron stays reset after a spike")
    bayesian = Member(Bayesian, doc="combination of spikes with those of neighbours")

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
