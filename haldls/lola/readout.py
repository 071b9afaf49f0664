"""The readout chain: from the lines that leave the chip's blocks to pads and the fast converter."""

from __future__ import annotations

from halco import (
    CapMemCellOnDLS,
    HemisphereOnDLS,
    PadMultiplexerConfigOnDLS,
    ReadoutChainOnDLS,
    SourceMultiplexerOnReadoutSourceSelection,
    SynapticInputOnNeuron,
)
from haldls.capmem import CapMemCell
from haldls.fields import Array, Field
from haldls.lola._cells import ANALOG
from haldls.lola.table import Composed, Member, Members, Part, Struct
from haldls.madc import MADCConfig
from haldls.readout import CurrentDAC as CurrentDACRegister
from haldls.readout import PadMultiplexerConfig, ReadoutSourceSelection

__all__ = ["ReadoutChain"]


class BufferToPad(Struct):
    """Buffer that drives a pad."""

    enable = Field(bool, doc="connect the buffer to its pad")
    amp_i_bias = Field(ANALOG, doc="bias of the buffer's amplifier")


class DynamicMux(Struct):
    """Multiplexer that switches between the two inputs of the fast converter from sample to sample."""

    InputSelectLength = MADCConfig.ActiveMuxInputSelectLength
    enable_amplifiers = Field(bool, default=True, doc="power the amplifiers of the readout buffers")
    initially_selected_input = Field(SourceMultiplexerOnReadoutSourceSelection, doc="buffer that is sampled first")
    input_select_length = Field(MADCConfig.ActiveMuxInputSelectLength, doc="samples before the buffers swap; 0 is never")
    i_bias = Field(ANALOG, default=500, doc="bias of the amplifiers")


class PseudoDifferentialConverter(Struct):
    """References that stand in for the second input of a differential signal."""

    enable_reference = Array(SourceMultiplexerOnReadoutSourceSelection, bool, doc="measure against the reference, per buffer")
    v_ref = Field(ANALOG, default=400, doc="reference voltage")
    buffer_bias = Field(ANALOG, doc="bias of the reference's buffer")


class MADCInputCrossbar(Struct):
    """What the preamplifier is connected to."""

    connect_source_measure_unit = Field(bool, doc="measure the output of the current converter")
    connect_dynamic_mux = Field(bool, default=True, doc="measure the readout buffers")
    connect_pad_mux = Field(bool, doc="connect the debug lines")
    connect_madc_preamp = Field(bool, default=True, doc="connect the preamplifier")


class MADCPreamp(Struct):
    """Switched-capacitor preamplifier of the fast converter."""

    GainCapacitorSize, SamplingWindowTiming = MADCConfig.PreampGainCapacitorSize, MADCConfig.SamplingWindowTiming
    gain_cap_size = Field(MADCConfig.PreampGainCapacitorSize, default=31, doc="feedback capacitor; larger is less gain")
    sampling_window_start = Field(MADCConfig.SamplingWindowTiming, default=3, doc="start of tracking [MADC cycles]")
    sampling_window_end = Field(MADCConfig.SamplingWindowTiming, default=8, doc="end of tracking [MADC cycles]")
    v_ref = Field(ANALOG, default=400, doc="reference voltage")
    i_bias = Field(ANALOG, default=500, doc="bias of the amplifier")


class MADCDebugCrossbar(Struct):
    """Connections around the preamplifier."""

    connect_preamp_to_madc = Field(bool, default=True, doc="convert what the preamplifier gives")
    connect_pads_to_madc = Field(bool, doc="convert the voltage at the pads")
    connect_preamp_to_pads = Field(bool, doc="show the preamplifier's output at the pads")


