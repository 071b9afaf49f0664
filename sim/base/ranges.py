"""Numbers that users give, and the ranges they have to be in.

>>> whole(3.5, "runs to keep", 0, 10)
Traceback (most recent call last):
hicannx_sim.base.errors.ConfigurationError: runs to keep: 3.5 is not a whole number
>>> real(float("nan"), "probability", 0, 1)
Traceback (most recent call last):
hicannx_sim.base.errors.ConfigurationError: probability: nan is outside 0 .. 1
"""

from operator import index
from typing import Any, TypeVar

from halco.value import shown
from hicannx_sim.base.errors import ConfigurationError

N = TypeVar("N", int, float)


def whole(value: Any, what: str, low: int, high: int | None = None) -> int:
    """The plain integer, as numbers of numpy calculate differently. ConfigurationError for what is none, or out of range."""
    try:
        number = index(value)
    except TypeError:
        raise ConfigurationError(f"{what}: {shown(value)} is not a whole number") from None
    return _inside(number, what, low, high)


def real(value: Any, what: str, low: float, high: float | None = None) -> float:
    """The plain number. ConfigurationError for what is none, or out of range."""
    try:
        number = float(value) if not isinstance(value, str) else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None:
        raise ConfigurationError(f"{what}: {shown(value)} is not a number")
    return _inside(number, what, low, high)


def _inside(number: N, what: str, low: float, high: float | None) -> N:
    if not (low <= number and (high is None or number <= high)):
        limit = f"is outside {low} .. {high}" if high is not None else f"is not at least {low}"
        raise ConfigurationError(f"{what}: {shown(number)} {limit}")
    return number
