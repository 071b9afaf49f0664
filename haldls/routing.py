"""The crossbar that routes events between neurons, background generators, the FPGA and the PADI buses."""

from __future__ import annotations

from typing import ClassVar

from halco import (
    CrossbarInputOnDLS,
    CrossbarL2OutputOnDLS,
    CrossbarNodeOnDLS,
    CrossbarOutputConfigOnDLS,
    CrossbarOutputOnDLS,
    Linear,
    NeuronLabel,
)
from haldls.container import Address, Container
from haldls.fields import Array, Field

__all__ = ["CrossbarInputDropCounter", "CrossbarNode", "CrossbarOutputConfig", "CrossbarOutputEventCounter"]


class CrossbarOutputConfig(Container):
    """Outputs of the crossbar: event counters, and throttling of those towards the FPGA."""

    coordinate = CrossbarOutputConfigOnDLS
    address = Address(0x130000)
    no_read_on = ("hardware",)
    enable_event_counter = Array(CrossbarOutputOnDLS, bool, lambda output: f"w0[{4 + output}]", doc="count the events of the output")
    enable_slow = Array(CrossbarL2OutputOnDLS, bool, lambda output: f"w0[{output}]", doc="slow the output towards the FPGA down")


class CrossbarNode(Container):
    """Node between an input and an output: lets an event through if `label & mask == target`."""

    coordinate = CrossbarNodeOnDLS
    address = Address(0x130019, rule=lambda node: node)
    no_read_on = ("hardware",)
    drop_all: ClassVar[CrossbarNode]
    mask = Field(NeuronLabel, "w0[13:0]", doc="bits of the label that are compared")
    target = Field(NeuronLabel, "w0[29:16]", doc="what they are compared with")
    enable_drop_counter = Field(bool, "w0[31]", doc="count what the node drops at its input's counter")


CrossbarNode.drop_all = CrossbarNode(mask=0, target=1)
"""Lets nothing through: no label masked with 0 equals a target other than 0."""


class CrossbarInputDropCounter(Container):
    """Events of an input that its nodes dropped, as far as these count."""

    coordinate = CrossbarInputOnDLS
    read_address = Address(0x130065, stride=1)
    constructor = ("value",)

    class Value(Linear, max=0xFFFF):
        """Number of events."""

    value = Field(Value, read="w0[15:0]", doc="number of dropped events")


class CrossbarOutputEventCounter(Container):
    """Events that left through an output, if its counter is on."""

    coordinate = CrossbarOutputOnDLS
    read_address = Address(0x130079, stride=1)
    constructor = ("value",)

    class Value(Linear, max=(1 << 24) - 1):
        """Number of events."""

    value = Field(Value, read="w0[23:0]", doc="number of events")
