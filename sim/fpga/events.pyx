"""The way of events between FPGA and chip: latency, bandwidth and loss of the link in both directions, and what may send an event back.

Labels go to the chip from the playback program, from the serial spike interface and from other FPGAs. Events from the chip go into the trace,
and spikes besides to the serial interface and to other FPGAs. Both directions pass one event per interval, queue some and lose the rest; while no
PHY is up everything is lost. Every loss is counted.

If spikes may come back to the chip, what leaves it is looked at in steps that are shorter than the shortest way back (`next_poll`); otherwise
only when somebody needs to see it. (facts: transport 2.5, 2.8; registers/behaviour, events; the numbers stand in timing.py)
"""

from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t

from hicannx_sim.base.growing cimport growing_at, growing_count
from hicannx_sim.chip.chip cimport Chip
from hicannx_sim.chip.fabric cimport OUT_SPIKE, OutEvent
from hicannx_sim.chip.link cimport Link
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.fpga.registers cimport RegisterFile
from hicannx_sim.fpga.router cimport Router
from hicannx_sim.fpga.spike_io cimport SpikeIO
from hicannx_sim.fpga.trace cimport Event, Trace
from hicannx_sim.base.noise cimport uniform
from hicannx_sim.base.state cimport longs, view

from hicannx_sim.base.numbers import number
from hicannx_sim.base.noise import stream


