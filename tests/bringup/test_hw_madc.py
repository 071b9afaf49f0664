"""The MADC without anything analog: its test pattern and its sample rate."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlens_vx_v3 import hal, halco, sta

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
