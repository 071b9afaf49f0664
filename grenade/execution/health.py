"""Counters of lost and transferred events and packets, read before and after a program. (facts: clients/grenade 2.3, 3.6)"""

from __future__ import annotations

from typing import Any

from haldls import Barrier
from halco import BarrierOnFPGA, CrossbarInputOnDLS, CrossbarOutputOnDLS, HicannARQStatusOnFPGA, PhyStatusOnFPGA
from stadls import ContainerTicket, PlaybackProgramBuilder

COUNTERS = (HicannARQStatusOnFPGA, PhyStatusOnFPGA, CrossbarInputOnDLS, CrossbarOutputOnDLS)
"""Kinds of coordinates that are read."""

Reading = dict[Any, ContainerTicket[Any]]


def read_counters(builder: PlaybackProgramBuilder) -> Reading:
    """Appends the reads of all counters and a barrier; their tickets by coordinate."""
    tickets = {kind(number): builder.read(kind(number)) for kind in COUNTERS for number in range(kind.size)}
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    return tickets
