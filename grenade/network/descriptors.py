"""Numbers that name the parts of a network: populations, projections and plasticity rules, each counted from 0 in order of their addition.

Two of a kind are equal if their numbers are and, where both know their execution instance, that as well; so what is kept by the number on
an execution instance is found by the number on the network.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from grenade.common import ExecutionInstanceID
from halco.value import shown


class _Descriptor:
    """A position in order of addition; `execution_instance` is None where it does not matter."""

    __slots__ = ("_value", "execution_instance")
    _family: ClassVar[str] = ""
    execution_instance: ExecutionInstanceID | None

    def __init__(self, value: Any = 0) -> None:
        self._value = _index(type(self), value)
        self.execution_instance = None

    def value(self) -> int:
        """The plain number."""
        return self._value

    def __index__(self) -> int:
        return self._value

    __int__ = __index__

    def toEnum(self) -> int:  # noqa: N802 - the original's name
        """The plain number."""
        return self._value

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Descriptor):
            instances = (self.execution_instance, other.execution_instance)
            return self._family == other._family and self._value == other._value and (None in instances or instances[0] == instances[1])
        return self._value == other if isinstance(other, int) else NotImplemented

    def __lt__(self, other: Any) -> bool:
        return self._value < int(other)

    def __le__(self, other: Any) -> bool:
        return self._value <= int(other)

    def __gt__(self, other: Any) -> bool:
        return self._value > int(other)

    def __ge__(self, other: Any) -> bool:
        return self._value >= int(other)

    def __hash__(self) -> int:
        return self._value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._value,)


def _index(cls: type[_Descriptor], value: Any) -> int:
    if type(value) is int and value >= 0:
        return value
    if isinstance(value, _Descriptor) and value._family != cls._family:
        raise TypeError(f"a {cls.__name__} is made from a number, not from {value!r}")
    number = value.__index__() if hasattr(value, "__index__") else -1
    if number < 0:
        raise TypeError(f"a {cls.__name__} is made from an integer of 0 or more, not {shown(value)}")
    return int(number)


class _OnNetwork(_Descriptor):
    """The same with the execution instance."""

    __slots__ = ()
    execution_instance: ExecutionInstanceID

    def __init__(self, value: Any = 0, execution_instance: ExecutionInstanceID | int = 0) -> None:
        super().__init__(value)
        known = type(execution_instance) is ExecutionInstanceID
        self.execution_instance = execution_instance if known else ExecutionInstanceID(int(execution_instance))  # type: ignore[assignment]

    def toExecutionInstanceID(self) -> ExecutionInstanceID:  # noqa: N802 - the original's name
        """The part of the network it belongs to."""
        return self.execution_instance

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value}, {self.execution_instance!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._value, self.execution_instance)


N = TypeVar("N", bound=_OnNetwork)


def exactly_on_network(cls: type[N], value: Any) -> N:
    """A descriptor on the network; one on an execution instance is taken as that of the first. TypeError for anything else."""
    if isinstance(value, cls):
        return value
    if isinstance(value, _Descriptor) and value._family == cls._family:
        return cls(value)
    raise TypeError(f"a {cls.__name__} is needed, not {shown(value)}")


class PopulationOnExecutionInstance(_Descriptor):
    """Number of a population of any kind."""

    __slots__ = ()
    _family = "population"


class PopulationOnNetwork(_OnNetwork):
    """Number of a population of any kind and its execution instance."""

    __slots__ = ()
    _family = "population"

    def toPopulationOnExecutionInstance(self) -> PopulationOnExecutionInstance:  # noqa: N802 - the original's name
        """The number alone."""
        return PopulationOnExecutionInstance(self._value)


class ProjectionOnExecutionInstance(_Descriptor):
    """Number of a projection."""

    __slots__ = ()
    _family = "projection"


class ProjectionOnNetwork(_OnNetwork):
    """Number of a projection and its execution instance."""

    __slots__ = ()
    _family = "projection"

    def toProjectionOnExecutionInstance(self) -> ProjectionOnExecutionInstance:  # noqa: N802 - the original's name
        """The number alone."""
        return ProjectionOnExecutionInstance(self._value)


class InterExecutionInstanceProjectionOnNetwork(_Descriptor):
    """Number of a projection between execution instances."""

    __slots__ = ()
    _family = "projection between execution instances"


class PlasticityRuleOnExecutionInstance(_Descriptor):
    """Number of a plasticity rule."""

    __slots__ = ()
    _family = "plasticity rule"


class PlasticityRuleOnNetwork(_OnNetwork):
    """Number of a plasticity rule and its execution instance."""

    __slots__ = ()
    _family = "plasticity rule"

    def toPlasticityRuleOnExecutionInstance(self) -> PlasticityRuleOnExecutionInstance:  # noqa: N802 - the original's name
        """The number alone."""
        return PlasticityRuleOnExecutionInstance(self._value)
