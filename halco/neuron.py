"""The neuron circuits: 512 in two rows of 256, and the digital blocks behind them.

Neurons count row by row. Their digital backends, resets and spike counters are organised by left and right half instead:
bits 7 (half) and 8 (row) of the number swap places.
"""

from __future__ import annotations

from typing import Any

from halco.conversions import each, to
from halco.hemisphere import PerHemisphere
from halco.kinds import Coordinate, Grid, Mixin
from halco.synapse import SynapseQuadColumnOnDLS, SynramOnDLS
from halco.value import Linear

__all__ = [
    "AtomicNeuronOnDLS", "BlockPostPulseOnDLS", "CommonNeuronBackendConfigOnDLS", "NeuronBackendAddressOut",
    "NeuronBackendConfigBlockOnDLS", "NeuronBackendConfigOnDLS", "NeuronBackendConfigOnNeuronBackendConfigBlock",
    "NeuronBackendSRAMTimingConfigOnDLS", "NeuronBlockOnDLS", "NeuronColumnOnDLS", "NeuronConfigBlockOnDLS", "NeuronConfigOnDLS",
    "NeuronConfigOnNeuronConfigBlock", "NeuronEventOutputOnDLS", "NeuronEventOutputOnNeuronBackendBlock", "NeuronResetBlockOnDLS",
    "NeuronResetOnDLS", "NeuronResetOnNeuronResetBlock", "NeuronResetQuadOnDLS", "NeuronRowOnDLS", "NeuronSRAMTimingConfigOnDLS",
    "SpikeCounterReadBlockOnDLS", "SpikeCounterReadOnDLS", "SpikeCounterReadOnSpikeCounterReadBlock", "SpikeCounterResetBlockOnDLS",
    "SpikeCounterResetOnDLS", "SpikeCounterResetOnSpikeCounterResetBlock",
]  # fmt: skip


