"""A run of several FPGAs: rounds in which each goes on as far as it can, and between which they learn what the others have sent.

What an FPGA sends reaches others no sooner than a hop later. So all may go on to a hop after the earliest cycle at which one of them may send
something again. When all programs are at their end, time goes on for one hop more, so that everything has arrived that was sent before.
"""

from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc

from hicannx_sim.base.clock cimport NEVER
from hicannx_sim.base.growing cimport growing_at, growing_clear, growing_count
from hicannx_sim.fpga.router cimport Record, Router
from hicannx_sim.setup.aggregator cimport Aggregator
from hicannx_sim.setup.member cimport Member

import numpy as np

from hicannx_sim.base.numbers import number

RECORD = np.dtype([("cycle", np.int64), ("label", np.uint16), ("sender", np.uint8), ("kind", np.uint8), ("", np.uint32)])
"""What goes between processes for each spike and barrier: the structure `Record` of router.pxd."""
assert RECORD.itemsize == sizeof(Record)


cdef struct Progress:
    int64_t front           # cycle that the programs have come to: the latest
    int64_t earliest        # cycle before which nobody sends anything more
    int64_t slowest         # cycle that all FPGAs have come to
    int64_t running         # programs that are not at their end


cdef class Rounds:
    """Runs `members` with `aggregator`. exchange: None, or what carries things to and from the other processes of the setup,

        exchange(standing: int64[4], records: RECORD[n]) -> (standing: int64[processes, 4], records: RECORD[m] of all)
    """

    cdef list members
    cdef Aggregator aggregator
    cdef object exchange
    cdef void** pointers
    cdef Py_ssize_t n
    cdef int64_t hop
    cdef readonly int64_t count         # rounds of the latest run
    cdef public int64_t longest         # cycles of a round, at most; it makes no difference to what comes out

    def __cinit__(self, members, *rest):
        self.n = len(members)
        self.pointers = <void**> malloc(max(self.n, 1) * sizeof(void*))
        if self.pointers == NULL:
            raise MemoryError()

    def __init__(self, list members not None, Aggregator aggregator not None, exchange=None):
        self.members, self.aggregator, self.exchange = members, aggregator, exchange
        self.hop, self.longest = number("network_hop"), NEVER
        for i, member in enumerate(members):
            self.pointers[<Py_ssize_t> i] = <void*> <Member?> member

    def __dealloc__(self):
        free(self.pointers)

    def begin(self):
        """The time of all FPGAs is the same from now on."""
        cdef Progress all
        self.count = 0
        with nogil:
            self.meet(&all)
            self.align(all.front)
            self.aggregator.begin(all.front)

    def go(self, int64_t cycles=NEVER):
        """For so many cycles at least, or until all programs are at their end and nothing that was sent is on its way any more.

        Returns whether the latter has not come yet. All FPGAs stand at the same cycle then.
        """
        cdef Progress all
        cdef int64_t cycle
        cdef bint goes_on
        with nogil:
            self.meet(&all)
            cycle = all.slowest + min(cycles, NEVER - all.slowest)
            goes_on = all.running or all.slowest < all.front + self.hop
            while goes_on and all.slowest < cycle:
                self.round(&all)
                goes_on = all.running or all.slowest < all.front + self.hop
            if not goes_on:
                self.close()
        return goes_on

    cdef int align(self, int64_t cycle) except -1 nogil:
        """The time of all FPGAs is the same."""
        cdef Py_ssize_t i
        for i in range(self.n):
            (<Member> self.pointers[i]).fpga.time.pass_time(cycle)
            (<Member> self.pointers[i]).look(cycle)
            if (<Member> self.pointers[i]).ended != NEVER:
                (<Member> self.pointers[i]).ended = cycle
        return 0

    cdef int round(self, Progress* all) except -1 nogil:
        cdef int64_t limit = min(all.earliest + self.hop, all.slowest + self.longest), end = min(limit, all.front + self.hop)
        cdef Py_ssize_t i
        self.count += 1
        for i in range(self.n):
            (<Member> self.pointers[i]).proceed(limit)
            (<Member> self.pointers[i]).live(end)
        return self.meet(all)

    cdef int meet(self, Progress* all) except -1 nogil:
        """All learn how far the others are and what they have sent."""
        cdef Progress own
        self.stand(&own)
        if self.exchange is None:
            all[0] = own
            self.take_own()
        else:
            with gil:
                self.exchange_all(&own, all)
        all.earliest = self.aggregator.deliver(all.earliest, self.pointers, self.n)
        return 0

    cdef void stand(self, Progress* own) noexcept nogil:
        cdef Py_ssize_t i
        own.front, own.running, own.earliest, own.slowest = 0, 0, NEVER, NEVER
        for i in range(self.n):
            own.front = max(own.front, (<Member> self.pointers[i]).front())
            own.earliest = min(own.earliest, (<Member> self.pointers[i]).earliest())
            own.slowest = min(own.slowest, (<Member> self.pointers[i]).fpga.time.s.cycle)
            own.running += (<Member> self.pointers[i]).ended == NEVER

    cdef void take_own(self) noexcept nogil:
        cdef Py_ssize_t i
        cdef int64_t k
        for i in range(self.n):
            for k in range(growing_count(&(<Member> self.pointers[i]).fpga.events.router.outbox)):
                self.aggregator.take(<const Record*> growing_at(&(<Member> self.pointers[i]).fpga.events.router.outbox, k, sizeof(Record)))
            growing_clear(&(<Member> self.pointers[i]).fpga.events.router.outbox)

    cdef int exchange_all(self, const Progress* own, Progress* all) except -1:
        cdef const int64_t[:, ::1] standing
        cdef const unsigned char[::1] data
        cdef Py_ssize_t i
        sent = np.concatenate([self.sent_by(i) for i in range(self.n)]) if self.n else np.empty(0, RECORD)
        standings, records = self.exchange(np.array([own.front, own.earliest, own.slowest, own.running], np.int64), sent)
        standing, data = standings, records.view(np.uint8)
        all[0] = own[0]
        for i in range(standing.shape[0]):
            all.front, all.earliest = max(all.front, standing[i, 0]), min(all.earliest, standing[i, 1])
            all.slowest = min(all.slowest, standing[i, 2])
        all.running = np.asarray(standing)[:, 3].sum()
        for i in range(data.shape[0] // <Py_ssize_t> sizeof(Record)):
            self.aggregator.take(<const Record*> &data[i * sizeof(Record)])
        return 0

    cdef object sent_by(self, Py_ssize_t i):
        """What one FPGA has sent since this was last asked."""
        cdef Router router = (<Member> self.members[i]).fpga.events.router
        cdef int64_t count = growing_count(&router.outbox)
        found = np.zeros(count, RECORD)
        cdef unsigned char[::1] place = found.view(np.uint8)
        cdef const unsigned char* items = <const unsigned char*> growing_at(&router.outbox, 0, sizeof(Record))
        cdef Py_ssize_t k
        for k in range(place.shape[0]):
            place[k] = items[k]
        growing_clear(&router.outbox)
        return found

    cdef int close(self) except -1 nogil:
        """Chips are where their FPGAs are, and what has come after the end of their programs is forgotten."""
        cdef Py_ssize_t i
        for i in range(self.n):
            (<Member> self.pointers[i]).fpga.events.advance((<Member> self.pointers[i]).fpga.time.s.cycle * 4)
            (<Member> self.pointers[i]).fpga.trace.forget((<Member> self.pointers[i]).fpga.time.s.cycle)
        return 0
