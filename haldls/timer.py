"""The FPGA's playback timer and the conditions that a program can wait for."""

from __future__ import annotations

from typing import ClassVar

from halco import BarrierOnFPGA, BaseType, PollingOmnibusBlockOnFPGA, TimerOnDLS
from haldls.container import Address, BlockUntil, Container
from haldls.fields import Field

__all__ = ["Barrier", "PollingOmnibusBlock", "Timer"]


class Timer(Container):
    """The timer by which a program keeps time. Any write sets it to 0; what stands in `value` is not transmitted."""

    coordinate = TimerOnDLS
    backends = ("Timer",)
    address = Address(0)
    constructor = ("value",)

    class Value(BaseType, BlockUntil, maximum=0xFFFFFFFF):
        """FPGA cycles of 8 ns. As a condition of `block_until(TimerOnDLS(), value)`: until the timer has come that far."""

        fpga_clock_cycles_per_us: ClassVar[Timer.Value]

    value = Field(Value, read="w0[31:0]", unit="FPGA cycles of 8 ns", doc="time since the last write, when read")

    def get(self) -> Timer.Value:
        """The time read, in FPGA cycles."""
        return self.value

    def set(self, value: Timer.Value | int) -> None:
        """Sets the stored time; writing the timer resets it to 0 nevertheless."""
        self.value = value


Timer.Value.fpga_clock_cycles_per_us = Timer.Value(125)
"""FPGA cycles in 1 us. (facts: registers/behaviour, clocks and time)"""


class Barrier(Container, BlockUntil):
    """Condition of `block_until(BarrierOnFPGA(), barrier)`: until all selected units have finished what they were given."""

    coordinate = BarrierOnFPGA
    backends = ("Barrier",)
    write_address = Address(0)

    omnibus: ClassVar[Barrier]
    jtag: ClassVar[Barrier]
    systime: ClassVar[Barrier]
    multi_fpga: ClassVar[Barrier]
    systime_correction: ClassVar[Barrier]

    enable_omnibus = Field(bool, "w0[0]", doc="until all omnibus accesses are done")
    enable_jtag = Field(bool, "w0[1]", doc="until all JTAG accesses are done")
    enable_systime = Field(bool, "w0[2]", doc="until the systime of FPGA and chip are synchronized")
    enable_multi_fpga = Field(bool, "w0[3]", doc="until all FPGAs of the setup have arrived here")
    enable_systime_correction = Field(bool, "w0[4]", doc="until the systime has been corrected; at once unless that is armed")


Barrier.omnibus = Barrier(enable_omnibus=True)
Barrier.jtag = Barrier(enable_jtag=True)
Barrier.systime = Barrier(enable_systime=True)
Barrier.multi_fpga = Barrier(enable_multi_fpga=True)
Barrier.systime_correction = Barrier(enable_systime_correction=True)


class PollingOmnibusBlock(Container, BlockUntil):
    """Condition of `block_until(PollingOmnibusBlockOnFPGA(), block)`: until a register is as `PollingOmnibusBlockConfig` says."""

    coordinate = PollingOmnibusBlockOnFPGA
    backends = ("PollingOmnibusBlock",)
    write_address = Address(0)
    constructor = ("enable_expects_equality",)
    enable_expects_equality = Field(bool, "w0[0]", default=True, doc="wait for equality; otherwise for inequality")