class MADC(Struct):
    """The fast converter."""

    SampleDurationAdjust, SARResetWait, SARResetLength = MADCConfig.SampleDurationAdjust, MADCConfig.SARResetWait, MADCConfig.SARResetLength
    PowerupWaitValue, ConversionCyclesOffset = MADCConfig.PowerupWaitValue, MADCConfig.ConversionCyclesOffset
    CalibrationWaitValue, NumberOfSamples = MADCConfig.CalibrationWaitValue, MADCConfig.NumberOfSamples
    ClockScaleValue = MADCConfig.MADCClockScaleValue
    sample_duration_adjust = Field(MADCConfig.SampleDurationAdjust, default=5, doc="length of a sample beyond 12 cycles [MADC cycles]")
    enable_sar_reset_on_fall = Field(bool, doc="reset the converter at the falling edge")
    sar_reset_wait = Field(MADCConfig.SARResetWait, default=3, doc="wait before the converter's reset [MADC cycles]")
    sar_reset_length = Field(MADCConfig.SARResetLength, doc="length of the converter's reset [MADC cycles]")
    powerup_wait_value = Field(MADCConfig.PowerupWaitValue, default=96, doc="from waking up to being ready [MADC cycles]")
    conversion_cycles_offset = Field(MADCConfig.ConversionCyclesOffset, default=12, doc="adds to sample_duration_adjust [MADC cycles]")
    enable_calibration = Field(bool, doc="calibrate after waking up")
    calibration_wait_value = Field(MADCConfig.CalibrationWaitValue, doc="length of the calibration [MADC cycles]")
    number_of_samples = Field(MADCConfig.NumberOfSamples, doc="samples of a recording that is not continuous")
    sample_on_positive_edge = Field(bool, default=True, doc="edge at which the converter's output is taken")
    enable_dummy_data = Field(bool, doc="send a sample counter instead of samples")
    enable_madc_clock_scaling = Field(bool, doc="divide the clock")
    clock_scale_value = Field(MADCConfig.MADCClockScaleValue, doc="division of the clock: 2 * (value + 1)")
    in_500na = Field(ANALOG, default=500, doc="current that the converter is fed with, nominally 500 nA")


class SourceMeasureUnit(Struct):
    """Current-to-voltage converter for measuring lines of neurons and synapses."""

    SamplingWindowTiming = MADCConfig.SamplingWindowTiming
    sampling_window_start = Field(MADCConfig.SamplingWindowTiming, default=9, doc="start of tracking [MADC cycles]")
    sampling_window_end = Field(MADCConfig.SamplingWindowTiming, default=14, doc="end of tracking [MADC cycles]")
    connect_neuron_stimulus = Array(HemisphereOnDLS, bool, doc="stimulation line of a row of neurons, per hemisphere")
    connect_synapse_debug = Array(SynapticInputOnNeuron, bool, doc="synaptic debug line")
    test_voltage = Field(ANALOG, default=400, doc="voltage at the measured line")
    buffer_i_bias = Field(ANALOG, doc="bias of the buffer of the test voltage")
    amp_v_ref = Field(ANALOG, default=400, doc="reference of the amplifier")
    amp_i_bias = Field(ANALOG, doc="bias of the amplifier")


class CurrentDAC(Struct):
    """Source of a known current."""

    Current, Sign = CurrentDACRegister.Current, CurrentDACRegister.Sign
    enable_current = Field(bool, doc="let the current flow")
    current = Field(CurrentDACRegister.Current, doc="size of the current [LSB]")
    sign = Field(CurrentDACRegister.Sign, doc="direction of the current")
    connect_neuron_stimulus = Array(HemisphereOnDLS, bool, doc="current to the neurons of a row, per hemisphere")
    connect_synapse_debug = Array(SynapticInputOnNeuron, bool, doc="current to a synaptic debug line")
    i_bias = Field(ANALOG, doc="reference current of the DAC")
    i_bias_casc = Field(ANALOG, doc="cascode bias of the DAC")


CONVERTER = {
    "active_mux_initially_selected_input": "dynamic_mux.initially_selected_input",
    "active_mux_input_select_length": "dynamic_mux.input_select_length",
    "enable_active_mux_amplifiers": "dynamic_mux.enable_amplifiers",
    "enable_pseudo_differential_reference": "pseudo_diff_converter.enable_reference",
    "signal_selection_connect_current_meter": "madc_input_crossbar.connect_source_measure_unit",
    "signal_selection_connect_active_mux": "madc_input_crossbar.connect_dynamic_mux",
    "signal_selection_connect_debug": "madc_input_crossbar.connect_pad_mux",
    "signal_selection_connect_preamp": "madc_input_crossbar.connect_madc_preamp",
    "preamp_gain_capacitor_size": "madc_preamp.gain_cap_size",
    "preamp_sampling_window_start": "madc_preamp.sampling_window_start",
    "preamp_sampling_window_end": "madc_preamp.sampling_window_end",
    "connect_preamp_to_madc": "madc_debug_crossbar.connect_preamp_to_madc",
    "connect_pads_to_madc": "madc_debug_crossbar.connect_pads_to_madc",
    "connect_preamp_to_pads": "madc_debug_crossbar.connect_preamp_to_pads",
    "sample_duration_adjust": "madc.sample_duration_adjust",
    "enable_sar_reset_on_fall": "madc.enable_sar_reset_on_fall",
    "sar_reset_wait": "madc.sar_reset_wait",
    "sar_reset_length": "madc.sar_reset_length",
    "powerup_wait_value": "madc.powerup_wait_value",
    "conversion_cycles_offset": "madc.conversion_cycles_offset",
    "enable_calibration": "madc.enable_calibration",
    "calibration_wait_value": "madc.calibration_wait_value",
    "number_of_samples": "madc.number_of_samples",
    "sample_on_positive_edge": "madc.sample_on_positive_edge",
    "enable_dummy_data": "madc.enable_dummy_data",
    "enable_madc_clock_scaling": "madc.enable_madc_clock_scaling",
    "madc_clock_scale_value": "madc.clock_scale_value",
    "iconv_sampling_window_start": "source_measure_unit.sampling_window_start",
    "iconv_sampling_window_end": "source_measure_unit.sampling_window_end",
    "connect_iconv_neuron": "source_measure_unit.connect_neuron_stimulus",
    "connect_iconv_synapse": "source_measure_unit.connect_synapse_debug",
}
"""What each field of MADCConfig is called here; enable_iconv_amplifier has no counterpart and stays off."""


