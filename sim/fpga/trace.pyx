"""The trace: merges responses and events into one stream in the order in which they reach the FPGA's memory.

One message per FPGA cycle. Events go first, because their 8-bit stamps are only understood for 127 cycles; responses wait, which is what a
time-out reports as stalls. Events of one kind that are there in the same cycle share a message, up to three. From the first system
time sync on, every message carries its time. (facts: transport 2.5, 2.7, 2.8)

With a host of a given speed (`hicannx_sim.fpga.host`) nothing is written while the memory behind the trace is full: responses wait, events get
lost, first those that do not fit into their queue, then those that would come too late. Without one, responses always find room, and events
as they would with Gigabit Ethernet: what the memory cannot take of them is lost. Each run of such a host begins with an empty memory.
"""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memmove

from hicannx_sim.base.clock cimport NEVER
from hicannx_sim.base.growing cimport growing_at, growing_clear, growing_count, growing_drop, growing_free, growing_insert
from hicannx_sim.base.state cimport items, resize, view
from hicannx_sim.chip.fabric cimport OUT_MADC, OUT_SPIKE
from hicannx_sim.fpga.registers cimport RegisterFile

from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields
from hicannx_sim.fpga.host import GIGABIT

cdef enum:
    LARGEST = 18            # bytes of a message with its annotation

cdef uint64_t TIME_MASK = (<uint64_t> 1 << 43) - 1


cdef inline Response* response_at(const Growing* responses, int64_t k) noexcept nogil:
    return <Response*> growing_at(responses, k, sizeof(Response))


cdef inline Event* event_at(const Growing* events, int64_t k) noexcept nogil:
    return <Event*> growing_at(events, k, sizeof(Event))


