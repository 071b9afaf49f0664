"""The MADC: one fast ADC behind the analog readout."""

from __future__ import annotations

import logging
from typing import Any

from halco import (
    HemisphereOnDLS,
    Linear,
    MADCConfigOnDLS,
    MADCControlOnDLS,
    SourceMultiplexerOnReadoutSourceSelection,
    SynapticInputOnNeuron,
)
from haldls.constants import minimal_madc_clock_cycles_per_sample
from haldls.container import Address, Container
from haldls.fields import Array, Field

__all__ = ["MADCConfig", "MADCControl"]


class MADCControl(Container):
    """Steps of the MADC: asleep, woken up, sampling, and back. Each write carries out what its bits say."""

    coordinate = MADCControlOnDLS
    write_address = Address(0xC0000)
    enable_iconv_amplifier = Field(bool, "w0[6]", doc="power the amplifier that turns a current into a voltage")
    enable_pre_amplifier = Field(bool, "w0[5]", doc="power the amplifier in front of the converter")
    enable_continuous_sampling = Field(bool, "w0[4]", doc="sample until stopped instead of `number_of_samples` times")
    enable_power_down_after_sampling = Field(bool, "w0[3]", doc="go back to sleep afterwards, not to ready")
    stop_recording = Field(bool, "w0[2]", doc="stop sampling")
    start_recording = Field(bool, "w0[1]", doc="start sampling; takes effect when ready")
    wake_up = Field(bool, "w0[0]", doc="wake up: ready after `powerup_wait_value` cycles")


