"""The columnar converters: their settings, and samples of a row or of the whole chip."""

from __future__ import annotations

import numpy as np

from halco import (
    CADCChannelColumnOnSynram,
    CADCChannelType,
    CADCOnDLS,
    CADCReadoutType,
    CADCSampleRowOnDLS,
    CADCSamplesOnDLS,
    CapMemBlockOnHemisphere,
    SynapseOnSynapseRow,
    SynramOnDLS,
)
from haldls.cadc import CADCChannelConfig, CADCConfig, CADCSampleQuad
from haldls.container import FPGA
from haldls.correlation import CommonCorrelationConfig
from haldls.fields import Array, Field
from haldls.lola._cells import ANALOG, shared_cells
from haldls.lola._quads import COLUMNS, QUADS, ROWS, quads_of_row
from haldls.lola.table import Composed, Member, Members, Numbering, Numbers, Part, Struct
from haldls.synapse import ColumnCorrelationQuad

__all__ = ["CADCReadoutChain", "CADCSampleRow", "CADCSamples"]

CAUSAL, ACAUSAL = (int(channel) for channel in (CADCChannelType.causal, CADCChannelType.acausal))
TRIGGER, BUFFERED = (int(readout) for readout in (CADCReadoutType.trigger_read, CADCReadoutType.buffered))


class Ramp(Struct):
    """Ramp generator: what is set per quadrant is an array over the two quadrants of the hemisphere."""

    ResetWait, DeadTime = CADCConfig.ResetWait, CADCConfig.DeadTime
    enable = Field(bool, doc="power the converter")
    reset_wait = Field(CADCConfig.ResetWait, default=100, doc="wait after the ramp's reset [PPU cycles]")
    dead_time = Field(CADCConfig.DeadTime, default=20, doc="wait between the ramp's start and that of the counters [PPU cycles]")
    v_offset_assignment = Array(
        CapMemBlockOnHemisphere,
        CapMemBlockOnHemisphere,
        default=[0, 1],
        doc="half whose memory cell gives the ramp of each half its offset",
    )
    v_offset = Array(CapMemBlockOnHemisphere, ANALOG, doc="voltage where the ramp starts, per quadrant")
    i_slope = Array(CapMemBlockOnHemisphere, ANALOG, doc="current that charges the ramp, per quadrant: its slope")
    i_bias_comparator = Array(CapMemBlockOnHemisphere, ANALOG, doc="bias of the channels' comparators, per quadrant")
    i_bias_vreset_buffer = Array(CapMemBlockOnHemisphere, ANALOG, doc="bias of the buffer of the ramp's reset voltage, per quadrant")
    v_bias_buffer = Array(CapMemBlockOnHemisphere, ANALOG, doc="bias of the ramp's buffer, per quadrant")


class Channel(Struct):
    """One converter channel and what it is connected to."""

    Offset = CADCChannelConfig.Offset
    offset = Field(CADCChannelConfig.Offset, doc="added to the samples of the channel [LSB]")
    enable_connect_correlation = Field(bool, doc="correlation output of the column to the channel")
    enable_connect_debug = Field(bool, doc="correlation line of the column to the debug line")
    enable_connect_neuron = Field(bool, doc="readout of the neuron to the channel")


class Correlation(Struct):
    """Correlation sensors of the hemisphere."""

    SenseDelay, ResetDuration = CommonCorrelationConfig.SenseDelay, CommonCorrelationConfig.ResetDuration
    ResetFallTime, ResetMode = CommonCorrelationConfig.ResetFallTime, CommonCorrelationConfig.ResetMode
    sense_delay = Field(CommonCorrelationConfig.SenseDelay, default=1, doc="wait before a row's sensors are read [PPU cycles]")
    reset_duration = Field(CommonCorrelationConfig.ResetDuration, default=200, doc="length of a reset [PPU cycles]; 3 come on top")
    reset_fall_time = Field(CommonCorrelationConfig.ResetFallTime, default=5, doc="wait after a reset [PPU cycles]")
    reset_mode = Field(CommonCorrelationConfig.ResetMode, doc="voltage to which the sensors are reset")
    i_bias_ramp = Array(CapMemBlockOnHemisphere, ANALOG, doc="bias of the sensors' ramp, per quadrant: their time constant")
    i_bias_store = Array(CapMemBlockOnHemisphere, ANALOG, doc="bias of the storing of correlation, per quadrant: their amplitude")
    i_bias_corout = Array(CapMemBlockOnHemisphere, ANALOG, doc="bias of the sensors' outputs, per quadrant")


def _channels(channel: int) -> object:
    columns = CADCChannelColumnOnSynram.size
    return lambda enums: enums[:, None] * 2 * columns + channel * columns + np.arange(columns)


