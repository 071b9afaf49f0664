"""The trace: merges responses and events into one stream in the order in which they reach the FPGA's memory.

One message per FPGA cycle. Events go first, because their 8-bit stamps are only understood for 127 cycles; responses wait, which is what a
time-out reports as stalls. Events of one kind that are there in the same cycle share a message, up to three. From the first system
time sync on, every message carries its time. (facts: transport 2.5, 2.7, 2.8)

The memory behind the trace fills up only with a host that is not infinitely fast (`hicannx_sim.fpga.host`). While it is full nothing is written:
responses wait, events get lost, first those that do not fit into their queue, then those that would come too late.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memmove, memset

from fisch._writer cimport ResponseWriter
from hicannx_sim.chip.fabric cimport OUT_MADC, OUT_SPIKE
from hicannx_sim.base.clock cimport NEVER
from hicannx_sim.base.state cimport ints, longs, view

from hicannx_sim.base.numbers import number

cdef enum:
    LARGEST = 18            # bytes of a message with its annotation

cdef uint64_t TIME_MASK = (<uint64_t> 1 << 43) - 1


cdef class Trace:
    """What has arrived and is not yet written, and the writer of the stream. Time in FPGA cycles since power-on.

    host: `hicannx_sim.fpga.host.HostLink` or None: infinitely fast.
    """

    def __init__(self, host=None):
        self.writer = ResponseWriter()
        self.fifo_depth, self.stall_window = number("event_fifo"), number("stall_window")
        self.last = -1
        self.recording = True
        self.limited = host is not None
        if self.limited:
            self.per_byte, self.trace_bytes = host.cycles_per_word, host.trace_bytes    # 8 bytes a word, 8 eighths a cycle

    def __dealloc__(self):
        free(self.items)
        free(self.queues[0].events)
        free(self.queues[1].events)

    @property
    def counters(self):
        """Events since power-on, per kind: those recorded, and those lost because the recording gate was closed, because their queue was full
        or because they would have reached the trace too late."""
        return {
            name: {
                "recorded": self.recorded[kind], "not recorded": self.not_recorded[kind], "dropped: queue full": self.overflow[kind],
                "late": self.late[kind],
            }
            for name, kind in (("spikes", <int> OUT_SPIKE), ("madc", <int> OUT_MADC))
        }

    cdef void begin_run(self) noexcept:
        """The stream starts anew; what is still on the way stays."""
        self.writer.clear()

    cdef void drop_responses(self) noexcept:
        self.head = self.end = 0

    cdef void set_time(self, int64_t cycle, int64_t time) noexcept nogil:
        """System time [FPGA cycles] is `time` at `cycle`; from now on messages are annotated."""
        self.timed = True
        self.offset = time - cycle

    cdef void set_recording(self, bint recording) noexcept nogil:
        self.recording = recording

    cdef Py_ssize_t waiting(self) noexcept nogil:
        return self.end - self.head

    # ---------------------------------------------------------------------------------------------------------- arrivals
    cdef int push(self, int64_t cycle, uint8_t header, uint64_t payload) except -1 nogil:
        """One response that reaches the trace at `cycle`; those of the same cycle keep the order of their pushes."""
        cdef Py_ssize_t i
        cdef Item* grown
        if self.end == self.capacity:
            if self.head > self.capacity // 2:
                memmove(self.items, self.items + self.head, (self.end - self.head) * sizeof(Item))
                self.end -= self.head
                self.head = 0
            else:
                grown = <Item*> realloc(self.items, (self.capacity * 2 + 1024) * sizeof(Item))
                if grown == NULL:
                    with gil:
                        raise MemoryError("no memory for responses")
                self.items = grown
                self.capacity = self.capacity * 2 + 1024
        i = self.end
        while i > self.head and self.items[i - 1].cycle > cycle:
            self.items[i] = self.items[i - 1]
            i -= 1
        self.items[i].cycle = cycle
        self.items[i].payload = payload
        self.items[i].header = header
        self.end += 1
        return 0

    cdef int push_event(self, int kind, Event event) except -1 nogil:
        """One event of a kind; they come in the order of their arrival."""
        cdef Queue* queue = &self.queues[kind]
        cdef Py_ssize_t i
        cdef Event* grown
        if queue.end == queue.capacity:
            if queue.head > queue.capacity // 2:
                memmove(queue.events, queue.events + queue.head, (queue.end - queue.head) * sizeof(Event))
                queue.end -= queue.head
                queue.head = 0
            else:
                grown = <Event*> realloc(queue.events, (queue.capacity * 2 + 1024) * sizeof(Event))
                if grown == NULL:
                    with gil:
                        raise MemoryError("no memory for events")
                queue.events = grown
                queue.capacity = queue.capacity * 2 + 1024
        i = queue.end
        while i > queue.head and queue.events[i - 1].cycle > event.cycle:
            queue.events[i] = queue.events[i - 1]
            i -= 1
        queue.events[i] = event
        queue.end += 1
        return 0

    cdef void drop_overflow(self, int kind, int64_t slot) noexcept nogil:
        """Nothing was written since the last message: what arrived before `slot` and did not fit into the queue is lost."""
        cdef Queue* queue = &self.queues[kind]
        cdef Py_ssize_t first = queue.head + self.fifo_depth, i = first
        while i < queue.end and queue.events[i].cycle < slot:
            i += 1
        if i > first:
            self.overflow[kind] += i - first
            memmove(queue.events + first, queue.events + i, (queue.end - i) * sizeof(Event))
            queue.end -= i - first

    # ---------------------------------------------------------------------------------------------------------- back-pressure
    cdef int64_t room_from(self) noexcept nogil:
        """Cycle from which the memory takes one more message."""
        return (self.fetched_at - (self.trace_bytes - LARGEST) * self.per_byte + 7) // 8 if self.limited else 0

    cdef int64_t next_response(self) noexcept nogil:
        """Cycle at which the next response can be written, as far as is known now; NEVER if none waits."""
        return max(self.items[self.head].cycle, self.last + 1, self.room_from()) if self.head < self.end else NEVER

    cdef void account(self, int64_t slot, Py_ssize_t n_bytes) noexcept nogil:
        """`n_bytes` were written at `slot`."""
        self.fetched_at = max(self.fetched_at, 8 * slot) + n_bytes * self.per_byte

    cdef void stalled(self, int64_t begin, int64_t end) noexcept nogil:
        """A response waited from `begin` up to `end`."""
        cdef Stall* latest = &self.stalls[(self.n_stalls + STALL_RING - 1) % STALL_RING]
        if self.n_stalls and begin <= latest.end:
            latest.end = max(latest.end, end)
            return
        self.stalls[self.n_stalls % STALL_RING].begin, self.stalls[self.n_stalls % STALL_RING].end = begin, end
        self.n_stalls += 1

    cdef int64_t stalls_before(self, int64_t cycle) noexcept nogil:
        """Cycles of the window before `cycle` in which a response waited; everything due until then has been written."""
        cdef int64_t first = cycle - self.stall_window, found = 0, n = min(self.n_stalls, <int64_t> STALL_RING), i
        if self.head < self.end and self.items[self.head].cycle < cycle:
            self.stalled(self.items[self.head].cycle, cycle)
            n = min(self.n_stalls, <int64_t> STALL_RING)
        for i in range(n):
            found += max(<int64_t> 0, min(self.stalls[i].end, cycle) - max(self.stalls[i].begin, first))
        return found

    # ---------------------------------------------------------------------------------------------------------- the stream
    cdef int annotate(self, int64_t slot) except -1 nogil:
        if self.timed:
            self.writer.annotate(<uint64_t> (slot + self.offset) & TIME_MASK)
        self.last = slot
        return 0

    cdef int emit(self, int64_t until, bint drain) except -1 nogil:
        """Writes what is due up to and including cycle `until`; with `drain` all responses, later than that if they have to queue."""
        cdef int64_t slot, item, spike, sample, first
        cdef Py_ssize_t before
        while True:
            item = self.items[self.head].cycle if self.head < self.end else NEVER
            spike = self.queues[0].events[self.queues[0].head].cycle if self.queues[0].head < self.queues[0].end else NEVER
            sample = self.queues[1].events[self.queues[1].head].cycle if self.queues[1].head < self.queues[1].end else NEVER
            if spike > until:
                spike = NEVER
            if sample > until:
                sample = NEVER
            first = min(item, spike, sample)
            slot = max(first, self.last + 1)
            if self.limited:
                slot = max(slot, self.room_from())
            if first == NEVER or (slot > until and not (drain and item != NEVER)):
                return 0
            before = self.writer.size
            if spike <= slot and spike <= sample:
                self.emit_events(0, slot, until)
            elif sample <= slot:
                self.emit_events(1, slot, until)
            else:
                self.emit_response(slot)
            if self.limited:
                self.account(slot, self.writer.size - before)

    cdef int emit_response(self, int64_t slot) except -1 nogil:
        cdef Item* item = &self.items[self.head]
        if slot > item.cycle:
            self.stalled(item.cycle, slot)
        self.annotate(slot)
        self.writer.message(item.header, item.payload)
        self.head += 1
        return 0

    cdef int emit_events(self, int kind, int64_t slot, int64_t until) except -1 nogil:
        """Up to three events that are there at `slot`, in one message; those that may not be recorded or come too late are only counted."""
        cdef Queue* queue = &self.queues[kind]
        cdef uint32_t bits[3]
        cdef int n = 0
        if queue.end - queue.head > self.fifo_depth:
            self.drop_overflow(kind, slot)
        while n < 3 and queue.head < queue.end and queue.events[queue.head].cycle <= min(slot, until):
            if not self.recording:
                self.not_recorded[kind] += 1
            elif queue.events[queue.head].deadline < slot:
                self.late[kind] += 1
            else:
                bits[n] = queue.events[queue.head].bits
                n += 1
            queue.head += 1
        if n == 0:
            return 0
        self.recorded[kind] += n
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
        cdef Queue* spikes = &self.queues[0]
        cdef Queue* samples = &self.queues[1]
        return {
            "items": view(self.items + self.head, (self.end - self.head) * sizeof(Item), "u1"),
            "spikes": view(spikes.events + spikes.head, (spikes.end - spikes.head) * sizeof(Event), "u1"),
            "samples": view(samples.events + samples.head, (samples.end - samples.head) * sizeof(Event), "u1"),
            "stream": view(self.writer.data, self.writer.size, "u1"), "time": view(&self.writer.time, sizeof(self.writer.time), "u8"),
            "last": longs(&self.last, sizeof(self.last)), "timed": ints(&self.timed, sizeof(self.timed)),
            "offset": longs(&self.offset, sizeof(self.offset)), "recording": ints(&self.recording, sizeof(self.recording)),
            "recorded": longs(self.recorded, sizeof(self.recorded)), "not_recorded": longs(self.not_recorded, sizeof(self.not_recorded)),
            "late": longs(self.late, sizeof(self.late)), "overflow": longs(self.overflow, sizeof(self.overflow)),
            "stalls": longs(self.stalls, sizeof(self.stalls)), "n_stalls": longs(&self.n_stalls, sizeof(self.n_stalls)),
            "fetched_at": longs(&self.fetched_at, sizeof(self.fetched_at)),
        }

    def resize_arrays(self, sizes):
        """Room for what is on the way, in bytes."""
        cdef Event nothing
        cdef int kind
        memset(&nothing, 0, sizeof(nothing))
        self.head = self.end = 0
        while self.end < <Py_ssize_t> (sizes["items"] // sizeof(Item)):
            self.push(0, 0, 0)
        for kind in range(2):
            self.queues[kind].head = self.queues[kind].end = 0
            while self.queues[kind].end < <Py_ssize_t> (sizes["samples" if kind else "spikes"] // sizeof(Event)):
                self.push_event(kind, nothing)
        self.writer.clear()
        self.writer.reserve(sizes["stream"])
        self.writer.size = sizes["stream"]
