"""The synapse arrays: 2 x 256 rows x 256 columns, accessed in quads of four synapses.

A quad holds every second synapse of eight neighbouring columns: the 32 quads of the even columns come first, then those of
the odd ones. Rows count from the neurons outwards, quads and synapses row by row.
"""

from typing import Any

from halco.conversions import Family, at, each, to
from halco.hemisphere import PerHemisphere
from halco.kinds import Coordinate, Grid, Mixin
from halco.value import Linear

__all__ = [
    "ColumnCorrelationQuadOnDLS", "ColumnCorrelationQuadOnSynram", "ColumnCorrelationRowOnDLS", "ColumnCurrentQuadOnDLS",
    "ColumnCurrentQuadOnSynram", "ColumnCurrentRowOnDLS", "CommonCorrelationConfigOnDLS", "CommonSynramConfigOnDLS",
    "CorrelationResetOnDLS", "CorrelationResetRowOnDLS", "EntryOnQuad", "SynapseBiasSelectionOnDLS", "SynapseBlockOnDLS",
    "SynapseCorrelationCalibMatrixOnDLS", "SynapseCorrelationCalibQuadOnDLS", "SynapseCorrelationCalibRowOnDLS", "SynapseLabel",
    "SynapseLabelMatrixOnDLS", "SynapseLabelQuadOnDLS", "SynapseLabelRowOnDLS", "SynapseOnDLS", "SynapseOnSynapseRow", "SynapseOnSynram",
    "SynapseQuadColumnOnDLS", "SynapseQuadOnDLS", "SynapseQuadOnSynram", "SynapseRowOnDLS", "SynapseRowOnSynapseDriver",
    "SynapseRowOnSynram", "SynapseWeightMatrixOnDLS", "SynapseWeightQuadOnDLS", "SynapseWeightRowOnDLS", "SynapticInputOnNeuron",
    "SynramOnDLS",
]  # fmt: skip


class EntryOnQuad(Linear, size=4):
    """Synapse or column inside a quad."""


class SynapseLabel(Linear, max=63):
    """6-bit address a synapse compares with that of the incoming event."""


class SynapticInputOnNeuron(Linear, size=2):
    """Line on which synaptic currents reach a neuron."""

    excitatory = at(0)
    inhibitory = at(1)


class SynramOnDLS(PerHemisphere, Coordinate):
    """Synapse array of one hemisphere."""


class SynapseBlockOnDLS(PerHemisphere, Coordinate):
    """One synapse array with its drivers, seen as a whole."""


class SynapseWeightMatrixOnDLS(PerHemisphere, Coordinate):
    """All weights of one synapse array."""


class SynapseLabelMatrixOnDLS(PerHemisphere, Coordinate):
    """All labels of one synapse array."""


class SynapseCorrelationCalibMatrixOnDLS(PerHemisphere, Coordinate):
    """All correlation calibration bits of one synapse array."""


class CommonSynramConfigOnDLS(PerHemisphere, Coordinate):
    """SRAM timing of one synapse array."""


class SynapseBiasSelectionOnDLS(Linear, Coordinate, size=1):
    """Choice between internal and external synapse bias currents."""


