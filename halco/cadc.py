"""The columnar ADCs: one pair of channels (causal, acausal) per column and hemisphere, read in quads."""

from typing import Any

from halco.conversions import at, to
from halco.hemisphere import PerHemisphere
from halco.kinds import Coordinate, Mixin
from halco.synapse import SynapseQuadOnSynram, SynapseRowOnSynram, SynramOnDLS
from halco.value import Linear

__all__ = [
    "CADCChannelColumnOnSynram", "CADCChannelConfigOnDLS", "CADCChannelConfigOnSynram", "CADCChannelType", "CADCConfigOnDLS",
    "CADCOffsetSRAMTimingConfigOnDLS", "CADCOnDLS", "CADCReadoutType", "CADCSampleQuadOnDLS", "CADCSampleQuadOnSynram",
    "CADCSampleQuadUnspecifiedReadoutOnSynram", "CADCSampleRowOnDLS", "CADCSamplesOnDLS",
]  # fmt: skip


class CADCOnDLS(PerHemisphere, Coordinate, target=False):
    """Columnar ADC of one hemisphere."""


class CADCConfigOnDLS(PerHemisphere, Coordinate):
    """Settings of the columnar ADC of one hemisphere."""


class CADCOffsetSRAMTimingConfigOnDLS(Linear, Coordinate, size=4):
    """Timing of the SRAM that holds the channel offsets of one quadrant."""


class CADCChannelType(Linear, size=2):
    """Which trace of the correlation sensors a channel converts."""

    causal = at(0)
    acausal = at(1)


class CADCReadoutType(Linear, size=2):
    """Whether a read starts a conversion or returns the result of the last one."""

    trigger_read = at(0)
    buffered = at(1)


class CADCChannelColumnOnSynram(Linear, size=256):
    """Column of channels."""


class CADCChannelConfigOnSynram(Mixin, local=CADCChannelColumnOnSynram, mixed_in=CADCChannelType, names="quad cadc_channel_type"):
    """Channel of one hemisphere."""

    toSynapseOnSynapseRow = to(lambda e: e % 256)


class CADCChannelConfigOnDLS(Mixin, Coordinate, local=CADCChannelConfigOnSynram, mixed_in=SynramOnDLS, names="block synram"):
    """Settings of one channel."""

    toNeuronConfigBlockOnDLS = to(lambda e: e // 128 % 2 + 2 * (e // 512))


class CADCSampleQuadUnspecifiedReadoutOnSynram(Mixin, local=SynapseQuadOnSynram, mixed_in=CADCChannelType, names="quad cadc_channel_type"):
    """Four channels of one type, connected to one row of synapses."""


class CADCSampleQuadOnSynram(
    Mixin, local=CADCSampleQuadUnspecifiedReadoutOnSynram, mixed_in=CADCReadoutType, names="quad cadc_channel_type"
):
    """Four channels of one type and the way they are read."""

    def __init__(self, first: Any = ..., second: Any = ..., third: Any = ..., **parts: Any) -> None:
        """From the four channels and the way they are read, or from a quad of synapses, the type of the channels and the way."""
        if third is ...:
            super().__init__(first, second, **parts)
        else:
            super().__init__(CADCSampleQuadUnspecifiedReadoutOnSynram(first, second), third)


def _quad(e: Any) -> Any:
    """Quad of synapses, whatever the channel type and the readout."""
    return e % 16384 + 16384 * (e // 65536)


class CADCSampleQuadOnDLS(Mixin, Coordinate, local=CADCSampleQuadOnSynram, mixed_in=SynramOnDLS, names="block synram"):
    """Samples of four channels."""

    toSynapseQuadOnDLS = to(_quad)
    toSynapseWeightQuadOnDLS = to(_quad)
    toSynapseLabelQuadOnDLS = to(_quad)
    toSynapseCorrelationCalibQuadOnDLS = to(_quad)


class CADCSampleRowOnDLS(Mixin, Coordinate, local=SynapseRowOnSynram, mixed_in=SynramOnDLS, names="block synram"):
    """Samples of all channels of one hemisphere, connected to one row of synapses."""

    toSynapseRowOnDLS = to()
    toSynapseWeightRowOnDLS = to()
    toSynapseLabelRowOnDLS = to()
    toSynapseCorrelationCalibRowOnDLS = to()


class CADCSamplesOnDLS(Linear, Coordinate, size=1):
    """Samples of all channels of the chip."""
