"""What an explanation is made of: tables of obstacles along the paths of events and voltages, and the walk along them.

A path says what was attempted and did not come, with evidence from counters; its obstacles say which register stands in the way, and where.
Without evidence, and without an obstacle, nothing is said.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import halco
import haldls
from halco import Enum
from hicannx_sim.trust.explain.view import View


@dataclass(frozen=True, slots=True)
class Finding:
    """Why something that a program attempted did not happen.

    attempted: what did not come, with its evidence. register, coordinate: where the obstacle stands, the first place of `places`.
    write: what has to be written there. why: what that would do.
    """

    attempted: str
    register: str
    coordinate: str
    places: int
    write: str
    why: str

    def __str__(self) -> str:
        others = f" (and {self.places - 1} more)" if self.places > 1 else ""
        return f"{self.attempted}: {self.why}. Missing: write {self.register} with {self.write} to {self.coordinate}{others}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that did not come: the sentence about it, and where on its path, as the path's obstacles count."""

    text: str
    where: Any = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A register that stands in the way of an attempt at the coordinates (enums) that `places` gives; none: it does not."""

    register: str
    write: str
    why: str
    places: Callable[[View, Any], Iterable[int]]
    coordinate: str = ""
    """Name of the coordinate if not that of the register."""

    def coordinate_of(self, enum: int) -> str:
        """A place in halco's words."""
        kind = self.coordinate or getattr(haldls, self.register).coordinate.__name__
        return place(kind, enum)


def place(kind: str, enum: int) -> str:
    """The coordinate of a kind with this enum, as people read it: by its parts."""
    coordinate = getattr(halco, kind)
    return re.sub(r"; Enum\(\d+\)", "", str(coordinate(Enum(enum)) if coordinate.size > 1 else coordinate()))


@dataclass(frozen=True, slots=True)
class Path:
    """Attempts, and the obstacles on their way in its order. `nearest`: only the first one is told, what lies behind it is not known yet.

    late: an attempt that a later program may still bring to its end; told when one asks or the connection is closed, not after a run.
    alone: told if nothing else was found, as all else could be its reason.
    """

    attempts: Callable[[View], Iterable[Attempt]]
    obstacles: tuple[Obstacle, ...]
    nearest: bool = False
    late: bool = False
    alone: bool = False

    def walk(self, view: View) -> Iterator[Finding]:
        """The findings on this path."""
        for attempt in self.attempts(view):
            for obstacle in self.obstacles:
                places = [int(enum) for enum in obstacle.places(view, attempt.where)]
                if places:
                    where = obstacle.coordinate_of(places[0])
                    yield Finding(attempt.text, obstacle.register, where, len(places), obstacle.write, obstacle.why)
                    if self.nearest:
                        break
