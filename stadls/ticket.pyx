"""Tickets: the promise of a container that is read when the program runs."""

from libc.stdint cimport uint32_t, uint64_t

from fisch.draft cimport Slot
from fisch.access cimport decode_read
from haldls.layout cimport Container
from halco.value cimport Value

from types import GenericAlias

import numpy as np

from haldls import FPGATime

from stadls.errors import TicketError

__all__ = ["ContainerTicket"]


cdef class ContainerTicket(Slot):
    """What `PlaybackProgramBuilder.read` returns. It keeps its program alive and is valid for the latest run of it.

    Positions count the responses of one class (omnibus, JTAG, loopback) in the order of the reads.
    """

    def __init__(self):
        raise TicketError("Unexpected access to moved-from object. A ticket comes from PlaybackProgramBuilder.read.")

    @classmethod
    def __class_getitem__(cls, container):
        """For type checkers: `ContainerTicket[NeuronConfig]`."""
        return GenericAlias(cls, container)

    def valid(self):
        """Whether all responses have arrived."""
        return self.program.n_responses(self.kind) >= self.start + self.count

    def get(self):
        """The container as it was read; a fresh one each time.

        Raises TicketError before the run, and whatever decoding raises: RangeError for contents that the container cannot hold,
        InvalidDataError where an I2C device did not answer.
        """
        self._require_data()
        cdef const uint32_t[::1] responses = self.program.response_data(self.kind)[self.start:self.start + self.count]
        cdef Py_ssize_t n = self.count // self.plan.responses_per_word
        words = np.empty(n, dtype=np.uint32)
        cdef uint32_t[::1] target = words
        if n:
            decode_read(self.plan.number, &responses[0], n, &target[0])
        return self._decoded(words)

    def get_coordinate(self):
        """The coordinate that is read."""
        return self.coordinate

    @property
    def fpga_time(self):
        """FPGATime (cycles of 8 ns) of the last word's response. Without a system time it only counts messages."""
        self._require_data()
        return FPGATime(int(self.program.response_times(self.kind)[self.start + self.count - 1]))

    def _require_data(self):
        if not self.valid():
            raise TicketError(f"Data not available. The read of {self.plan.container.__name__} at {self.coordinate!r} has not been executed.")

    def _decoded(self, words):
        container = self.plan.container()
        cdef const uint32_t[::1] source
        if self.plan.layout is None:
            container.decode(words, self.coordinate, self.plan.backend)
            return container
        source = words
        self.plan.layout.decode_at(<Container>container, (<Value>self.coordinate).v, &source[0])
        return container

    def __repr__(self):
        state = "valid" if self.valid() else "no data yet"
        return f"ContainerTicket({self.plan.container.__name__} at {self.coordinate!r}, {state})"


cdef ContainerTicket new_ticket(object coordinate, AccessPlan plan):
    """A ticket that has no place in a program yet: `Draft.claim` gives it one."""
    cdef ContainerTicket made = ContainerTicket.__new__(ContainerTicket)
    made.coordinate, made.plan = coordinate, plan
    return made
