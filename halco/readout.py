"""Analog readout: the fast ADC, the sources it can look at, the two pads and the current DAC."""

from halco.kinds import Coordinate
from halco.value import Linear

__all__ = [
    "CurrentDACOnDLS", "MADCConfigOnDLS", "MADCControlOnDLS", "PadMultiplexerConfigOnDLS", "PadOnDLS", "ReadoutChainOnDLS",
    "ReadoutSourceSelectionOnDLS", "SourceMultiplexerOnReadoutSourceSelection",
]  # fmt: skip


class ReadoutChainOnDLS(Linear, Coordinate, size=1):
    """The whole readout chain from source to converter."""


class ReadoutSourceSelectionOnDLS(Linear, Coordinate, size=1):
    """Multiplexers that choose the two signals to read out."""


class SourceMultiplexerOnReadoutSourceSelection(Linear, size=2):
    """One of the two source multiplexers with its buffer."""


class PadOnDLS(Linear, Coordinate, size=2):
    """Analog pad of the chip."""


class PadMultiplexerConfigOnDLS(Linear, Coordinate, size=2):
    """Multiplexer in front of an analog pad."""


class MADCControlOnDLS(Linear, Coordinate, size=1):
    """State machine of the fast ADC: wake up, start, stop, power down."""


class MADCConfigOnDLS(Linear, Coordinate, size=1):
    """Settings of the fast ADC."""


class CurrentDACOnDLS(Linear, Coordinate, size=1):
    """Source of a programmable current into neurons and synapses."""