cdef class EventPath:
    """Events to and from `chip` over `link`. Time of the chip in ticks, of the FPGA in cycles."""

    def __init__(self, Chip chip not None, Link link not None, Trace trace not None, RegisterFile registers not None):
        self.chip, self.link, self.trace = chip, link, trace
        self.spike_io, self.router = SpikeIO(registers), Router(registers)
        self.next_poll = NEVER
        self.latency[<int> TO_CHIP], self.latency[<int> FROM_CHIP] = number("event_to_chip"), number("event_from_chip")
        self.depth[<int> TO_CHIP], self.depth[<int> FROM_CHIP] = number("event_queue"), number("event_from_chip_queue")
        self.interval, self.deadline, self.saturating_phys = number("event_interval"), number("event_deadline"), number("saturating_phys")

    # ---------------------------------------------------------------------------------------------------------- the link
    def lose(self, double probability, bint to_chip, bint from_chip, seed):
        """From now on each event is lost with a probability, independently, in the given directions."""
        for direction, concerned in ((<int> TO_CHIP, to_chip), (<int> FROM_CHIP, from_chip)):
            if concerned:
                self.loss[<int> direction].key = stream(seed, "events lost", direction)
                self.loss[<int> direction].probability = probability
                self.loss[<int> direction].drawn = 0

    cdef bint draws(self, int direction) noexcept nogil:
        """The next event is one of those lost on purpose."""
        cdef Loss* loss = &self.loss[direction]
        if loss.probability == 0:
            return False
        loss.drawn += 1
        return uniform(loss.key, <uint64_t> loss.drawn) < loss.probability

    cdef int64_t slot(self, int direction, int64_t tick) noexcept nogil:
        """Arrival of an event that wants to leave at `tick`; -1 if it is lost."""
        cdef int64_t arrival = tick + self.latency[direction], at = max(arrival, self.free[direction]), interval
        cdef int n_up
        if self.link.s.ready > tick:
            self.without_link[direction] += 1
            return -1
        n_up = self.link.n_up(tick)
        interval = self.interval if n_up >= self.saturating_phys else self.interval * self.saturating_phys // n_up
        if at - arrival >= self.depth[direction] * interval:
            self.overflow[direction] += 1
            return -1
        self.free[direction] = at + interval
        if self.draws(direction):
            self.lost[direction] += 1
            if direction == FROM_CHIP:
                self.lost_on_phy[self.passed[direction] % 8] += 1
            self.passed[direction] += 1
            return -1
        self.passed[direction] += 1
        return at

    # ---------------------------------------------------------------------------------------------------------- to the chip
    cdef int send(self, uint16_t label, int64_t cycle) noexcept nogil:
        """A label leaves for the chip."""
        cdef int64_t at = self.slot(TO_CHIP, cycle * TICKS_PER_FPGA_CYCLE)
        if at >= 0:
            self.chip.spike(label, at)
        return 0

    # ---------------------------------------------------------------------------------------------------------- from the chip
    cdef int take(self) except -1 nogil:
        """Takes over what has left the chip."""
        cdef Py_ssize_t i
        cdef int64_t at
        cdef const OutEvent* event
        for i in range(growing_count(&self.chip.fabric.out)):
            event = <const OutEvent*> growing_at(&self.chip.fabric.out, i, sizeof(OutEvent))
            at = self.slot(FROM_CHIP, event.tick)
            if at >= 0:
                self.record(event, (at + TICKS_PER_FPGA_CYCLE - 1) // TICKS_PER_FPGA_CYCLE)
        self.chip.fabric.clear_out()
        return 0

    cdef int record(self, const OutEvent* event, int64_t arrival) except -1 nogil:
        """An event reaches the FPGA at cycle `arrival`."""
        cdef Event found
        found.cycle = arrival
        found.deadline = event.tick // TICKS_PER_FPGA_CYCLE + self.deadline - 1
        found.bits = <uint32_t> (self.chip.systime(event.tick) & 0xff) << 16 | event.body
        self.trace.push_event(event.kind & 1, found)
        if event.kind == OUT_SPIKE:
            if self.spike_io.sends():
                self.spike_io.transmit(event.body, arrival)
            if self.router.sends():
                self.router.transmit(event.body, arrival)
        return 0

    cdef int advance(self, int64_t tick) except -1 nogil:
        """The chip has reached `tick`, and what left it until then went over the link as it is now."""
        self.chip.advance(tick)
        return self.take()

    # ---------------------------------------------------------------------------------------------------------- and back
    cdef int64_t quantum(self) noexcept nogil:
        """Cycles that a spike needs at least from the chip until it is sent back; NEVER if none is."""
        cdef int64_t shortest = NEVER
        if self.spike_io.loops():
            shortest = self.spike_io.frame()
        if self.router.loops():
            shortest = min(shortest, self.router.hop)
        return NEVER if shortest == NEVER else shortest + self.latency[<int> FROM_CHIP] // TICKS_PER_FPGA_CYCLE

    cdef int64_t next(self) noexcept nogil:
        """Cycle at which `pump` has something to do."""
        return min(self.next_poll, self.spike_io.next(), self.router.next())

    cdef int pump(self, int64_t cycle) except -1 nogil:
        """Everything that comes back to the chip at or before `cycle` is sent."""
        cdef int label
        if self.next_poll <= cycle:
            self.advance(cycle * TICKS_PER_FPGA_CYCLE)
            self.reconsider(cycle)
        while self.spike_io.next() <= cycle:
            label = self.spike_io.receive()
            if label >= 0:
                self.send(<uint16_t> label, cycle)
        while self.router.next() <= cycle:
            label = self.router.receive()
            if label >= 0:
                self.send(<uint16_t> label, cycle)
        return 0

    cdef void reconsider(self, int64_t cycle) noexcept nogil:
        """Routes or switches may have changed; everything that left the chip before `cycle` is known."""
        cdef int64_t quantum = self.quantum()
        self.next_poll = NEVER if quantum == NEVER else cycle + quantum

    @property
    def counters(self):
        """Events since power-on, per direction, with those lost; and what happened on the ways besides."""
        hops = {
            name: {
                "passed": self.passed[direction] - self.lost[direction], "lost: no link": self.without_link[direction],
                "lost: queue full": self.overflow[direction], "lost: injected": self.lost[direction],
            }
            for name, direction in (("to chip", <int> TO_CHIP), ("from chip", <int> FROM_CHIP))
        }
        return {**hops, "serial": self.spike_io.counters, "between FPGAs": self.router.counters}

    def arrays(self):
        """What the link is busy with, what gets lost, and counters."""
        return {
            "next_poll": longs(&self.next_poll, sizeof(self.next_poll)),
            "free": longs(self.free, sizeof(self.free)), "loss": view(self.loss, sizeof(self.loss), "u1"),
            "passed": longs(self.passed, sizeof(self.passed)), "without_link": longs(self.without_link, sizeof(self.without_link)),
            "overflow": longs(self.overflow, sizeof(self.overflow)), "lost": longs(self.lost, sizeof(self.lost)),
            "lost_on_phy": longs(self.lost_on_phy, sizeof(self.lost_on_phy)),
        }

    def blocks(self):
        """{name: block} of the parts with state of their own."""
        return {
            "spike_io": self.spike_io, "spike_io_received": self.spike_io.received, "spike_io_transmitted": self.spike_io.transmitted,
            "router": self.router, "router_arrivals": self.router.arrivals,
        }
