"""Routing of spikes between the FPGAs of a setup with several chips."""

from __future__ import annotations

from halco import InputRoutingTableEntryOnFPGA, Linear, OutputRoutingTableEntryOnFPGA, SpikeLabel
from haldls.container import FPGA, Address, Container
from haldls.fields import Field

__all__ = ["InputRoutingTableEntry", "OutputRoutingTableEntry"]


class OutputRoutingTableEntry(Container):
    """What becomes of a label leaving towards the other FPGAs."""

    coordinate = OutputRoutingTableEntryOnFPGA
    backends = FPGA
    address = Address(0x880D0000, stride=1)

    class Label(Linear, max=0x7FFF):
        """Label between FPGAs."""

    enable = Field(bool, "w0[15]", doc="send it")
    label = Field(Label, "w0[14:0]", doc="label on the way between FPGAs")


class InputRoutingTableEntry(Container):
    """What becomes of a label arriving from another FPGA."""

    coordinate = InputRoutingTableEntryOnFPGA
    backends = FPGA
    address = Address(0x880C0000, stride=1)
    Label = SpikeLabel
    enable = Field(bool, "w0[16]", doc="hand it to the chip")
    label = Field(SpikeLabel, "w0[15:0]", doc="label on the chip")
