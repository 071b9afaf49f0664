"""A builder in which every command has its own time, in any order. (facts: registers/stadls 6)"""

from libc.string cimport memcpy

from fisch.words cimport WordBuffer

from stadls.builder cimport PlaybackProgramBuilder
from stadls.ticket cimport ContainerTicket

import logging
from math import floor
from types import GenericAlias

import numpy as np

from fisch.errors import not_portable
from halco import TimerOnDLS
from halco.record import taken
from haldls import Timer

from stadls.errors import AccessError, MergeError, NotAContainerError, TicketError
from stadls.spike_train import LATE, append_packed, packed_spikes, sorted_spikes

__all__ = ["AbsoluteTimePlaybackProgramBuilder", "AbsoluteTimePlaybackProgramContainerTicket"]


_log = logging.getLogger("stadls.absolute_time")

cdef object LABEL_BITS = np.uint64(16)   # of a packed spike, below its time
cdef object LABELS = np.uint64(0xffff)


cdef class Command:
    """One write or read: its time in FPGA cycles and its words, `start` to `end` of the builder's pool."""

    cdef readonly object time
    cdef readonly Py_ssize_t start, end
    cdef readonly object coordinate, container
    cdef readonly AbsoluteTimePlaybackProgramContainerTicket ticket   # None for a write

    def __init__(self, time, Py_ssize_t start, Py_ssize_t end, coordinate, container, ticket=None):
        self.time, self.start, self.end, self.coordinate, self.container, self.ticket = time, start, end, coordinate, container, ticket

    cdef Command moved(self, time, Py_ssize_t shift):
        return Command(time, self.start + shift, self.end + shift, self.coordinate, self.container, self.ticket)


cdef class AbsoluteTimePlaybackProgramContainerTicket:
    """The promise of a container that is read at a certain time. Nothing can be asked before the program has run."""

    cdef ContainerTicket inner
    cdef bint placed

    def __init__(self, ContainerTicket inner):
        self.inner = inner

    @classmethod
    def __class_getitem__(cls, container):
        """For type checkers: `AbsoluteTimePlaybackProgramContainerTicket[NeuronConfig]`."""
        return GenericAlias(cls, container)
    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        not_portable(self, "pickle what get() gives, or the program")

    def valid(self):
        """Whether the program is made and all responses have arrived."""
        return self.placed and self.inner.valid()

    cdef ContainerTicket accessible(self):
        if not self.valid():
            raise TicketError("Access is not possible until ContainerTicket is valid")
        return self.inner

    def get(self):
        """The container as it was read."""
        return self.accessible().get()

    def get_coordinate(self):
        """The coordinate that was read."""
        return self.accessible().get_coordinate()

    @property
    def fpga_time(self):
        """FPGATime of the last word's response."""
        return self.accessible().fpga_time

    def __repr__(self):
        return f"AbsoluteTimePlaybackProgramContainerTicket({self.inner!r}{'' if self.placed else ', no program yet'})"


