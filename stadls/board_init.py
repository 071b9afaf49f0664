"""Initialisation of the boards that carry the chip: supplies and reference voltages. (facts: registers/stadls 8.2, 8.3, 10)"""

from __future__ import annotations

from typing import ClassVar

from halco import (
    AD5252ChannelConfigOnBoard,
    BarrierOnFPGA,
    DACChannelBlockOnBoard,
    DACControlBlockOnBoard,
    ShiftRegisterOnBoard,
    TCA9546OnBoard,
    TCA9554ConfigOnBoard,
    TimerOnDLS,
)
from haldls import AD5252ChannelConfig, Barrier, ShiftRegister, TCA9546ChannelConfig, TCA9554Config, Timer
from haldls.constants import jboa_dac_settling_duration, jboa_powerup_settling_duration, xboard_dac_settling_duration
from haldls.lola import DACChannelBlock, DACControlBlock
from stadls.builder import PlaybackProgramBuilder
from stadls.generator import PerCoordinate, PlaybackGenerator, Settings, write_all

__all__ = ["ASICAdapterBoardInit", "CubeASICAdapterBoardInit", "JboaASICAdapterBoardInit"]


def wait(builder: PlaybackProgramBuilder, duration: Timer.Value, *, reset: bool = True) -> None:
    """Waits until the timer, set to 0 first unless `reset` is off, has counted that far."""
    if reset:
        builder.write(TimerOnDLS(), Timer())
    builder.block_until(TimerOnDLS(), duration)


class ASICAdapterBoardInit(Settings, PlaybackGenerator):
    """Initialisation of a board that needs none."""

    __slots__ = ()
    _replaceable_by: ClassVar[type]

    def generate(self) -> tuple[PlaybackProgramBuilder, None]:
        return PlaybackProgramBuilder(), None


ASICAdapterBoardInit._replaceable_by = ASICAdapterBoardInit


class CubeASICAdapterBoardInit(ASICAdapterBoardInit):
    """The cube's xBoard: shift register, reference voltages, and 1 ms for them to settle."""

    __slots__ = ("dac_channel_block", "dac_control_block", "shift_register")

    def __init__(self) -> None:
        self.shift_register = ShiftRegister()
        self.dac_channel_block = DACChannelBlock(DACChannelBlock.default_ldo_2)
        self.dac_control_block = DACControlBlock()

    def generate(self) -> tuple[PlaybackProgramBuilder, None]:
        builder = PlaybackProgramBuilder()
        builder.write(ShiftRegisterOnBoard(), self.shift_register)
        builder.write(DACChannelBlockOnBoard(), self.dac_channel_block)
        builder.write(DACControlBlockOnBoard(), self.dac_control_block)
        wait(builder, xboard_dac_settling_duration)
        return builder, None


class JboaASICAdapterBoardInit(ASICAdapterBoardInit):
    """The jBOA board: I2C multiplexer, digital potentiometers, port expander, and time for power and references to settle."""

    __slots__ = ("DigitalPotiArray", "io_expander", "multiplexer")

    def __init__(self) -> None:
        self.multiplexer = TCA9546ChannelConfig(TCA9546ChannelConfig.default_mux)
        digital, analog, high = (
            AD5252ChannelConfig.default_pot_12_digital,
            AD5252ChannelConfig.default_pot_12,
            AD5252ChannelConfig.default_pot_25,
        )
        supplies = (high, digital, analog, analog, analog, high)
        self.DigitalPotiArray = PerCoordinate(AD5252ChannelConfigOnBoard, [AD5252ChannelConfig(supply) for supply in supplies])
        self.io_expander = TCA9554Config()

    def generate(self) -> tuple[PlaybackProgramBuilder, None]:
        builder = PlaybackProgramBuilder()
        builder.write(TCA9546OnBoard(), self.multiplexer)
        write_all(builder, self.DigitalPotiArray)
        builder.write(TCA9554ConfigOnBoard(), self.io_expander)
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        wait(builder, jboa_powerup_settling_duration)
        wait(builder, jboa_dac_settling_duration)
        return builder, None