class SynapseOnSynapseRow(Linear, size=256):
    """Synapse in its row, which is the column of the neuron it feeds. Constructed from its number or from (entry, quad column)."""

    def __init__(self, position: Any = ..., quad: Any = ...) -> None:
        if quad is not ...:
            entry, column = int(EntryOnQuad(position)), int(SynapseQuadColumnOnDLS(quad))
            position = 8 * (column % 32) + 2 * entry + column // 32
        super().__init__(position)

    toEntryOnQuad = to(lambda e: e // 2 % 4)
    toSynapseQuadColumnOnDLS = to(lambda e: 32 * (e % 2) + e // 8)
    toNeuronColumnOnDLS = to()
    toCADCChannelColumnOnSynram = to()


class SynapseQuadColumnOnDLS(Linear, size=64):
    """Column of quads."""

    toColumnCorrelationQuadOnSynram = to()
    toColumnCurrentQuadOnSynram = to()
    toNeuronColumnOnDLS = each("EntryOnQuad", lambda e, entry: 8 * (e % 32) + 2 * entry + e // 32)


class SynapseRowOnSynapseDriver(Linear, size=2):
    """One of the two rows a synapse driver feeds."""

    top = at(0)
    bottom = at(1)


class SynapseRowOnSynram(Linear, size=256):
    """Row of a synapse array."""

    toSynapseDriverOnSynapseDriverBlock = to(lambda e: e // 2)
    toSynapseRowOnSynapseDriver = to(lambda e: 1 - e % 2)


class _Row(Family, Mixin, local=SynapseRowOnSynram, mixed_in=SynramOnDLS, names="block synram"):
    """Row of any of the two arrays."""


class SynapseRowOnDLS(_Row, Coordinate):
    """One synapse row with weights, labels and calibration."""


class SynapseWeightRowOnDLS(_Row, Coordinate):
    """The weights of one synapse row."""


class SynapseLabelRowOnDLS(_Row, Coordinate):
    """The labels of one synapse row."""


class SynapseCorrelationCalibRowOnDLS(_Row, Coordinate):
    """The correlation calibration of one synapse row."""


class SynapseQuadOnSynram(Grid, x=SynapseQuadColumnOnDLS, y=SynapseRowOnSynram):
    """Quad of synapses in one array."""


class _Quad(Family, Mixin, local=SynapseQuadOnSynram, mixed_in=SynramOnDLS, names="block synram"):
    """Quad of synapses in any of the two arrays."""

    toNeuronConfigBlockOnDLS = to(lambda e: 2 * (e // 16384) + e % 32 // 16)


class SynapseQuadOnDLS(_Quad, Coordinate):
    """Four synapses with weights, labels and calibration."""


class SynapseWeightQuadOnDLS(_Quad, Coordinate):
    """The weights of four synapses."""


class SynapseLabelQuadOnDLS(_Quad, Coordinate):
    """The labels of four synapses."""


class SynapseCorrelationCalibQuadOnDLS(_Quad, Coordinate):
    """The correlation calibration of four synapses."""


class SynapseOnSynram(Grid, x=SynapseOnSynapseRow, y=SynapseRowOnSynram):
    """Single synapse in one array."""


class SynapseOnDLS(Mixin, local=SynapseOnSynram, mixed_in=SynramOnDLS, names="synapse synram"):
    """Single synapse on the chip."""


class CorrelationResetOnDLS(Mixin, Coordinate, local=SynapseQuadOnSynram, mixed_in=SynramOnDLS, names="block synram"):
    """Reset of the correlation sensors of one quad."""


class CorrelationResetRowOnDLS(Mixin, Coordinate, local=SynapseRowOnSynram, mixed_in=SynramOnDLS, names="block synram"):
    """Reset of the correlation sensors of one row."""


class CommonCorrelationConfigOnDLS(PerHemisphere, Coordinate):
    """Timing of the correlation sensors of one array."""


class ColumnCorrelationQuadOnSynram(Linear, size=64):
    """Correlation readout of the four columns of a quad."""

    toSynapseQuadColumnOnDLS = to()


class ColumnCorrelationQuadOnDLS(Mixin, Coordinate, local=ColumnCorrelationQuadOnSynram, mixed_in=SynramOnDLS, names="block synram"):
    """Correlation switches of four columns."""


class ColumnCorrelationRowOnDLS(PerHemisphere, Coordinate):
    """Correlation switches of all columns of one array."""


class ColumnCurrentQuadOnSynram(Linear, size=64):
    """Synaptic current lines of the four columns of a quad."""

    toSynapseQuadColumnOnDLS = to()


class ColumnCurrentQuadOnDLS(Mixin, Coordinate, local=ColumnCurrentQuadOnSynram, mixed_in=SynramOnDLS, names="block synram"):
    """Synaptic current switches of four columns."""


class ColumnCurrentRowOnDLS(PerHemisphere, Coordinate):
    """Synaptic current switches of all columns of one array."""
