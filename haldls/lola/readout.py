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


class BufferToPad(Struct):
    """Buffer that drives a pad."""

    enable = Field(bool)
    amp_i_bias = Field(ANALOG)


class DynamicMux(Struct):
    """Multiplexer that switches between the two inputs of the fast converter from sample to sample."""

    InputSelectLength = MADCConfig.ActiveMuxInputSelectLength
    enable_amplifiers = Field(bool, default=True)
    initially_selected_input = Field(SourceMultiplexerOnReadoutSourceSelection)
    input_select_length = Field(MADCConfig.ActiveMuxInputSelectLength)
    i_bias = Field(ANALOG, default=500)


class PseudoDifferentialConverter(Struct):
    """References that stand in for the second input of a differential signal."""

    enable_reference = Array(SourceMultiplexerOnReadoutSourceSelection, bool)
    v_ref = Field(ANALOG, default=400)
    buffer_bias = Field(ANALOG)


class MADCInputCrossbar(Struct):
    """What the preamplifier is connected to."""

    connect_source_measure_unit = Field(bool)
    connect_dynamic_mux = Field(bool, default=True)
    connect_pad_mux = Field(bool)
    connect_madc_preamp = Field(bool, default=True)


class MADCPreamp(Struct):
    """Switched-capacitor preamplifier of the fast converter."""

    GainCapacitorSize, SamplingWindowTiming = MADCConfig.PreampGainCapacitorSize, MADCConfig.SamplingWindowTiming
    gain_cap_size = Field(MADCConfig.PreampGainCapacitorSize, default=31)
    sampling_window_start = Field(MADCConfig.SamplingWindowTiming, default=3)
    sampling_window_end = Field(MADCConfig.SamplingWindowTiming, default=8)
    v_ref = Field(ANALOG, default=400)
    i_bias = Field(ANALOG, default=500)


class MADCDebugCrossbar(Struct):
    """Connections around the preamplifier."""

    connect_preamp_to_madc = Field(bool, default=True)
    connect_pads_to_madc = Field(bool)
    connect_preamp_to_pads = Field(bool)


class MADC(Struct):
    """The fast converter."""

    SampleDurationAdjust, SARResetWait, SARResetLength = MADCConfig.SampleDurationAdjust, MADCConfig.SARResetWait, MADCConfig.SARResetLength
    PowerupWaitValue, ConversionCyclesOffset = MADCConfig.PowerupWaitValue, MADCConfig.ConversionCyclesOffset
    CalibrationWaitValue, NumberOfSamples = MADCConfig.CalibrationWaitValue, MADCConfig.NumberOfSamples
    ClockScaleValue = MADCConfig.MADCClockScaleValue
    sample_duration_adjust = Field(MADCConfig.SampleDurationAdjust, default=5)
    enable_sar_reset_on_fall = Field(bool)
    sar_reset_wait = Field(MADCConfig.SARResetWait, default=3)
    sar_reset_length = Field(MADCConfig.SARResetLength)
    powerup_wait_value = Field(MADCConfig.PowerupWaitValue, default=96)
    conversion_cycles_offset = Field(MADCConfig.ConversionCyclesOffset, default=12)
    enable_calibration = Field(bool)
    calibration_wait_value = Field(MADCConfig.CalibrationWaitValue)
    number_of_samples = Field(MADCConfig.NumberOfSamples)
    sample_on_positive_edge = Field(bool, default=True)
    enable_dummy_data = Field(bool)
    enable_madc_clock_scaling = Field(bool)
    clock_scale_value = Field(MADCConfig.MADCClockScaleValue)
    in_500na = Field(ANALOG, default=500)


class SourceMeasureUnit(Struct):
    """Current-to-voltage converter for measuring lines of neurons and synapses."""

    SamplingWindowTiming = MADCConfig.SamplingWindowTiming
    sampling_window_start = Field(MADCConfig.SamplingWindowTiming, default=9)
    sampling_window_end = Field(MADCConfig.SamplingWindowTiming, default=14)
    connect_neuron_stimulus = Array(HemisphereOnDLS, bool)
    connect_synapse_debug = Array(SynapticInputOnNeuron, bool)
    test_voltage = Field(ANALOG, default=400)
    buffer_i_bias = Field(ANALOG)
    amp_v_ref = Field(ANALOG, default=400)
    amp_i_bias = Field(ANALOG)


class CurrentDAC(Struct):
    """Source of a known current."""

    Current, Sign = CurrentDACRegister.Current, CurrentDACRegister.Sign
    enable_current = Field(bool)
    current = Field(CurrentDACRegister.Current)
    sign = Field(CurrentDACRegister.Sign)
    connect_neuron_stimulus = Array(HemisphereOnDLS, bool)
    connect_synapse_debug = Array(SynapticInputOnNeuron, bool)
    i_bias = Field(ANALOG)
    i_bias_casc = Field(ANALOG)


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

    input_mux = Members(SourceMultiplexerOnReadoutSourceSelection, ReadoutSourceSelection.SourceMultiplexer)
    buffer_to_pad = Members(SourceMultiplexerOnReadoutSourceSelection, BufferToPad)
    dynamic_mux = Member(DynamicMux)
    pseudo_diff_converter = Member(PseudoDifferentialConverter)
    madc_input_crossbar = Member(MADCInputCrossbar)
    madc_preamp = Member(MADCPreamp)
    madc_debug_crossbar = Member(MADCDebugCrossbar)
    madc = Member(MADC)
    pad_mux = Members(PadMultiplexerConfigOnDLS, PadMultiplexerConfig)
    source_measure_unit = Member(SourceMeasureUnit)
    current_dac = Member(CurrentDAC)

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
