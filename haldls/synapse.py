"""The synapse arrays: weights, labels and calibration of four synapses at a time, and the switches at the end of their columns.

A quad holds four synapses of one row; entry 0 stands in the most significant byte. The same synapses are visible through
several windows: whole, weights only, labels only, calibration only.
"""

from __future__ import annotations

from halco import (
    CapMemBlockOnDLS,
    ColumnCorrelationQuadOnDLS,
    ColumnCurrentQuadOnDLS,
    CommonSynramConfigOnDLS,
    EntryOnQuad,
    Linear,
    SynapseBiasSelectionOnDLS,
    SynapseCorrelationCalibQuadOnDLS,
    SynapseLabel,
    SynapseLabelQuadOnDLS,
    SynapseQuadOnDLS,
    SynapseWeightQuadOnDLS,
)
from haldls.container import Address, Container, DifferentialWriteTrait, Struct
from haldls.fields import Array, Field, Group

__all__ = [
    "ColumnCorrelationQuad", "ColumnCurrentQuad", "CommonSynramConfig", "SynapseBiasSelection", "SynapseCorrelationCalibQuad",
    "SynapseLabelQuad", "SynapseQuad", "SynapseWeightQuad",
]  # fmt: skip


def lane(entry: int) -> int:
    """Lowest bit of the byte of a quad's entry."""
    return 24 - 8 * entry


def weight(entry: int) -> str:
    """Place of a weight: its five lower bits stand in reverse."""
    return f"w0[{lane(entry) + 5}] w0[{lane(entry)}:{lane(entry) + 4}]"


class CommonSynramConfig(Container, DifferentialWriteTrait):
    """Timing of the synapse array's SRAM, separately for its west and east half. Chip-specific values come from the setup's entry."""

    coordinate = CommonSynramConfigOnDLS
    address = Address(0x2000000, stride=0x1000000, words=3)

    class PCConf(Linear, max=15, default=8):
        """Precharge step; a larger value is a shorter time."""

    class WConf(Linear, max=255, default=3):
        """Delay step of the word line; a larger value is a shorter delay."""

    class WaitCtrClear(Linear, max=7, default=4):
        """Length of the wait."""

    pc_conf_west = Field(PCConf, "w0[3:0]", doc="precharge of the west half; larger is shorter")
    pc_conf_east = Field(PCConf, "w0[7:4]", doc="precharge of the east half; larger is shorter")
    w_conf_west = Field(WConf, "w1[7:0]", doc="delay of the word lines of the west half; larger is shorter")
    w_conf_east = Field(WConf, "w1[15:8]", doc="delay of the word lines of the east half; larger is shorter")
    wait_ctr_clear = Field(WaitCtrClear, "w2[2:0]", doc="wait until the controller is ready again")


class SynapseWeightQuad(Container, DifferentialWriteTrait):
    """Weights of four synapses; labels and calibration stay as they are."""

    coordinate = SynapseWeightQuadOnDLS
    address = Address(0x2C00000, stride=(1, 0x40, 0x1000000))

    class Value(Linear, max=63):
        """Weight: amplitude of the current pulse, in LSB."""

    values = Array(EntryOnQuad, Value, weight, unit="LSB", doc="weights")


class SynapseLabelQuad(Container, DifferentialWriteTrait):
    """Labels of four synapses; weights and calibration stay as they are."""

    coordinate = SynapseLabelQuadOnDLS
    address = Address(0x2C40000, stride=(1, 0x40, 0x1000000))
    Value = SynapseLabel
    values = Array(
        EntryOnQuad, SynapseLabel, lambda entry: f"w0[{lane(entry) + 5}:{lane(entry)}]", doc="addresses that the synapses answer to"
    )


class SynapseCorrelationCalibQuad(Container, DifferentialWriteTrait):
    """Calibration of four correlation sensors; weights and labels stay as they are."""

    coordinate = SynapseCorrelationCalibQuadOnDLS
    address = Address(0x2C10000, stride=(1, 0x40, 0x1000000), offsets=(0, 0x10000))

    class TimeCalib(Linear, max=3):
        """Step of the time constant."""

    class AmpCalib(Linear, max=3):
        """Step of the amplitude."""

    time_calibs = Array(
        EntryOnQuad, TimeCalib, lambda entry: f"w0[{lane(entry) + 1}:{lane(entry)}]", doc="time constant of the correlation"
    )
    amp_calibs = Array(EntryOnQuad, AmpCalib, lambda entry: f"w1[{lane(entry) + 1}:{lane(entry)}]", doc="amplitude of the correlation")


