"""Analog readout: which voltage or current reaches a pad or the MADC."""

from __future__ import annotations

from enum import IntEnum

from halco import (
    CapMemBlockOnDLS,
    CurrentDACOnDLS,
    HemisphereOnDLS,
    Linear,
    PadMultiplexerConfigOnDLS,
    ReadoutSourceSelectionOnDLS,
    SourceMultiplexerOnReadoutSourceSelection,
    SynapticInputOnNeuron,
)
from haldls.container import Address, Container, Struct
from haldls.fields import Array, Field, Group

__all__ = ["CurrentDAC", "PadMultiplexerConfig", "ReadoutSourceSelection"]


class PadMultiplexerConfig(Container):
    """Switches between internal debug signals and a pad of the chip."""

    coordinate = PadMultiplexerConfigOnDLS
    address = Address(0xC000E, stride=2, words=2)
    cadc_v_ramp_mux = Array(CapMemBlockOnDLS, bool, lambda block: f"w0[{3 - block}]", doc="CADC ramp of a quadrant to the ramp line")
    cadc_v_ramp_mux_to_pad = Field(bool, "w0[4]", doc="ramp line to the pad")
    capmem_i_out_mux = Array(CapMemBlockOnDLS, bool, lambda block: f"w0[{8 - block}]", doc="memory current of a quadrant to its line")
    capmem_i_out_mux_to_capmem_intermediate_mux = Field(bool, "w0[9]", doc="memory current line to the memory's common line")
    capmem_intermediate_mux_to_pad = Field(bool, "w0[10]", doc="memory's common line to the pad")
    capmem_v_out_mux = Array(CapMemBlockOnDLS, bool, lambda block: f"w0[{14 - block}]", doc="memory voltage of a quadrant to its line")
    capmem_v_out_mux_to_capmem_intermediate_mux = Field(bool, "w0[15]", doc="memory voltage line to the memory's common line")
    capmem_v_ref_mux = Array(CapMemBlockOnDLS, bool, lambda block: f"w1[{3 - block}]", doc="memory reference of a quadrant to its line")
    capmem_v_ref_mux_to_capmem_intermediate_mux = Field(bool, "w1[4]", doc="memory reference line to the memory's common line")
    neuron_i_stim_mux = Array(HemisphereOnDLS, bool, lambda hemisphere: f"w1[{5 + hemisphere}]", doc="stimulation line of a neuron row")
    neuron_i_stim_mux_to_pad = Field(bool, "w1[15]", doc="stimulation line to the pad")
    cadc_debug_acausal_to_synapse_intermediate_mux = Field(bool, "w1[8]", doc="acausal correlation debug line to the synapses' common line")
    cadc_debug_causal_to_synapse_intermediate_mux = Field(bool, "w1[7]", doc="causal correlation debug line to the synapses' common line")
    synin_debug_inhibitory_to_synapse_intermediate_mux = Field(bool, "w1[9]", doc="inhibitory debug line to the synapses' common line")
    synin_debug_excitatory_to_synapse_intermediate_mux = Field(bool, "w1[10]", doc="excitatory debug line to the synapses' common line")
    synapse_intermediate_mux_to_pad = Field(bool, "w1[11]", doc="synapses' common line to the pad")
    buffer_to_pad = Array(
        SourceMultiplexerOnReadoutSourceSelection, bool, lambda buffer: f"w1[{13 - buffer}]", doc="readout buffer to the pad"
    )
    debug_to_pad = Field(bool, "w1[14]", doc="debug line to the pad")


class ReadoutSourceSelection(Container):
    """Inputs of the two readout buffers in front of MADC and pads."""

    coordinate = ReadoutSourceSelectionOnDLS
    address = Address(0xC000C, words=2)

    class SourceMultiplexer(Struct):
        """Inputs of one buffer. Several at once short-circuit their sources."""

        debug_plus = Field(bool, None, doc="positive debug line")
        debug_minus = Field(bool, None, doc="negative debug line")
        current_dac = Field(bool, None, doc="current DAC")
        synin_debug_inhibitory = Field(bool, None, doc="inhibitory synaptic debug line")
        synin_debug_excitatory = Field(bool, None, doc="excitatory synaptic debug line")
        cadc_debug_causal = Field(bool, None, doc="causal correlation debug line")
        cadc_debug_acausal = Field(bool, None, doc="acausal correlation debug line")
        synapse_driver_debug = Array(HemisphereOnDLS, bool, None, doc="plasticity voltage of the synapse drivers of a hemisphere")
        neuron_odd = Array(HemisphereOnDLS, bool, None, doc="readout line of the odd neurons of a row")
        neuron_even = Array(HemisphereOnDLS, bool, None, doc="readout line of the even neurons of a row")

    buffer = Group(
        SourceMultiplexerOnReadoutSourceSelection,
        SourceMultiplexer,
        lambda buffer: {
            "debug_plus": f"w{buffer}[0]",
            "debug_minus": f"w{buffer}[1]",
            "current_dac": f"w{buffer}[2]",
            "synin_debug_inhibitory": f"w{buffer}[3]",
            "synin_debug_excitatory": f"w{buffer}[4]",
            "cadc_debug_causal": f"w{buffer}[5]",
            "cadc_debug_acausal": f"w{buffer}[6]",
            "synapse_driver_debug": [f"w{buffer}[7]", f"w{buffer}[8]"],
            "neuron_odd": [f"w{buffer}[9]", f"w{buffer}[11]"],
            "neuron_even": [f"w{buffer}[10]", f"w{buffer}[12]"],
        },
        doc="inputs of each buffer",
    )
    get_buffer, set_buffer = buffer.accessors("buffer")
    enable_buffer_to_pad = Array(
        SourceMultiplexerOnReadoutSourceSelection, bool, lambda buffer: f"w1[{14 - buffer}]", doc="buffer to its pad"
    )


class CurrentDAC(Container):
    """Current for calibrating: onto the neurons' stimulation line or the synapses' debug line."""

    coordinate = CurrentDACOnDLS
    address = Address(0xC000B)

    class Sign(IntEnum):
        """Direction of the current."""

        source = 0
        sink = 1

    class Current(Linear, max=255):
        """LSB of the DAC."""

    enable_current = Field(bool, "w0[7]", doc="let the current flow")
    current = Field(
        Current,
        "w0[10:8] w0[5:0]",
        # the two upper bits are thermometer coded; a register with gaps counts as its highest bit
        code=([c & 63 | (0, 1, 3, 7)[c >> 6] << 6 for c in range(256)], [w & 63 | (w >> 6).bit_length() << 6 for w in range(512)]),
        unit="LSB",
        doc="size of the current",
    )
    sign = Field(Sign, "w0[6]", doc="direction of the current")
    connect_neuron = Array(HemisphereOnDLS, bool, lambda hemisphere: f"w0[{11 + hemisphere}]", doc="current to the neurons of a row")
    connect_synapse = Array(SynapticInputOnNeuron, bool, lambda line: f"w0[{13 + line}]", doc="current to a synaptic debug line")
