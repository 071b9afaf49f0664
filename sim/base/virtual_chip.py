"""The identity of one modelled chip."""

from dataclasses import dataclass
from enum import Enum

from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.base.ranges import whole


class Mode(Enum):
    """How strongly the circuits of a chip differ from their drawing."""

    IDEAL = "ideal"  # every circuit at its nominal value, no trial noise
    TYPICAL = "typical"  # fixed pattern and trial noise of an ordinary chip


class Quirk(Enum):
    """What software works around on the real chip, each to be switched on."""

    CAPMEM_SETTLING = "capmem settling"  # cells of the analog memory take milliseconds to reach a new value
    MADC_START = "madc start"  # the first 8 us of samples after the start of a recording mean nothing
    CAPMEM_CROSSTALK = "capmem crosstalk"  # many cells with one value in a block of the analog memory disturb each other
    STUCK_NEURONS = "stuck neurons"  # a membrane still above its threshold after the refractory time does not fire again by itself


@dataclass(frozen=True)
class VirtualChip:
    """One chip: its serial number decides the fixed pattern of all its circuits.

    serial: 0 .. 2**32 - 1; the same serial is the same silicon on every machine.
    mode: a `Mode` or its name, "typical" or "ideal". quirks: each a `Quirk` or its name.

    >>> VirtualChip(42).mode
    <Mode.TYPICAL: 'typical'>
    >>> VirtualChip(42, "ideal").is_ideal
    True
    """

    serial: int = 0
    mode: Mode = Mode.TYPICAL
    quirks: frozenset[Quirk] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "serial", whole(self.serial, "serial number of a virtual chip", 0, 2**32 - 1))
        if self.mode not in list(Mode) + [mode.value for mode in Mode]:
            raise ConfigurationError(f"mode {self.mode!r} of a virtual chip is neither 'typical' nor 'ideal'")
        object.__setattr__(self, "mode", Mode(self.mode))
        try:
            object.__setattr__(self, "quirks", frozenset(map(Quirk, self.quirks)))
        except ValueError as error:
            raise ConfigurationError(f"{error}; there are: {', '.join(repr(quirk.value) for quirk in Quirk)}") from None

    @property
    def is_ideal(self) -> bool:
        """Whether the circuits have neither fixed pattern nor trial noise."""
        return self.mode is Mode.IDEAL
