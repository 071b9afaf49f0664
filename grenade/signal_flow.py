"""What goes into a run and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from grenade.common import ChipOnConnection, ConnectionOnExecutor, ExecutionInstanceID, Time
from grenade.errors import InputError
from haldls.fpga import HicannARQStatus
from haldls.phy import PhyStatus
from haldls.routing import CrossbarInputDropCounter, CrossbarOutputEventCounter

__all__ = [
    "ExecutionHealthInfo", "ExecutionInstanceOutput", "ExecutionTimeInfo", "InputData", "InputDataSnippet", "MADCSamples",
    "OutputData", "OutputDataSnippet", "PeriodicCADCSamples", "SpikesFromChip", "SpikesToChip",
]  # fmt: skip


@dataclass(slots=True)
class SpikesToChip:
    """Spikes of one batch entry, sorted by time: times (int64, FPGA cycles since the snippet's begin), labels (uint16)."""

    times: NDArray[np.int64]
    labels: NDArray[np.uint16]


@dataclass(slots=True)
class SpikesFromChip:
    """Spikes that one batch entry got back, sorted by time: times (int64, FPGA cycles since the snippet's begin), labels (uint16)."""

    times: NDArray[np.int64]
    labels: NDArray[np.uint16]


@dataclass(slots=True)
class MADCSamples:
    """Samples of one batch entry in order of time: times (int64, FPGA cycles since the snippet's begin), values (uint16), channels (uint8).

    The channel is 0 or 1: which of the two sources of the network graph the sample is of.
    """

    times: NDArray[np.int64]
    values: NDArray[np.uint16]
    channels: NDArray[np.uint8]


@dataclass(slots=True)
class PeriodicCADCSamples:
    """Samples of one batch entry and hemisphere: times (int64, FPGA cycles since the snippet's begin), values (int8, samples x columns).

    Columns are those of the network graph's view of the hemisphere, in its order.
    """

    times: NDArray[np.int64]
    values: NDArray[np.int8]


@dataclass(slots=True)
class InputDataSnippet:
    """Input of one snippet.

    `data` holds the spikes for each execution instance, a list with one entry per batch entry. `runtime` is a list with one
    {execution instance: FPGA cycles} per batch entry; empty if the last spike shall end the snippet.
    """

    data: dict[ExecutionInstanceID, list[SpikesToChip]] = field(default_factory=dict)
    runtime: list[dict[ExecutionInstanceID, Time]] = field(default_factory=list)

    def batch_size(self) -> int:
        """Number of batch entries; 0 if there is no data."""
        return max(self._sizes(), default=0)

    def valid(self) -> bool:
        """Whether all data are for the same number of batch entries."""
        return len(self._sizes()) <= 1

    def _sizes(self) -> set[int]:
        return {len(entries) for entries in self.data.values()} | ({len(self.runtime)} if self.runtime else set())

    def empty(self) -> bool:
        """Whether there is nothing at all."""
        return not self.data and not self.runtime

    def clear(self) -> None:
        """Takes everything out."""
        self.data.clear()
        self.runtime.clear()

    def merge(self, other: InputDataSnippet) -> None:
        """Takes over what another one has; what both have stays as it is. InputError if the numbers of batch entries differ."""
        if self.batch_size() and other.batch_size() and self.batch_size() != other.batch_size():
            raise InputError(f"inputs for {other.batch_size()} batch entries cannot be merged into inputs for {self.batch_size()}")
        self.data = {**other.data, **self.data}
        self.runtime += [{} for _ in range(len(other.runtime) - len(self.runtime))]
        for own, others in zip(self.runtime, other.runtime, strict=False):
            own.update({name: time for name, time in others.items() if name not in own})


@dataclass(slots=True)
class InputData:
    """Input of an experiment: one part per snippet, and what happens between batch entries."""

    snippets: list[InputDataSnippet] = field(default_factory=list)
    inter_batch_entry_wait: dict[ExecutionInstanceID, Time] = field(default_factory=dict)
    inter_batch_entry_routing_disabled: dict[ExecutionInstanceID, bool] = field(default_factory=dict)

    def batch_size(self) -> int:
        """Number of batch entries; 0 if there is no data."""
        return max((snippet.batch_size() for snippet in self.snippets), default=0)

    def valid(self) -> bool:
        """Whether all snippets have data for the same number of batch entries."""
        sizes = {snippet.batch_size() for snippet in self.snippets if not snippet.empty()}
        return len(sizes) <= 1 and all(snippet.valid() for snippet in self.snippets)

    def empty(self) -> bool:
        """Whether there is nothing at all."""
        return all(snippet.empty() for snippet in self.snippets) and not self.inter_batch_entry_wait

    def clear(self) -> None:
        """Takes everything out."""
        self.snippets.clear()
        self.inter_batch_entry_wait.clear()
        self.inter_batch_entry_routing_disabled.clear()

    def merge(self, other: InputData) -> None:
        """Takes over what another one has, snippet by snippet; what both have stays as it is."""
        self.snippets += [InputDataSnippet() for _ in range(len(other.snippets) - len(self.snippets))]
        for own, others in zip(self.snippets, other.snippets, strict=False):
            own.merge(others)
        self.inter_batch_entry_wait = {**other.inter_batch_entry_wait, **self.inter_batch_entry_wait}
        self.inter_batch_entry_routing_disabled = {**other.inter_batch_entry_routing_disabled, **self.inter_batch_entry_routing_disabled}


@dataclass(slots=True)
class ExecutionInstanceOutput:
    """What one execution instance gave in one snippet; every list has one item per batch entry, None stands for what is not recorded.

    `cadc` has per batch entry {hemisphere number: samples}. `plasticity` has {rule number: list per batch entry of the bytes of the
    recording's memory (uint8)}.
    """

    spikes: list[SpikesFromChip] | None = None
    madc: list[MADCSamples] | None = None
    cadc: list[dict[int, PeriodicCADCSamples]] | None = None
    plasticity: dict[int, list[Any]] = field(default_factory=dict)


@dataclass(slots=True)
class OutputDataSnippet:
    """Output of one snippet.

    `pre_execution_chips` are the configurations that were written before, by execution instance and chip.
    """

    data: dict[ExecutionInstanceID, ExecutionInstanceOutput] = field(default_factory=dict)
    execution_time_info: ExecutionTimeInfo | None = None
    pre_execution_chips: dict[ExecutionInstanceID, Mapping[ChipOnConnection, Any]] = field(default_factory=dict)

    def batch_size(self) -> int:
        """Number of batch entries; 0 if there is no data."""
        lists = [entries for one in self.data.values() for entries in (one.spikes, one.madc, one.cadc, *one.plasticity.values()) if entries]
        return max(map(len, lists), default=0)


@dataclass(eq=False, slots=True)
class ExecutionTimeInfo:
    """How long a run took: on the hardware per connection and chip, in its realtime part per execution instance and chip, altogether.

    What models of the hardware do faster than it counts as if they did not.
    """

    execution_duration_per_hardware: dict[ConnectionOnExecutor, dict[ChipOnConnection, timedelta]] = field(default_factory=dict)
    realtime_duration_per_execution_instance: dict[ExecutionInstanceID, dict[ChipOnConnection, timedelta]] = field(default_factory=dict)
    execution_duration: timedelta = timedelta(0)

    def longest(self) -> timedelta:
        """The longest of all that connections have spent."""
        return max((spent for chips in self.execution_duration_per_hardware.values() for spent in chips.values()), default=timedelta(0))

    def merge(self, other: ExecutionTimeInfo) -> None:
        """Adds the durations of another run."""
        for own, others in (
            (self.execution_duration_per_hardware, other.execution_duration_per_hardware),
            (self.realtime_duration_per_execution_instance, other.realtime_duration_per_execution_instance),
        ):
            for name, chips in others.items():
                mine = own.setdefault(name, {})  # type: ignore[arg-type]
                for chip, duration in chips.items():
                    mine[chip] = mine.get(chip, timedelta(0)) + duration
        self.execution_duration += other.execution_duration


@dataclass(eq=False, slots=True)
class ExecutionHealthInfo:
    """Counters of events and link errors of a run, by execution instance and chip: after minus before."""

    @dataclass(slots=True)
    class ExecutionInstance:
        """Counters of the chips of one execution instance."""

        @dataclass(slots=True)
        class Chip:
            """Counters of one chip; those of another time can be subtracted and added. Lists are in the order of their coordinates."""

            hicann_arq_status: HicannARQStatus
            phy_status: list[PhyStatus]
            crossbar_input_drop_counter: list[CrossbarInputDropCounter]
            crossbar_output_event_counter: list[CrossbarOutputEventCounter]

            def __isub__(self, other: Self) -> Self:
                return self._combine(other, -1)

            def __iadd__(self, other: Self) -> Self:
                return self._combine(other, +1)

            def _combine(self, other: Self, sign: int) -> Self:
                _combine([self.hicann_arq_status], [other.hicann_arq_status], sign)
                _combine(self.phy_status, other.phy_status, sign)
                _combine(self.crossbar_input_drop_counter, other.crossbar_input_drop_counter, sign)
                _combine(self.crossbar_output_event_counter, other.crossbar_output_event_counter, sign)
                return self

        chips: dict[ChipOnConnection, Chip] = field(default_factory=dict)

        def __isub__(self, other: Self) -> Self:
            for name, chip in other.chips.items():
                self.chips[name] -= chip
            return self

        def __iadd__(self, other: Self) -> Self:
            for name, chip in other.chips.items():
                self.chips[name] += chip
            return self

    execution_instances: dict[ExecutionInstanceID, ExecutionInstance] = field(default_factory=dict)

    def merge(self, other: ExecutionHealthInfo) -> None:
        """Takes over the execution instances of another one; what both have stays as it is."""
        self.execution_instances = {**other.execution_instances, **self.execution_instances}


_COUNTERS: dict[type, tuple[str, ...]] = {
    HicannARQStatus: ("read_count", "write_count", "rx_count", "tx_count"),
    PhyStatus: ("crc_error_count", "online_time", "rx_dropped_count", "rx_count", "tx_count"),
    CrossbarInputDropCounter: ("value",),
    CrossbarOutputEventCounter: ("value",),
}


def _combine(own: Iterable[Any], others: Iterable[Any], sign: int) -> None:
    """Adds or subtracts counters, which begin anew when they are full."""
    for one, other in zip(own, others, strict=True):
        for name in _COUNTERS[type(one)]:
            count = getattr(one, name)
            setattr(one, name, type(count)((int(count) + sign * int(getattr(other, name))) % (int(type(count).max) + 1)))


@dataclass(slots=True)
class OutputData:
    """Output of an experiment: one part per snippet, and what concerns all of it.

    `read_ppu_symbols`: empty if none are read, else a list per batch entry of {execution instance: {chip: {name: value}}}; a value is
    {hemisphere: PPUMemoryBlock} of symbols in the processors' own memory, else a block of the external memory it lies in.
    """

    snippets: list[OutputDataSnippet] = field(default_factory=list)
    execution_time_info: ExecutionTimeInfo | None = None
    execution_health_info: ExecutionHealthInfo | None = None
    read_ppu_symbols: list[dict[ExecutionInstanceID, dict[ChipOnConnection, dict[str, Any]]]] = field(default_factory=list)

    def batch_size(self) -> int:
        """Number of batch entries; 0 if there is no data."""
        return max((snippet.batch_size() for snippet in self.snippets), default=0)
