# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The trace: merges responses and events into one stream in the order in which they reach the FPGA's memory.

One message per FPGA cycle. Events go first, because their 8-bit stamps are only understood for 127 cycles; responses wait. Events of one
kind that are there in the same cycle share a message, up to three. From the first system time sync on, every message carries its
time. The memory behind the trace is not limited: its back-pressure is not modelled. (facts: transport 2.5, 2.7, 2.8)
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memmove

from fisch._writer cimport ResponseWriter
from sim.chip.chip cimport Chip, OUT_MADC, OUT_SPIKE, OutEvent
from sim.clock cimport NEVER, TICKS_PER_FPGA_CYCLE

from sim.fpga.timing import value

cdef uint64_t TIME_MASK = (<uint64_t> 1 << 43) - 1


cdef class Trace:
    """What has arrived and is not yet written, and the writer of the stream. Time in FPGA cycles since power-on."""

    def __init__(self):
        self.writer = ResponseWriter()
        self.from_chip = value("event_from_chip")
        self.deadline = value("event_deadline")
        self.power_on()

    def __dealloc__(self):
        free(self.items)
        free(self.queues[0].events)
        free(self.queues[1].events)

    cdef void power_on(self) noexcept nogil:
        cdef int kind
        self.head = self.end = 0
        self.last = -1
        self.timed = False
        self.recording = True
        for kind in range(2):
            self.queues[kind].head = self.queues[kind].end = 0
            self.recorded[kind] = self.not_recorded[kind] = self.late[kind] = 0

    @property
    def counters(self):
        """Events since power-on: {kind: {"recorded", "not recorded" (gate closed), "late" (dropped: reached the trace too late)}}."""
        return {
            name: {"recorded": self.recorded[kind], "not recorded": self.not_recorded[kind], "late": self.late[kind]}
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

    cdef int push_event(self, Queue* queue, Event event) except -1 nogil:
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

    cdef int take(self, Chip chip) except -1 nogil:
        """Takes over what has left the chip. An event arrives a fixed time after its stamp."""
        cdef Py_ssize_t i
        cdef OutEvent* out
        cdef Event event
        for i in range(chip.n_out):
            out = &chip.out[i]
            event.cycle = (out.tick + self.from_chip + TICKS_PER_FPGA_CYCLE - 1) // TICKS_PER_FPGA_CYCLE
            event.deadline = out.tick // TICKS_PER_FPGA_CYCLE + self.deadline - 1
            event.bits = <uint32_t> (chip.systime(out.tick) & 0xff) << 16 | out.body
            self.push_event(&self.queues[out.kind & 1], event)
        chip.clear_out()
        return 0

    # ---------------------------------------------------------------------------------------------------------- the stream
    cdef int annotate(self, int64_t slot) except -1 nogil:
        if self.timed:
            self.writer.annotate(<uint64_t> (slot + self.offset) & TIME_MASK)
        self.last = slot
        return 0

    cdef int emit(self, int64_t until, bint drain) except -1 nogil:
        """Writes what is due up to and including cycle `until`; with `drain` all responses, later than that if they have to queue."""
        cdef int64_t slot, item, spike, sample, first
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
            if first == NEVER or (slot > until and not (drain and item != NEVER)):
                return 0
            if spike <= slot and spike <= sample:
                self.emit_events(0, slot, until)
            elif sample <= slot:
                self.emit_events(1, slot, until)
            else:
                self.annotate(slot)
                self.writer.message(self.items[self.head].header, self.items[self.head].payload)
                self.head += 1

    cdef int emit_events(self, int kind, int64_t slot, int64_t until) except -1 nogil:
        """Up to three events that are there at `slot`, in one message; those that may not be recorded or come too late are only counted."""
        cdef Queue* queue = &self.queues[kind]
        cdef uint32_t bits[3]
        cdef int n = 0
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
