"""Pieces of playback programs that measure the correlation sensors of a quad of columns."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halco import (
    CADCChannelType,
    CADCReadoutType,
    CADCSampleQuadOnDLS,
    CADCSampleQuadOnSynram,
    CorrelationResetOnDLS,
    EntryOnQuad,
    NeuronResetQuadOnDLS,
    PADIBusOnPADIBusBlock,
    SynapseQuadColumnOnDLS,
    SynapseQuadOnSynram,
    SynapseRowOnSynram,
    SynramOnDLS,
    iter_all,
)
from haldls import CADCSampleQuad, CorrelationReset, NeuronResetQuad, PADIEvent, SynapseQuad
from hicannx.calibration.errors import VectorError
from hicannx.calibration.programs import half
from stadls import ContainerTicket, PlaybackProgramBuilder

__all__ = ["evaluate_correlation", "read_correlation", "reset_correlation", "send_postpulse", "send_prepulse"]

READS = ((CADCChannelType.causal, CADCReadoutType.trigger_read), (CADCChannelType.acausal, CADCReadoutType.buffered))
"""A conversion for the causal read of a row; the acausal one takes what the same conversion has buffered."""


@cache
def _rows(quad: SynapseQuadColumnOnDLS) -> tuple[SynapseQuadOnSynram, ...]:
    return tuple(SynapseQuadOnSynram(quad, row) for row in iter_all(SynapseRowOnSynram))


def send_prepulse(builder: PlaybackProgramBuilder, synram: SynramOnDLS, address: SynapseQuad.Label | int) -> None:
    """An event with this address on all buses of an array of synapses: the pre pulse of all synapses that listen to it."""
    event = PADIEvent()
    for bus in iter_all(PADIBusOnPADIBusBlock):
        event.fire_bus[bus] = True
    event.event_address = SynapseQuad.Label(address)
    builder.write(half(synram).toPADIEventOnDLS(), event)


def send_postpulse(builder: PlaybackProgramBuilder, quad: SynapseQuadColumnOnDLS, synram: SynramOnDLS) -> None:
    """Resets the neurons of a quad, whose fire is the post pulse of their synapses."""
    builder.write(NeuronResetQuadOnDLS(quad, synram), NeuronResetQuad())


def reset_correlation(builder: PlaybackProgramBuilder, quad: SynapseQuadColumnOnDLS, synram: SynramOnDLS) -> None:
    """Discharges the sensors of a quad, row by row."""
    for place in _rows(quad):
        builder.write(CorrelationResetOnDLS(place, synram), CorrelationReset())


def read_correlation(builder: PlaybackProgramBuilder, quad: SynapseQuadColumnOnDLS, synram: SynramOnDLS) -> list[ContainerTicket[Any]]:
    """Reads the sensors of a quad. Tickets of the causal and the acausal channels of row 0, then of row 1, and so on."""
    return [
        builder.read(CADCSampleQuadOnDLS(CADCSampleQuadOnSynram(place, channels, readout), synram))
        for place in _rows(quad)
        for channels, readout in READS
    ]


def evaluate_correlation(tickets: Iterable[ContainerTicket[Any]]) -> NDArray[np.uint64]:
    """What `read_correlation` has read: [4 synapses of the quad, 256 rows, causal and acausal].

    Raises VectorError for another number of tickets or for tickets of something else.
    """
    shape = (SynapseRowOnSynram.size, CADCChannelType.size, EntryOnQuad.size)
    given = list(tickets)
    if len(given) != shape[0] * shape[1]:
        raise VectorError(f"{shape[0] * shape[1]} tickets are needed, two for each row, not {len(given)}")
    samples = [_samples(ticket) for ticket in given]
    return np.array(samples, dtype=np.uint64).reshape(shape).transpose(2, 0, 1).copy()


def _samples(ticket: Any) -> list[int]:
    read = ticket.get() if hasattr(ticket, "get") else ticket
    if not isinstance(read, CADCSampleQuad):
        raise VectorError(f"tickets of CADCSampleQuad are needed, not of {type(read).__name__}")
    return [int(read.get_sample(entry)) for entry in iter_all(EntryOnQuad)]
