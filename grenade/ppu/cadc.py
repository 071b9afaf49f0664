"""The periodic recording of the parallel converters in the FPGA's memory. (facts: clients/grenade 3.7)

Of each processor: 128 bytes, of which the first four count the samples, and for each sample 128 bytes, of which the first eight are its
time, and the columns, 128 even and 128 odd ones, in the order in which the vector unit stores bytes there: 32-bit words from the last to
the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grenade.ppu.layout import memory_bytes
from halco import HemisphereOnDLS
from haldls.lola import PPUElfFile

VECTOR, SAMPLE, COLUMNS = 128, 384, 256  # bytes, bytes, columns
NAMES = ("periodic_cadc_samples_top", "periodic_cadc_samples_bot")
START = 15 * 125
"""FPGA cycles between the command and the beginning of the experiment; the recording counts from the command."""


@dataclass(frozen=True)
class Samples:
    """What one processor has recorded.

    count   samples that would have been there, also those for which there was no room any more
    times   PPU cycles of 4 ns since the command: (samples,)
    values  what the converters gave, 0 to 255, by column: (samples, 256)
    """

    count: int
    times: NDArray[np.uint64]
    values: NDArray[np.uint8]


@dataclass(frozen=True)
class CADCMemory:
    """Where the samples are: room for so many of each processor."""

    room: int
    blocks: tuple[Any, Any]

    @classmethod
    def of(cls, path: Path, room: int) -> CADCMemory:
        symbols = PPUElfFile(path).read_symbols()
        return cls(room, (symbols[NAMES[0]].coordinate, symbols[NAMES[1]].coordinate))

    def block(self, hemisphere: HemisphereOnDLS, samples: int | None = None) -> Any:
        """Coordinate of the memory of so many samples with what stands before them; of all there is room for without a number.

        `block(hemisphere, 0)` holds the number that were recorded.
        """
        whole = self.blocks[int(hemisphere)]
        first = whole.toMin()
        last = int(first) + VECTOR + SAMPLE * min(self.room if samples is None else samples, self.room) - 1
        return type(whole)(first, type(first)(last))

    def count(self, memory: Any) -> int:
        """How many samples `block` then has; at most `room`, of which a larger number says that samples were lost."""
        return int.from_bytes(memory_bytes(memory)[:4].tobytes(), "big")

    def decode(self, memory: Any) -> Samples:
        """From the contents of `block`: as many samples as were recorded and are in there."""
        data = memory_bytes(memory)
        count = self.count(memory)
        samples = data[VECTOR:].reshape(-1, SAMPLE)[: min(count, self.room)]
        times = np.ascontiguousarray(samples[:, :8]).view(">u8")[:, 0].astype(np.uint64)
        return Samples(count, times, samples[:, VECTOR:][:, _PLACES])


def _places() -> NDArray[np.intp]:
    columns = np.arange(COLUMNS)
    half, byte = columns % 2, columns // 2
    return half * VECTOR + (VECTOR - 1) - (4 * (byte // 4) + 3 - byte % 4)


_PLACES = _places()
