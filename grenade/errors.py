"""Errors of experiments: one shallow tree on RuntimeError, as everything that the original refuses here is one."""

from __future__ import annotations

from typing import Any


class GrenadeError(RuntimeError):
    """Base of all errors of this package."""


class NetworkError(GrenadeError):
    """A network was given something that does not fit it.

    `entity` is what was refused (a population, projection, recording, rule) and `place` where in it the fault is: a mapping of words such
    as "projection", "neuron", "compartment" to numbers or coordinates. "population" and "projection" count as the network does, and are
    tuples where the refusal speaks of several.
    """

    def __init__(self, text: str, entity: Any = None, **place: Any) -> None:
        super().__init__(text)
        self.entity = entity
        self.place = place


class UnsuccessfulRouting(GrenadeError):  # noqa: N818 - the original's name
    """A network does not fit on the chip. `resource` says what ran out, `needed` and `available` how much was asked for and there is,
    `place` whose it is, as in a `NetworkError`."""

    def __init__(self, text: str, resource: str = "", needed: int = 0, available: int = 0, **place: Any) -> None:
        super().__init__(text)
        self.place = place
        self.resource = resource
        self.needed = needed
        self.available = available


class InputError(GrenadeError):
    """Spike times that do not fit the population they are for."""
