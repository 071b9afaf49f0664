"""The chip's own event generators."""

from __future__ import annotations

from halco import BackgroundSpikeSourceOnDLS, Linear, NeuronLabel
from haldls.container import Address, Container
from haldls.fields import Field

__all__ = ["BackgroundSpikeSource"]


class BackgroundSpikeSource(Container):
    """Sends events at regular or random times. Switching it on loads the seed and starts a full period; so it is written last."""

    coordinate = BackgroundSpikeSourceOnDLS
    address = Address(0x130001, stride=3, offsets=(1, 2, 0))
    no_read_on = ("hardware", "simulation")

    class Period(Linear, max=0xFFFF):
        """Chip cycles of 4 ns."""

    class Rate(Linear, max=255):
        """Probability."""

    class Seed(Linear, max=0xFFFFFFFF):
        """State of the random generator."""

    class Mask(Linear, max=255):
        """Bits of the label."""

    enable = Field(bool, "w2[0]", doc="send events")
    enable_random = Field(bool, "w2[1]", doc="decide by chance at the end of each period; otherwise an event each time")
    period = Field(Period, "w2[31:16]", unit="chip cycles of 4 ns", doc="time between two possible events")
    rate = Field(Rate, "w1[15:8]", doc="chance of an event in random mode: an event if a random byte is at most this, so 1/256 for 0")
    seed = Field(Seed, "w0[31:0]", doc="start of the random generator")
    mask = Field(Mask, "w1[7:0]", doc="lower bits of the label that are replaced by random ones in random mode")
    neuron_label = Field(NeuronLabel, "w1[29:16]", doc="label of the events")
