"""What can be made to go wrong on purpose, one class per kind. `hicannx_sim.System.inject` takes them.

Times are FPGA cycles (8 ns) after the injection; hardware time passes only while programs run.

>>> PHYDown(phy=3, after=1000, cycles=5000)
PHYDown(phy=3, after=1000, cycles=5000)
>>> LostEvents(probability=1.5)
Traceback (most recent call last):
hicannx_sim.base.errors.ConfigurationError: probability of LostEvents: 1.5 is outside 0 .. 1
"""

from dataclasses import dataclass

from hicannx_sim.base.ranges import real, whole

N_PHYS = 8


def _check(fault: object, name: str, low: int, high: int | None = None) -> None:
    whole(getattr(fault, name), f"{name} of {type(fault).__name__}", low, high)


@dataclass(frozen=True, slots=True)
class PHYDown:
    """A PHY loses its link for `cycles` (None: for good) and is trained again afterwards. Both are notified."""

    phy: int
    after: int = 0
    cycles: int | None = None

    def __post_init__(self) -> None:
        _check(self, "phy", 0, N_PHYS - 1)
        _check(self, "after", 0)
        if self.cycles is not None:
            _check(self, "cycles", 1)


@dataclass(frozen=True, slots=True)
class CRCErrors:
    """`count` packets, one every `every` cycles, arrive damaged over a PHY and are repeated; none while it is down.

    At the FPGA's receiver each error is counted (PhyStatus), notified and received twice (HicannARQStatus, rx); at the chip's receiver
    (`at_chip`) only the repetition is seen (tx). Omnibus responses are late by the repetition.
    """

    phy: int
    count: int = 1
    after: int = 0
    every: int = 100
    at_chip: bool = False

    def __post_init__(self) -> None:
        _check(self, "phy", 0, N_PHYS - 1)
        for name, low in (("count", 1), ("after", 0), ("every", 1)):
            _check(self, name, low)


@dataclass(frozen=True, slots=True)
class LostEvents:
    """Each event on the link is lost with `probability` from now on; a second one replaces the first. 0 ends it."""

    probability: float
    to_chip: bool = True
    from_chip: bool = True

    def __post_init__(self) -> None:
        real(self.probability, "probability of LostEvents", 0, 1)


@dataclass(frozen=True, slots=True)
class MissingResponse:
    """After `reads` further reads from the chip over the link, the next `count` are never answered.

    An omnibus barrier waits for them until the instruction timeout; without a barrier the program ends with responses missing.
    """

    reads: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        _check(self, "reads", 0)
        _check(self, "count", 1)


@dataclass(frozen=True, slots=True)
class Notification:
    """A HighspeedLinkNotification that nothing caused."""

    phy: int
    after: int = 0
    link_up: bool = True
    decode_error: bool = False
    crc_error: bool = False
    crc_recover: bool = False
    check_error: bool = False

    def __post_init__(self) -> None:
        _check(self, "phy", 0, N_PHYS - 1)
        _check(self, "after", 0)

    @property
    def value(self) -> int:
        """Payload of the message. (facts: transport 1.3)"""
        flags = (self.link_up, self.decode_error, self.crc_error, self.crc_recover, self.check_error)
        return self.phy << 5 | sum(flag << 4 - i for i, flag in enumerate(flags))


Fault = PHYDown | CRCErrors | LostEvents | MissingResponse | Notification
