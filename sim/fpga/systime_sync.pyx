"""The synchronisation of the system time: chip and FPGA take over a common time base over the link. (facts: transport 2.6)

The chip takes it over when the word that says so has arrived. So its time stays behind the FPGA's by the way that an event takes to the chip, and
the stamp of an event that went there and back differs from the time at which it was sent by its way on the chip alone: 20 cycles. Clients take off
10 to 20 (facts: clients/hxtorch_jaxsnn 4.4)."""

cimport cython
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE, TICKS_PER_SYSTIME
from hicannx_sim.fpga.registers cimport RegisterFile

from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields


@cython.final
cdef class SystimeSync(RegisterBlock):
    """Between `chip` over `link` and `trace`, which annotates its messages from then on."""

    def __init__(self, RegisterFile registers not None, Chip chip not None, Link link not None, Trace trace not None):
        self.chip, self.link, self.trace = chip, link, trace
        self.active, self.retries = self.attach(registers, "systime active"), registers.words("systime retries")
        self.round_trip_row = self.attach(registers, "systime last round trip")
        self.chip_time_row = self.attach(registers, "systime last chip time")
        self.duration, self.way = number("systime_sync"), number("event_to_chip")
        self.round_trip = -(-(number("chip_request") + number("chip_response")) // TICKS_PER_FPGA_CYCLE)
        self.s.done = NEVER

    cdef int64_t read(self, int row, uint32_t index, int64_t cycle, uint32_t* data) except -1 nogil:
        """The registers of two words have the high one first."""
        if row == self.active:
            data[0] = self.s.done != NEVER
        else:
            data[0] = <uint32_t> ((self.s.last_round_trip if row == self.round_trip_row else self.s.last_chip_time) >> 32 * (1 - index))
        return cycle

    cdef void start(self, int64_t cycle) noexcept nogil:
        self.s.attempts = self.retries[0]
        self.s.done = cycle + self.duration

    cdef bint succeeds(self) noexcept nogil:
        """The running one ends: whether the link is there. If not, it is tried again, and fails after the last attempt."""
        cdef int64_t cycle = self.s.done
        self.s.done = NEVER
        if self.link.s.ready <= cycle * TICKS_PER_FPGA_CYCLE:
            return True
        if self.s.attempts:
            self.s.attempts -= 1
            self.s.done = cycle + self.duration
        else:
            self.s.failed += 1
        return False

    cdef void take_over(self, int64_t cycle) noexcept nogil:
        """Chip and FPGA take over the time base; everything before `cycle` is in the stream."""
        cdef int64_t tick = cycle * TICKS_PER_FPGA_CYCLE + self.way
        self.chip.systime_sync(tick)
        self.s.last_chip_time, self.s.last_round_trip = self.chip.systime(tick), self.round_trip
        self.trace.set_time(cycle, self.s.last_chip_time * TICKS_PER_SYSTIME // TICKS_PER_FPGA_CYCLE)

    def arrays(self):
        """The running synchronisation and the last one."""
        return fields(<SystimeSyncState[:1]> &self.s)
