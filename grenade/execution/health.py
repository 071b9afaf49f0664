"""Counters of lost and transferred events and packets, read before and after each program of a run. (facts: clients/grenade 2.3, 3.6)"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from grenade.common import Time
from grenade.signal_flow import ExecutionHealthInfo
from halco import BarrierOnFPGA, CrossbarInputOnDLS, CrossbarOutputOnDLS, HicannARQStatusOnFPGA, PhyStatusOnFPGA
from haldls import Barrier
from stadls import ContainerTicket, PlaybackProgramBuilder

CYCLES_PER_US = int(Time.fpga_clock_cycles_per_us)
COUNTERS = (HicannARQStatusOnFPGA, PhyStatusOnFPGA, CrossbarInputOnDLS, CrossbarOutputOnDLS)
"""Kinds of coordinates that are read."""

Counters = ExecutionHealthInfo.ExecutionInstance.Chip
Reading = dict[type, list[ContainerTicket[Any]]]


def read_counters(builder: PlaybackProgramBuilder) -> Reading:
    """Appends the reads of all counters and a barrier; their tickets by kind of coordinate, in the order of the coordinates."""
    tickets: Reading = {kind: [builder.read(kind(number)) for number in range(kind.size)] for kind in COUNTERS}
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    return tickets


def counted(readings: Sequence[tuple[Reading, Reading]]) -> Counters:
    """What was counted during all programs of a run together: after minus before of each."""
    total = None
    for before, after in readings:
        difference = _counters(after)
        difference -= _counters(before)
        if total is None:
            total = difference
        else:
            total += difference
    assert total is not None  # a run has at least one program
    return total


def duration(readings: Sequence[tuple[Reading, Reading]]) -> timedelta:
    """How long the programs took by the FPGA's own clock, from their first counter to the last one."""
    kinds = (COUNTERS[0], COUNTERS[-1])
    borders = [[int(reading[kind][-1].fpga_time) for reading, kind in zip(pair, kinds, strict=True)] for pair in readings]
    return timedelta(microseconds=sum(end - begin for begin, end in borders) / CYCLES_PER_US)


def _counters(reading: Reading) -> Counters:
    arq, phy, inputs, outputs = ([ticket.get() for ticket in reading[kind]] for kind in COUNTERS)
    return Counters(arq[0], phy, inputs, outputs)
