"""Spikes from and to the outside world over the FPGA's serial interface."""

from __future__ import annotations

from typing import ClassVar

from halco import Linear, SpikeIOAddress, SpikeIOConfigOnFPGA, SpikeIOInputRouteOnFPGA, SpikeIOOutputRouteOnFPGA, SpikeLabel
from haldls.container import FPGA, Address, Container
from haldls.fields import Field

__all__ = ["SpikeIOConfig", "SpikeIOInputRoute", "SpikeIOOutputRoute"]


class SpikeIOConfig(Container):
    """Serial interface: speed, directions and loopback."""

    coordinate = SpikeIOConfigOnFPGA
    backends = FPGA
    address = Address(0x88038000)

    class DataRateScaler(Linear, min=1, max=0xFFFF):
        """Division of the FPGA clock."""

    data_rate_scaler = Field(DataRateScaler, "w0[15:0]", doc="division of the FPGA clock to the bit rate")
    enable_tx = Field(bool, "w0[16]", doc="send")
    enable_rx = Field(bool, "w0[17]", doc="receive")
    enable_internal_loopback = Field(bool, "w0[18]", doc="receive what is sent")


class SpikeIOInputRoute(Container):
    """Label that a spike with a serial address gets on its way to the chip."""

    coordinate = SpikeIOInputRouteOnFPGA
    backends = FPGA
    address = Address(0x88030000, stride=1)
    constructor = ("target",)
    keywords = {"label": "target"}
    SILENT: ClassVar[SpikeLabel]
    target = Field(SpikeLabel, "w0[15:0]", default=0xFFFF, doc="label; SILENT sends none")


SpikeIOInputRoute.SILENT = SpikeLabel(0xFFFF)
"""Label that stands for no spike."""


class SpikeIOOutputRoute(Container):
    """Serial address that a spike of the chip with a label gets on its way out."""

    coordinate = SpikeIOOutputRouteOnFPGA
    backends = FPGA
    address = Address(0x88020000, stride=1)
    constructor = ("target",)
    keywords = {"serial_address": "target"}
    SILENT: ClassVar[SpikeIOAddress]
    target = Field(SpikeIOAddress, "w0[7:0]", default=0xFF, doc="serial address; SILENT sends none")


SpikeIOOutputRoute.SILENT = SpikeIOAddress(0xFF)
"""Address that stands for no message."""