def _cells(**attributes: str) -> Part:
    """Cells of the capacitive memory that exist once: {cell, without `readout_`: attribute}."""
    cells = [getattr(CapMemCellOnDLS, f"readout_{cell}") for cell in attributes]
    return Part(CapMemCell, cells, {"value": list(attributes.values())})


class ReadoutChain(Composed):
    """The readout chain without the control of the fast converter's state machine (`MADCControl`)."""

    coordinate = ReadoutChainOnDLS

    BufferToPad, DynamicMux, PseudoDifferentialConverter = BufferToPad, DynamicMux, PseudoDifferentialConverter
    MADCInputCrossbar, MADCPreamp, MADCDebugCrossbar, MADC = MADCInputCrossbar, MADCPreamp, MADCDebugCrossbar, MADC
    SourceMeasureUnit, CurrentDAC = SourceMeasureUnit, CurrentDAC

    input_mux = Members(
        SourceMultiplexerOnReadoutSourceSelection, ReadoutSourceSelection.SourceMultiplexer, doc="inputs of the two readout buffers"
    )
    buffer_to_pad = Members(SourceMultiplexerOnReadoutSourceSelection, BufferToPad, doc="buffers that drive the pads")
    dynamic_mux = Member(DynamicMux, doc="switching between the buffers while sampling")
    pseudo_diff_converter = Member(PseudoDifferentialConverter, doc="references for differential measurements")
    madc_input_crossbar = Member(MADCInputCrossbar, doc="what is measured")
    madc_preamp = Member(MADCPreamp, doc="amplifier in front of the converter")
    madc_debug_crossbar = Member(MADCDebugCrossbar, doc="connections around the amplifier")
    madc = Member(MADC, doc="the converter")
    pad_mux = Members(PadMultiplexerConfigOnDLS, PadMultiplexerConfig, doc="switches between debug signals and the pads")
    source_measure_unit = Member(SourceMeasureUnit, doc="measurement of currents")
    current_dac = Member(CurrentDAC, doc="source of a known current")

    parts = (
        Part(ReadoutSourceSelection, [0], {"enable_buffer_to_pad": "buffer_to_pad.enable", "buffer": "input_mux"}),
        _cells(out_amp_i_bias_0="buffer_to_pad[0].amp_i_bias", out_amp_i_bias_1="buffer_to_pad[1].amp_i_bias"),
        _cells(ac_mux_i_bias="dynamic_mux.i_bias"),
        _cells(pseudo_diff_v_ref="pseudo_diff_converter.v_ref", pseudo_diff_buffer_bias="pseudo_diff_converter.buffer_bias"),
        _cells(sc_amp_v_ref="madc_preamp.v_ref", sc_amp_i_bias="madc_preamp.i_bias"),
        _cells(madc_in_500na="madc.in_500na"),
        Part(PadMultiplexerConfig, range(2), "pad_mux"),
        _cells(iconv_sc_amp_v_ref="source_measure_unit.amp_v_ref", iconv_sc_amp_i_bias="source_measure_unit.amp_i_bias"),
        _cells(iconv_test_voltage="source_measure_unit.test_voltage", iconv_i_bias_buffer="source_measure_unit.buffer_i_bias"),
        _cells(idac_i_bias="current_dac.i_bias", idac_i_bias_casc="current_dac.i_bias_casc"),
        Part(
            CurrentDACRegister,
            [0],
            {
                "enable_current": "current_dac.enable_current",
                "current": "current_dac.current",
                "sign": "current_dac.sign",
                "connect_neuron": "current_dac.connect_neuron_stimulus",
                "connect_synapse": "current_dac.connect_synapse_debug",
            },
        ),
        Part(MADCConfig, [0], CONVERTER),
    )
