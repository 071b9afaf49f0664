"""The rows of the register table that stand on the chip: one per container and word, from the containers and `regions`."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

import haldls
from hicannx_sim.base.register_table import Accuracy, ReadBack, RegisterTable, Row
from hicannx_sim.chip.masks import field_masks, kept_masks, start_words
from hicannx_sim.chip.regions import REGIONS, Region


def _read_back(region: Region, readable: bool) -> ReadBack:
    if not readable or region.accuracy is Accuracy.UNMODELLED:
        return ReadBack.ZERO
    return ReadBack.LIVE if region.live else ReadBack.WRITTEN


def _of(region: Region) -> Iterator[Row]:
    container: Any = getattr(haldls, region.container)
    written, read = (table(backend=region.backend) for table in (container.write_addresses, container.read_addresses))
    addresses = written if written.shape[1] else read
    fields = np.zeros(addresses.shape[1], np.int64)
    for write in (True, False):
        masks = field_masks(container, region.backend, write)
        fields[: len(masks)] |= np.array(masks, np.int64)
    start = start_words(region)
    for word, mask in enumerate(kept_masks(region, container)):
        yield Row(
            "chip",
            region.container,
            (region.container,),
            str(container.coordinate.__name__),
            word,
            addresses[:, word],
            "rw" if written.shape[1] and read.shape[1] else "w" if written.shape[1] else "r",
            mask,
            int(fields[word]),
            region.reset,
            start[word],
            _read_back(region, bool(read.shape[1])),
            region.effect,
            region.accuracy,
            region.note,
            region.source,
            count=len(addresses),
        )


@cache
def chip_registers() -> RegisterTable:
    """All registers on the chip's omnibus."""
    return RegisterTable(row for region in REGIONS for row in _of(region))
