"""The node between the FPGAs of a jBOA setup: every spike goes to all FPGAs, and a barrier is released when all have reached it.

Every FPGA has a line to the node and one back, which take one spike per cycle each. As all lines back carry the same spikes, the sum of all
rates has to stay below 125 M spikes/s; beyond that they queue, and what does not fit into the queue reaches nobody and is counted.

A barrier that an FPGA has reached counts until all have reached it, even if that FPGA has timed out or its host has connected anew meanwhile. The
release reaches all FPGAs in the same cycle; where nobody waits it has no effect. (facts: clients/multichip 1, 4)

Accuracy: behavioural. Order of arbitration (by cycle, then by FPGA), depth of the queue, latency of the barrier and the time between two releases
are assumed: `network_*` in base.numbers.
"""

cimport cython
from libc.stdint cimport int64_t, uint64_t

from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.base.growing cimport growing_at, growing_clear, growing_count, growing_drop, growing_free, growing_insert
from hicannx_sim.base.state cimport items, resize
from hicannx_sim.fpga.router cimport BARRIER, Record

from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields

MEMBERS_MAX = 64
"""FPGAs: more than an extended setup of the real system has chips for is not built. (facts: clients/multichip 1)"""


cdef inline bint comes_before(const Record* a, const Record* b) noexcept nogil:
    return a.cycle < b.cycle or (a.cycle == b.cycle and a.sender < b.sender)


@cython.final
cdef class Aggregator:
    """For `n` FPGAs. Time in FPGA cycles."""

    def __init__(self, int n):
        self.everybody = (<uint64_t> 1 << n) - 1 if n < 64 else ~<uint64_t> 0
        self.up, self.down = number("network_up"), number("network_hop") - number("network_up")
        self.depth, self.refractory = number("network_queue"), number("network_refractory")
        self.turn = number("event_to_chip") // TICKS_PER_FPGA_CYCLE + number("event_from_chip") // TICKS_PER_FPGA_CYCLE
        self.s.released = -1

    def __dealloc__(self):
        growing_free(&self.waiting)

    cdef void begin(self, int64_t cycle) noexcept nogil:
        """All FPGAs stand at a cycle. If they have been put back, as by their snapshots, nothing is known of a later time any more."""
        if max(self.s.free, self.s.released) > cycle + self.depth + self.refractory:
            self.s.free = self.s.released = cycle
            growing_clear(&self.waiting)

    cdef void take(self, const Record* record) noexcept nogil:
        """Somebody's spike or barrier is on its way; those of one sender come in their order."""
        cdef int64_t place = growing_count(&self.waiting)
        cdef Record* entry
        while place and comes_before(record, <Record*> growing_at(&self.waiting, place - 1, sizeof(Record))):
            place -= 1
        entry = <Record*> growing_insert(&self.waiting, place, sizeof(Record))
        if entry != NULL:
            entry[0] = record[0]

    cdef int64_t deliver(self, int64_t earliest, void** members, Py_ssize_t n) noexcept nogil:
        """Passes on everything that nothing else can overtake, if no FPGA sends anything before `earliest` by itself. Returns when one may do
        so after that: earlier, if one that waits at a barrier is released, or gets a spike that its chip answers."""
        cdef const Record* record
        cdef int64_t i = 0
        while i < growing_count(&self.waiting):
            record = <const Record*> growing_at(&self.waiting, i, sizeof(Record))
            if record.cycle >= earliest + self.up:
                break
            if record.kind == BARRIER:
                earliest = min(earliest, self.pass_barrier(record, members, n))
            else:
                earliest = min(earliest, self.pass_spike(record, members, n))
            i += 1
        growing_drop(&self.waiting, i)
        return earliest

    cdef int64_t pass_spike(self, const Record* record, void** members, Py_ssize_t n) noexcept nogil:
        """Returns when a chip's answer to it may leave an FPGA; NEVER if it is lost."""
        cdef int64_t leaves = max(record.cycle, self.s.free), arrival = leaves + self.down
        cdef Py_ssize_t i
        if leaves - record.cycle >= self.depth:
            self.s.overflow += 1
            return NEVER
        self.s.free = leaves + 1
        self.s.spikes += 1
        for i in range(n):
            (<Member> members[i]).fpga.events.router.arrivals.push(arrival, 0, record.label)
            (<Member> members[i]).fpga.time.s.next_due = min((<Member> members[i]).fpga.time.s.next_due, arrival)
        return arrival + self.turn

    cdef int64_t pass_barrier(self, const Record* record, void** members, Py_ssize_t n) noexcept nogil:
        """Returns when FPGAs are released; NEVER if not all have arrived."""
        cdef Py_ssize_t i
        self.s.arrived |= <uint64_t> 1 << record.sender
        if self.s.arrived != self.everybody:
            return NEVER
        self.s.arrived = 0
        self.s.released = record.cycle if self.s.released < 0 else max(record.cycle, self.s.released + self.refractory)
        self.s.barriers += 1
        for i in range(n):
            (<Member> members[i]).fpga.s.release = self.s.released + self.down
        return self.s.released + self.down

    @property
    def refused(self):
        """Records that there was no memory for."""
        return self.waiting.refused

    @property
    def arrived(self):
        """Numbers of the FPGAs that have reached a barrier that others have not."""
        return [number for number in range(MEMBERS_MAX) if self.s.arrived >> number & 1]

    @arrived.setter
    def arrived(self, numbers):
        self.s.arrived = sum(<uint64_t> 1 << <int> number for number in numbers)

    @property
    def counters(self):
        """Spikes and barriers passed on since power-on, and spikes that did not fit into the queue."""
        return {"spikes": self.s.spikes, "lost: queue full": self.s.overflow, "barriers": self.s.barriers}

    def arrays(self):
        """Barriers, the lines' clock, counters, and what is on the way."""
        return fields(<AggregatorState[:1]> &self.s) | {"waiting": items(&self.waiting, sizeof(Record))}

    def resize_arrays(self, sizes):
        """Room for what is on the way, in bytes."""
        resize(&self.waiting, sizes["waiting"], sizeof(Record))
