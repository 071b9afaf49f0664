"""The MADC without anything analog: its test pattern and its sample rate."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlens_vx_v3 import hal, halco, lola, sta

US = 125  # FPGA cycles


def record(builder: Any, config: Any, microseconds: float, continuous: bool) -> None:
    """Wakes the MADC up, synchronises the times and samples for so long."""
    builder.write(halco.MADCConfigOnDLS(), config)
    control = hal.MADCControl()
    control.wake_up, control.start_recording, control.enable_power_down_after_sampling = True, False, False
    builder.write(halco.MADCControlOnDLS(), control)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.write(halco.SystimeSyncOnFPGA(), hal.SystimeSync())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(100 * US))
    control.wake_up, control.start_recording = False, True
    control.enable_continuous_sampling, control.enable_power_down_after_sampling = continuous, not continuous
    builder.write(halco.MADCControlOnDLS(), control)
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(int((100 + microseconds) * US)))
    if continuous:
        control.start_recording, control.stop_recording = False, True
        control.enable_power_down_after_sampling = True
        builder.write(halco.MADCControlOnDLS(), control)


def samples_of(program: Any) -> Any:
    """Sorted by time; zeros, which are received wrongly at times, are dropped."""
    samples = program.madc_samples.to_numpy()
    return np.sort(samples[samples["value"] != 0], order=["chip_time", "fpga_time"])


def test_pattern(execute: Callable[[Any], Any]) -> None:
    """40 ms of a sawtooth at nearly 30 MHz."""
    builder, config, microseconds = sta.PlaybackProgramBuilder(), hal.MADCConfig(), 40_000
    config.enable_dummy_data = True
    record(builder, config, microseconds, continuous=True)
    samples = samples_of(execute(builder))
    assert samples.dtype == np.dtype([("value", np.uint16), ("channel", np.uint8), ("fpga_time", np.uint64), ("chip_time", np.uint64)])
    assert len(samples) > 0.95 * 30 * microseconds
    steps = np.diff(samples["value"].astype(int))
    assert np.mean(steps[steps > 0]) == pytest.approx(1, abs=0.05) and np.mean(steps[steps < 0]) < -1000


@pytest.mark.parametrize("scale", [None, 10, 50, 100, 200, 4095])
@pytest.mark.parametrize("adjust", [0, None, 7])
def test_rate(scale: int | None, adjust: int | None, execute: Callable[[Any], Any]) -> None:
    """The measured rate is the one that the settings stand for, within 1 %; with and without division of the clock."""
    number = 20_000
    for scaling in (True, False):
        builder, config = sta.PlaybackProgramBuilder(), hal.MADCConfig()
        config.number_of_samples, config.enable_dummy_data, config.enable_madc_clock_scaling = number, True, scaling
        if adjust is not None:
            config.sample_duration_adjust = adjust
        if scale is not None:
            config.madc_clock_scale_value = scale
        adpll = hal.ADPLL()
        expected = config.calculate_sample_rate(adpll.calculate_output_frequency(adpll.Output(adpll.Output.dco))) / 1e6
        record(builder, config, number / expected + 3000, continuous=False)
        samples = samples_of(execute(builder))
        assert len(samples) > 0.95 * number
        steps = np.sort(np.diff(samples["chip_time"].astype(np.int64)))
        cut = len(steps) // 100  # events may get lost or come from nowhere
        assert US / steps[cut : len(steps) - cut].mean() == pytest.approx(expected, rel=0.01)


def wait(builder: Any, microseconds: float) -> None:
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(int(microseconds * US)))


def woken(builder: Any) -> Any:
    """A control word for further steps of a converter that is ready."""
    control = hal.MADCControl()
    control.wake_up = control.enable_pre_amplifier = True
    builder.write(halco.MADCControlOnDLS(), control)
    wait(builder, 1000)
    control.wake_up = False
    return control


@pytest.mark.parametrize(("held", "recordings"), [(5, 1), (200, 6)])
def test_recordings_follow_each_other_while_the_start_bit_stands(held: float, recordings: int, execute: Callable[[Any], Any]) -> None:
    """1000 samples take 34 us."""
    builder, config = sta.PlaybackProgramBuilder(), hal.MADCConfig()
    config.number_of_samples = 1000
    builder.write(halco.MADCConfigOnDLS(), config)
    control = woken(builder)
    control.start_recording = True
    builder.write(halco.MADCControlOnDLS(), control)
    wait(builder, held)
    control.start_recording = False
    builder.write(halco.MADCControlOnDLS(), control)
    wait(builder, 100)
    times = np.sort(execute(builder).madc_samples.to_numpy()["chip_time"])
    assert len(times) == 1000 * recordings
    assert np.diff(times.astype(np.int64)).max() < 12, "without a gap"


@pytest.mark.parametrize("length", [1, 2, 4])
def test_the_channel_of_a_sample_is_the_input_of_the_one_before(length: int, execute: Callable[[Any], Any]) -> None:
    """Neuron 0 at the first input rests low, neuron 1 at the second one high."""
    builder, chain = sta.PlaybackProgramBuilder(), lola.ReadoutChain()
    for block in halco.iter_all(halco.CapMemBlockOnDLS):
        builder.write(halco.CapMemCellOnDLS(halco.CapMemCellOnCapMemBlock.neuron_i_bias_readout_amp, block), hal.CapMemCell(110))
    for column, potential, line in ((0, 400, chain.input_mux[0].neuron_even), (1, 900, chain.input_mux[1].neuron_odd)):
        neuron = lola.AtomicNeuron()
        neuron.leak.v_leak, neuron.leak.i_bias = potential, 1000
        neuron.readout.enable_amplifier = neuron.readout.enable_buffered_access = line[0] = True
        builder.write(halco.AtomicNeuronOnDLS(halco.NeuronColumnOnDLS(column), halco.NeuronRowOnDLS.top), neuron)
    chain.dynamic_mux.input_select_length, chain.madc.number_of_samples = length, 2000
    builder.write(halco.ReadoutChainOnDLS(), chain)
    wait(builder, 20000)
    control = woken(builder)
    for control.start_recording in (True, False):
        builder.write(halco.MADCControlOnDLS(), control)
    wait(builder, 120)
    samples = np.sort(execute(builder).madc_samples.to_numpy(), order="chip_time")[500:]
    high = samples["value"] > 350
    assert 0.4 < high.mean() < 0.6
    np.testing.assert_array_equal(samples["channel"][1:], high[:-1])
