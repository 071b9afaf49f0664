"""The two halves of the chip: what exists once in the top and once in the bottom half counts alike."""

from halco.conversions import Family, at
from halco.kinds import Mixin
from halco.value import Linear

__all__ = ["DLSGlobal", "HemisphereGlobal", "HemisphereOnDLS"]


class PerHemisphere(Family, Linear, size=2):
    """Base of everything that exists once per hemisphere: all of it converts into all the rest, top to top, bottom to bottom."""

    top = at(0)
    bottom = at(1)


class HemisphereOnDLS(PerHemisphere):
    """Half of the chip: synapse array, neuron row, PPU and converters of the top or of the bottom."""


class DLSGlobal(Linear, size=255):
    """Chip in a system of several."""


class HemisphereGlobal(Mixin, local=HemisphereOnDLS, mixed_in=DLSGlobal):
    """Half of one of several chips."""