class CADCReadoutChain(Composed):
    """Everything about the converters and correlation sensors of one hemisphere."""

    coordinate = CADCOnDLS
    Ramp, Channel, Correlation = Ramp, Channel, Correlation

    ramp = Member(Ramp, doc="the ramp that all channels count along")
    channels_causal = Members(CADCChannelColumnOnSynram, Channel, doc="channels of causal correlation, per column")
    channels_acausal = Members(CADCChannelColumnOnSynram, Channel, doc="channels of acausal correlation, per column")
    correlation = Member(Correlation, doc="timing and biases of the correlation sensors")

    parts = (
        Part(CADCConfig, lambda enums: enums, {"enable": "ramp.enable", "reset_wait": "ramp.reset_wait", "dead_time": "ramp.dead_time"}),
        shared_cells(
            {
                "cadc_v_ramp_offset": "ramp.v_offset",
                "cadc_i_ramp_slope": "ramp.i_slope",
                "cadc_i_bias_comp": "ramp.i_bias_comparator",
                "cadc_i_bias_vreset_buf": "ramp.i_bias_vreset_buffer",
                "cadc_v_bias_ramp_buf": "ramp.v_bias_buffer",
                "syn_i_bias_ramp": "correlation.i_bias_ramp",
                "syn_i_bias_store": "correlation.i_bias_store",
                "syn_i_bias_corout": "correlation.i_bias_corout",
            },
            blocks=CapMemBlockOnHemisphere.size,
        ),
        Part(CADCChannelConfig, _channels(CAUSAL), {"offset": "channels_causal.offset"}),
        Part(CADCChannelConfig, _channels(ACAUSAL), {"offset": "channels_acausal.offset"}),
        Part(
            ColumnCorrelationQuad,
            quads_of_row,
            {
                "switch.enable_internal_causal": ("channels_causal.enable_connect_correlation", COLUMNS),
                "switch.enable_internal_acausal": ("channels_acausal.enable_connect_correlation", COLUMNS),
                "switch.enable_debug_causal": ("channels_causal.enable_connect_debug", COLUMNS),
                "switch.enable_debug_acausal": ("channels_acausal.enable_connect_debug", COLUMNS),
                "switch.enable_cadc_neuron_readout_causal": ("channels_causal.enable_connect_neuron", COLUMNS),
                "switch.enable_cadc_neuron_readout_acausal": ("channels_acausal.enable_connect_neuron", COLUMNS),
            },
        ),
        Part(
            CommonCorrelationConfig,
            lambda enums: enums,
            {
                "sense_delay": "correlation.sense_delay",
                "reset_duration": "correlation.reset_duration",
                "reset_fall_time": "correlation.reset_fall_time",
                "reset_mode": "correlation.reset_mode",
                "cadc_v_offset_assignment": "ramp.v_offset_assignment",
            },
        ),
    )


def _samples(attribute: str, channel: int, readout: int, quads: range, hemisphere: int | None = None) -> Part:
    """Some quads of one row's samples; of row 0 of a hemisphere, or of the row that is the own coordinate."""
    first = np.array(quads) + channel * ROWS * QUADS + readout * 2 * ROWS * QUADS
    columns = COLUMNS[list(quads)]
    if hemisphere is None:
        return Part(CADCSampleQuad, lambda rows: _first_quad(rows)[:, None] + first, {"sample": (attribute, columns)})
    return Part(CADCSampleQuad, (4 * ROWS * QUADS * hemisphere + first).tolist(), {"sample": (attribute, columns + 256 * hemisphere)})


def _first_quad(rows: Numbering) -> Numbering:
    hemisphere, row = np.divmod(rows, ROWS)
    return np.asarray(4 * ROWS * QUADS * hemisphere + QUADS * row)


class CADCSampleRow(Composed):
    """Samples of one row; reading it takes one conversion.

    The first word starts the conversion and is also taken as the result of its quad (columns 0, 2, 4 and 6, causal); the driver of
    the real chip calls that value unreliable.
    """

    coordinate = CADCSampleRowOnDLS
    backends = FPGA
    Value = CADCSampleQuad.Value
    causal = Numbers(SynapseOnSynapseRow, CADCSampleQuad.Value, doc="samples of the causal channels, per column")
    acausal = Numbers(SynapseOnSynapseRow, CADCSampleQuad.Value, doc="samples of the acausal channels, per column")
    parts = (
        _samples("causal", CAUSAL, TRIGGER, range(1)),
        _samples("causal", CAUSAL, BUFFERED, range(1, QUADS)),
        _samples("acausal", ACAUSAL, BUFFERED, range(QUADS)),
    )


class CADCSamples(Composed):
    """Samples of row 0 of both hemispheres, converted as simultaneously as reads over the link allow.

    The first two words start the conversions; they are also taken as results, as in `CADCSampleRow`.
    """

    coordinate = CADCSamplesOnDLS
    backends = FPGA
    Value = CADCSampleQuad.Value
    causal = Numbers((SynramOnDLS, SynapseOnSynapseRow), CADCSampleQuad.Value, doc="samples of the causal channels, [hemisphere][column]")
    acausal = Numbers((SynramOnDLS, SynapseOnSynapseRow), CADCSampleQuad.Value, doc="samples of the acausal channels, [hemisphere][column]")
    parts = (
        _samples("causal", CAUSAL, TRIGGER, range(1), hemisphere=0),
        _samples("causal", CAUSAL, TRIGGER, range(1), hemisphere=1),
        _samples("causal", CAUSAL, BUFFERED, range(1, QUADS), hemisphere=0),
        _samples("acausal", ACAUSAL, BUFFERED, range(QUADS), hemisphere=0),
        _samples("causal", CAUSAL, BUFFERED, range(1, QUADS), hemisphere=1),
        _samples("acausal", ACAUSAL, BUFFERED, range(QUADS), hemisphere=1),
    )
