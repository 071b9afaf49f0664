"""How long time domains run."""

from __future__ import annotations

from collections.abc import Iterable

from grenade.abstract.data import TimeDomainRuntimes
from grenade.common import Time


class ClockCycleTimeDomainRuntimes(TimeDomainRuntimes):
    """Runtimes in FPGA cycles of 8 ns for each batch entry; None: the last spike ends it.

    inter_batch_entry_wait               time from the end of one batch entry to the begin of the next
    inter_batch_entry_routing_disabled   whether spikes pass nowhere in between
    """

    def __init__(
        self, values: Iterable[Time | int | None], inter_batch_entry_wait: Time | int, inter_batch_entry_routing_disabled: bool = True
    ) -> None:
        self.values = [None if value is None else _time(value) for value in values]
        self.inter_batch_entry_wait = _time(inter_batch_entry_wait)
        self.inter_batch_entry_routing_disabled = bool(inter_batch_entry_routing_disabled)

    def batch_size(self) -> int:
        """Number of batch entries."""
        return len(self.values)

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if isinstance(other, ClockCycleTimeDomainRuntimes) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"ClockCycleTimeDomainRuntimes({self.values}, {self.inter_batch_entry_wait}, {self.inter_batch_entry_routing_disabled})"


def _time(value: Time | int) -> Time:
    return value if isinstance(value, Time) else Time(value)
