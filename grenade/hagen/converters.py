"""Reading the membranes of a hemisphere with the parallel converters: one conversion, and the samples of the columns that are needed."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from fisch import encode_omnibus_reads
from grenade.hagen.limits import COLUMNS
from halco import (
    CADCChannelType,
    CADCReadoutType,
    CADCSampleQuadOnDLS,
    CADCSampleQuadOnSynram,
    SynapseQuadColumnOnDLS,
    SynapseQuadOnSynram,
    SynapseRowOnSynram,
    SynramOnDLS,
    iter_all,
)
from haldls.cadc import CADCSampleQuad

ENTRIES = 4


@cache
def _columns() -> NDArray[np.int64]:
    """Column [quad, entry]."""
    return np.array([[int(column) for column in quad.toNeuronColumnOnDLS()] for quad in iter_all(SynapseQuadColumnOnDLS)])


def _address(hemisphere: int, quad: int, readout: CADCReadoutType) -> int:
    place = SynapseQuadOnSynram(SynapseQuadColumnOnDLS(quad), SynapseRowOnSynram(0))
    samples = CADCSampleQuadOnDLS(CADCSampleQuadOnSynram(place, CADCChannelType.causal, readout), SynramOnDLS(hemisphere))
    return int(CADCSampleQuad.read_addresses([int(samples)])[0, 0])


class Reading:
    """The reads of one conversion of some hemispheres, of the first columns of each: `widths` {hemisphere: number of columns}.

    The first read of a hemisphere starts the conversion, its value is not used: on the real chip it is unreliable.
    """

    def __init__(self, widths: dict[int, int]) -> None:
        self._quads = {side: np.flatnonzero(_columns().min(axis=1) < width) for side, width in widths.items()}
        triggers = [_address(side, 0, CADCReadoutType.trigger_read) for side in widths]
        buffered = [_address(side, int(quad), CADCReadoutType.buffered) for side, quads in self._quads.items() for quad in quads]
        self.words = encode_omnibus_reads(np.array(triggers + buffered, np.uint32))

    def samples(self, responses: NDArray[np.uint32]) -> dict[int, NDArray[np.int16]]:
        """Samples 0 to 255 {hemisphere: [entry, column]} of the responses [entry, read]; columns that were not read are 0."""
        values = CADCSampleQuad.layout().decode_array(responses.ravel()).reshape(*responses.shape, ENTRIES)
        found, begin = {}, len(self._quads)
        for side, quads in self._quads.items():
            made = np.zeros((len(responses), COLUMNS), np.int16)
            made[:, _columns()[quads].ravel()] = values[:, begin : begin + len(quads)].reshape(len(responses), -1)
            found[side] = made
            begin += len(quads)
        return found