def row_first(e: Any) -> Any:
    """Number by left and right half -> number by rows, or the reverse: bits 7 and 8 exchanged. Integer or int64 array."""
    return e % 128 + 128 * (e // 256) + 256 * (e // 128 % 2)


def quad_column(e: Any) -> Any:
    """Column of quads above a neuron (number by rows): even columns first, then the odd ones."""
    return 32 * (e % 2) + e % 256 // 8


def quad_column_on_chip(e: Any) -> Any:
    """As `quad_column`, counted through both synapse arrays."""
    return quad_column(e) + 64 * (e // 256)


class NeuronColumnOnDLS(Linear, size=256):
    """Column of neurons."""

    toSynapseOnSynapseRow = to()
    toCapMemColumnOnCapMemBlock = to(lambda e: e % 128)
    toNeuronEventOutputOnDLS = to(lambda e: e // 32)


class NeuronRowOnDLS(PerHemisphere):
    """Row of neurons, one per hemisphere."""


class AtomicNeuronOnDLS(Grid, Coordinate, x=NeuronColumnOnDLS, y=NeuronRowOnDLS):
    """Single neuron circuit."""

    toNeuronConfigOnDLS = to()
    toNeuronBackendConfigOnDLS = to(row_first)
    toNeuronResetOnDLS = to(row_first)
    toSpikeCounterReadOnDLS = to(row_first)
    toSpikeCounterResetOnDLS = to(row_first)
    toCapMemBlockOnDLS = to(lambda e: e // 128)
    toCapMemColumnOnCapMemBlock = to(lambda e: e % 128)
    toSynramOnDLS = to(lambda e: e // 256)
    toSynapseQuadColumnOnDLS = to(quad_column)
    toColumnCorrelationQuadOnDLS = to(quad_column_on_chip)
    toColumnCurrentQuadOnDLS = to(quad_column_on_chip)


class NeuronBlockOnDLS(Linear, Coordinate, size=1):
    """All neurons of the chip."""


class NeuronConfigOnNeuronConfigBlock(Linear, size=128):
    """Neuron among those of one quadrant."""

    toCapMemColumnOnCapMemBlock = to()


class NeuronConfigBlockOnDLS(Linear, Coordinate, size=4):
    """The neurons of one quadrant: top left, top right, bottom left, bottom right."""

    toCapMemBlockOnDLS = to()
    toNeuronResetBlockOnDLS = to(lambda e: e % 2)
    toSpikeCounterReadBlockOnDLS = to(lambda e: e % 2)
    toSpikeCounterResetBlockOnDLS = to(lambda e: e % 2)


class NeuronConfigOnDLS(Mixin, Coordinate, local=NeuronConfigOnNeuronConfigBlock, mixed_in=NeuronConfigBlockOnDLS, names="neuron block"):
    """Analog settings of one neuron."""

    toAtomicNeuronOnDLS = to()
    toNeuronBackendConfigOnDLS = to(row_first)
    toNeuronResetOnDLS = to(row_first)
    toSpikeCounterReadOnDLS = to(row_first)
    toSpikeCounterResetOnDLS = to(row_first)
    toNeuronBackendConfigBlockOnDLS = to(lambda e: e // 128 % 2)
    toCommonNeuronBackendConfigOnDLS = to(lambda e: e // 128 % 2)
    toNeuronBackendConfigOnNeuronBackendConfigBlock = to(lambda e: row_first(e) % 256)
    toNeuronRowOnDLS = to(lambda e: e // 256)
    toSynramOnDLS = to(lambda e: e // 256)
    toSynapseOnSynapseRow = to(lambda e: e % 256)
    toEntryOnQuad = to(lambda e: e // 2 % 4)
    toSynapseQuadColumnOnDLS = to(quad_column)
    toColumnCorrelationQuadOnDLS = to(quad_column_on_chip)
    toColumnCurrentQuadOnDLS = to(quad_column_on_chip)


class NeuronSRAMTimingConfigOnDLS(Linear, Coordinate, size=4):
    """Timing of the SRAM that holds the analog settings of one quadrant."""


class NeuronBackendAddressOut(Linear, max=255):
    """Low 8 bits of the labels a neuron sends."""


class NeuronBackendConfigBlockOnDLS(Linear, Coordinate, size=2):
    """The digital neuron backends of the left or right half."""

    toBlockPostPulseOnDLS = to()
    toCommonNeuronBackendConfigOnDLS = to()


class CommonNeuronBackendConfigOnDLS(Linear, Coordinate, size=2):
    """Settings common to the backends of one half."""

    toNeuronBackendConfigBlockOnDLS = to()


class BlockPostPulseOnDLS(Linear, Coordinate, size=2):
    """Trigger of a post-synaptic pulse of all neurons of one half."""

    toNeuronBackendConfigBlockOnDLS = to()


class NeuronBackendConfigOnNeuronBackendConfigBlock(Linear, size=256):
    """Backend among those of one half: first the top row, then the bottom row."""

    toNeuronEventOutputOnNeuronBackendBlock = to(lambda e: e // 32 % 4)


class NeuronBackendConfigOnDLS(
    Mixin, Coordinate, local=NeuronBackendConfigOnNeuronBackendConfigBlock, mixed_in=NeuronBackendConfigBlockOnDLS, names="neuron block"
):
    """Digital backend of one neuron: refractory period, reset, spike address."""

    toAtomicNeuronOnDLS = to(row_first)
    toNeuronConfigOnDLS = to(row_first)
    toNeuronConfigBlockOnDLS = to(lambda e: e // 256 + 2 * (e // 128 % 2))
    toNeuronColumnOnDLS = to(lambda e: e % 128 + 128 * (e // 256))
    toNeuronRowOnDLS = to(lambda e: e // 128 % 2)
    toSynramOnDLS = to(lambda e: e // 128 % 2)
    toCommonNeuronBackendConfigOnDLS = to(lambda e: e // 256)
    toSpikeCounterReadOnDLS = to()
    toSpikeCounterResetOnDLS = to()


class NeuronBackendSRAMTimingConfigOnDLS(Linear, Coordinate, size=2):
    """Timing of the SRAM that holds the backend settings of one half."""


class NeuronEventOutputOnNeuronBackendBlock(Linear, size=4):
    """Spike output of a backend half; it carries the neurons of 32 columns."""


class NeuronEventOutputOnDLS(
    Mixin, Coordinate, local=NeuronEventOutputOnNeuronBackendBlock, mixed_in=NeuronBackendConfigBlockOnDLS, names="output block"
):
    """Spike output of the neurons towards the crossbar."""

    toCrossbarInputOnDLS = to()


class NeuronResetOnNeuronResetBlock(Linear, size=256):
    """Reset trigger among those of one half."""


class NeuronResetBlockOnDLS(Linear, Coordinate, size=2):
    """Reset triggers of the left or right half."""


class NeuronResetOnDLS(Mixin, Coordinate, local=NeuronResetOnNeuronResetBlock, mixed_in=NeuronResetBlockOnDLS, names="neuron block"):
    """Trigger that resets one neuron, as if it had spiked."""


class NeuronResetQuadOnDLS(Mixin, Coordinate, local=SynapseQuadColumnOnDLS, mixed_in=SynramOnDLS, names="quad synram"):
    """Trigger that resets the four neurons below a quad column."""

    toNeuronResetOnDLS = each("EntryOnQuad", lambda e, entry: row_first(256 * (e // 64) + 8 * (e % 32) + 2 * entry + e // 32 % 2))


class SpikeCounterReadOnSpikeCounterReadBlock(Linear, size=256):
    """Spike counter among those of one half."""


class SpikeCounterReadBlockOnDLS(Linear, Coordinate, size=2):
    """Spike counters of the left or right half."""


class SpikeCounterReadOnDLS(
    Mixin, Coordinate, local=SpikeCounterReadOnSpikeCounterReadBlock, mixed_in=SpikeCounterReadBlockOnDLS, names="neuron block"
):
    """Spike counter of one neuron."""


class SpikeCounterResetOnSpikeCounterResetBlock(Linear, size=256):
    """Spike counter reset among those of one half."""


class SpikeCounterResetBlockOnDLS(Linear, Coordinate, size=2):
    """Spike counter resets of the left or right half."""


class SpikeCounterResetOnDLS(
    Mixin, Coordinate, local=SpikeCounterResetOnSpikeCounterResetBlock, mixed_in=SpikeCounterResetBlockOnDLS, names="neuron block"
):
    """Trigger that sets the spike counter of one neuron to zero."""
