"""The FPGA: playback executor, trace, registers, JTAG engine, event path, and what can be made to go wrong."""

from sim.fpga.events import EventPath
from sim.fpga.executor import Executor
from sim.fpga.faults import CRCErrors, Fault, LostEvents, MissingResponse, Notification, PHYDown
from sim.fpga.host import GIGABIT, HostLink
from sim.fpga.registers import RegisterFile
from sim.fpga.router import Router
from sim.fpga.spike_io import SpikeIO
from sim.fpga.table import REGISTERS, ROUTING_TABLES, Register, Setup, find, registers_of
from sim.fpga.timing import TIMING, Timing
from sim.fpga.trace import Trace

__all__ = [
    "GIGABIT",
    "REGISTERS",
    "ROUTING_TABLES",
    "TIMING",
    "CRCErrors",
    "EventPath",
    "Executor",
    "Fault",
    "HostLink",
    "LostEvents",
    "MissingResponse",
    "Notification",
    "PHYDown",
    "Register",
    "RegisterFile",
    "Router",
    "Setup",
    "SpikeIO",
    "Timing",
    "Trace",
    "find",
    "registers_of",
]
