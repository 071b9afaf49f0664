"""For how many circuits calibrations have succeeded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halco import (
    AtomicNeuronOnDLS,
    CADCChannelConfigOnDLS,
    CapMemBlockOnDLS,
    CapMemCellOnCapMemBlock,
    CapMemCellOnDLS,
    SynapseDriverOnDLS,
    iter_all,
)
from haldls import CADCChannelConfig, CapMemCell
from hicannx.calibration.store import Stored
from stadls import DumperDone

__all__ = ["COUNTS", "common_failures", "table"]

COUNTS = {
    "neurons": AtomicNeuronOnDLS.size, "drivers": SynapseDriverOnDLS.size, "channels": CADCChannelConfigOnDLS.size,
    "quadrants": CapMemBlockOnDLS.size,
}  # fmt: skip
CELLS = ("cadc_v_ramp_offset", "cadc_i_ramp_slope", "stp_i_ramp", "syn_i_bias_store", "syn_i_bias_ramp")
"""Cells that a quadrant has one of, and that are searched for. Not the bias of its synapses: the weakest keep what they are given."""


def common_failures(cocos: DumperDone) -> dict[str, NDArray[np.bool_]]:
    """Channels of the converters and quadrants with a code at an end of its range."""
    writes, ends = dict(cocos.tolist()), CADCChannelConfig.Offset
    channels = [int(writes[place].offset) for place in iter_all(CADCChannelConfigOnDLS)]
    quadrants = [any(_at_an_end(writes.get(place)) for place in _cells(block)) for block in iter_all(CapMemBlockOnDLS)]
    return {"channels": np.isin(channels, (ends.min, ends.max)), "quadrants": np.array(quadrants)}


def _cells(block: Any) -> list[Any]:
    return [CapMemCellOnDLS(getattr(CapMemCellOnCapMemBlock, name), block) for name in CELLS]


def _at_an_end(cell: Any) -> bool:
    return cell is not None and int(cell.value) in (CapMemCell.Value.min, CapMemCell.Value.max)


def table(calibrations: Iterable[Stored]) -> str:
    """Markdown: how many circuits of each chip have succeeded, and the processor time that it took."""
    lines = [f"| chip | kind | engine | {' | '.join(COUNTS)} | s |", f"| --- | --- | --- |{' --- |' * len(COUNTS)} --- |"]
    for one in calibrations:
        counts = " | ".join(_count(one, name) for name in COUNTS)
        lines.append(f"| {one.serial} | {one.kind} | {one.engine} | {counts} | {one.time} |")
    return "\n".join(lines)


def _count(one: Stored, name: str) -> str:
    """Of those that a kind calibrates."""
    return f"{COUNTS[name] - len(one.failed[name])} of {COUNTS[name]}" if name in one.failed else ""
