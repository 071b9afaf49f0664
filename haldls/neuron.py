"""The analog neuron circuits: their switches, resets and spike counters."""

from __future__ import annotations

from enum import IntEnum

from halco import (
    BlockPostPulseOnDLS,
    Linear,
    NeuronConfigOnDLS,
    NeuronResetOnDLS,
    NeuronResetQuadOnDLS,
    SpikeCounterReadOnDLS,
    SpikeCounterResetOnDLS,
)
from haldls.container import Address, Container, DifferentialWriteTrait
from haldls.fields import Field

__all__ = ["BlockPostPulse", "NeuronConfig", "NeuronReset", "NeuronResetQuad", "SpikeCounterRead", "SpikeCounterReset"]


class NeuronConfig(Container, DifferentialWriteTrait):
    """Switches of a neuron circuit: which terms its membrane equation has, how strong they are, and what is read out."""

    coordinate = NeuronConfigOnDLS
    address = Address(0x160002, stride=(8, 0x8000), words=6)
    no_read_on = ("simulation",)

    class ReadoutSource(IntEnum):
        """Voltages that the readout amplifier can show."""

        membrane = 0
        exc_synin = 1
        inh_synin = 2
        adaptation = 3

    class MembraneCapacitorSize(Linear, max=63):
        """Size of the membrane capacitor; 63 is about 2.3 pF."""

    enable_divide_multicomp_conductance_bias = Field(bool, "w5[6]", doc="inter-compartment conductance divided by 4")
    enable_multiply_multicomp_conductance_bias = Field(bool, "w5[5]", doc="inter-compartment conductance multiplied by 4")
    connect_soma = Field(bool, "w5[4]", doc="connect the membrane to the somatic line without a resistance")
    connect_membrane_right = Field(bool, "w5[3]", doc="connect the membrane to that of the right neighbour")
    enable_multicomp_conductance = Field(bool, "w5[2]", doc="connect the membrane to the somatic line through the conductance")
    connect_bottom = Field(bool, "w5[1]", doc="connect the membrane to that of the neuron in the other row")
    connect_soma_right = Field(bool, "w5[0]", doc="connect the somatic line to that of the right neighbour")
    enable_fire = Field(bool, "w4[2]", doc="let the threshold comparator's output reach the digital backend")
    enable_strong_fire = Field(bool, "w0[6]", doc="drive the fire signal more strongly")
    enable_threshold_comparator = Field(bool, "w4[3]", doc="power the comparator of membrane and threshold")
    enable_synaptic_input_excitatory = Field(bool, "w4[5]", doc="let the excitatory synaptic input act on the membrane")
    enable_synaptic_input_inhibitory = Field(bool, "w4[4]", doc="let the inhibitory synaptic input act on the membrane")
    enable_synaptic_input_excitatory_coba_mode = Field(
        bool, "w1[2]", doc="excitatory input as a conductance towards its reversal potential"
    )
    enable_synaptic_input_inhibitory_coba_mode = Field(
        bool, "w1[1]", doc="inhibitory input as a conductance towards its reversal potential"
    )
    enable_synaptic_input_excitatory_small_capacitance = Field(bool, "w2[5]", doc="smaller capacitor of the excitatory input: shorter time")
    enable_synaptic_input_inhibitory_small_capacitance = Field(bool, "w2[4]", doc="smaller capacitor of the inhibitory input: shorter time")
    enable_synaptic_input_excitatory_high_resistance = Field(bool, "w2[7]", doc="larger resistance of the excitatory input: longer time")
    enable_synaptic_input_inhibitory_high_resistance = Field(bool, "w2[6]", doc="larger resistance of the inhibitory input: longer time")
    enable_bypass_excitatory = Field(bool, "w4[7]", doc="every excitatory event makes the neuron fire, past the membrane")
    enable_bypass_inhibitory = Field(bool, "w4[6]", doc="every inhibitory event makes the neuron fire, past the membrane")
    enable_membrane_offset = Field(bool, "w3[0]", doc="constant current onto the membrane (i_mem_offset)")
    invert_membrane_offset = Field(bool, "w4[0]", doc="the constant current discharges the membrane instead of charging it")
    membrane_capacitor_size = Field(MembraneCapacitorSize, "w3[7:2]", unit="63 LSB = about 2.3 pF", doc="membrane capacitance")
    invert_adaptation_a = Field(bool, "w2[1]", doc="reverse the sign of the subthreshold adaptation")
    invert_adaptation_b = Field(bool, "w2[0]", doc="reverse the sign of the spike-triggered adaptation")
    enable_adaptation = Field(bool, "w2[2]", doc="let the adaptation current act on the membrane")
    enable_exponential = Field(bool, "w2[3]", doc="let the exponential current act on the membrane")
    enable_unbuffered_access = Field(bool, "w1[3]", doc="connect the membrane to the stimulation line directly")
    enable_readout_amplifier = Field(bool, "w1[4]", doc="power the readout amplifier; CADC and MADC need it")
    readout_source = Field(ReadoutSource, "w1[6:5]", doc="what the readout amplifier shows")
    enable_readout = Field(bool, "w1[7]", doc="connect the readout amplifier to the readout line of its column")
    enable_reset_degeneration = Field(bool, "w0[0]", doc="linearize the reset conductance by source degeneration")
    enable_reset_division = Field(bool, "w0[1]", doc="reset conductance divided by 8")
    enable_reset_multiplication = Field(bool, "w0[2]", doc="reset conductance multiplied by 8")
    enable_leak_degeneration = Field(bool, "w0[3]", doc="linearize the leak conductance by source degeneration")
    enable_leak_division = Field(bool, "w0[4]", doc="leak conductance divided by 8")
    enable_leak_multiplication = Field(bool, "w0[5]", doc="leak conductance multiplied by 8")
    enable_pause = Field(bool, "w5[7]", doc="switch synaptic inputs and exponential term off while the neuron is reset")


class NeuronReset(Container):
    """Writing it makes the neuron fire as if its membrane had crossed the threshold."""

    coordinate = NeuronResetOnDLS
    write_address = Address(0x122000, stride=(4, 0x8000))


class NeuronResetQuad(Container):
    """Writing it resets the four neurons below a quad of synapse columns, from the side of the synapse array."""

    coordinate = NeuronResetQuadOnDLS
    write_address = Address(0x2C94000, stride=(1, 0x1000000))


class SpikeCounterRead(Container):
    """Spikes of a neuron since its counter was reset."""

    coordinate = SpikeCounterReadOnDLS
    read_address = Address(0x122800, stride=(4, 0x8000))

    class Count(Linear, max=255):
        """Number of spikes, modulo 256."""

    count = Field(Count, read="w0[7:0]", doc="number of spikes; starts again at 0 after 255")
    overflow = Field(bool, read="w0[8]", doc="the count has started again since the last reset")


class SpikeCounterReset(Container):
    """Writing it sets the spike counter of a neuron to 0."""

    coordinate = SpikeCounterResetOnDLS
    write_address = Address(0x122C00, stride=(4, 0x8000))


class BlockPostPulse(Container):
    """Writing it sends a post-synaptic pulse to the correlation sensors of all neurons of a block."""

    coordinate = BlockPostPulseOnDLS
    write_address = Address(0x122400, stride=0x8000)
