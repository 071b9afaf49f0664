"""One physical number, with where it comes from and how certain it is."""

from dataclasses import dataclass
from enum import Enum


class Certainty(Enum):
    """How a number was come by."""

    MEASURED = "measured"  # stated or plotted by the makers of the system
    DERIVED = "derived"  # follows from measured numbers
    ASSUMED = "assumed"  # our choice, nothing public contradicts it


@dataclass(frozen=True, slots=True)
class Number:
    """One physical number. source: where it comes from, with the reasoning. meaning: what it is, if the name does not say it."""

    value: float
    unit: str
    source: str
    certainty: Certainty
    meaning: str = ""
