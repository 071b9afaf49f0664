"""Errors of matrix products."""

from __future__ import annotations

from typing import Any

from grenade.errors import GrenadeError


class HagenError(GrenadeError):
    """Something is asked of a matrix product that it cannot do. `place` says where: a mapping of words such as "row" to numbers."""

    def __init__(self, text: str, **place: Any) -> None:
        super().__init__(text)
        self.place = place


class OperandError(HagenError, OverflowError):
    """A weight, an activation or a number of sends is outside what the chip can represent."""
