"""The digital backends of the neurons: refractory time, addresses and event output."""

from __future__ import annotations

from halco import (
    CommonNeuronBackendConfigOnDLS,
    Linear,
    NeuronBackendAddressOut,
    NeuronBackendConfigOnDLS,
    NeuronEventOutputOnNeuronBackendBlock,
)
from haldls.container import Address, Container, DifferentialWriteTrait
from haldls.fields import Array, Field

__all__ = ["CommonNeuronBackendConfig", "NeuronBackendConfig"]


class CommonNeuronBackendConfig(Container, DifferentialWriteTrait):
    """What the 256 backends of a half share: clocks, waits of the bus accesses, event output."""

    coordinate = CommonNeuronBackendConfigOnDLS
    address = Address(0x1A1800, stride=0x8000, words=2)

    class ClockScale(Linear, max=15):
        """The clock runs at 250 MHz / 2^(value + 1)."""

    class WaitGlobalPostPulse(Linear, max=255, default=1):
        """Bus cycles."""

    class WaitSpikeCounterReset(Linear, max=255, default=4):
        """Bus cycles."""

    class WaitSpikeCounterRead(Linear, max=255, default=112):
        """Bus cycles."""

    class WaitFireNeuron(Linear, max=255, default=4):
        """Bus cycles."""

    enable_event_registers = Field(bool, "w0[0]", default=True, doc="let events leave the block")
    force_reset = Field(bool, "w0[1]", doc="hold all neurons of the block in reset")
    enable_clocks = Field(bool, "w0[2]", default=True, doc="run the clocks of the block")
    clock_scale_slow = Field(ClockScale, "w0[7:4]", unit="250 MHz / 2^(value + 1)", doc="clock that a backend selects with input clock 0")
    clock_scale_fast = Field(ClockScale, "w0[11:8]", unit="250 MHz / 2^(value + 1)", doc="clock that a backend selects with input clock 1")
    clock_scale_adaptation_pulse = Field(
        ClockScale, "w0[19:16]", unit="250 MHz / 2^(value + 1)", doc="sets the length of adaptation pulses"
    )
    clock_scale_post_pulse = Field(ClockScale, "w0[23:20]", unit="250 MHz / 2^(value + 1)", doc="sets the length of post-synaptic pulses")
    wait_global_post_pulse = Field(WaitGlobalPostPulse, "w1[7:0]", unit="bus cycles", doc="length of a `BlockPostPulse` access")
    wait_spike_counter_reset = Field(WaitSpikeCounterReset, "w1[15:8]", unit="bus cycles", doc="length of a counter's reset")
    wait_spike_counter_read = Field(WaitSpikeCounterRead, "w1[23:16]", unit="bus cycles", doc="length of reading a counter")
    wait_fire_neuron = Field(WaitFireNeuron, "w1[31:24]", unit="bus cycles", doc="length of a `NeuronReset` access")
    sample_positive_edge = Array(
        NeuronEventOutputOnNeuronBackendBlock,
        bool,
        lambda output: f"w0[{12 + output}]",
        default=True,
        doc="edge of the clock at which events of the output are taken over",
    )
    get_sample_positive_edge, set_sample_positive_edge = sample_positive_edge.accessors("sample_positive_edge")


class NeuronBackendConfig(Container, DifferentialWriteTrait):
    """Digital part of a neuron: how long it stays refractory, which address its spikes carry, and where its fire signal goes."""

    coordinate = NeuronBackendConfigOnDLS
    address = Address(0x1A1000, stride=(4, 0x8000), words=4)
    no_read_on = ("simulation",)
    AddressOut = NeuronBackendAddressOut

    class ResetHoldoff(Linear, max=15, default=15):
        """How early the reset is released: (15 - value) * 2 + 1 cycles before the refractory time ends."""

    class RefractoryTime(Linear, max=255):
        """Cycles of the selected clock."""

    class InputClock(Linear, max=1):
        """0: slow clock, 1: fast clock of the block."""

    address_out = Field(NeuronBackendAddressOut, "~w0[5:0] ~w1[5:4]", doc="lower 8 bits of the label of the neuron's spikes")
    reset_holdoff = Field(ResetHoldoff, "w1[7:6] w0[7:6]", doc="release the membrane before the refractory time is over; 15 is latest")
    refractory_time = Field(RefractoryTime, "~w1[3:0] ~w2[5:2]", unit="cycles of the selected clock", doc="refractory time")
    post_overwrite = Field(bool, "w2[0]", doc="post-synaptic pulses come from the external debug pulse only")
    select_input_clock = Field(InputClock, "w2[1]", doc="clock that counts the refractory time")
    enable_adaptation_pulse = Field(bool, "w2[6]", doc="each spike steps the adaptation")
    enable_bayesian_extension = Field(
        bool, "w2[7]", default=True, doc="post-synaptic pulses come from the Bayesian extension; otherwise from the shared fire signal"
    )
    enable_neuron_slave = Field(bool, "w3[0]", doc="be reset with the neighbours' fire signal")
    connect_fire_bottom = Field(bool, "w3[1]", doc="share the fire signal with the neuron of the other row")
    connect_fire_from_right = Field(bool, "w3[2]", doc="take the fire signal of the right neighbour; known to be broken on the chip")
    connect_fire_to_right = Field(bool, "w3[3]", doc="give the fire signal to the right neighbour")
    enable_spike_out = Field(bool, "w3[4]", doc="send spikes into the event routing")
    enable_neuron_master = Field(bool, "w3[5]", doc="put the own fire signal onto the shared line")
    enable_bayesian_0 = Field(bool, "w3[7]", doc="lower bit of the logical operation on neighbouring fire signals")
    enable_bayesian_1 = Field(bool, "w3[6]", doc="upper bit of the logical operation on neighbouring fire signals")
