"""Real numbers with a unit in their type: what times and voltages of a calibration are given in."""

from __future__ import annotations

from importlib import import_module
from numbers import Real
from typing import Any, ClassVar, Self

__all__ = ["PotentialInVolt", "RealNumber", "TimeInS", "real"]


def real(value: Any, wanted: type = float) -> float:
    """The float that a plain number or a `wanted` stands for.

    Raises TypeError for everything else, also for a quantity: its unit would get lost.
    """
    if isinstance(value, Real | RealNumber) and (isinstance(value, Real) or type(value) is wanted):
        return float(value)
    raise TypeError(f"{wanted.__name__} takes a plain number{_unit(wanted)}, not {value!r}")


def _unit(wanted: type) -> str:
    return f" of {wanted.unit} or a {wanted.__name__}" if issubclass(wanted, RealNumber) else ""


class RealNumber:
    """A real number whose class says what it measures. Plain numbers mix with it, numbers of another class do not.

    >>> TimeInS(10e-6) == 10e-6, TimeInS(2e-6) * 2
    (True, TimeInS(4e-06))
    """

    __slots__ = ("_value",)
    unit: ClassVar[str]
    """Name of the unit, as the package `quantities` calls it."""

    def __init__(self, value: Any = 0.0) -> None:
        self._value = real(value, type(self))

    def value(self) -> float:
        """The plain number."""
        return self._value

    def as_quantity(self) -> Any:
        """The same as a quantity of the package `quantities`, which has to be installed."""
        return quantity(self._value, self.unit)

    def __float__(self) -> float:
        return self._value

    def _operand(self, other: Any) -> float | None:
        return float(other) if isinstance(other, Real) or type(other) is type(self) else None

    def __eq__(self, other: object) -> bool:
        plain = self._operand(other)
        return NotImplemented if plain is None else self._value == plain

    def __lt__(self, other: Any) -> bool:
        plain = self._operand(other)
        return NotImplemented if plain is None else self._value < plain

    def __le__(self, other: Any) -> bool:
        plain = self._operand(other)
        return NotImplemented if plain is None else self._value <= plain

    def __gt__(self, other: Any) -> bool:
        plain = self._operand(other)
        return NotImplemented if plain is None else self._value > plain

    def __ge__(self, other: Any) -> bool:
        plain = self._operand(other)
        return NotImplemented if plain is None else self._value >= plain

    def __add__(self, other: Any) -> Self:
        plain = self._operand(other)
        return NotImplemented if plain is None else type(self)(self._value + plain)

    def __sub__(self, other: Any) -> Self:
        plain = self._operand(other)
        return NotImplemented if plain is None else type(self)(self._value - plain)

    def __mul__(self, other: Any) -> Self:
        plain = self._operand(other)
        return NotImplemented if plain is None else type(self)(self._value * plain)

    def __truediv__(self, other: Any) -> Self:
        plain = self._operand(other)
        return NotImplemented if plain is None else type(self)(self._value / plain)

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value:g})"

    def __reduce__(self) -> tuple[type[Self], tuple[float]]:
        return type(self), (self._value,)


class TimeInS(RealNumber):
    """A time in seconds."""

    __slots__ = ()
    __module__ = "pyccalix"
    unit = "s"


class PotentialInVolt(RealNumber):
    """A voltage in volts."""

    __slots__ = ()
    __module__ = "pyccalix"
    unit = "V"


def quantity(numbers: Any, unit: str) -> Any:
    """Numbers with their unit. Raises ModuleNotFoundError if the package `quantities` is not installed."""
    quantities = import_module("quantities")
    return quantities.Quantity(numbers, getattr(quantities, unit))
