"""The FPGA: playback executor, trace, registers and JTAG engine."""

from sim.fpga.executor import Executor
from sim.fpga.registers import RegisterFile
from sim.fpga.table import REGISTERS, Register, find
from sim.fpga.timing import TIMING, Timing
from sim.fpga.trace import Trace

__all__ = ["REGISTERS", "TIMING", "Executor", "Register", "RegisterFile", "Timing", "Trace", "find"]
