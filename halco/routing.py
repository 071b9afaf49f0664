"""The event crossbar: 20 inputs, 12 outputs and nodes where they may be connected; background spike sources."""

from halco.conversions import to
from halco.kinds import Coordinate, Grid
from halco.value import Linear

__all__ = [
    "BackgroundSpikeSourceOnDLS", "CrossbarInputOnDLS", "CrossbarL2OutputOnDLS", "CrossbarNodeOnDLS", "CrossbarOnDLS",
    "CrossbarOutputConfigOnDLS", "CrossbarOutputOnDLS",
]  # fmt: skip


class CrossbarOnDLS(Linear, Coordinate, size=1):
    """The whole crossbar."""


class CrossbarOutputOnDLS(Linear, Coordinate, size=12):
    """Output: 0..7 are the PADI buses (top, then bottom), 8..11 lead to the FPGA."""

    toPADIBusOnDLS = to(within=range(8), optional=True)
    toCrossbarL2OutputOnDLS = to(lambda e: e - 8, within=range(8, 12), optional=True)


class CrossbarL2OutputOnDLS(Linear, size=4):
    """Output towards the FPGA."""

    toCrossbarOutputOnDLS = to(lambda e: e + 8)


class CrossbarOutputConfigOnDLS(Linear, Coordinate, size=1):
    """Settings of all outputs."""


class CrossbarInputOnDLS(Linear, Coordinate, size=20):
    """Input: 0..7 are the neurons' event outputs, 8..11 come from the FPGA, 12..19 are the background sources."""

    toNeuronEventOutputOnDLS = to(within=range(8), optional=True)
    toSPL1Address = to(lambda e: e - 8, within=range(8, 12), optional=True)


def _outputs(source: int) -> list[int]:
    """Outputs that an input can be connected to: its own column of both PADI sides and of the FPGA; the FPGA's reach all buses."""
    if source < 8:
        return [source % 4, source % 4 + 4, source % 4 + 8]
    if source < 12:
        return [*range(8), source]
    return [source - 12, 8 + source % 4]


class CrossbarNodeOnDLS(
    Grid, Coordinate, x=CrossbarOutputOnDLS, y=CrossbarInputOnDLS, nodes=tuple((x, y) for y in range(20) for x in _outputs(y))
):
    """Connection of an input with an output; only 76 of the 240 combinations exist on the chip."""


class BackgroundSpikeSourceOnDLS(Linear, Coordinate, size=8):
    """Generator of regular or random spikes."""

    toCrossbarInputOnDLS = to(lambda e: e + 12)
    toCrossbarL2OutputOnDLS = to(lambda e: e % 4)
    toPADIBusOnDLS = to()