class SynapseQuad(Container, DifferentialWriteTrait):
    """Weights, labels and calibration of four synapses."""

    coordinate = SynapseQuadOnDLS
    address = Address(0x2CF0000, stride=(1, 0x80, 0x1000000), offsets=(0, 0x40))
    Weight = SynapseWeightQuad.Value
    Label = SynapseLabel
    TimeCalib = SynapseCorrelationCalibQuad.TimeCalib
    AmpCalib = SynapseCorrelationCalibQuad.AmpCalib
    weights = Array(EntryOnQuad, SynapseWeightQuad.Value, weight, unit="LSB", doc="weights: amplitudes of the current pulses")
    labels = Array(
        EntryOnQuad, SynapseLabel, lambda entry: f"w1[{lane(entry) + 5}:{lane(entry)}]", doc="addresses that the synapses answer to"
    )
    time_calibs = Array(
        EntryOnQuad, TimeCalib, lambda entry: f"w0[{lane(entry) + 7}:{lane(entry) + 6}]", doc="time constant of the correlation"
    )
    amp_calibs = Array(EntryOnQuad, AmpCalib, lambda entry: f"w1[{lane(entry) + 7}:{lane(entry) + 6}]", doc="amplitude of the correlation")


class ColumnCorrelationQuad(Container, DifferentialWriteTrait):
    """Where the correlation outputs of four columns go: to the CADC, to the debug line, or the neuron's voltage instead."""

    coordinate = ColumnCorrelationQuadOnDLS
    address = Address(0, stride=(1, 0x1000000), offsets=(0x2CF8080, 0x2CF80C0, 0x2C04000, 0x2C44000))

    class ColumnCorrelationSwitch(Struct):
        """Switches of one column."""

        enable_internal_causal = Field(bool, None, doc="causal correlation to the CADC")
        enable_internal_acausal = Field(bool, None, doc="acausal correlation to the CADC")
        enable_debug_causal = Field(bool, None, doc="causal correlation line to the debug line")
        enable_debug_acausal = Field(bool, None, doc="acausal correlation line to the debug line")
        enable_cadc_neuron_readout_causal = Field(bool, None, doc="neuron's readout to the causal channel of the CADC")
        enable_cadc_neuron_readout_acausal = Field(bool, None, doc="neuron's readout to the acausal channel of the CADC")

    switch = Group(
        EntryOnQuad,
        ColumnCorrelationSwitch,
        lambda entry: {
            "enable_internal_causal": f"w0[{lane(entry) + 6}]",
            "enable_internal_acausal": f"w0[{lane(entry) + 7}]",
            "enable_debug_causal": f"w1[{lane(entry) + 6}]",
            "enable_debug_acausal": f"w1[{lane(entry) + 7}]",
            "enable_cadc_neuron_readout_causal": f"w2[{lane(entry) + 5}]",
            "enable_cadc_neuron_readout_acausal": f"w3[{lane(entry) + 5}]",
        },
        doc="switches of each column",
    )
    get_switch, set_switch = switch.accessors("switch")


class ColumnCurrentQuad(Container, DifferentialWriteTrait):
    """Whether the synaptic currents of four columns reach their neurons or the debug line."""

    coordinate = ColumnCurrentQuadOnDLS
    address = Address(0x2C14000, stride=(1, 0x1000000), offsets=(0, 0x10000))

    class ColumnCurrentSwitch(Struct):
        """Switches of one column."""

        enable_synaptic_current_excitatory = Field(bool, None, doc="excitatory current to the neuron")
        enable_synaptic_current_inhibitory = Field(bool, None, doc="inhibitory current to the neuron")
        enable_debug_excitatory = Field(bool, None, doc="excitatory line to the debug line")
        enable_debug_inhibitory = Field(bool, None, doc="inhibitory line to the debug line")

    switch = Group(
        EntryOnQuad,
        ColumnCurrentSwitch,
        lambda entry: {
            "enable_synaptic_current_excitatory": f"w0[{lane(entry)}]",
            "enable_synaptic_current_inhibitory": f"w0[{lane(entry) + 1}]",
            "enable_debug_excitatory": f"w1[{lane(entry)}]",
            "enable_debug_inhibitory": f"w1[{lane(entry) + 1}]",
        },
        doc="switches of each column",
    )
    get_switch, set_switch = switch.accessors("switch")


BIAS_NIBBLE = (4, 0, 12, 8)  # lowest bit of each quadrant


class SynapseBiasSelection(Container):
    """Whether the bias currents of the synapses come from the capacitive memory or from a pad, per quadrant."""

    coordinate = SynapseBiasSelectionOnDLS
    address = Address(0x100000)
    no_read_on = ("hardware", "simulation")
    enable_internal_dac_bias = Array(
        CapMemBlockOnDLS, bool, lambda block: f"w0[{BIAS_NIBBLE[block] + 3}]", default=True, doc="bias of the weights' DAC from the memory"
    )
    enable_internal_ramp_bias = Array(
        CapMemBlockOnDLS, bool, lambda block: f"w0[{BIAS_NIBBLE[block] + 2}]", default=True, doc="ramp of the correlation from the memory"
    )
    enable_internal_store_bias = Array(
        CapMemBlockOnDLS,
        bool,
        lambda block: f"w0[{BIAS_NIBBLE[block] + 1}]",
        default=True,
        doc="storing of the correlation from the memory",
    )
    enable_internal_output_bias = Array(
        CapMemBlockOnDLS, bool, lambda block: f"w0[{BIAS_NIBBLE[block]}]", default=True, doc="correlation output from the memory"
    )
