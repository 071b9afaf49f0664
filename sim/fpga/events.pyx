"""The way of events between FPGA and chip: latency, bandwidth and loss of the link in both directions, and what may send an event back.

Labels go to the chip from the playback program, from the serial spike interface and from other FPGAs. Events from the chip go into the trace,
and spikes besides to the serial interface and to other FPGAs. Both directions pass one event per interval, queue some and lose the rest; while no
PHY is up everything is lost. Every loss is counted.

If spikes may come back to the chip, what leaves it is looked at in steps that are shorter than the shortest way back (`loop_check`); otherwise
only when somebody needs to see it. (facts: transport 2.5, 2.8; registers/behaviour, events; the numbers stand in base.numbers)
"""

cimport cython
from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t

from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.base.growing cimport growing_at, growing_count
from hicannx_sim.base.noise cimport uniform
from hicannx_sim.chip.fabric cimport OUT_SPIKE, OutEvent
from hicannx_sim.chip.link cimport N_PHYS
from hicannx_sim.fpga.registers cimport RegisterFile
from hicannx_sim.fpga.trace cimport Event

from hicannx_sim.base.noise import stream
from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields


@cython.final
cdef class EventPath:
    """Events to and from `chip` over the link behind `phys`. Time of the chip in ticks, of the FPGA in cycles."""

    def __init__(self, Chip chip not None, PHYBlock phys not None, Trace trace not None, RegisterFile registers not None):
        self.chip, self.phys, self.link, self.trace = chip, phys, phys.link, trace
        self.spike_io, self.router = SpikeIO(registers), Router(registers)
        self.s.loop_check = NEVER
        self.latency[<int> TO_CHIP], self.latency[<int> FROM_CHIP] = number("event_to_chip"), number("event_from_chip")
        self.depth[<int> TO_CHIP], self.depth[<int> FROM_CHIP] = number("event_queue"), number("event_from_chip_queue")
        self.interval, self.saturating_phys = number("event_interval"), number("saturating_phys")
        self.deadline = number("event_deadline") - 1 - number("event_to_chip") // TICKS_PER_FPGA_CYCLE

    # ---------------------------------------------------------------------------------------------------------- the link
    def lose(self, double probability, bint to_chip, bint from_chip, seed):
        """From now on each event is lost with a probability, independently, in the given directions."""
        for direction, concerned in ((<int> TO_CHIP, to_chip), (<int> FROM_CHIP, from_chip)):
            if concerned:
                self.s.loss_key[<int> direction] = stream(seed, "events lost", direction)
                self.s.loss_probability[<int> direction] = probability
                self.s.loss_drawn[<int> direction] = 0

    cdef bint is_lost(self, int direction) noexcept nogil:
        """The next event is one of those lost on purpose."""
        if self.s.loss_probability[direction] == 0:
            return False
        self.s.loss_drawn[direction] += 1
        return uniform(self.s.loss_key[direction], <uint64_t> self.s.loss_drawn[direction]) < self.s.loss_probability[direction]

    cdef int64_t slot(self, int direction, int64_t tick) noexcept nogil:
        """Arrival of an event that wants to leave at `tick`; -1 if it is lost."""
        cdef int64_t arrival = tick + self.latency[direction], at = max(arrival, self.s.free[direction]), interval
        cdef int n_up
        if self.link.s.ready > tick:
            self.s.without_link[direction] += 1
            return -1
        n_up = self.link.n_up(tick)
        interval = self.interval if n_up >= self.saturating_phys else self.interval * self.saturating_phys // n_up
        if at - arrival >= self.depth[direction] * interval:
            self.s.overflow[direction] += 1
            return -1
        self.s.free[direction] = at + interval
        if self.is_lost(direction):
            self.s.lost[direction] += 1
            if direction == FROM_CHIP:
                self.phys.drop(self.s.passed[direction] % N_PHYS)
            self.s.passed[direction] += 1
            return -1
        self.s.passed[direction] += 1
        return at

    # ---------------------------------------------------------------------------------------------------------- to the chip
    cdef void send(self, uint16_t label, int64_t cycle) noexcept nogil:
        """A label leaves for the chip."""
        cdef int64_t at = self.slot(TO_CHIP, cycle * TICKS_PER_FPGA_CYCLE)
        if at >= 0:
            self.chip.spike(label, at)

    # ---------------------------------------------------------------------------------------------------------- from the chip
    cdef void advance(self, int64_t tick) noexcept nogil:
        """The chip has reached `tick`, and what left it until then went over the link as it is now."""
        cdef int64_t i, at
        cdef const OutEvent* event
        self.chip.advance(tick)
        for i in range(growing_count(&self.chip.fabric.out)):
            event = <const OutEvent*> growing_at(&self.chip.fabric.out, i, sizeof(OutEvent))
            at = self.slot(FROM_CHIP, event.tick)
            if at >= 0:
                self.receive(event, (at + TICKS_PER_FPGA_CYCLE - 1) // TICKS_PER_FPGA_CYCLE)
        self.chip.fabric.clear_out()

    cdef void receive(self, const OutEvent* event, int64_t arrival) noexcept nogil:
        """An event reaches the FPGA at cycle `arrival`."""
        cdef Event entry
        entry.cycle = arrival
        entry.deadline = event.tick // TICKS_PER_FPGA_CYCLE + self.deadline
        entry.bits = <uint32_t> (self.chip.systime(event.tick) & 0xff) << 16 | event.body
        self.trace.push_event(event.kind & 1, &entry)
        if event.kind == OUT_SPIKE:
            if self.spike_io.sends():
                self.spike_io.transmit(event.body, arrival)
            if self.router.sends():
                self.router.transmit(event.body, arrival)

    # ---------------------------------------------------------------------------------------------------------- and back
    cdef int64_t way_back(self) noexcept nogil:
        """Cycles that a spike needs at least from the chip until it is sent back; NEVER if none is."""
        cdef int64_t shortest = NEVER
        if self.spike_io.loops():
            shortest = self.spike_io.frame()
        if self.router.loops():
            shortest = min(shortest, self.router.hop)
        return NEVER if shortest == NEVER else shortest + self.latency[<int> FROM_CHIP] // TICKS_PER_FPGA_CYCLE

    cdef int64_t next(self) noexcept nogil:
        """Cycle at which `return_events` has something to do."""
        return min(self.s.loop_check, self.spike_io.next(), self.router.next())

    cdef void return_events(self, int64_t cycle) noexcept nogil:
        """Everything that comes back to the chip at or before `cycle` is sent."""
        cdef int label
        if self.s.loop_check <= cycle:
            self.advance(cycle * TICKS_PER_FPGA_CYCLE)
            self.reroute(cycle)
        while self.spike_io.next() <= cycle:
            label = self.spike_io.receive()
            if label >= 0:
                self.send(<uint16_t> label, cycle)
        while self.router.next() <= cycle:
            label = self.router.receive()
            if label >= 0:
                self.send(<uint16_t> label, cycle)

    cdef void reroute(self, int64_t cycle) noexcept nogil:
        """Routes or switches may have changed; everything that left the chip before `cycle` is known."""
        cdef int64_t way_back = self.way_back()
        self.s.loop_check = NEVER if way_back == NEVER else cycle + way_back

    cdef int64_t refused(self) noexcept nogil:
        """Entries of the queues that there was no memory for."""
        return self.spike_io.received.entries.refused + self.spike_io.transmitted.entries.refused + self.router.arrivals.entries.refused + self.router.outbox.refused

    @property
    def counters(self):
        """Events since power-on, per direction, with those lost; and what happened on the ways besides."""
        hops = {
            name: {
                "passed": self.s.passed[direction] - self.s.lost[direction], "lost: no link": self.s.without_link[direction],
                "lost: queue full": self.s.overflow[direction], "lost: injected": self.s.lost[direction],
            }
            for name, direction in (("to chip", <int> TO_CHIP), ("from chip", <int> FROM_CHIP))
        }
        return {**hops, "serial": self.spike_io.counters, "between FPGAs": self.router.counters}

    def arrays(self):
        """What the link is busy with, what gets lost, and counters."""
        return fields(<EventPathState[:1]> &self.s)

    def blocks(self):
        """{name: block} of the parts with state of their own."""
        return {
            "spike_io": self.spike_io, "spike_io_received": self.spike_io.received, "spike_io_transmitted": self.spike_io.transmitted,
            "router": self.router, "router_arrivals": self.router.arrivals,
        }
