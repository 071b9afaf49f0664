"""The FPGA: playback executor, trace, registers, JTAG engine, event path, and what can be made to go wrong."""

from hicannx_sim.fpga.events import EventPath
from hicannx_sim.fpga.executor import Executor
from hicannx_sim.fpga.faults import CRCErrors, Fault, LostEvents, MissingResponse, Notification, PHYDown
from hicannx_sim.fpga.host import GIGABIT, HostLink
from hicannx_sim.fpga.registers import RegisterFile
from hicannx_sim.fpga.router import Router
from hicannx_sim.fpga.spike_io import SpikeIO
from hicannx_sim.fpga.table import REGISTERS, ROUTING_TABLES, Register, Setup, find, registers_of
from hicannx_sim.fpga.trace import Trace

__all__ = [
    "GIGABIT",
    "REGISTERS",
    "ROUTING_TABLES",
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
    "Trace",
    "find",
    "registers_of",
]
