"""Data that goes into the ports of a topology and results that come out of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Generic, Self, TypeVar

from grenade.abstract.errors import MissingError, TopologyError
from grenade.abstract.identifiers import ExecutionInstanceOnExecutor, TimeDomainOnTopology, VertexOnTopology
from halco.value import shown

K = TypeVar("K")
V = TypeVar("V")


class PortData:
    """Base of what a port takes or gives. What has been set into a mapping is a copy; nobody changes it any more."""

    def copy(self) -> Self:
        """Data of its own that is equal."""
        return copy.copy(self)


class Parameterization(PortData):
    """Settings that are the same during a snippet, for each of `size()` cells or synapses."""

    def size(self) -> int:
        """Number of cells or synapses."""
        raise NotImplementedError


class BatchedPortData(PortData):
    """What happens in time, for each of `batch_size()` repetitions."""

    def batch_size(self) -> int:
        """Number of batch entries."""
        raise NotImplementedError


class TimeDomainRuntimes:
    """Base of how long vertices of a time domain run, for each batch entry."""

    def batch_size(self) -> int:
        """Number of batch entries."""
        raise NotImplementedError


class Mapping(Generic[K, V]):
    """Values by key, with the original's names of methods. Values are copied when they are set."""

    _kind: type = object

    def __init__(self, other: Mapping[K, V] | None = None) -> None:
        self._values: dict[K, V] = {} if other is None else dict(other._values)

    def _key(self, key: Any) -> K:
        return key  # type: ignore[no-any-return]

    def set(self, key: Any, value: V) -> None:
        """Puts a copy of a value in."""
        if not isinstance(value, self._kind):
            raise TypeError(f"a {self._kind.__name__} is needed, not {shown(value)}")
        self._values[self._key(key)] = copy.copy(value)

    def get(self, key: Any) -> V:
        """The value of a key. Raises MissingError if there is none."""
        found = self._values.get(self._key(key))
        if found is None:
            raise MissingError(f"there is nothing for {key!r}; there is something for {[*self._values]}")
        return found

    def contains(self, key: Any) -> bool:
        """Whether a key has a value."""
        return self._key(key) in self._values

    def erase(self, key: Any) -> None:
        """Takes a value out. Raises MissingError if there is none."""
        self.get(key)
        del self._values[self._key(key)]

    def size(self) -> int:
        """Number of values."""
        return len(self._values)

    def empty(self) -> bool:
        """Whether there is none."""
        return not self._values

    def items(self) -> Iterator[tuple[K, V]]:
        """Keys with their values."""
        return iter(self._values.items())

    def __iter__(self) -> Iterator[tuple[K, V]]:
        return self.items()

    __len__ = size
    __contains__ = contains
    __getitem__ = get
    __setitem__ = set

    def __copy__(self) -> Self:
        return type(self)(self)

    def __deepcopy__(self, memo: Any) -> Self:
        return type(self)(self)

    def __eq__(self, other: object) -> bool:
        return self._values == other._values if isinstance(other, Mapping) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._values})"


PortOnTopology = tuple[VertexOnTopology, int]


class Ports(Mapping[PortOnTopology, PortData]):
    """Data by vertex and number of its port. `written` lists what has been set, for those who want to know what somebody sets."""

    _kind = PortData

    def __init__(self, other: Mapping[PortOnTopology, PortData] | None = None) -> None:
        super().__init__(other)
        self.written: list[PortOnTopology] = []

    def _key(self, key: Any) -> PortOnTopology:
        vertex, port = key
        return vertex if isinstance(vertex, VertexOnTopology) else VertexOnTopology(vertex), int(port)

    def set(self, key: Any, value: PortData) -> None:
        super().set(key, value)
        self.written.append(self._key(key))

    __setitem__ = set


class TimeDomainRuntimesMap(Mapping[TimeDomainOnTopology, TimeDomainRuntimes]):
    """Runtimes by time domain."""

    _kind = TimeDomainRuntimes


class Data:
    """Base of inputs and outputs: data by port."""

    def __init__(self, other: Data | None = None) -> None:
        self.ports: Ports = Ports(None if other is None else other.ports)

    def batch_size(self) -> int:
        """Number of batch entries; 0 if nothing has any. Raises TopologyError if it differs."""
        sizes = self._batch_sizes()
        if len(sizes) > 1:
            raise TopologyError(f"all data is for the same number of batch entries, not for {sorted(sizes)}")
        return sizes.pop() if sizes else 0

    def _batch_sizes(self) -> set[int]:
        return {data.batch_size() for _, data in self.ports if isinstance(data, BatchedPortData)}

    def __copy__(self) -> Self:
        return type(self)(self)

    def __deepcopy__(self, memo: Any) -> Self:
        return type(self)(self)

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(self) is type(other) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


class InputData(Data):
    """Input of a topology: data by port, runtimes by time domain. `InputData(other)` copies."""

    def __init__(self, other: InputData | None = None) -> None:
        super().__init__(other)
        self.time_domain_runtimes: TimeDomainRuntimesMap = TimeDomainRuntimesMap(None if other is None else other.time_domain_runtimes)

    def _batch_sizes(self) -> set[int]:
        return super()._batch_sizes() | {runtimes.batch_size() for _, runtimes in self.time_domain_runtimes}


class ExecutionInstanceResults:
    """Base of what an execution instance gives besides data of ports."""


class ExecutorResults:
    """Base of what an executor gives besides data of ports."""

    def __init__(self, execution_duration: timedelta = timedelta(0)) -> None:
        self.execution_duration = execution_duration


class ExecutionInstances(Mapping[ExecutionInstanceOnExecutor, Any]):
    """Results by execution instance."""


_Instances = ExecutionInstances


class OutputData(Data):
    """Output of a topology: data by port, and what execution instances and the executor give besides. `OutputData(other)` copies."""

    ExecutionInstances = ExecutionInstances
    ExecutionInstance = ExecutionInstanceResults
    Executor = ExecutorResults

    def __init__(self, other: OutputData | None = None) -> None:
        super().__init__(other)
        self.execution_instances: _Instances = ExecutionInstances(None if other is None else other.execution_instances)
        self._executor: ExecutorResults | None = None if other is None else other._executor

    def has_executor(self) -> bool:
        """Whether there are results of the executor."""
        return self._executor is not None

    def get_executor(self) -> ExecutorResults:
        """Results of the executor. Raises MissingError if there are none."""
        if self._executor is None:
            raise MissingError("there are no results of an executor before a run")
        return self._executor

    def set_executor(self, results: ExecutorResults) -> None:
        """Puts results of the executor in."""
        self._executor = results
