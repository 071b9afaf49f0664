"""What the network between host and FPGA can do; by default it is as fast as anybody wants."""

from dataclasses import dataclass
from typing import Final

from hicannx_sim.base.numbers import number
from hicannx_sim.base.ranges import whole


@dataclass(frozen=True, slots=True)
class HostLink:
    """A host that needs `cycles_per_word` FPGA cycles for 64 bits in each direction.

    The FPGA keeps up to `playback_words` instructions that it has not executed yet, and `trace_bytes` of responses that the host has not
    fetched yet. A full playback memory stops the host; a full trace memory holds back responses, then the program, and lets events
    get lost. (facts: transport 2.1, 2.7)

    >>> HostLink(cycles_per_word=8).megabit_per_second
    1000.0
    """

    cycles_per_word: int
    playback_words: int = int(number("playback_memory"))
    trace_bytes: int = int(number("trace_memory"))

    def __post_init__(self) -> None:
        smallest = {"cycles_per_word": 1, "playback_words": 1, "trace_bytes": 64}
        for name, limit in smallest.items():
            whole(getattr(self, name), f"{name} of a host link", limit)

    @property
    def megabit_per_second(self) -> float:
        return 64 * 125 / self.cycles_per_word


GIGABIT: Final = HostLink(8)
"""One Gigabit Ethernet, as the real setups have it; overhead of the frames is not counted."""