class MADCConfig(Container):
    """Inputs, gain and timing of the MADC."""

    coordinate = MADCConfigOnDLS
    address = Address(0xC0001, words=10)

    class ActiveMuxInputSelectLength(Linear, max=15):
        """Number of samples."""

    class SampleDurationAdjust(Linear, max=7, default=5):
        """MADC cycles beyond 12."""

    class SARResetWait(Linear, max=3, default=3):
        """MADC cycles."""

    class SARResetLength(Linear, max=3):
        """MADC cycles."""

    class PowerupWaitValue(Linear, max=1023, default=96):
        """MADC cycles."""

    class ConversionCyclesOffset(Linear, max=15, default=12):
        """MADC cycles."""

    class CalibrationWaitValue(Linear, max=1023):
        """MADC cycles."""

    class NumberOfSamples(Linear, max=0xFFFF):
        """Samples."""

    class SamplingWindowTiming(Linear, max=31):
        """MADC cycles within a sample."""

    class PreampGainCapacitorSize(Linear, max=31, default=31):
        """Capacitor step; a larger one gives a smaller gain."""

    class MADCClockScaleValue(Linear, max=4095):
        """The clock is divided by 2 * (value + 1)."""

    active_mux_initially_selected_input = Field(
        SourceMultiplexerOnReadoutSourceSelection, "w0[3]", doc="readout buffer that is sampled first"
    )
    active_mux_input_select_length = Field(ActiveMuxInputSelectLength, "w0[7:4]", doc="samples before the buffers swap; 0 is never")
    sample_duration_adjust = Field(SampleDurationAdjust, "w0[10:8]", unit="MADC cycles", doc="length of a sample beyond 12 cycles")
    enable_sar_reset_on_fall = Field(bool, "w0[11]", doc="reset the converter at the falling edge")
    sar_reset_wait = Field(SARResetWait, "w0[13:12]", unit="MADC cycles", doc="wait before the converter's reset")
    sar_reset_length = Field(SARResetLength, "w0[15:14]", unit="MADC cycles", doc="length of the converter's reset")
    powerup_wait_value = Field(PowerupWaitValue, "w1[9:0]", unit="MADC cycles", doc="from waking up to being ready")
    conversion_cycles_offset = Field(ConversionCyclesOffset, "w1[15:12]", unit="MADC cycles", doc="adds to sample_duration_adjust")
    calibration_wait_value = Field(CalibrationWaitValue, "w2[9:0]", unit="MADC cycles", doc="length of the calibration")
    enable_calibration = Field(bool, "w2[15]", doc="calibrate after waking up")
    number_of_samples = Field(NumberOfSamples, "w3[15:0]", doc="samples of a recording that is not continuous")
    preamp_sampling_window_start = Field(SamplingWindowTiming, "w4[4:0]", default=3, unit="MADC cycles", doc="preamplifier starts to track")
    preamp_sampling_window_end = Field(SamplingWindowTiming, "w4[9:5]", default=8, unit="MADC cycles", doc="preamplifier holds")
    iconv_sampling_window_start = Field(
        SamplingWindowTiming, "w5[4:0]", default=9, unit="MADC cycles", doc="current converter starts to track"
    )
    iconv_sampling_window_end = Field(SamplingWindowTiming, "w5[9:5]", default=14, unit="MADC cycles", doc="current converter holds")
    sample_on_positive_edge = Field(bool, "w6[0]", default=True, doc="edge at which the converter's output is taken")
    enable_dummy_data = Field(bool, "w6[1]", doc="send a sample counter instead of samples")
    connect_preamp_to_madc = Field(bool, "w7[0]", default=True, doc="convert what the preamplifier gives")
    connect_pads_to_madc = Field(bool, "w7[1]", doc="convert the voltage at the pads")
    connect_preamp_to_pads = Field(bool, "w7[2]", doc="show the preamplifier's output at the pads")
    preamp_gain_capacitor_size = Field(
        PreampGainCapacitorSize, "w7[7:3]", doc="feedback capacitor of the preamplifier; larger is less gain"
    )
    enable_madc_clock_scaling = Field(bool, "w8[0]", doc="divide the clock")
    madc_clock_scale_value = Field(MADCClockScaleValue, "w8[12:1]", doc="division of the clock: 2 * (value + 1)")
    enable_active_mux_amplifiers = Field(bool, "w9[0]", default=True, doc="power the amplifiers of the readout buffers")
    enable_pseudo_differential_reference = Array(
        SourceMultiplexerOnReadoutSourceSelection,
        bool,
        lambda buffer: f"w9[{1 + buffer}]",
        doc="measure against the pseudo-differential reference",
    )
    signal_selection_connect_current_meter = Field(bool, "w9[3]", doc="measure the output of the current converter")
    signal_selection_connect_active_mux = Field(bool, "w9[4]", default=True, doc="measure the readout buffers")
    signal_selection_connect_debug = Field(bool, "w9[5]", doc="connect the debug lines")
    signal_selection_connect_preamp = Field(bool, "w9[6]", default=True, doc="connect the preamplifier")
    enable_iconv_amplifier = Field(bool, "w9[7]", doc="power the current converter")
    connect_iconv_neuron = Array(
        HemisphereOnDLS, bool, lambda hemisphere: f"w9[{8 + hemisphere}]", doc="current of a neuron stimulation line"
    )
    connect_iconv_synapse = Array(SynapticInputOnNeuron, bool, lambda line: f"w9[{11 - line}]", doc="current of a synaptic debug line")

    def calculate_sample_rate(self, madc_base_frequency: float) -> float:
        """Samples per second at a MADC clock of so many Hz, as `ADPLL.calculate_output_frequency` gives it.

        >>> round(MADCConfig().calculate_sample_rate(500e6) / 1e6, 2)
        29.41
        """
        rate = madc_base_frequency / (int(self.sample_duration_adjust) + minimal_madc_clock_cycles_per_sample)
        return rate / (2 * (int(self.madc_clock_scale_value) + 1)) if self.enable_madc_clock_scaling else rate

    def _encode_hook(self, words: Any, backend: str) -> None:
        # no encoding: users who swap the buffers between samples should know
        if self.active_mux_input_select_length > 1:
            logging.getLogger("haldls.MADCConfig").warning(
                "active_mux_input_select_length is %d: which buffer a sample came from is unreliable above 1",
                int(self.active_mux_input_select_length),
            )