cdef class AbsoluteTimePlaybackProgramBuilder:
    """Collects writes and reads with times of their own; `done` sorts them into a PlaybackProgramBuilder.

    >>> from halco import SpikeLabel, SpikePack1ToChipOnDLS
    >>> from haldls import SpikePack1ToChip
    >>> builder = AbsoluteTimePlaybackProgramBuilder()
    >>> for time in (300, 100):
    ...     builder.write(Timer.Value(time), SpikePack1ToChipOnDLS(), SpikePack1ToChip([SpikeLabel(time)]))
    >>> [f"{word:016x}" for word in builder.done().done().words]
    ['0400000000000000', '0500000000000063', '0d00000000000064', '050000000000012b', '0d0000000000012c']
    """

    cdef PlaybackProgramBuilder pool
    cdef list commands
    cdef list trains           # packed spikes uint64[n], each sorted

    def __cinit__(self):
        self.pool, self.commands, self.trains = PlaybackProgramBuilder(), [], []

    def write(self, time, coordinate, config, config_reference=None):
        """Writes a container at `time` (Timer.Value); with a reference only the words that differ.

        Raises AccessError for the timer, which the builder needs for itself, and what PlaybackProgramBuilder.write raises.
        """
        cdef Py_ssize_t start = self.pool.buffer.size
        when = cycles(time)
        if type(coordinate) is TimerOnDLS:
            raise AccessError("The timer cannot be written: it keeps the time of all commands.", coordinate, config)
        if config_reference is not None and not hasattr(type(config_reference), "write_access"):
            raise NotAContainerError(f"a reference container is needed, not {config_reference!r}", coordinate, config)
        self.pool.write(coordinate, config, config_reference)
        self.commands.append(Command(when, start, self.pool.buffer.size, coordinate, type(config)))

    def read(self, time, coordinate):
        """Reads the container on `coordinate` at `time` (Timer.Value); returns its ticket."""
        cdef Py_ssize_t start = self.pool.buffer.size
        when = cycles(time)
        ticket = AbsoluteTimePlaybackProgramContainerTicket(self.pool.read(coordinate))
        self.commands.append(Command(when, start, self.pool.buffer.size, coordinate, None, ticket))
        return ticket

    def write_spikes(self, times, labels):
        """Sends a whole spike train at the speed of arrays: `labels[i]` (SpikeLabel or 0..65535) at `times[i]`.

        times   FPGA cycles of 8 ns, integers or Timer.Values, in any order
        Commands come before spikes of the same time. Spikes are packed and delayed as by PlaybackProgramBuilder.write_spikes.
        Raises SpikeTrainError for arrays of different lengths and values out of range.

        >>> builder = AbsoluteTimePlaybackProgramBuilder()
        >>> builder.write_spikes(times=[300, 100], labels=[1, 2])
        >>> [f"{word:016x}" for word in builder.done().done().words]
        ['0400000000000000', '0500000000000063', '0d00000000000002', '050000000000012b', '0d00000000000001']
        """
        spikes = packed_spikes(times, labels)
        if len(spikes):
            self.trains.append(spikes)

    def merge(self, other):
        """Moves all commands of another builder into this one; it is left empty."""
        if checked(other) is self:
            raise MergeError("An AbsoluteTimePlaybackProgramBuilder cannot be merged into itself.")
        self._take(<AbsoluteTimePlaybackProgramBuilder>other)
        self.pool.merge_back((<AbsoluteTimePlaybackProgramBuilder>other).pool)
        (<AbsoluteTimePlaybackProgramBuilder>other).clear()

    def copy(self, other):
        """Copies all commands of another builder, which must not contain reads, into this one."""
        if not checked(other).is_write_only():
            raise MergeError("AbsoluteTimePlaybackProgramBuilder to copy is not write only.")
        self._take(<AbsoluteTimePlaybackProgramBuilder>other)
        self.pool.copy_back((<AbsoluteTimePlaybackProgramBuilder>other).pool)

    cdef int _take(self, AbsoluteTimePlaybackProgramBuilder other) except -1:
        cdef Command command
        cdef Py_ssize_t shift = self.pool.buffer.size
        self.commands += [command.moved(command.time, shift) for command in other.commands]
        self.trains += other.trains
        return 0

    cdef int clear(self) except -1:
        self.pool, self.commands, self.trains = PlaybackProgramBuilder(), [], []
        return 0

    def empty(self):
        """Whether there are neither commands nor spikes."""
        return not self.commands and not self.trains

    def is_write_only(self):
        """Whether there are no reads."""
        return self.pool.is_write_only()

    def _retime(self, rule):
        cdef Command command
        commands = [command.moved(cycles(rule(command.time)), 0) for command in self.commands]
        self.trains = [packed_spikes(rule((train >> LABEL_BITS).astype(np.int64)), train & LABELS) for train in self.trains]
        self.commands = commands

    def _copied(self):
        made = AbsoluteTimePlaybackProgramBuilder()
        made.copy(self)
        return made

    def __iadd__(self, offset):
        shift = cycles(offset)
        self._retime(lambda time: time + shift)
        return self

    def __add__(self, offset):
        made = (<AbsoluteTimePlaybackProgramBuilder>self)._copied()
        made += offset
        return made

    def __imul__(self, factor):
        self._retime(lambda time: np.floor(time * factor + 0.5).astype(np.int64) if isinstance(time, np.ndarray) else floor(time * factor + 0.5))
        return self

    def __mul__(self, factor):
        made = (<AbsoluteTimePlaybackProgramBuilder>self)._copied()
        made *= factor
        return made

    def done(self):
        """A PlaybackProgramBuilder with the timer's reset and all commands in the order of their times; this builder is empty afterwards.

        Commands of equal time keep their order and follow one another, one FPGA cycle each. A command that is more than 10 us late
        because of that is announced in the log.
        """
        cdef PlaybackProgramBuilder target = PlaybackProgramBuilder()
        cdef Command command
        target.write(TimerOnDLS(), Timer())
        now, sent = 0, 0
        commands = sorted(self.commands, key=time_of)
        spikes = sorted_spikes(np.concatenate(self.trains)) if self.trains else np.empty(0, np.uint64)
        before = np.searchsorted(spikes >> LABEL_BITS, [command.time for command in commands]).tolist() if len(spikes) else [0] * len(commands)
        for command, end in zip(commands, before):
            if end > sent:
                now, sent = append_packed(target.buffer, spikes[sent:end], now), end
            if command.time > now:
                now = command.time
                target.block_until(TimerOnDLS(), Timer.Value(now - 1))
            elif command.time + LATE < now:
                _log.warning("%s delayed by more than 10 us: it was to happen at %d, the commands before take until %d", command.coordinate, command.time, now)
            self._place(command, target)
            now += 1
        append_packed(target.buffer, spikes[sent:], now)
        target.refused |= self.pool.refused
        self.clear()
        return target

    cdef int _place(self, Command command, PlaybackProgramBuilder target) except -1:
        """Puts the words and the ticket of a command at the end of `target`."""
        cdef Py_ssize_t n = command.end - command.start
        cdef WordBuffer buffer = target.buffer
        cdef ContainerTicket ticket
        if n:
            buffer.reserve(n)
            memcpy(buffer.data + buffer.size, self.pool.buffer.data + command.start, n * sizeof(buffer.data[0]))
            buffer.size += n
        if command.ticket is not None:
            ticket = command.ticket.inner
            target.claim(ticket, ticket.kind, ticket.count)
            command.ticket.placed = True
        return 0

    def __copy__(self):
        raise TypeError("an AbsoluteTimePlaybackProgramBuilder cannot be copied implicitly: use its method copy")

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __reduce__(self):
        raise TypeError("an AbsoluteTimePlaybackProgramBuilder cannot be pickled; the program that its builder's done() makes can")

    def __str__(self):
        """The commands in the order in which they were given. (The first line is spelt as the original spells it.)"""
        lines = [f"{command.time}: {'read' if command.ticket is not None else command.container.__name__} at {command.coordinate!r}"
                 for command in self.commands]
        lines += [f"{len(train)} spikes from {train[0] >> LABEL_BITS} to {train[len(train) - 1] >> LABEL_BITS}" for train in self.trains]
        return "\n".join(["AboluteTimePlaybackProgramBuilder", *lines])

    def __repr__(self):
        return f"AbsoluteTimePlaybackProgramBuilder({len(self.commands)} commands, is write only: {str(self.is_write_only()).lower()})"


def time_of(Command command):
    """Sorting key."""
    return command.time


cdef object cycles(time):
    """FPGA cycles of a Timer.Value or integer. Raises RangeError or TypeError."""
    return int(taken(Timer.Value, time, "the time of a command"))


cdef AbsoluteTimePlaybackProgramBuilder checked(other):
    if not isinstance(other, AbsoluteTimePlaybackProgramBuilder):
        raise NotAContainerError(f"an AbsoluteTimePlaybackProgramBuilder is needed, not {other!r}")
    return <AbsoluteTimePlaybackProgramBuilder>other
