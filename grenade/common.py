"""Numbers that name parts of an experiment, and time.

An experiment may have several execution instances, parts that each run in one go, and several connections with several chips each. Most
experiments have one of each, number 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from grenade.values import Entity, attribute
from halco.value import BaseType, shown
from haldls.timer import Timer

_MAX = (1 << 63) - 1
T = TypeVar("T")


class ExecutionInstanceID(BaseType, maximum=_MAX):
    """Part of an experiment that runs in one go."""


class ConnectionOnExecutor(BaseType, maximum=_MAX):
    """Connection to a system that an executor has opened."""


class ChipOnConnection(BaseType, maximum=_MAX):
    """Chip behind a connection."""


class ChipOnExecutor(NamedTuple):
    """Where in an executor a part of a network is placed."""

    chip_on_connection: ChipOnConnection = ChipOnConnection()
    connection_on_executor: ConnectionOnExecutor = ConnectionOnExecutor()


FIRST_CHIP = ChipOnExecutor()


def chip_on_executor(value: Any) -> ChipOnExecutor:
    """The pair of chip and connection that anything like one stands for; TypeError for anything else."""
    if isinstance(value, ChipOnExecutor) and isinstance(value[0], ChipOnConnection) and isinstance(value[1], ConnectionOnExecutor):
        return value
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise TypeError(f"a pair of ChipOnConnection and ConnectionOnExecutor is needed, not {shown(value)}")
    return ChipOnExecutor(ChipOnConnection(int(value[0])), ConnectionOnExecutor(int(value[1])))


def placed() -> Any:
    """The attribute that says which chip an entity belongs to."""
    return attribute(chip_on_executor, default=FIRST_CHIP)


class EntityOnChip(Entity):
    """Base of what is placed on a chip: `chip_on_executor` says on which."""

    ChipOnExecutor: ClassVar = ChipOnExecutor
    chip_on_executor: tuple[ChipOnConnection, ConnectionOnExecutor]


class Time(BaseType, maximum=_MAX):
    """Time in FPGA cycles of 8 ns (125 MHz)."""

    fpga_clock_cycles_per_us: ClassVar[Time]

    def toTimerOnFPGAValue(self) -> Timer.Value:  # noqa: N802 - the original's name
        """The same as a value of the FPGA's timer."""
        return Timer.Value(int(self))


Time.fpga_clock_cycles_per_us = Time(int(Timer.Value.fpga_clock_cycles_per_us))


@dataclass
class TimedData(Generic[T]):
    """Something with the time it belongs to."""

    time: Time
    data: T
