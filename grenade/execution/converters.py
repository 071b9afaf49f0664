"""The fast converter (MADC) in a program: woken up before, started and stopped in the experiment. (facts: clients/grenade 3.6)"""

from __future__ import annotations

from halco import MADCControlOnDLS, TimerOnDLS
from haldls import MADCControl, Timer
from stadls import AbsoluteTimePlaybackProgramBuilder, PlaybackProgramBuilder

PER_US = int(Timer.Value.fpga_clock_cycles_per_us)
WAKE_UP = 1000 * PER_US
"""From waking the converter up until it can be started [FPGA cycles]."""
DURATION = 2
"""FPGA cycles that a start or stop takes."""


def arm(builder: PlaybackProgramBuilder) -> None:
    """Wakes the converter up."""
    control = MADCControl(wake_up=True, enable_pre_amplifier=True, enable_continuous_sampling=True)
    builder.write(MADCControlOnDLS(), control)
    builder.write(TimerOnDLS(), Timer())
    builder.block_until(TimerOnDLS(), Timer.Value(WAKE_UP))


def start(builder: AbsoluteTimePlaybackProgramBuilder, time: int) -> None:
    """Starts sampling."""
    control = MADCControl(start_recording=True, enable_pre_amplifier=True, enable_continuous_sampling=True)
    builder.write(Timer.Value(time), MADCControlOnDLS(), control)


def stop(builder: AbsoluteTimePlaybackProgramBuilder, time: int) -> None:
    """Stops sampling; the converter stays awake."""
    control = MADCControl(stop_recording=True, enable_continuous_sampling=True)
    builder.write(Timer.Value(time), MADCControlOnDLS(), control)