@cython.final
cdef class Trace(RegisterBlock):
    """What has arrived and is not yet written, and the writer of the stream. Time in FPGA cycles since power-on.

    host: `hicannx_sim.fpga.host.HostLink` or None: infinitely fast.
    """

    def __init__(self, RegisterFile registers not None, host=None):
        self.attach(registers, "event recording")
        self.writer = ResponseWriter()
        self.fifo_depth, self.stall_window = number("event_fifo"), number("stall_window")
        self.s.last = -1
        self.s.recording = True
        self.limited = host is not None
        host = host or GIGABIT
        self.per_byte, self.trace_bytes = host.cycles_per_word, host.trace_bytes    # 8 bytes a word, 8 eighths a cycle

    def __dealloc__(self):
        cdef int kind
        growing_free(&self.responses)
        for kind in range(EVENT_KINDS):
            growing_free(&self.events[kind])

    # ---------------------------------------------------------------------------------------------------------- the gate of events
    cdef bint affects_events(self, int row, uint32_t before, uint32_t data) noexcept nogil:
        return True

    cdef int64_t write(self, int row, uint32_t index, uint32_t before, uint32_t data, int64_t cycle) except -1 nogil:
        if data & 1 and (self.s.not_recorded[<int> OUT_SPIKE] or self.s.not_recorded[<int> OUT_MADC]):
            self.s.looked = True
        self.s.recording = data & 1
        return 0

    @property
    def timed(self):
        """Whether messages carry the system time."""
        return self.s.timed

    @property
    def looked(self):
        """Whether somebody has begun to record events after some were not recorded."""
        return bool(self.s.looked)

    @property
    def counters(self):
        """Events since power-on, per kind: those recorded, those of them without a time, and those lost because the recording gate was closed, because their queue or the
        memory was full, because they would have reached the trace too late, or because they came after the HALT, while other FPGAs were not done."""
        return {
            name: {
                "recorded": self.s.recorded[kind], "without time": self.s.untimed[kind], "not recorded": self.s.not_recorded[kind],
                "dropped: queue full": self.s.overflow[kind], "dropped: memory full": self.s.memory_full[kind], "late": self.s.late[kind],
                "after halt": self.s.after_halt[kind],
            }
            for name, kind in (("spikes", <int> OUT_SPIKE), ("madc", <int> OUT_MADC))
        }

    cdef void begin_run(self) noexcept:
        """The stream starts anew; what is still on the way stays."""
        self.writer.clear()
        self.closed = False
        if not self.limited:
            self.s.fetched_at = 0

    cdef void drop_responses(self) noexcept nogil:
        growing_clear(&self.responses)

    cdef void set_time(self, int64_t cycle, int64_t time) noexcept nogil:
        """System time [FPGA cycles] is `time` at `cycle`; from now on messages are annotated."""
        self.s.timed = True
        self.s.offset = time - cycle

    # ---------------------------------------------------------------------------------------------------------- arrivals
    cdef int64_t waiting(self) noexcept nogil:
        """Responses that are not written yet."""
        return growing_count(&self.responses)

    cdef void push(self, int64_t cycle, uint8_t header, uint64_t payload) noexcept nogil:
        """One response that reaches the trace at `cycle`; those of the same cycle keep the order of their pushes."""
        cdef int64_t place = growing_count(&self.responses)
        cdef Response* response
        while place and response_at(&self.responses, place - 1).cycle > cycle:
            place -= 1
        response = <Response*> growing_insert(&self.responses, place, sizeof(Response))
        if response != NULL:
            response.cycle, response.payload, response.header = cycle, payload, header

    cdef void push_event(self, int kind, const Event* event) noexcept nogil:
        """One event of a kind; they come in the order of their arrival."""
        cdef Growing* events = &self.events[kind]
        cdef int64_t place = growing_count(events)
        cdef Event* entry
        while place and event_at(events, place - 1).cycle > event.cycle:
            place -= 1
        entry = <Event*> growing_insert(events, place, sizeof(Event))
        if entry != NULL:
            entry[0] = event[0]

    cdef void drop_overflow(self, int kind, int64_t slot) noexcept nogil:
        """Nothing was written since the last message: what arrived before `slot` and did not fit into the queue is lost."""
        cdef Growing* events = &self.events[kind]
        cdef int64_t first = self.fifo_depth, i = first, n = growing_count(events)
        while i < n and event_at(events, i).cycle < slot:
            i += 1
        if i > first:
            self.s.overflow[kind] += i - first
            memmove(event_at(events, first), event_at(events, i), (n - i) * sizeof(Event))
            events.end -= i - first

    cdef int64_t refused(self) noexcept nogil:
        """Entries that there was no memory for."""
        return self.responses.refused + self.events[0].refused + self.events[1].refused

    # ---------------------------------------------------------------------------------------------------------- back-pressure
    cdef int64_t room_from(self) noexcept nogil:
        """Cycle from which the memory takes one more message."""
        return (self.s.fetched_at - (self.trace_bytes - LARGEST) * self.per_byte + 7) // 8

    cdef int64_t next_response(self) noexcept nogil:
        """Cycle at which the next response can be written, as far as is known now; NEVER if none waits."""
        if not growing_count(&self.responses):
            return NEVER
        return max(response_at(&self.responses, 0).cycle, self.s.last + 1, self.room_from() if self.limited else 0)

    cdef void account(self, int64_t slot, Py_ssize_t n_bytes) noexcept nogil:
        """`n_bytes` were written at `slot`."""
        self.s.fetched_at = max(self.s.fetched_at, 8 * slot) + n_bytes * self.per_byte

    cdef void stalled(self, int64_t begin, int64_t end) noexcept nogil:
        """A response waited from `begin` up to `end`."""
        cdef int64_t latest = (self.s.n_stalls + STALL_RING - 1) % STALL_RING, place = self.s.n_stalls % STALL_RING
        if self.s.n_stalls and begin <= self.s.stall_end[latest]:
            self.s.stall_end[latest] = max(self.s.stall_end[latest], end)
            return
        self.s.stall_begin[place], self.s.stall_end[place] = begin, end
        self.s.n_stalls += 1

    cdef int64_t stalls_before(self, int64_t cycle) noexcept nogil:
        """Cycles of the window before `cycle` in which a response waited; everything due until then has been written."""
        cdef int64_t first = cycle - self.stall_window, total = 0, i
        if growing_count(&self.responses) and response_at(&self.responses, 0).cycle < cycle:
            self.stalled(response_at(&self.responses, 0).cycle, cycle)
        for i in range(min(self.s.n_stalls, <int64_t> STALL_RING)):
            total += max(<int64_t> 0, min(self.s.stall_end[i], cycle) - max(self.s.stall_begin[i], first))
        return total

    # ---------------------------------------------------------------------------------------------------------- the stream
    cdef int annotate(self, int64_t slot) except -1 nogil:
        if self.s.timed:
            self.writer.annotate(<uint64_t> (slot + self.s.offset) & TIME_MASK)
        self.s.last = slot
        return 0

    cdef int emit(self, int64_t until, bint drain) except -1 nogil:
        """Writes what is due up to and including cycle `until`; with `drain` all responses, later than that if they have to queue."""
        cdef int64_t slot, response, spike, sample, first
        cdef Py_ssize_t before
        if self.closed:
            self.forget(until)
            return 0
        while True:
            response = response_at(&self.responses, 0).cycle if growing_count(&self.responses) else <int64_t> NEVER
            spike = event_at(&self.events[<int> OUT_SPIKE], 0).cycle if growing_count(&self.events[<int> OUT_SPIKE]) else <int64_t> NEVER
            sample = event_at(&self.events[<int> OUT_MADC], 0).cycle if growing_count(&self.events[<int> OUT_MADC]) else <int64_t> NEVER
            if spike > until:
                spike = NEVER
            if sample > until:
                sample = NEVER
            first = min(response, spike, sample)
            slot = max(first, self.s.last + 1)
            if self.limited:
                slot = max(slot, self.room_from())
            if first == NEVER or (slot > until and not (drain and response != NEVER)):
                return 0
            before = self.writer.size
            if spike <= slot and spike <= sample:
                self.emit_events(OUT_SPIKE, slot, until)
            elif sample <= slot:
                self.emit_events(OUT_MADC, slot, until)
            else:
                self.emit_response(slot)
            self.account(slot, self.writer.size - before)

    cdef void forget(self, int64_t until) noexcept nogil:
        """Events that arrive up to and including cycle `until` are too late for this run; responses wait for the next one."""
        cdef int kind
        for kind in range(EVENT_KINDS):
            while growing_count(&self.events[kind]) and event_at(&self.events[kind], 0).cycle <= until:
                self.s.after_halt[kind] += 1
                growing_drop(&self.events[kind], 1)

    cdef int emit_response(self, int64_t slot) except -1 nogil:
        cdef Response* response = response_at(&self.responses, 0)
        if slot > response.cycle:
            self.stalled(response.cycle, slot)
        self.annotate(slot)
        self.writer.message(response.header, response.payload)
        growing_drop(&self.responses, 1)
        return 0

    cdef int emit_events(self, int kind, int64_t slot, int64_t until) except -1 nogil:
        """Up to three events that are there at `slot`, in one message; those that may not be recorded or come too late are only counted."""
        cdef Growing* events = &self.events[kind]
        cdef Event* event
        cdef uint32_t bits[3]
        cdef int n = 0
        cdef bint full = self.room_from() > slot
        if growing_count(events) > self.fifo_depth:
            self.drop_overflow(kind, slot)
        while n < 3 and growing_count(events):
            event = event_at(events, 0)
            if event.cycle > min(slot, until):
                break
            if not self.s.recording:
                self.s.not_recorded[kind] += 1
            elif event.deadline < slot:
                self.s.late[kind] += 1
            elif full:
                self.s.memory_full[kind] += 1
            else:
                bits[n] = event.bits
                n += 1
            growing_drop(events, 1)
        if n == 0:
            return 0
        self.s.recorded[kind] += n
        self.s.untimed[kind] += 0 if self.s.timed else n
        self.annotate(slot)
        return self.writer.spikes(bits, n) if kind == OUT_SPIKE else self.writer.madc_samples(bits, n)

    def words(self):
        """The stream of this run, uint64[n], filled up to whole words."""
        self.writer.flush()
        return self.writer.words()

    def take_words(self, bint complete):
        """What is new in the stream since the last call, uint64[n]; `complete`: with the last word, filled up, even if there is room in it."""
        if complete:
            self.writer.flush()
        return self.writer.take()

    # ---------------------------------------------------------------------------------------------------------- state
    def arrays(self):
        """Responses and events on the way, the stream of this run that nobody took yet, its clock, stalls, and counters."""
        return fields(<TraceState[:1]> &self.s) | {
            "responses": items(&self.responses, sizeof(Response)),
            "spikes": items(&self.events[<int> OUT_SPIKE], sizeof(Event)), "samples": items(&self.events[<int> OUT_MADC], sizeof(Event)),
            "stream": view(self.writer.data, self.writer.size, "u1"), "time": view(&self.writer.time, sizeof(self.writer.time), "u8"),
        }

    def resize_arrays(self, sizes):
        """Room for what is on the way, in bytes."""
        resize(&self.responses, sizes["responses"], sizeof(Response))
        resize(&self.events[<int> OUT_SPIKE], sizes["spikes"], sizeof(Event))
        resize(&self.events[<int> OUT_MADC], sizes["samples"], sizeof(Event))
        self.writer.clear()
        self.writer.reserve(sizes["stream"])
        self.writer.size = sizes["stream"]
