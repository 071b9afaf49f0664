"""Errors of abstract topologies."""

from __future__ import annotations

from typing import Any

from grenade.errors import GrenadeError


class TopologyError(GrenadeError, ValueError):
    """A part of a topology, or data for it, does not fit: `place` says where, in words. A ValueError as well, as in the original."""

    def __init__(self, text: str, **place: Any) -> None:
        super().__init__(text)
        self.place = place


class MissingError(GrenadeError, IndexError):
    """A vertex, an edge, a port or a part is asked for that is not there. An IndexError as well, as in the original."""


class MappingError(GrenadeError):
    """A topology cannot be mapped onto chips: `resource` says what ran out, `needed` and `available` how much is asked for and there is."""

    def __init__(self, text: str, resource: str = "", needed: int = 0, available: int = 0) -> None:
        super().__init__(text)
        self.resource, self.needed, self.available = resource, needed, available
